/* What lots are made of: results line by line, and the file of what lots came to. */
#include "engine/lots/history.h"
#include "engine/lots/rows.h"
#include "tests/fuzz/file.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static const char *const seeds[] = {
    "{\"photo\":\"a\",\"photo_id\":null,\"golden\":{\"name\":\"g\",\"version\":2,\"sha256\":\"\"},\"job\":{\"id\":null,"
    "\"lot\":\"L\",\"captured\":\"2026-03-01T22:14:05+01:00\"},\"verdict\":\"fail\",\"reasons\":[{\"code\":\"region\","
    "\"text\":\"t\"}],\"score\":41.25,\"alignment\":{\"status\":\"ok\",\"homography\":[1,0,-12.5,0,1,3.3,1e-7,0,1],"
    "\"residual_px\":0.1,\"overlap\":1},\"light\":{\"gain\":[1.05],\"offset\":[-2.5],\"unevenness\":0.12},\"regions\":"
    "[{\"box\":[1,2,3,4],\"golden_box\":[-1,2,3,4],\"area_px\":77,\"size_mm\":1.2,\"peak\":2.5,\"class\":\"stain\","
    "\"severity\":\"major\",\"zone\":\"\",\"confidence\":1}],\"dimensions\":[{\"name\":\"h\",\"value\":2.2,\"unit\":"
    "\"mm\",\"uncertainty\":0.1,\"lower\":null,\"upper\":3,\"verdict\":\"pass\"}],\"versions\":{\"assay\":\"1\"},"
    "\"backend\":\"cpu\",\"timing_ms\":{\"total\":1}}\n\n",
    "{\"supplier\":\"F\",\"lot\":\"L-1\",\"class\":\"major\",\"inspection\":\"normal\",\"outcome\":\"accepted\","
    "\"resubmitted\":false}\n{\"supplier\":\"F\",\"class\":\"major\",\"resumed\":\"acted\"}\n",
    "{\"verdict\":\"pass\"}\n{\"job\":\"00112233445566778899aabbccddeeff\",\"reason\":\"r\",\"losses\":[]}\n", NULL};

static enum status take(void *context, const struct row *row, struct fault *fault) {
  (void)context, (void)fault;
  if (!row->photo || !row->photo_id || !row->job_id || !row->golden_sha256) abort();
  static volatile size_t sink;
  for (int key = 0; key < ROW_KEYS; key++) sink += row->keys[key] ? strlen(row->keys[key]) : 0;
  for (size_t i = 0; i < row->region_count; i++) sink += strlen(row->regions[i].zone);
  for (size_t i = 0; i < row->dimension_count; i++)
    sink += strlen(row->dimensions[i].name) + strlen(row->dimensions[i].unit);
  for (size_t i = 0; i < row->zone_count; i++) sink += strlen(row->zones[i].name);
  return STATUS_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  const char *path = fuzz_file(bytes, size);
  struct fault fault = {0};
  struct rows_tally tally;
  enum status status = rows_read(&path, 1, take, NULL, &tally, &fault);
  if (!status != !fault.text[0]) abort();
  struct history history;
  fault = (struct fault){0};
  status = history_read(path, &history, &fault);
  if (!status != !fault.text[0] || (status && history.records)) abort();
  history_free(&history);
  return 0;
}

uint8_t *fuzz_seed(int i, size_t *size) {
  char *seed = seeds[i] ? strdup(seeds[i]) : NULL;
  *size = seed ? strlen(seed) : 0;
  return (uint8_t *)seed;
}
