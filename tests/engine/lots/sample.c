#include "tests/engine/lots/sample.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void set(char **field, const char *value) {
  if (!value) return;
  *field = strdup(value);
  if (!*field) abort();
}

static void fill_job(struct job *job, const struct sample *sample) {
  set(&job->lot, sample->lot);
  set(&job->factory, sample->factory);
  set(&job->line, sample->line);
  set(&job->shift, sample->shift);
  set(&job->unit, sample->unit);
  set(&job->view, sample->view);
  set(&job->captured, sample->captured);
  /* As ids are, spread over all digits. */
  uint64_t spread = ((uint64_t)sample->number + 1) * 0x9e3779b97f4a7c15;
  snprintf(job->id, sizeof job->id, "%016" PRIx64 "%016" PRIx64, spread, spread * 0x9e3779b97f4a7c15);
}

static void fill_region(struct result *result, const struct sample *sample) {
  result->regions = calloc(1, sizeof *result->regions);
  if (!result->regions) abort();
  result->region_count = 1;
  result->regions[0] = (struct region){.box = {sample->at[0], sample->at[1], 10, 10},
                                       .golden_box = {sample->at[0], sample->at[1], 10, 10},
                                       .area_px = 60,
                                       .peak = 2.5,
                                       .class_ = sample->class_,
                                       .severity = sample->severity,
                                       .zone = "body",
                                       .confidence = 0.9};
  result_add_reason(result, REASON_REGION, "1 place differs");
}

char *sample_line(const struct sample *sample) {
  struct result result;
  struct job job = {0};
  char photo[32], photo_id[PHOTO_ID_CHARS + 1];
  snprintf(photo, sizeof photo, "photos/%06d.jpg", sample->number);
  fill_job(&job, sample);
  snprintf(photo_id, sizeof photo_id, "%.32s%.32s", job.id, job.id);
  if (result_begin(&result, sample->photo ? sample->photo : photo, sample->photo_id ? sample->photo_id : photo_id, &job,
                   NULL))
    abort();
  job_free(&job);
  result.has_golden = true;
  snprintf(result.golden_name, sizeof result.golden_name, "%s", sample->golden ? sample->golden : "label");
  result.golden_version = sample->version ? sample->version : 1;
  memset(result.golden_sha256, 'a', SHA256_CHARS);
  result.verdict = sample->verdict;
  result.score = sample->score;
  result.aligned = result.has_light = true;
  result.homography[0] = result.homography[4] = result.homography[8] = 1;
  result.residual_px = 0.05;
  result.overlap = 1;
  result.light_channels = 3;
  for (int i = 0; i < 3; i++) result.gain[i] = 1 + 0.01 * i;
  if (sample->defect) fill_region(&result, sample);
  if (sample->verdict == VERDICT_CANNOT_JUDGE) result_add_reason(&result, sample->reason, "it could not be judged");
  result.dimensions = calloc(3, sizeof *result.dimensions);
  if (!result.dimensions) abort();
  result.dimension_count = sample->dimension_count;
  memcpy(result.dimensions, sample->dimensions, sizeof sample->dimensions);
  char *line = result_write(&result);
  if (!line) abort();
  result_free(&result);
  return line;
}

struct row *sample_row(const struct sample *sample, struct row_parser *parser) {
  static char room[1 << 14];
  char *line = sample_line(sample);
  size_t size = strlen(line);
  struct row *row;
  if (size + ROW_PADDING >= sizeof room) abort();
  memset(room, 0, sizeof room);
  memcpy(room, line, size);
  free(line);
  if (row_parse(parser, room, size, &row, NULL)) abort();
  return row;
}

void sample_write(FILE *file, const struct sample *sample) {
  char *line = sample_line(sample);
  if (fprintf(file, "%s\n", line) < 0) abort();
  free(line);
}
