/* Jobs and results as they come over the wire, seals and calibrations: what is read is written as it was read. */
#include "models/calibration.h"
#include "models/job.h"
#include "models/json_plain.h"
#include "models/result.h"
#include "models/seal.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static const char *const seeds[] = {
    "{\"id\":\"00112233445566778899aabbccddeeff\",\"photo\":\"a.jpg\",\"golden_path\":null,\"lot\":\"L\",\"captured\":"
    "\"2026-03-01T22:14:05\"}",
    "{\"photo\":\"a\",\"photo_id\":null,\"golden\":{\"name\":\"g\",\"version\":2,\"sha256\":\"\"},\"job\":{\"id\":null,"
    "\"lot\":\"L\"},\"verdict\":\"fail\",\"reasons\":[{\"code\":\"region\",\"text\":\"t\"}],\"score\":41.25,"
    "\"alignment\":{\"status\":\"ok\",\"homography\":[1,0,-12.5,0,1,3.3,1e-7,0,1],\"residual_px\":0.1,\"overlap\":1},"
    "\"light\":{\"gain\":[1.05],\"offset\":[-2.5],\"unevenness\":0.12},\"regions\":[{\"box\":[1,2,3,4],\"golden_box\":"
    "[-1,2,3,4],\"area_px\":77,\"size_mm\":1.2,\"peak\":2.5,\"class\":\"stain\",\"severity\":\"major\",\"zone\":\"\","
    "\"confidence\":1}],\"dimensions\":[{\"name\":\"h\",\"value\":2.2,\"unit\":\"mm\",\"uncertainty\":0.1,\"lower\":"
    "null,"
    "\"upper\":3,\"verdict\":\"pass\"}],\"versions\":{\"assay\":\"1\"},\"backend\":\"cpu\",\"timing_ms\":{\"total\":1}"
    "}",
    "{\"files\":[{\"name\":\"golden.yaml\",\"sha256\":"
    "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    "\",\"size\":1},{\"name\":\"photos/"
    "a\",\"sha256\":\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    "\",\"size\":1}],\"format\":1,\"name\":\"a\",\"photos\":[\"photos/a\"],\"previous\":null,\"version\":1,\"when\":"
    "\"2026-03-01T21:14:05Z\",\"who\":\"a\",\"why\":\"b\"}",
    "{\"format\":1,\"image\":{\"width\":1600,\"height\":1200},\"lens\":{\"fx\":1500,\"fy\":1500.5,\"cx\":800,\"cy\":"
    "600,\"k1\":0.01,\"k2\":-1e-3,\"p1\":0,\"p2\":0,\"k3\":0},\"covariance\":[1,0,1,0,0,1,0,0,0,1,0,0,0,0,1,0,0,0,0,0,"
    "1,"
    "0,0,0,0,0,0,1,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,1],\"freedom\":1234,\"residual_px\":0.03,\"board\":{\"columns\":9,"
    "\"rows\":6,\"square_mm\":25},\"photos\":[{\"photo\":\"a\",\"photo_id\":"
    "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\",\"residual_px\":0.02}],\"versions\":{"
    "\"assay\":\"1\",\"opencv\":\"4.6\"}}",
    NULL};

static void try_calibration(const uint8_t *bytes, size_t size) {
  struct calibration calibration, again;
  if (calibration_read(bytes, size, "fuzz", &calibration, NULL)) return;
  size_t written_size;
  char *written = calibration_write(&calibration, &written_size);
  if (!written || calibration_read(written, written_size, "fuzz", &again, NULL)) abort();
  free(written);
  calibration_free(&calibration);
  calibration_free(&again);
}

static void try_job(const json_t *json) {
  struct job job, again;
  if (job_from_json(json, &job, NULL)) return;
  struct text text = {0};
  job_write(&job, &text);
  json_t *written = json_loadb(text.bytes, text.size, JSON_REJECT_DUPLICATES, NULL);
  text_free(&text);
  if (!written || job_from_json(written, &again, NULL)) abort();
  for (size_t i = 0; i < JOB_TEXTS; i++) {
    const char *before = job_text_get(&job, i), *after = job_text_get(&again, i);
    if (!before != !after || (before && strcmp(before, after))) abort();
  }
  json_decref(written);
  job_free(&job);
  job_free(&again);
}

static void try_result(const json_t *json) {
  struct result result, again;
  if (result_from_json(json, &result, NULL)) return;
  char *first = result_write(&result);
  json_t *written = result_to_json(&result);
  if (!first || !written || result_from_json(written, &again, NULL)) abort();
  char *second = result_write(&again);
  if (!second || strcmp(first, second)) abort();
  json_decref(written);
  free(first);
  free(second);
  result_free(&result);
  result_free(&again);
}

/* What json_plain takes jansson takes, and they read the same in it. */
static void try_plain(const uint8_t *bytes, size_t size) {
  const struct json_slice text = {(const char *)bytes, size};
  if (!size || !json_plain(text)) return;
  json_t *json = json_loadb(text.at, text.size, JSON_REJECT_DUPLICATES, NULL);
  struct json_slice read;
  const json_t *verdict = json_object_get(json, "verdict");
  if (!json || (json_plain_string(text, "verdict", &read) &&
                (read.size != json_string_length(verdict) || memcmp(read.at, json_string_value(verdict), read.size))))
    abort();
  json_decref(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  struct seal seal;
  try_plain(bytes, size);
  seal_read(bytes, size, "fuzz", &seal, NULL);
  seal_free(&seal);
  try_calibration(bytes, size);
  json_t *json = json_loadb(size ? (const char *)bytes : "", size, 0, NULL);
  if (!json) return 0;
  try_job(json);
  try_result(json);
  json_decref(json);
  return 0;
}

uint8_t *fuzz_seed(int i, size_t *size) {
  char *seed = seeds[i] ? strdup(seeds[i]) : NULL;
  *size = seed ? strlen(seed) : 0;
  return (uint8_t *)seed;
}
