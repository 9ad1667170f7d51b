#include "cli/bench/bench.h"
#include "cli/bench/everything.h"
#include "cli/bench/photos.h"
#include "cli/bench/yardstick.h"
#include "cli/commands.h"
#include "cli/message.h"
#include "cli/output.h"

#include "engine/inspect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { DRAWN = 3, APPROVED = 3, OWN_STAGES = 6, STAGES = 7 };

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

struct speed {
  const struct speed_options *given;
  struct photo *photos; /* the golden's first, or nothing there where a golden was opened */
  size_t count, approved;
  struct golden *golden, everything; /* the second where asked for */
  struct inspector *inspector;
  struct inspection *inspection;
  struct yardstick *yardstick;
  unsigned char *rgb;
  size_t rgb_size;
  double *ms[STAGES];
  size_t measured;
  char backend[16];
  struct bench_truth truths[DRAWN + APPROVED];
  struct bench_answer answer; /* of drawn photos */
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
  if (!status) status = inspection_open(s->inspector, &s->inspection, fault);
  if (status || !s->given->yardstick) return status;
  return yardstick_open(s->golden ? &s->golden->photos[0] : &s->photos[0], &s->yardstick, fault);
}

static bool is_drawn(const struct speed *s) {
  return !s->given->common.operands.count;
}

/* One plain decode, one judging of a photo and, where asked for, one by the yardstick. A photo that is not judged
 * measures nothing. */
static enum status measure_photo(struct speed *s, size_t index, double ms[STAGES], struct fault *fault) {
  const struct photo *photo = &s->photos[index];
  struct result result = {0};
  enum status status = bench_decode(photo, &s->rgb, &s->rgb_size, &ms[0], fault);
  if (!status) status = inspect_photo(s->inspection, photo, NULL, &result, fault);
  if (!status && result.verdict == VERDICT_CANNOT_JUDGE)
    status = fault_set(fault, STATUS_INVALID, "%s: %s; expected a photo that can be judged", photo->path,
                       result.reason_count ? result.reasons[0].text : "cannot be judged");
  ms[1] = result.timing.decode, ms[2] = result.timing.align, ms[3] = result.timing.compare;
  ms[4] = result.timing.measure, ms[5] = result.timing.total;
  snprintf(s->backend, sizeof s->backend, "%s", result.backend);
  if (!status && is_drawn(s)) bench_photos_check(&s->truths[index], &result, &s->answer);
  result_free(&result);
  int regions;
  if (!status && s->yardstick) status = yardstick_judge(s->yardstick, photo, &ms[OWN_STAGES], &regions, fault);
  return status;
}

static int stages_of(const struct speed *s) {
  return s->yardstick ? STAGES : OWN_STAGES;
}

/* The first round takes memory and is not counted. */
static enum status measure(struct speed *s, struct fault *fault) {
  size_t runs = (size_t)s->given->runs, photos = s->count - s->approved;
  for (int k = 0; k < stages_of(s); k++)
    if (!(s->ms[k] = calloc(runs * photos, sizeof(double))))
      return fault_set(fault, STATUS_MEMORY, "benchmark: out of memory");
  progress_begin("runs", runs);
  enum status status = STATUS_OK;
  for (size_t run = 0; run <= runs && !status; run++) {
    for (size_t i = 0; i < photos && !status; i++) {
      double ms[STAGES];
      status = measure_photo(s, i + s->approved, ms, fault);
      for (int k = 0; k < stages_of(s) && run && !status; k++) s->ms[k][s->measured] = ms[k];
      s->measured += run > 0;
    }
    progress_set(run, runs);
  }
  progress_end();
  return status;
}

static json_t *answer_json(const struct bench_answer *a) {
  return json_pack("{s:f, s:I, s:I, s:I}", "corner_px", a->corner_px, "planted", (json_int_t)a->planted, "found",
                   (json_int_t)a->found, "others", (json_int_t)a->others);
}

