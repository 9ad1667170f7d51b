#include "cli/bench/bench.h"
#include "cli/bench/everything.h"
#include "cli/bench/photos.h"
#include "cli/bench/yardstick.h"
#include "cli/commands.h"
#include "cli/message.h"
#include "cli/output.h"
#include "cli/parallel.h"

#include "engine/inspect.h"
#include "kernels/cuda/cuda.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { DRAWN = 3, APPROVED = 3, COMPARE_STAGE = 3, OWN_STAGES = 6, STAGES = 7 };

struct speed_options {
  struct common_options common;
  long megapixels, runs;
  bool yardstick, everything;
};

static const struct option options[] = {{.name = "megapixels",
                                         .kind = OPTION_NUMBER,
                                         .offset = offsetof(struct speed_options, megapixels),
                                         .argument = "M",
                                         .fallback = "12",
                                         .help = "size of the drawn photos, where none are given",
                                         .least = 1,
                                         .most = 100},
                                        {.name = "runs",
                                         .kind = OPTION_NUMBER,
                                         .offset = offsetof(struct speed_options, runs),
                                         .argument = "N",
                                         .fallback = "9",
                                         .help = "how often each photo is decoded and judged, in turn",
                                         .least = 1,
                                         .most = 999},
                                        {.name = "yardstick",
                                         .kind = OPTION_FLAG,
                                         .offset = offsetof(struct speed_options, yardstick),
                                         .help = "time a plain OpenCV pipeline on the same photos, in turn"},
                                        {.name = "everything",
                                         .kind = OPTION_FLAG,
                                         .offset = offsetof(struct speed_options, everything),
                                         .help = "drawn photos have 20 zones, their colours judged against one of "
                                                 "them, a rigid one, one that demands its print, three approved "
                                                 "photos"},
                                        {.name = NULL}};

static const char *const stages[STAGES] = {"plain decode (D)", "decode", "align",    "compare",
                                           "measure, read",    "whole",  "yardstick"};
static const char *const fields[STAGES] = {"plain_decode", "decode", "align",    "compare",
                                           "measure",      "total",  "yardstick"};

/* What one thread works with, and what it measured. */
struct lane {
  struct inspection *inspection;
  struct yardstick *yardstick;
  unsigned char *rgb;
  size_t rgb_size;
  double *ms[STAGES];
  size_t measured;
  char backend[16];
  struct bench_answer answer; /* of drawn photos */
  enum status status;
  struct fault fault;
};

struct speed {
  const struct speed_options *given;
  struct photo *photos; /* the golden's first, or nothing there where a golden was opened */
  size_t count, approved;
  struct golden *golden, everything; /* the second where asked for */
  struct inspector *inspector;
  struct lane *lanes;
  size_t threads;
  bool counted; /* not the first round, which takes memory */
  struct bench_truth truths[DRAWN + APPROVED];
};

static enum status take_photos(struct speed *s, struct fault *fault) {
  const struct words *files = &s->given->common.operands;
  s->approved = s->given->everything ? APPROVED : 1;
  s->count = files->count ? files->count : DRAWN + s->approved;
  s->photos = calloc(s->count, sizeof *s->photos);
  if (!s->photos) return fault_set(fault, STATUS_MEMORY, "benchmark: out of memory");
  if (!files->count)
    return bench_photos_draw((double)s->given->megapixels, s->photos, s->count, s->approved, s->truths, fault);
  struct stat what;
  bool folder = !stat(files->items[0], &what) && S_ISDIR(what.st_mode);
  enum status status = folder ? golden_open(files->items[0], &s->golden, fault) : STATUS_OK;
  for (size_t i = folder; i < s->count && !status; i++) status = photo_read(files->items[i], 0, &s->photos[i], fault);
  return status;
}

static int stages_of(const struct speed *s) {
  return s->given->yardstick ? STAGES : OWN_STAGES;
}

