#include "models/digest.h"
#include "models/result.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The first fault is kept, and what is read after it does not matter. */
struct reader {
  enum status status;
  struct fault *fault;
};

static void fail(struct reader *in, const char *key, const char *expected) {
  if (!in->status) in->status = fault_set(in->fault, STATUS_INVALID, "result: %s: expected %s", key, expected);
}

static const json_t *member(const json_t *object, const char *key) {
  const json_t *value = json_object_get(object, key);
  return json_is_null(value) ? NULL : value;
}

/* Copies a text; null gives "". */
static void read_text(struct reader *in, const json_t *object, const char *key, char *text, size_t room) {
  const json_t *value = member(object, key);
  text[0] = 0;
  if (!value) return;
  if (!json_is_string(value) || json_string_length(value) >= room)
    fail(in, key, "a text that is not too long");
  else
    memcpy(text, json_string_value(value), json_string_length(value) + 1);
}

static void read_hex(struct reader *in, const json_t *object, const char *key, char *text, size_t room) {
  read_text(in, object, key, text, room);
  if (*text && !digest_is_hex(text, room - 1)) fail(in, key, "lower-case hexadecimal digits");
}

static double read_real(struct reader *in, const json_t *object, const char *key) {
  const json_t *value = member(object, key);
  if (!value) return NAN;
  if (!json_is_number(value)) fail(in, key, "a number or null");
  return json_number_value(value);
}

static int64_t read_integer(struct reader *in, const json_t *object, const char *key, int64_t least, int64_t most) {
  const json_t *value = member(object, key);
  int64_t number = json_integer_value(value);
  if (!json_is_integer(value) || number < least || number > most) fail(in, key, "a whole number in its range");
  return number;
}

static void read_box(struct reader *in, const json_t *object, const char *key, int32_t box[4]) {
  const json_t *values = member(object, key);
  if (json_array_size(values) != 4) fail(in, key, "four whole numbers");
  for (size_t i = 0; i < 4; i++) {
    const json_t *value = json_array_get(values, i);
    json_int_t number = json_integer_value(value);
    if (!json_is_integer(value) || number < INT32_MIN || number > INT32_MAX) {
      fail(in, key, "four whole numbers");
      return;
    }
    box[i] = (int32_t)number;
  }
}

/* Reads 1..most numbers and returns how many. */
static int read_reals(struct reader *in, const json_t *object, const char *key, double *values, size_t most) {
  const json_t *array = member(object, key);
  size_t count = json_array_size(array);
  if (!count || count > most) {
    fail(in, key, "a list of numbers");
    return 0;
  }
  for (size_t i = 0; i < count; i++) {
    const json_t *value = json_array_get(array, i);
    if (!json_is_number(value) && !json_is_null(value)) fail(in, key, "a list of numbers");
    values[i] = json_is_null(value) ? NAN : json_number_value(value);
  }
  return (int)count;
}

static enum verdict read_verdict(struct reader *in, const json_t *object) {
  enum verdict verdict = VERDICT_CANNOT_JUDGE;
  const char *name = json_string_value(member(object, "verdict"));
  if (!name || !verdict_parse(name, &verdict)) fail(in, "verdict", "pass, fail or cannot_judge");
  return verdict;
}

/* The list behind `key`, NULL where it is none. */
static const json_t *read_list(struct reader *in, const json_t *object, const char *key, size_t most) {
  const json_t *array = member(object, key);
  if (json_is_array(array) && json_array_size(array) <= most) return array;
  fail(in, key, "a list that is not too long");
  return NULL;
}

/* Zeroed room for the elements of `array`, and their number; NULL where there are none. */
static void *reserve(struct reader *in, const json_t *array, size_t item, size_t *count) {
  *count = 0;
  if (!json_array_size(array)) return NULL;
  void *items = calloc(json_array_size(array), item);
  if (items)
    *count = json_array_size(array);
  else if (!in->status)
    in->status = fault_set(in->fault, STATUS_MEMORY, "result: out of memory");
  return items;
}

static void read_golden(struct reader *in, const json_t *json, struct result *result) {
  const json_t *golden = member(json, "golden");
  if (!golden) return;
  result->has_golden = true;
  read_text(in, golden, "name", result->golden_name, sizeof result->golden_name);
  result->golden_version = read_integer(in, golden, "version", 0, INT64_MAX);
  read_hex(in, golden, "sha256", result->golden_sha256, sizeof result->golden_sha256);
}

static void read_job(struct reader *in, const json_t *json, struct result *result) {
  const json_t *object = member(json, "job");
  if (!object || in->status) return;
  result->job = calloc(1, sizeof *result->job);
  if (!result->job) {
    in->status = fault_set(in->fault, STATUS_MEMORY, "result: out of memory");
    return;
  }
  read_hex(in, object, "id", result->job->id, sizeof result->job->id);
  for (size_t i = JOB_TEXT_LOT; i < JOB_TEXTS; i++) {
    const json_t *value = member(object, job_texts[i].key);
    if (!value) continue;
    const char *text = json_string_value(value);
    if (!text || !job_text_valid(i, text, NULL)) {
      fail(in, job_texts[i].key, "the text of a job");
      return;
    }
    *job_text(result->job, i) = strdup(text);
    if (!*job_text(result->job, i) && !in->status)
      in->status = fault_set(in->fault, STATUS_MEMORY, "result: out of memory");
  }
}