static enum status report(struct speed *s, struct fault *fault) {
  double median[STAGES];
  char processor[128];
  bench_processor(processor, sizeof processor);
  for (int k = 0; k < stages_of(s); k++) median[k] = bench_median(s->ms[k], s->measured);
  if (s->given->common.json) {
    json_t *ms = json_object(), *decodes = json_object();
    for (int k = 0; k < stages_of(s); k++) {
      json_object_set_new(ms, fields[k], json_real(median[k]));
      json_object_set_new(decodes, fields[k], json_real(median[k] / median[0]));
    }
    return output_json(json_pack("{s:s, s:s, s:I, s:I, s:o, s:o, s:o*}", "processor", processor, "backend", s->backend,
                                 "photos", (json_int_t)(s->count - s->approved), "runs", (json_int_t)s->given->runs,
                                 "ms", ms, "decodes", decodes, "answer", is_drawn(s) ? answer_json(&s->answer) : NULL),
                       fault);
  }
  printf("%s\n%zu photos, medians of %ld runs each in turn, one thread, backend %s\n\n%-18s %10s %8s %10s\n", processor,
         s->count - s->approved, s->given->runs, s->backend, "", "ms", "D", "share");
  for (int k = 0; k < stages_of(s); k++) {
    printf("%-18s %10.2f %8.2f", stages[k], median[k], median[k] / median[0]);
    if (k > 0 && k < OWN_STAGES) printf(" %8.1f %%", 100 * median[k] / median[OWN_STAGES - 1]);
    putchar('\n');
  }
  if (is_drawn(s))
    printf("\ncorners within %.2f px of where they are; %zu of %zu planted marks found, %zu other regions\n",
           s->answer.corner_px, s->answer.found, s->answer.planted, s->answer.others);
  if (s->yardstick) printf("\n%.1f times as fast as the yardstick\n", median[OWN_STAGES] / median[OWN_STAGES - 1]);
  return STATUS_OK;
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  struct speed s = {.given = values};
  if (s.given->common.operands.count == 1)
    return fault_set(fault, STATUS_USAGE, "one picture; expected a golden and photos, or nothing");
  if (s.given->everything && s.given->common.operands.count)
    return fault_set(fault, STATUS_USAGE,
                     "--everything is for drawn photos; a golden's own spec says what it asks for");
  enum status status = take_photos(&s, fault);
  if (!status) status = open_golden(&s, fault);
  if (!status) status = measure(&s, fault);
  if (!status) status = report(&s, fault);
  for (int k = 0; k < STAGES; k++) free(s.ms[k]);
  free(s.rgb);
  yardstick_close(s.yardstick);
  inspection_close(s.inspection);
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
        "Judges JPEG photos against a golden (a sealed one or a picture) that is already loaded, in one thread, and\n"
        "decodes each to RGB in turn with libjpeg-turbo alone: D, into memory that was touched before. Prints\n"
        "medians in ms, in D, and each stage's share of the whole. Without a golden it draws three photos, with two "
        "marks each that the golden has not, "
        "and\n"
        "tells how right the answers were. The yardstick is what one writes with OpenCV\n"
        "for the same job: ORB and MAGSAC on half a megapixel, a warp, the difference in Lab, regions.\n\n"
        "With --json: {\"processor\", \"backend\", \"photos\", \"runs\", \"ms\": {\"plain_decode\", \"decode\", "
        "\"align\",\n"
        "\"compare\", \"measure\", \"total\", \"yardstick\" where asked for}, \"decodes\": the same in D,\n"
        "\"answer\" of drawn photos: {\"corner_px\" (the worst), \"planted\", \"found\", \"others\"}}.",
    .example = "  assay bench speed --megapixels 12 --everything\n  assay bench speed goldens/label photos/*.jpg",
    .operands = {.usage = "[GOLDEN PHOTO...]", .least = 0, .most = SIZE_MAX},
    .options = options,
    .values_size = sizeof(struct speed_options),
    .run = run,
};