static enum status open_lane(const struct speed *s, struct lane *lane, struct fault *fault) {
  size_t runs = (size_t)s->given->runs, photos = s->count - s->approved;
  for (int k = 0; k < stages_of(s); k++)
    if (!(lane->ms[k] = calloc(runs * photos, sizeof(double))))
      return fault_set(fault, STATUS_MEMORY, "benchmark: out of memory");
  enum status status = inspection_open(s->inspector, &lane->inspection, fault);
  if (status || !s->given->yardstick) return status;
  return yardstick_open(s->golden ? &s->golden->photos[0] : &s->photos[0], &lane->yardstick, fault);
}

static enum status open_golden(struct speed *s, struct fault *fault) {
  const struct inspect_options inspect = {.backend = s->given->common.backend, .cpu = s->given->common.cpu};
  const struct bench_truth *size = &s->truths[APPROVED];
  enum status status = STATUS_OK;
  if (s->given->everything)
    status = everything_open(s->photos, s->approved, size->width, size->height, &s->everything, fault);
  const struct golden *golden = s->given->everything ? &s->everything : s->golden;
  if (!status)
    status = golden ? inspector_open(golden, &inspect, &s->inspector, fault)
                    : inspector_open_photo(&s->photos[0], &inspect, &s->inspector, fault);
  for (size_t i = 0; i < s->threads && !status; i++) status = open_lane(s, &s->lanes[i], fault);
  return status;
}

static bool is_drawn(const struct speed *s) {
  return !s->given->common.operands.count;
}

/* One plain decode, one judging of a photo and, where asked for, one by the yardstick. A photo that is not judged
 * measures nothing. */
static enum status measure_photo(const struct speed *s, size_t index, struct lane *lane, double ms[STAGES],
                                 struct fault *fault) {
  const struct photo *photo = &s->photos[index];
  struct result result = {0};
  enum status status = bench_decode(photo, &lane->rgb, &lane->rgb_size, &ms[0], fault);
  if (!status) status = inspect_photo(lane->inspection, photo, NULL, &result, fault);
  if (!status && result.verdict == VERDICT_CANNOT_JUDGE)
    status = fault_set(fault, STATUS_INVALID, "%s: %s; expected a photo that can be judged", photo->path,
                       result.reason_count ? result.reasons[0].text : "cannot be judged");
  ms[1] = result.timing.decode, ms[2] = result.timing.align, ms[3] = result.timing.compare;
  ms[4] = result.timing.measure, ms[5] = result.timing.total;
  snprintf(lane->backend, sizeof lane->backend, "%s", result.backend);
  if (!status && is_drawn(s)) bench_photos_check(&s->truths[index], &result, &lane->answer);
  result_free(&result);
  int regions;
  if (!status && lane->yardstick) status = yardstick_judge(lane->yardstick, photo, &ms[OWN_STAGES], &regions, fault);
  return status;
}

/* Each photo once, beginning with another in each thread. */
static void measure_round(void *context, size_t index) {
  const struct speed *s = context;
  struct lane *lane = &s->lanes[index];
  size_t photos = s->count - s->approved;
  for (size_t i = 0; i < photos && !lane->status; i++) {
    double ms[STAGES];
    lane->status = measure_photo(s, s->approved + (i + index) % photos, lane, ms, &lane->fault);
    for (int k = 0; k < stages_of(s) && s->counted && !lane->status; k++) lane->ms[k][lane->measured] = ms[k];
    lane->measured += s->counted;
  }
}

static enum status end_round(void *context, size_t index, struct fault *fault) {
  const struct lane *lane = &((const struct speed *)context)->lanes[index];
  if (lane->status && fault) *fault = lane->fault;
  return lane->status;
}

static enum status measure(struct speed *s, struct fault *fault) {
  const struct parallel rounds = {s->threads, s->threads, measure_round, end_round, s};
  size_t runs = (size_t)s->given->runs;
  enum status status = STATUS_OK;
  progress_begin("runs", runs);
  for (size_t run = 0; run <= runs && !status; run++) {
    s->counted = run > 0;
    if (s->threads == 1) measure_round(s, 0);
    status = s->threads == 1 ? end_round(s, 0, fault) : parallel_run(&rounds, fault);
    progress_set(run, runs);
  }
  progress_end();
  return status;
}

