#include "models/result.h"
#include "models/text.h"

#include <string.h>

enum {
  PIXELS = 4,
  MILLIMETRES = 5,
  SCORES = 2,
  COLOURS = 3,
  RATIOS = 4,
  TIMES = 2,
  HOMOGRAPHY = 9 /* significant digits */
};

static void put_text(struct text *out, const char *key, const char *value) {
  text_put(out, key);
  text_json_string(out, value);
}

/* A text whose "" means unknown. */
static void put_known(struct text *out, const char *key, const char *value) {
  put_text(out, key, value && *value ? value : NULL);
}

static void put_integer(struct text *out, const char *key, int64_t value) {
  text_put(out, key);
  text_json_integer(out, value);
}

static void put_real(struct text *out, const char *key, double value, int decimals) {
  text_put(out, key);
  text_json_fixed(out, value, decimals);
}

static void put_box(struct text *out, const char *key, const int32_t box[4]) {
  text_put(out, key);
  for (int i = 0; i < 4; i++) {
    text_put(out, i ? "," : "[");
    text_json_integer(out, box[i]);
  }
  text_put(out, "]");
}

static void put_ratios(struct text *out, const char *key, const double *values, int count) {
  text_put(out, key);
  text_put(out, "[");
  for (int i = 0; i < count; i++) {
    if (i) text_put(out, ",");
    text_json_fixed(out, values[i], RATIOS);
  }
  text_put(out, "]");
}

static void put_golden(struct text *out, const struct result *result) {
  if (!result->has_golden) {
    text_put(out, ",\"golden\":null");
    return;
  }
  put_text(out, ",\"golden\":{\"name\":", result->golden_name);
  put_integer(out, ",\"version\":", result->golden_version);
  put_text(out, ",\"sha256\":", result->golden_sha256);
  text_put(out, "}");
}

static void put_job(struct text *out, const struct job *job) {
  if (!job) {
    text_put(out, ",\"job\":null");
    return;
  }
  put_known(out, ",\"job\":{\"id\":", job->id);
  for (size_t i = JOB_TEXT_LOT; i < JOB_TEXTS; i++) {
    text_put(out, ",\"");
    text_put(out, job_texts[i].key);
    put_known(out, "\":", job_text_get(job, i));
  }
  text_put(out, "}");
}

static void put_reasons(struct text *out, const struct result *result) {
  text_put(out, ",\"reasons\":[");
  for (size_t i = 0; i < result->reason_count; i++) {
    put_text(out, i ? ",{\"code\":" : "{\"code\":", reason_name(result->reasons[i].code));
    put_text(out, ",\"text\":", result->reasons[i].text);
    text_put(out, "}");
  }
  text_put(out, "]");
}

static void put_alignment(struct text *out, const struct result *result) {
  if (!result->aligned) {
    text_put(out, ",\"alignment\":{\"status\":\"refused\",\"homography\":null,\"residual_px\":null,\"overlap\":null}");
    return;
  }
  text_put(out, ",\"alignment\":{\"status\":\"ok\",\"homography\":");
  for (int i = 0; i < 9; i++) {
    text_put(out, i ? "," : "[");
    text_json_significant(out, result->homography[i], HOMOGRAPHY);
  }
  put_real(out, "],\"residual_px\":", result->residual_px, PIXELS);
  put_real(out, ",\"overlap\":", result->overlap, RATIOS);
  if (result->has_local) {
    put_real(out, ",\"local\":{\"mean_px\":", result->local_mean, PIXELS);
    put_real(out, ",\"largest_px\":", result->local_largest, PIXELS);
    put_real(out, ",\"at\":[", result->local_at[0], PIXELS);
    put_real(out, ",", result->local_at[1], PIXELS);
    text_put(out, "]}");
  }
  text_put(out, "}");
}

static void put_light(struct text *out, const struct result *result) {
  if (!result->has_light) {
    text_put(out, ",\"light\":null");
    return;
  }
  int channels = result->light_channels == 3 ? 3 : 1;
  put_ratios(out, ",\"light\":{\"gain\":", result->gain, channels);
  put_ratios(out, ",\"offset\":", result->offset, channels);
  put_real(out, ",\"unevenness\":", result->unevenness, RATIOS);
  if (result->has_split) {
    put_real(out, ",\"light_rms\":", result->light_rms, RATIOS);
    put_real(out, ",\"product_rms\":", result->product_rms, RATIOS);
  }
  text_put(out, "}");
}

static void put_region(struct text *out, const struct region *region) {
  put_box(out, "{\"box\":", region->box);
  put_box(out, ",\"golden_box\":", region->golden_box);
  put_integer(out, ",\"area_px\":", region->area_px);
  if (region->has_size)
    put_real(out, ",\"size_mm\":", region->size_mm, MILLIMETRES);
  else
    text_put(out, ",\"size_mm\":null");
  put_real(out, ",\"peak\":", region->peak, RATIOS);
  put_text(out, ",\"class\":", class_name(region->class_));
  put_text(out, ",\"severity\":", severity_name(region->severity));
  put_text(out, ",\"zone\":", region->zone);
  put_real(out, ",\"confidence\":", region->confidence, RATIOS);
  text_put(out, "}");
}

