#include "cli/report/data.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void put_text(struct text *out, const char *key, const char *value) {
  if (!value || !*value) return;
  text_put(out, key);
  text_json_string(out, value);
}

static void put_real(struct text *out, const char *key, double value) {
  text_put(out, key);
  text_json_significant(out, value, 7);
}

static void put_reasons(struct text *out, const struct row *row) {
  const char *separator = "";
  text_put(out, ",\"reasons\":[");
  for (int code = 0; code <= REASON_LIGHT_OR_MATERIAL; code++) {
    if (!(row->reasons >> code & 1)) continue;
    text_put(out, separator);
    text_json_string(out, reason_name((enum reason_code)code));
    separator = ",";
  }
  text_put(out, "]");
}

static void put_regions(struct text *out, const struct row *row) {
  for (size_t i = 0; i < row->region_count; i++) {
    const struct row_region *region = &row->regions[i];
    text_put(out, i ? ",{\"golden_box\":[" : ",\"regions\":[{\"golden_box\":[");
    for (int k = 0; k < 4; k++) {
      if (k) text_put(out, ",");
      text_json_integer(out, region->golden_box[k]);
    }
    text_put(out, "]");
    put_text(out, ",\"class\":", class_name(region->class_));
    put_text(out, ",\"severity\":", severity_name(region->severity));
    put_text(out, ",\"zone\":", region->zone);
    put_real(out, ",\"peak\":", region->peak);
    put_real(out, ",\"confidence\":", region->confidence);
    text_put(out, ",\"area_px\":");
    text_json_integer(out, region->area_px);
    text_put(out, ",\"number\":");
    text_json_integer(out, row_region_number(row, i));
    text_put(out, "}");
  }
  if (row->region_count) text_put(out, "]");
}

static void put_dimensions(struct text *out, const struct row *row) {
  for (size_t i = 0; i < row->dimension_count; i++) {
    const struct row_dimension *dimension = &row->dimensions[i];
    text_put(out, i ? ",{\"name\":" : ",\"dimensions\":[{\"name\":");
    text_json_string(out, dimension->name);
    put_text(out, ",\"unit\":", dimension->unit);
    put_real(out, ",\"value\":", dimension->value);
    put_real(out, ",\"uncertainty\":", dimension->uncertainty);
    put_real(out, ",\"lower\":", dimension->lower);
    put_real(out, ",\"upper\":", dimension->upper);
    put_text(out, ",\"verdict\":", verdict_name(dimension->verdict));
    text_put(out, "}");
  }
  if (row->dimension_count) text_put(out, "]");
}

static void put_zones(struct text *out, const struct row *row) {
  for (size_t i = 0; i < row->zone_count; i++) {
    text_put(out, i ? ",{\"name\":" : ",\"zones\":[{\"name\":");
    text_json_string(out, row->zones[i].name);
    put_real(out, ",\"delta_e\":", row->zones[i].delta_e);
    put_real(out, ",\"uncertainty\":", row->zones[i].uncertainty);
    put_real(out, ",\"limit\":", row->zones[i].limit);
    for (int a = 0; a < 3 && row->zones[i].has_lab; a++)
      put_real(out, a ? "," : ",\"lab\":[", row->zones[i].lab[a] - row->zones[i].golden_lab[a]);
    if (row->zones[i].has_lab) text_put(out, "]");
    text_put(out, "}");
  }
  if (row->zone_count) text_put(out, "]");
}

void report_photo_json(struct text *out, const struct row *row) {
  text_put(out, "{\"photo\":");
  text_json_string(out, row->photo);
  put_text(out, ",\"photo_id\":", row->photo_id);
  put_text(out, ",\"job\":", row->job_id);
  for (int key = 0; key < ROW_KEYS; key++) {
    if (key == ROW_GOLDEN || !row->keys[key] || !*row->keys[key]) continue;
    text_put(out, ",\"");
    text_put(out, row_key_name((enum row_key)key));
    text_put(out, "\":");
    text_json_string(out, row->keys[key]);
  }
  put_text(out, ",\"golden\":", row->golden_sha256);
  put_text(out, ",\"verdict\":", verdict_name(row->verdict));
  put_real(out, ",\"score\":", row->score);
  put_reasons(out, row);
  put_text(out, ",\"reason\":", row->reason);
  put_regions(out, row);
  put_dimensions(out, row);
  put_zones(out, row);
  text_put(out, "}");
}

static bool list_photo(struct report_data *data, const struct row *row) {
  struct report_list *list = &data->lists[row->verdict];
  data->count[row->verdict]++;
  if (list->count >= data->limits.photos) return true;
  if (list->count == list->room) {
    size_t room = list->room ? 2 * list->room : 64;
    size_t *ends = realloc(list->ends, room * sizeof *ends);
    if (!ends) return false;
    list->ends = ends;
    list->room = room;
  }
  if (list->count) text_put(&list->json, ",");
  report_photo_json(&list->json, row);
  list->ends[list->count++] = list->json.size;
  return !list->json.failed;
}