/* Of all threads. */
static enum status find_medians(const struct speed *s, double median[STAGES], struct fault *fault) {
  size_t each = s->lanes[0].measured;
  double *all = calloc(each * s->threads, sizeof *all);
  if (!all) return fault_set(fault, STATUS_MEMORY, "benchmark: out of memory");
  for (int k = 0; k < stages_of(s); k++) {
    for (size_t i = 0; i < s->threads; i++) memcpy(all + i * each, s->lanes[i].ms[k], each * sizeof *all);
    median[k] = bench_median(all, each * s->threads);
  }
  free(all);
  return STATUS_OK;
}

static struct bench_answer answer_of_all(const struct speed *s) {
  struct bench_answer all = {0};
  for (size_t i = 0; i < s->threads; i++) {
    const struct bench_answer *a = &s->lanes[i].answer;
    if (a->corner_px > all.corner_px) all.corner_px = a->corner_px;
    all.planted += a->planted, all.found += a->found, all.others += a->others;
  }
  return all;
}

/* Of what the GPU's memory could move while photos are compared, what their kernels move at least; 0 where there is
 * none, or its bandwidth is unknown. The stage has the host's work in it too. */
static double share_of_bandwidth(const struct speed *s, double compare_ms) {
  const struct lane *lane = &s->lanes[0];
  double bandwidth = strcmp(lane->backend, "cuda") ? 0 : kernel_cuda_bandwidth(0);
  double moved = (double)s->threads * bench_compare_bytes(inspection_golden(lane->inspection));
  return bandwidth > 0 ? moved / (compare_ms * 1e-3) / bandwidth : 0;
}

static json_t *answer_json(const struct bench_answer *a) {
  return json_pack("{s:f, s:I, s:I, s:I}", "corner_px", a->corner_px, "planted", (json_int_t)a->planted, "found",
                   (json_int_t)a->found, "others", (json_int_t)a->others);
}

static enum status report_json(const struct speed *s, const char *processor, const double median[STAGES],
                               const struct bench_answer *answer, struct fault *fault) {
  json_t *ms = json_object(), *decodes = json_object();
  for (int k = 0; k < stages_of(s); k++) {
    json_object_set_new(ms, fields[k], json_real(median[k]));
    json_object_set_new(decodes, fields[k], json_real(median[k] / median[0]));
  }
  double share = share_of_bandwidth(s, median[COMPARE_STAGE]);
  return output_json(json_pack("{s:s, s:s, s:I, s:I, s:I, s:o, s:o, s:o*, s:o*}", "processor", processor, "backend",
                               s->lanes[0].backend, "threads", (json_int_t)s->threads, "photos",
                               (json_int_t)(s->count - s->approved), "runs", (json_int_t)s->given->runs, "ms", ms,
                               "decodes", decodes, "answer", is_drawn(s) ? answer_json(answer) : NULL,
                               "bandwidth_share", share > 0 ? json_real(share) : NULL),
                     fault);
}

static void report_text(const struct speed *s, const char *processor, const double median[STAGES],
                        const struct bench_answer *answer) {
  printf("%s\n%zu photos, medians of %ld runs each in turn, ", processor, s->count - s->approved, s->given->runs);
  if (s->threads == 1)
    printf("one thread");
  else
    printf("%zu threads at the same time", s->threads);
  printf(", backend %s\n\n%-18s %10s %8s %10s\n", s->lanes[0].backend, "", "ms", "D", "share");
  for (int k = 0; k < stages_of(s); k++) {
    printf("%-18s %10.2f %8.2f", stages[k], median[k], median[k] / median[0]);
    if (k > 0 && k < OWN_STAGES) printf(" %8.1f %%", 100 * median[k] / median[OWN_STAGES - 1]);
    putchar('\n');
  }
  double bandwidth = share_of_bandwidth(s, median[COMPARE_STAGE]);
  if (bandwidth > 0) printf("\ncompare takes %.1f %% of the GPU's memory bandwidth at least\n", 100 * bandwidth);
  if (is_drawn(s))
    printf("\ncorners within %.2f px of where they are; %zu of %zu planted marks found, %zu other regions\n",
           answer->corner_px, answer->found, answer->planted, answer->others);
  if (s->given->yardstick)
    printf("\n%.1f times as fast as the yardstick\n", median[OWN_STAGES] / median[OWN_STAGES - 1]);
}