static void read_reasons(struct reader *in, const json_t *json, struct result *result) {
  const json_t *array = read_list(in, json, "reasons", RESULT_MAX_REASONS);
  result->reasons = reserve(in, array, sizeof *result->reasons, &result->reason_count);
  for (size_t i = 0; i < result->reason_count; i++) {
    const json_t *object = json_array_get(array, i);
    const char *code = json_string_value(member(object, "code"));
    if (!code || !reason_parse(code, &result->reasons[i].code)) fail(in, "reasons.code", "a reason's code");
    read_text(in, object, "text", result->reasons[i].text, sizeof result->reasons[i].text);
  }
}

static void read_alignment(struct reader *in, const json_t *json, struct result *result) {
  const json_t *alignment = member(json, "alignment");
  const char *status = json_string_value(member(alignment, "status"));
  if (!status || (strcmp(status, "ok") && strcmp(status, "refused"))) fail(in, "alignment.status", "ok or refused");
  if (!status || strcmp(status, "ok")) return;
  result->aligned = true;
  if (read_reals(in, alignment, "homography", result->homography, 9) != 9) fail(in, "homography", "nine numbers");
  result->residual_px = read_real(in, alignment, "residual_px");
  result->overlap = read_real(in, alignment, "overlap");
  const json_t *local = member(alignment, "local");
  result->has_local = local;
  if (!local) return;
  result->local_mean = read_real(in, local, "mean_px");
  result->local_largest = read_real(in, local, "largest_px");
  if (read_reals(in, local, "at", result->local_at, 2) != 2) fail(in, "alignment.local.at", "two numbers");
}

static void read_light(struct reader *in, const json_t *json, struct result *result) {
  const json_t *light = member(json, "light");
  if (!light) return;
  result->has_light = true;
  result->light_channels = read_reals(in, light, "gain", result->gain, 3);
  if (read_reals(in, light, "offset", result->offset, 3) != result->light_channels || result->light_channels == 2)
    fail(in, "light", "one or three channels");
  result->unevenness = read_real(in, light, "unevenness");
  result->has_split = member(light, "light_rms") || member(light, "product_rms");
  if (!result->has_split) return;
  result->light_rms = read_real(in, light, "light_rms");
  result->product_rms = read_real(in, light, "product_rms");
}

static void read_region(struct reader *in, const json_t *object, struct region *region) {
  read_box(in, object, "box", region->box);
  read_box(in, object, "golden_box", region->golden_box);
  region->area_px = read_integer(in, object, "area_px", 0, INT64_MAX);
  region->has_size = member(object, "size_mm");
  if (region->has_size) region->size_mm = read_real(in, object, "size_mm");
  region->peak = read_real(in, object, "peak");
  const char *class_ = json_string_value(member(object, "class"));
  if (!class_ || !class_parse(class_, &region->class_)) fail(in, "class", "a defect's class");
  const char *severity = json_string_value(member(object, "severity"));
  if (!severity || !severity_parse(severity, &region->severity)) fail(in, "severity", "critical, major or minor");
  read_text(in, object, "zone", region->zone, sizeof region->zone);
  region->confidence = read_real(in, object, "confidence");
}

static void read_dimension(struct reader *in, const json_t *object, struct dimension_result *dimension) {
  read_text(in, object, "name", dimension->name, sizeof dimension->name);
  read_text(in, object, "unit", dimension->unit, sizeof dimension->unit);
  dimension->value = read_real(in, object, "value");
  dimension->uncertainty = read_real(in, object, "uncertainty");
  dimension->lower = read_real(in, object, "lower");
  dimension->upper = read_real(in, object, "upper");
  dimension->verdict = read_verdict(in, object);
}

/* Results of earlier versions do not say it. */
static void read_lab(struct reader *in, const json_t *object, struct zone_result *zone) {
  zone->has_lab = member(object, "lab") != NULL;
  if (zone->has_lab && (read_reals(in, object, "lab", zone->lab, 3) != 3 ||
                        read_reals(in, object, "golden_lab", zone->golden_lab, 3) != 3))
    fail(in, "zones.lab", "three numbers, and three as golden_lab");
}