static bool note_pictured(struct report_data *data, const struct row *row) {
  bool decided = data->review_key && row->reviewed >= (int)row->region_count + row->overruled;
  if (row->verdict != VERDICT_FAIL || !*row->job_id || data->pictured_count >= data->limits.pictures || decided)
    return true;
  if (!data->pictured && !(data->pictured = calloc(data->limits.pictures, sizeof *data->pictured))) return false;
  struct report_pictured *noted = &data->pictured[data->pictured_count++];
  noted->photo = strdup(row->photo);
  noted->job_id = strdup(row->job_id);
  return noted->photo && noted->job_id;
}

static bool note_golden(struct report_data *data, const struct row *row) {
  uint32_t number;
  if (!*row->golden_sha256) return true;
  if (!names_add(&data->golden_names, row->golden_sha256, &number)) return false;
  if (number < data->golden_count) return true;
  struct report_golden *goldens = realloc(data->goldens, (data->golden_count + 1) * sizeof *goldens);
  if (!goldens) return false;
  data->goldens = goldens;
  const char *name = row->keys[ROW_GOLDEN] ? row->keys[ROW_GOLDEN] : "";
  struct report_golden *golden = &goldens[data->golden_count++];
  *golden = (struct report_golden){strdup(name), strdup(row->golden_sha256), row->golden_version};
  return golden->name && golden->sha256;
}

static bool sum_up(struct report_data *data, const struct row *row) {
  struct job job = {0};
  char *factory = row->keys[ROW_FACTORY] ? strdup(row->keys[ROW_FACTORY]) : NULL;
  char *shift = row->keys[ROW_SHIFT] ? strdup(row->keys[ROW_SHIFT]) : NULL;
  job.factory = factory;
  job.shift = shift;
  bool added = (factory || !row->keys[ROW_FACTORY]) && (shift || !row->keys[ROW_SHIFT]) &&
               summary_add(&data->summary, &job, row->verdict);
  free(factory);
  free(shift);
  return added;
}

static enum status compare_row(struct report_data *data, const struct row *row, struct fault *fault) {
  static const enum row_key keys[REPORT_COMPARED] = {ROW_SHIFT, ROW_LINE, ROW_FACTORY};
  enum status status = STATUS_OK;
  for (int i = 0; i < REPORT_COMPARED && !status; i++) {
    data->compares[i].units.by = keys[i];
    data->compares[i].units.across = true;
    if (row->keys[keys[i]]) status = compare_add(&data->compares[i], row, fault);
  }
  return status;
}

enum status report_take(struct report_data *data, const struct row *row, struct fault *fault) {
  enum status status = lots_add(&data->lots, row, fault);
  if (!status) status = compare_row(data, row, fault);
  if (!status) status = recurrents_add(&data->recurrents, row, fault);
  if (!status) status = places_add(&data->places, row, fault);
  if (!status) status = season_add(&data->season, row, fault);
  if (!status && data->only_factory) status = season_add(&data->whole, row, fault);
  if (status) return status;
  bool kept = list_photo(data, row) && sum_up(data, row) && note_pictured(data, row) && note_golden(data, row);
  return kept ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "out of memory for the report");
}

enum status report_take_other(struct report_data *data, const struct row *row, struct fault *fault) {
  return season_add(&data->whole, row, fault);
}

enum status report_take_waiting(struct report_data *data, const struct row *row, struct fault *fault) {
  return lots_add(&data->lots, row, fault);
}

enum status report_end(struct report_data *data, struct fault *fault) {
  enum status status = lots_end(&data->lots, fault);
  if (!status && !data->lots.count) status = fault_set(fault, STATUS_INVALID, "no results: there is nothing to report");
  for (int i = 0; i < REPORT_COMPARED && !status; i++) status = compare_end(&data->compares[i], fault);
  if (!status) status = season_sort(&data->whole, fault);
  return status ? status : season_sort(&data->season, fault);
}

void report_data_free(struct report_data *data) {
  for (int i = 0; i < REPORT_VERDICTS; i++) {
    text_free(&data->lists[i].json);
    free(data->lists[i].ends);
  }
  for (size_t i = 0; i < data->pictured_count; i++) {
    free(data->pictured[i].photo);
    free(data->pictured[i].job_id);
  }
  for (size_t i = 0; i < data->golden_count; i++) {
    free(data->goldens[i].name);
    free(data->goldens[i].sha256);
  }
  free(data->pictured);
  free(data->goldens);
  names_free(&data->golden_names);
  lots_free(&data->lots);
  summary_free(&data->summary);
  season_free(&data->season);
  season_free(&data->whole);
  recurrents_free(&data->recurrents);
  places_free(&data->places);
  reviews_free(&data->reviews);
  for (int i = 0; i < REPORT_COMPARED; i++) compare_free(&data->compares[i]);
}