static enum status report(const struct speed *s, struct fault *fault) {
  double median[STAGES];
  char processor[128];
  struct bench_answer answer = answer_of_all(s);
  bench_processor(processor, sizeof processor);
  enum status status = find_medians(s, median, fault);
  if (status) return status;
  if (s->given->common.json) return report_json(s, processor, median, &answer, fault);
  report_text(s, processor, median, &answer);
  return STATUS_OK;
}

static void close_lane(struct lane *lane) {
  for (int k = 0; k < STAGES; k++) free(lane->ms[k]);
  free(lane->rgb);
  yardstick_close(lane->yardstick);
  inspection_close(lane->inspection);
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  struct speed s = {.given = values};
  if (s.given->common.operands.count == 1)
    return fault_set(fault, STATUS_USAGE, "one picture; expected a golden and photos, or nothing");
  if (s.given->everything && s.given->common.operands.count)
    return fault_set(fault, STATUS_USAGE,
                     "--everything is for drawn photos; a golden's own spec says what it asks for");
  s.threads = s.given->common.threads ? (size_t)s.given->common.threads : 1;
  s.lanes = calloc(s.threads, sizeof *s.lanes);
  if (!s.lanes) return fault_set(fault, STATUS_MEMORY, "benchmark: out of memory");
  enum status status = take_photos(&s, fault);
  if (!status) status = open_golden(&s, fault);
  if (!status) status = measure(&s, fault);
  if (!status) status = report(&s, fault);
  for (size_t i = 0; i < s.threads; i++) close_lane(&s.lanes[i]);
  free(s.lanes);
  inspector_close(s.inspector);
  if (s.golden) golden_close(s.golden);
  everything_close(&s.everything);
  for (size_t i = 0; s.photos && i < s.count; i++) photo_free(&s.photos[i]);
  free(s.photos);
  return status;
}

const struct command command_bench_speed = {
    .name = "bench speed",
    .summary = "how long a photo takes, stage by stage, against a plain decode of it",
    .text =
        "Judges JPEG photos against a golden (a sealed one or a picture) that is already loaded, and decodes\n"
        "each to RGB in turn with libjpeg-turbo alone: D, into memory that was touched before. Prints medians in ms,\n"
        "in D, and each stage's share of the whole. One thread, or as many as --threads says at the same time, each\n"
        "with photos of its own. Without a golden it draws three photos, with two marks each that the golden has not,\n"
        "and tells how right the answers were. The yardstick is what one writes with OpenCV\n"
        "for the same job: ORB and MAGSAC on half a megapixel, a warp, the difference in Lab, regions. On a GPU it "
        "also\n"
        "tells which share of the memory's bandwidth comparing takes.\n\n"
        "With --json: {\"processor\", \"backend\", \"threads\", \"photos\", \"runs\", \"ms\": {\"plain_decode\", "
        "\"decode\",\n"
        "\"align\", \"compare\", \"measure\", \"total\", \"yardstick\" where asked for}, \"decodes\": the same in D,\n"
        "\"answer\" of drawn photos: {\"corner_px\" (the worst), \"planted\", \"found\", \"others\"}, on a GPU\n"
        "\"bandwidth_share\": 0..1, of its memory's bandwidth, that comparing takes at least}.",
    .example = "  assay bench speed --megapixels 12 --everything\n  assay bench speed goldens/label photos/*.jpg",
    .operands = {.usage = "[GOLDEN PHOTO...]", .least = 0, .most = SIZE_MAX},
    .options = options,
    .values_size = sizeof(struct speed_options),
    .run = run,
};
