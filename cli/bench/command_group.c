#include "cli/bench/group_trial.h"
#include "cli/commands.h"
#include "cli/message.h"
#include "cli/output.h"

#include <stdio.h>

struct group_options {
  struct common_options common;
  long lots, photos;
};

static const struct option options[] = {{.name = "lots",
                                         .kind = OPTION_NUMBER,
                                         .offset = offsetof(struct group_options, lots),
                                         .argument = "N",
                                         .fallback = "50",
                                         .least = 1,
                                         .most = 1000,
                                         .help = "good lots whose halves are compared"},
                                        {.name = "photos",
                                         .kind = OPTION_NUMBER,
                                         .offset = offsetof(struct group_options, photos),
                                         .argument = "N",
                                         .fallback = "100",
                                         .least = 20,
                                         .most = 1000,
                                         .help = "photos a lot"},
                                        {.name = NULL}};

struct figures {
  long good, alike;       /* lots; those whose halves show no difference */
  long planted, found;    /* comparisons of lots that drifted; those where it was found */
  long elsewhere, failed; /* areas found where nothing was planted; photos that did not pass */
};

static void free_halves(struct group_image halves[2]) {
  group_image_free(&halves[0]);
  group_image_free(&halves[1]);
}

static enum status good_lot(struct group_trial *trial, long lot, long photos, struct figures *figures,
                            struct fault *fault) {
  const struct group_drift none = {0};
  struct group_image halves[2];
  int failed = 0, found = 0, elsewhere = 0;
  enum status status = group_trial_lot(trial, &none, (uint64_t)lot, (int)photos, halves, &failed, fault);
  if (!status) status = group_trial_compare(trial, &halves[0], &halves[1], &none, &found, &elsewhere, fault);
  free_halves(halves);
  figures->good++, figures->alike += !elsewhere, figures->failed += failed;
  return status;
}

/* Against the golden, and against a good lot. */
static enum status drifted_lot(struct group_trial *trial, const struct group_drift *drift, long photos,
                               struct figures *figures, struct fault *fault) {
  const struct group_drift none = {0};
  struct group_image good[2] = {{0}}, halves[2] = {{0}};
  int failed = 0, found = 0, elsewhere = 0;
  enum status status = group_trial_lot(trial, &none, 1001, (int)photos, good, &failed, fault);
  if (!status) status = group_trial_lot(trial, drift, 1002, (int)photos, halves, &failed, fault);
  if (!status) status = group_image_add(&good[0], &good[1], fault);
  if (!status) status = group_image_add(&halves[0], &halves[1], fault);
  figures->failed += failed;
  for (int against = 0; against < 2 && !status; against++) {
    status = group_trial_compare(trial, against ? &good[0] : NULL, &halves[0], drift, &found, &elsewhere, fault);
    figures->planted++, figures->found += found > 0, figures->elsewhere += elsewhere;
  }
  free_halves(good);
  free_halves(halves);
  return status;
}

static enum status show(const struct group_options *given, const struct figures *f, struct fault *fault) {
  if (given->common.json)
    return output_json(json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "good_lots", (json_int_t)f->good, "alike",
                                 (json_int_t)f->alike, "planted", (json_int_t)f->planted, "found", (json_int_t)f->found,
                                 "elsewhere", (json_int_t)f->elsewhere, "photos_failed", (json_int_t)f->failed),
                       fault);
  printf("halves of a good lot of %ld photos: nothing found in %ld of %ld\n", given->photos, f->alike, f->good);
  printf("a label shifted by 1 px, a zone by 1.5 dE, against the golden and against a good lot: found in %ld of %ld\n",
         f->found, f->planted);
  printf("areas found where nothing was planted: %ld; photos that did not pass: %ld\n", f->elsewhere, f->failed);
  return output_flush(fault);
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  const struct group_options *given = values;
  const struct inspect_options how = {.backend = given->common.backend, .cpu = given->common.cpu};
  const struct group_drift drifts[] = {{.label_px = 1}, {.zone_delta_e = 1.5}};
  struct group_trial trial = {0};
  struct figures figures = {0};
  enum status status = group_trial_open(&how, &trial, fault);
  progress_begin("lots", (size_t)given->lots);
  for (int i = 0; i < 2 && !status; i++) status = drifted_lot(&trial, &drifts[i], given->photos, &figures, fault);
  for (long i = 0; i < given->lots && !status; i++) {
    status = good_lot(&trial, i, given->photos, &figures, fault);
    progress_set((size_t)i + 1, (size_t)given->lots);
  }
  progress_end();
  group_trial_close(&trial);
  return status ? status : show(given, &figures, fault);
}

const struct command command_bench_group = {
    .name = "bench group",
    .summary = "what group images find in drawn lots that drifted, and in halves of good ones",
    .text =
        "Draws lots of small photos of units that differ by grain, pose, light and noise, judges them, and compares\n"
        "group images as assay lot image does: the halves of good lots; and lots whose label lies 1 px to the right\n"
        "or whose patch is 1.5 dE off, which no single photo shows, with the golden and with a good lot.\n\n"
        "With --json: {\"good_lots\", \"alike\", \"planted\", \"found\", \"elsewhere\", \"photos_failed\"}.",
    .example = "  assay bench group\n  assay bench group --lots 5 --photos 60",
    .operands = {.usage = "", .least = 0, .most = 0},
    .options = options,
    .values_size = sizeof(struct group_options),
    .run = run,
};
