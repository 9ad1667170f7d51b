#include "cli/report/csv.h"

#include "models/csv.h"

#include <math.h>
#include <string.h>

static const char head[] = "photo,verdict,score,lot,factory,line,shift,stage,unit,view,captured,golden,golden_version,"
                           "golden_sha256,regions,worst_class,worst_severity,worst_zone,worst_peak,dimensions,"
                           "dimensions_failed,reason,overruled\r\n";

void report_csv_head(struct text *out) {
  text_put(out, head);
}

static void put_text(struct text *out, const char *value) {
  text_put(out, ",");
  if (value) csv_put(out, value);
}

static void put_number(struct text *out, double value, int digits) {
  text_put(out, ",");
  if (isfinite(value)) text_json_significant(out, value, digits);
}

static void put_count(struct text *out, size_t count) {
  text_put(out, ",");
  text_json_integer(out, (int64_t)count);
}

static void put_regions(struct text *out, const struct row *row) {
  const struct row_region *worst = NULL;
  for (size_t i = 0; i < row->region_count; i++)
    if (!worst || row->regions[i].peak > worst->peak) worst = &row->regions[i];
  put_count(out, row->region_count);
  put_text(out, worst ? class_name(worst->class_) : NULL);
  put_text(out, worst ? severity_name(worst->severity) : NULL);
  put_text(out, worst ? worst->zone : NULL);
  put_number(out, worst ? worst->peak : NAN, 6);
}

void report_csv_row(struct text *out, const struct row *row) {
  static const enum row_key keys[] = {ROW_LOT,  ROW_FACTORY, ROW_LINE,     ROW_SHIFT, ROW_STAGE,
                                      ROW_UNIT, ROW_VIEW,    ROW_CAPTURED, ROW_GOLDEN};
  struct text line = {0};
  size_t failed = 0;
  put_text(&line, row->photo);
  put_text(&line, verdict_name(row->verdict));
  put_number(&line, row->score, 6);
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) put_text(&line, row->keys[keys[i]]);
  put_count(&line, (size_t)row->golden_version);
  put_text(&line, row->golden_sha256);
  put_regions(&line, row);
  for (size_t i = 0; i < row->dimension_count; i++) failed += row->dimensions[i].verdict == VERDICT_FAIL;
  put_count(&line, row->dimension_count);
  put_count(&line, failed);
  put_text(&line, row->reason);
  put_count(&line, (size_t)row->overruled);
  text_put(&line, "\r\n");
  /* Each value stands behind a comma, and the first needs none. */
  if (line.size) text_add(out, line.bytes + 1, line.size - 1);
  out->failed |= line.failed;
  text_free(&line);
}
