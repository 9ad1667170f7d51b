/* A decision as the line that is kept. */
#include "engine/lots/reviews.h"
#include "models/text.h"
#include "models/utf8.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Where a zone's colour as a whole is the finding, its place says nothing. */
static bool is_whole_zone(const struct row *row, const struct row_region *region) {
  if (region->class_ != CLASS_COLOUR) return false;
  for (size_t i = 0; i < row->zone_count; i++) {
    const struct row_zone *zone = &row->zones[i];
    if (!strcmp(zone->name, region->zone) && zone->delta_e > zone->limit &&
        fabs(zone->delta_e / zone->limit - region->peak) < 0.01)
      return true;
  }
  return false;
}

static void put_text(struct text *out, const char *key, const char *value) {
  text_put(out, key);
  text_json_string(out, value);
}

static void put_integer(struct text *out, const char *key, int64_t value) {
  text_put(out, key);
  text_json_integer(out, value);
}

static char *write_line(const struct review_entry *entry, const struct row *row, const struct row_region *region) {
  struct text out = {0};
  put_text(&out, "{\"job\":", entry->job);
  put_integer(&out, ",\"region\":", entry->region);
  put_text(&out, ",\"decision\":", entry->overruled ? "overruled" : "confirmed");
  put_text(&out, ",\"who\":", entry->who);
  put_text(&out, ",\"why\":", entry->why);
  put_text(&out, ",\"at\":", entry->at);
  put_text(&out, ",\"from\":", entry->from);
  put_text(&out, ",\"photo\":", row->photo);
  put_text(&out, ",\"photo_id\":", row->photo_id);
  put_text(&out, ",\"lot\":", row->keys[ROW_LOT]);
  put_text(&out, ",\"factory\":", row->keys[ROW_FACTORY]);
  put_text(&out, ",\"golden\":", row->keys[ROW_GOLDEN]);
  put_integer(&out, ",\"golden_version\":", row->golden_version);
  put_text(&out, ",\"golden_sha256\":", row->golden_sha256);
  put_text(&out, ",\"class\":", class_name(region->class_));
  put_text(&out, ",\"severity\":", severity_name(region->severity));
  put_text(&out, ",\"zone\":", region->zone);
  text_put(&out, ",\"peak\":");
  text_json_fixed(&out, region->peak, 3);
  for (int i = 0; i < 4; i++) put_integer(&out, i ? "," : ",\"golden_box\":[", region->golden_box[i]);
  text_put(&out, is_whole_zone(row, region) ? "],\"whole_zone\":true}" : "],\"whole_zone\":false}");
  return text_take(&out);
}

static enum status check_words(const char *name, const char *text, size_t most, struct fault *fault) {
  size_t size = text ? strlen(text) : 0;
  if (size && size <= most && utf8_printable(text, size) && strspn(text, " ") < size) return STATUS_OK;
  return fault_set(fault, STATUS_INVALID, "%s: expected 1 to %zu bytes of text in one line", name, most);
}

enum status review_write(const struct review_entry *entry, const char *result, char **line, struct fault *fault) {
  size_t size = strlen(result);
  struct row_parser *parser = row_parser_new();
  char *padded = calloc(1, size + ROW_PADDING);
  struct row *row = NULL;
  *line = NULL;
  enum status status = parser && padded ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "out of memory for the review");
  if (!status) status = check_words("who", entry->who, REVIEW_WHO_MAX, fault);
  if (!status) status = check_words("why", entry->why, REVIEW_WHY_MAX, fault);
  if (!status) memcpy(padded, result, size);
  if (!status) status = row_parse(parser, padded, size, &row, fault);
  size_t index = 0;
  while (!status && index < row->region_count && row_region_number(row, index) != entry->region) index++;
  if (!status && index == row->region_count)
    status = fault_set(fault, STATUS_INVALID, "region %d: job %s has %zu findings", entry->region, entry->job,
                       row->region_count);
  if (!status && !(*line = write_line(entry, row, &row->regions[index])))
    status = fault_set(fault, STATUS_MEMORY, "out of memory for the review");
  free(padded);
  if (parser) row_parser_free(parser);
  return status;
}