static void put_dimension(struct text *out, const struct dimension_result *dimension) {
  int decimals = strcmp(dimension->unit, "mm") ? PIXELS : MILLIMETRES;
  put_text(out, "{\"name\":", dimension->name);
  put_real(out, ",\"value\":", dimension->value, decimals);
  put_text(out, ",\"unit\":", dimension->unit);
  put_real(out, ",\"uncertainty\":", dimension->uncertainty, decimals);
  put_real(out, ",\"lower\":", dimension->lower, decimals);
  put_real(out, ",\"upper\":", dimension->upper, decimals);
  put_text(out, ",\"verdict\":", verdict_name(dimension->verdict));
  text_put(out, "}");
}

static void put_lab(struct text *out, const char *key, const double lab[3]) {
  for (int i = 0; i < 3; i++) put_real(out, i ? "," : key, lab[i], COLOURS);
  text_put(out, "]");
}

static void put_zones(struct text *out, const struct result *result) {
  for (size_t i = 0; i < result->zone_count; i++) {
    put_text(out, i ? ",{\"name\":" : ",\"zones\":[{\"name\":", result->zones[i].name);
    put_real(out, ",\"delta_e\":", result->zones[i].delta_e, COLOURS);
    put_real(out, ",\"uncertainty\":", result->zones[i].uncertainty, COLOURS);
    put_real(out, ",\"limit\":", result->zones[i].limit, COLOURS);
    put_text(out, ",\"verdict\":", verdict_name(result->zones[i].verdict));
    if (result->zones[i].has_lab) {
      put_lab(out, ",\"lab\":[", result->zones[i].lab);
      put_lab(out, ",\"golden_lab\":[", result->zones[i].golden_lab);
    }
    text_put(out, "}");
  }
  if (result->zone_count) text_put(out, "]");
}

static void put_parts(struct text *out, const struct result *result) {
  for (size_t i = 0; i < result->part_count; i++) {
    const struct part_result *part = &result->parts[i];
    put_text(out, i ? ",{\"name\":" : ",\"parts\":[{\"name\":", part->name);
    put_real(out, ",\"dx_px\":", part->dx, PIXELS);
    put_real(out, ",\"dy_px\":", part->dy, PIXELS);
    put_real(out, ",\"turn_deg\":", part->turn, PIXELS);
    put_real(out, ",\"limit_px\":", part->limit, PIXELS);
    text_put(out, "}");
  }
  if (result->part_count) text_put(out, "]");
}

static void put_readings(struct text *out, const struct result *result) {
  for (size_t i = 0; i < result->reading_count; i++) {
    const struct reading_result *reading = &result->readings[i];
    put_text(out, i ? ",{\"zone\":" : ",\"readings\":[{\"zone\":", reading->zone);
    put_text(out, ",\"demand\":", reading->demand);
    put_known(out, ",\"expected\":", reading->expected);
    put_known(out, ",\"kind\":", reading->kind);
    put_text(out, ",\"read\":", *reading->kind ? reading->read : NULL);
    put_text(out, ",\"verdict\":", verdict_name(reading->verdict));
    text_put(out, "}");
  }
  if (result->reading_count) text_put(out, "]");
}

static void put_versions(struct text *out, const struct result *result) {
  put_known(out, ",\"versions\":{\"assay\":", result->assay);
  put_known(out, ",\"libjpeg_turbo\":", result->libjpeg_turbo);
  put_known(out, ",\"opencv\":", result->opencv);
  text_put(out, "}");
}

static void put_timing(struct text *out, const struct result_timing *timing) {
  put_real(out, ",\"timing_ms\":{\"decode\":", timing->decode, TIMES);
  put_real(out, ",\"align\":", timing->align, TIMES);
  put_real(out, ",\"compare\":", timing->compare, TIMES);
  put_real(out, ",\"measure\":", timing->measure, TIMES);
  put_real(out, ",\"total\":", timing->total, TIMES);
  text_put(out, "}");
}

char *result_write(const struct result *result) {
  struct text out = {0};
  put_text(&out, "{\"photo\":", result->photo);
  put_known(&out, ",\"photo_id\":", result->photo_id);
  put_golden(&out, result);
  put_job(&out, result->job);
  put_text(&out, ",\"verdict\":", verdict_name(result->verdict));
  put_reasons(&out, result);
  if (result->verdict == VERDICT_CANNOT_JUDGE)
    text_put(&out, ",\"score\":null");
  else
    put_real(&out, ",\"score\":", result->score, SCORES);
  put_alignment(&out, result);
  put_light(&out, result);
  text_put(&out, ",\"regions\":[");
  for (size_t i = 0; i < result->region_count; i++) {
    if (i) text_put(&out, ",");
    put_region(&out, &result->regions[i]);
  }
  text_put(&out, "],\"dimensions\":[");
  for (size_t i = 0; i < result->dimension_count; i++) {
    if (i) text_put(&out, ",");
    put_dimension(&out, &result->dimensions[i]);
  }
  text_put(&out, "]");
  put_zones(&out, result);
  put_parts(&out, result);
  put_readings(&out, result);
  if (*result->camera) put_text(&out, ",\"camera\":", result->camera);
  if (*result->fingerprint) put_text(&out, ",\"fingerprint\":", result->fingerprint);
  put_versions(&out, result);
  put_text(&out, ",\"backend\":", result->backend);
  put_timing(&out, &result->timing);
  text_put(&out, "}");
  return text_take(&out);
}

json_t *result_to_json(const struct result *result) {
  char *text = result_write(result);
  json_t *json = text ? json_loads(text, 0, NULL) : NULL;
  free(text);
  return json;
}