static void read_zones(struct reader *in, const json_t *json, struct result *result) {
  if (!member(json, "zones")) return;
  const json_t *array = read_list(in, json, "zones", RESULT_MAX_ZONES);
  result->zones = reserve(in, array, sizeof *result->zones, &result->zone_count);
  for (size_t i = 0; i < result->zone_count; i++) {
    const json_t *object = json_array_get(array, i);
    read_text(in, object, "name", result->zones[i].name, sizeof result->zones[i].name);
    result->zones[i].delta_e = read_real(in, object, "delta_e");
    result->zones[i].uncertainty = read_real(in, object, "uncertainty");
    result->zones[i].limit = read_real(in, object, "limit");
    /* Results of older versions have none. */
    bool beyond = result->zones[i].delta_e > result->zones[i].limit;
    result->zones[i].verdict = member(object, "verdict") ? read_verdict(in, object)
                               : beyond                  ? VERDICT_FAIL
                                                         : VERDICT_PASS;
    read_lab(in, object, &result->zones[i]);
  }
}

static void read_parts(struct reader *in, const json_t *json, struct result *result) {
  if (!member(json, "parts")) return;
  const json_t *array = read_list(in, json, "parts", RESULT_MAX_PARTS);
  result->parts = reserve(in, array, sizeof *result->parts, &result->part_count);
  for (size_t i = 0; i < result->part_count; i++) {
    const json_t *object = json_array_get(array, i);
    struct part_result *part = &result->parts[i];
    read_text(in, object, "name", part->name, sizeof part->name);
    part->dx = read_real(in, object, "dx_px"), part->dy = read_real(in, object, "dy_px");
    part->turn = read_real(in, object, "turn_deg"), part->limit = read_real(in, object, "limit_px");
  }
}

static void read_readings(struct reader *in, const json_t *json, struct result *result) {
  if (!member(json, "readings")) return;
  const json_t *array = read_list(in, json, "readings", RESULT_MAX_READINGS);
  result->readings = reserve(in, array, sizeof *result->readings, &result->reading_count);
  for (size_t i = 0; i < result->reading_count; i++) {
    const json_t *object = json_array_get(array, i);
    struct reading_result *reading = &result->readings[i];
    read_text(in, object, "zone", reading->zone, sizeof reading->zone);
    read_text(in, object, "demand", reading->demand, sizeof reading->demand);
    read_text(in, object, "expected", reading->expected, sizeof reading->expected);
    read_text(in, object, "kind", reading->kind, sizeof reading->kind);
    read_text(in, object, "read", reading->read, sizeof reading->read);
    reading->verdict = read_verdict(in, object);
  }
}

static void read_findings(struct reader *in, const json_t *json, struct result *result) {
  const json_t *array = read_list(in, json, "regions", RESULT_MAX_REGIONS);
  result->regions = reserve(in, array, sizeof *result->regions, &result->region_count);
  for (size_t i = 0; i < result->region_count; i++) read_region(in, json_array_get(array, i), &result->regions[i]);
  array = read_list(in, json, "dimensions", RESULT_MAX_DIMENSIONS);
  result->dimensions = reserve(in, array, sizeof *result->dimensions, &result->dimension_count);
  for (size_t i = 0; i < result->dimension_count; i++)
    read_dimension(in, json_array_get(array, i), &result->dimensions[i]);
}

static void read_origin(struct reader *in, const json_t *json, struct result *result) {
  const json_t *versions = member(json, "versions"), *timing = member(json, "timing_ms");
  read_text(in, versions, "assay", result->assay, sizeof result->assay);
  read_text(in, versions, "libjpeg_turbo", result->libjpeg_turbo, sizeof result->libjpeg_turbo);
  read_text(in, versions, "opencv", result->opencv, sizeof result->opencv);
  if (member(json, "camera")) read_text(in, json, "camera", result->camera, sizeof result->camera);
  if (member(json, "fingerprint")) read_hex(in, json, "fingerprint", result->fingerprint, sizeof result->fingerprint);
  read_text(in, json, "backend", result->backend, sizeof result->backend);
  result->timing.decode = read_real(in, timing, "decode");
  result->timing.align = read_real(in, timing, "align");
  result->timing.compare = read_real(in, timing, "compare");
  result->timing.measure = read_real(in, timing, "measure");
  result->timing.total = read_real(in, timing, "total");
}

enum status result_from_json(const json_t *json, struct result *result, struct fault *fault) {
  *result = (struct result){0};
  if (!json_is_object(json)) return fault_set(fault, STATUS_INVALID, "result: expected a JSON object");
  const char *photo = json_string_value(member(json, "photo"));
  if (!photo) return fault_set(fault, STATUS_INVALID, "result: photo: missing; expected its path");
  struct reader in = {.fault = fault};
  result->photo = strdup(photo);
  if (!result->photo) return fault_set(fault, STATUS_MEMORY, "result: out of memory");
  read_hex(&in, json, "photo_id", result->photo_id, sizeof result->photo_id);
  read_golden(&in, json, result);
  read_job(&in, json, result);
  result->verdict = read_verdict(&in, json);
  read_reasons(&in, json, result);
  result->score = read_real(&in, json, "score");
  read_alignment(&in, json, result);
  read_light(&in, json, result);
  read_findings(&in, json, result);
  read_zones(&in, json, result);
  read_parts(&in, json, result);
  read_readings(&in, json, result);
  read_origin(&in, json, result);
  if (in.status) result_free(result);
  return in.status;
}
