#include "cli/bench/lots_tally.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BINS = LOTS_SIZES * LOTS_CONTRASTS };

static json_t *key_json(const struct lots_key *key) {
  return json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:s}", "product", key->row.product, "megapixels",
                   key->row.megapixels, "goldens", key->row.goldens, "min_size", key->min_size, "min_contrast",
                   key->min_contrast, "seed", (json_int_t)key->seed, "photos", (json_int_t)key->photos, "assay",
                   ASSAY_VERSION);
}

static bool is_of(const json_t *line, const json_t *key) {
  const char *name;
  json_t *value;
  json_object_foreach((json_t *)(uintptr_t)key, name, value) {
    if (!json_equal(json_object_get(line, name), value)) return false;
  }
  return true;
}

static json_t *numbers(const long *values, size_t count) {
  json_t *array = json_array();
  for (size_t i = 0; i < count; i++) json_array_append_new(array, json_integer(values[i]));
  return array;
}

static void read_numbers(const json_t *line, const char *name, size_t count, long *values) {
  const json_t *array = json_object_get(line, name);
  for (size_t i = 0; i < count; i++) values[i] = (long)json_integer_value(json_array_get(array, i));
}

static void read_tally(const json_t *line, struct lots_tally *tally) {
  *tally = (struct lots_tally){
      .photos = (long)json_integer_value(json_object_get(line, "photos")),
      .unjudged = (long)json_integer_value(json_object_get(line, "not_judged")),
      .false_regions = (long)json_integer_value(json_object_get(line, "false_regions")),
  };
  read_numbers(line, "planted", BINS, tally->planted[0]);
  read_numbers(line, "found", BINS, tally->found[0]);
  read_numbers(line, "right_by_confidence", LOTS_SURE, tally->right);
  read_numbers(line, "false_by_confidence", LOTS_SURE, tally->alarm);
}

bool lots_log_find(const char *path, const struct lots_key *key, struct lots_tally *tally) {
  FILE *file = fopen(path, "r");
  json_t *wanted = key_json(key);
  char *text = NULL;
  size_t capacity = 0;
  bool found = false;
  while (file && wanted && !found && getline(&text, &capacity, file) > 0) {
    json_t *line = json_loads(text, 0, NULL);
    found = line && is_of(line, wanted);
    if (found) read_tally(line, tally);
    json_decref(line);
  }
  free(text);
  json_decref(wanted);
  if (file) fclose(file);
  return found;
}

enum status lots_log_add(const char *path, const struct lots_key *key, const struct lots_tally *tally,
                         struct fault *fault) {
  json_t *line = key_json(key);
  json_object_update_new(line,
                         json_pack("{s:I, s:I, s:o, s:o, s:o, s:o, s:O*, s:O*}", "not_judged",
                                   (json_int_t)tally->unjudged, "false_regions", (json_int_t)tally->false_regions,
                                   "planted", numbers(tally->planted[0], BINS), "found", numbers(tally->found[0], BINS),
                                   "right_by_confidence", numbers(tally->right, LOTS_SURE), "false_by_confidence",
                                   numbers(tally->alarm, LOTS_SURE), "missed", tally->missed, "wrong", tally->wrong));
  char *text = json_dumps(line, JSON_COMPACT);
  json_decref(line);
  if (!text) return fault_set(fault, STATUS_MEMORY, "%s: out of memory", path);
  FILE *file = fopen(path, "a");
  bool written = file && fprintf(file, "%s\n", text) > 0;
  if (file) written &= fclose(file) == 0;
  free(text);
  return written ? STATUS_OK : fault_set(fault, STATUS_IO, "%s: cannot be written: %s", path, strerror(errno));
}
