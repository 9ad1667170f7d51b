#include "cli/bench/lot_trial.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "engine/statistics/rates.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct lots_options {
  struct common_options common;
  long photos, seed;
  const char *product, *min_size, *min_contrast;
  struct words megapixels, goldens;
  bool full;
};

#define FIELD(name) offsetof(struct lots_options, name)
static const struct option options[] = {
    {.name = "megapixels",
     .kind = OPTION_LIST,
     .offset = FIELD(megapixels),
     .argument = "M",
     .help = "sizes of the photos; 1 where none is given"},
    {.name = "goldens",
     .kind = OPTION_LIST,
     .offset = FIELD(goldens),
     .argument = "N",
     .help = "numbers of approved photos; 1, 5 and 20 where none is given"},
    {.name = "photos",
     .kind = OPTION_NUMBER,
     .offset = FIELD(photos),
     .argument = "N",
     .fallback = "100",
     .least = 2,
     .most = 100000,
     .help = "photos a product, size and number of approved photos; half of them defective"},
    {.name = "product",
     .kind = OPTION_WORD,
     .offset = FIELD(product),
     .argument = "label|board|plate",
     .help = "only this one"},
    {.name = "min-size",
     .kind = OPTION_TEXT,
     .offset = FIELD(min_size),
     .argument = "PX",
     .fallback = "5",
     .help = "smallest defect, across"},
    {.name = "min-contrast",
     .kind = OPTION_TEXT,
     .offset = FIELD(min_contrast),
     .argument = "GREY",
     .fallback = "20",
     .help = "least contrast of a defect, grey levels"},
    {.name = "seed",
     .kind = OPTION_NUMBER,
     .offset = FIELD(seed),
     .argument = "N",
     .fallback = "2026",
     .least = 0,
     .most = 1000000000,
     .help = "everything follows from it"},
    {.name = "full",
     .kind = OPTION_FLAG,
     .offset = FIELD(full),
     .help = "1 megapixel with 3,000 photos, 3 and 12 with 200, whatever --photos and --megapixels say"},
    {.name = NULL}};

static const char *const products[] = {"label", "board", "plate", NULL};

/* By the diameter of a disc of the defect's area, px, and by its contrast, grey levels. */
enum { SIZES = 3, CONTRASTS = 3 };
static const double size_from[SIZES] = {0, 10, 20}, contrast_from[CONTRASTS] = {0, 30, 50};

struct counts {
  long photos, good, unjudged, false_regions;
  long planted[SIZES][CONTRASTS], found[SIZES][CONTRASTS];
};

static int bin_of(double value, const double *from, int bins) {
  int bin = 0;
  while (bin + 1 < bins && value >= from[bin + 1]) bin++;
  return bin;
}

static enum status count_photo(void *context, const json_t *truth, const struct result *result, struct fault *fault) {
  struct counts *t = context;
  const json_t *defects = json_object_get(truth, "defects");
  (void)fault;
  t->photos++;
  t->good += !json_array_size(defects);
  t->unjudged += result->verdict == VERDICT_CANNOT_JUDGE;
  t->false_regions += (long)lot_trial_false_regions(result, truth);
  for (size_t i = 0; i < json_array_size(defects); i++) {
    const json_t *defect = json_array_get(defects, i);
    double area = json_number_value(json_object_get(defect, "area_px"));
    int size = bin_of(2 * sqrt(area / 3.14159265358979), size_from, SIZES);
    int contrast = bin_of(json_number_value(json_object_get(defect, "contrast")), contrast_from, CONTRASTS);
    t->planted[size][contrast]++;
    t->found[size][contrast] += lot_trial_finds(result, defect);
  }
  return STATUS_OK;
}

/* One lot of `photos`, added to the tally. */
static enum status one(const struct lots_options *given, const char *product, const char *megapixels,
                       const char *goldens, long photos, struct counts *t, struct fault *fault) {
  char seed[24], count[24], half[24];
  snprintf(seed, sizeof seed, "%ld", given->seed);
  snprintf(count, sizeof count, "%ld", photos);
  snprintf(half, sizeof half, "%ld", photos / 2);
  const char *synth[] = {"--product",  product,         "--seed",         seed,
                         "--count",    count,           "--defects",      half,
                         "--goldens",  goldens,         "--megapixels",   megapixels,
                         "--min-size", given->min_size, "--min-contrast", given->min_contrast,
                         NULL};
  const struct lot_trial trial = {.synth = synth, .common = &given->common};
  return lot_trial_run(&trial, &(struct synthetic_visit){count_photo, t}, fault);
}

static void sums(const struct counts *t, long *planted, long *found) {
  *planted = *found = 0;
  for (int i = 0; i < SIZES; i++)
    for (int k = 0; k < CONTRASTS; k++) *planted += t->planted[i][k], *found += t->found[i][k];
}

static json_t *bins_json(const struct counts *t) {
  json_t *bins = json_array();
  for (int i = 0; i < SIZES; i++)
    for (int k = 0; k < CONTRASTS; k++)
      json_array_append_new(bins, json_pack("{s:f, s:f, s:I, s:I}", "size_from", size_from[i], "contrast_from",
                                            contrast_from[k], "planted", (json_int_t)t->planted[i][k], "found",
                                            (json_int_t)t->found[i][k]));
  return bins;
}

static enum status print_row(const struct lots_options *given, const char *product, const char *megapixels,
                             const char *goldens, const struct counts *t, struct fault *fault) {
  long planted, found;
  sums(t, &planted, &found);
  struct interval recall = rate_share_interval(found, planted, 0.95);
  struct interval wrong = rate_mean_interval(t->false_regions, 0.95);
  double thousand = 1000.0 / (double)t->photos, share = planted ? (double)found / (double)planted : NAN;
  if (given->common.json)
    return output_json(
        json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:f, s:f, s:f, s:I, s:I, s:f, s:f, s:f, s:o}", "product", product,
                  "megapixels", megapixels, "goldens", goldens, "photos", (json_int_t)t->photos, "not_judged",
                  (json_int_t)t->unjudged, "false_regions", (json_int_t)t->false_regions, "false_per_thousand",
                  thousand * (double)t->false_regions, "false_lower", thousand * wrong.lower, "false_upper",
                  thousand * wrong.upper, "planted", (json_int_t)planted, "found", (json_int_t)found, "recall", share,
                  "recall_lower", recall.lower, "recall_upper", recall.upper, "bins", bins_json(t)),
        fault);
  printf("%-6s %4s %8s %7ld %6ld %6ld %5.1f (%.1f to %.1f) %6.2f %% (%.2f to %.2f) ", product, megapixels, goldens,
         t->photos, t->unjudged, t->false_regions, thousand * (double)t->false_regions, thousand * wrong.lower,
         thousand * wrong.upper, 100 * share, 100 * recall.lower, 100 * recall.upper);
  for (int i = 0; i < SIZES; i++) {
    fputs(i ? " |" : "", stdout);
    for (int k = 0; k < CONTRASTS; k++) printf(" %ld/%ld", t->found[i][k], t->planted[i][k]);
  }
  putchar('\n');
  return output_flush(fault);
}

static enum status run_size(const struct lots_options *given, const char *megapixels, long photos,
                            struct fault *fault) {
  static const char *usual[] = {"1", "5", "20"};
  size_t count = given->goldens.count ? given->goldens.count : 3;
  const char *const *goldens = given->goldens.count ? given->goldens.items : usual;
  enum status status = STATUS_OK;
  for (size_t g = 0; g < count && !status; g++) {
    struct counts all = {0};
    for (int p = 0; products[p] && !status; p++) {
      struct counts t = {0};
      if (given->product && strcmp(given->product, products[p]) != 0) continue;
      status = one(given, products[p], megapixels, goldens[g], photos, &t, fault);
      if (!status) status = print_row(given, products[p], megapixels, goldens[g], &t, fault);
      all.photos += t.photos, all.unjudged += t.unjudged, all.false_regions += t.false_regions;
      for (int i = 0; i < SIZES; i++)
        for (int k = 0; k < CONTRASTS; k++) all.planted[i][k] += t.planted[i][k], all.found[i][k] += t.found[i][k];
    }
    if (!status && !given->product) status = print_row(given, "all", megapixels, goldens[g], &all, fault);
  }
  return status;
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  const struct lots_options *given = values;
  static const char *one_megapixel[] = {"1"};
  size_t count = given->megapixels.count ? given->megapixels.count : 1;
  const char *const *sizes = given->megapixels.count ? given->megapixels.items : one_megapixel;
  enum status status = STATUS_OK;
  if (!given->common.json)
    printf("false regions per 1,000 photos and recall with 95 %% bounds; found/planted by size (disc of the defect's\n"
           "area: to 10, to 20, over 20 px) and in each by contrast (to 30, to 50, over 50 grey levels)\n\n"
           "%-6s %4s %8s %7s %6s %6s %20s %26s  %s\n",
           "", "MP", "approved", "photos", "unjudg", "false", "per 1,000", "recall", "by size and contrast");
  if (given->full) {
    status = run_size(given, "1", 3000, fault);
    if (!status) status = run_size(given, "3", 200, fault);
    return status ? status : run_size(given, "12", 200, fault);
  }
  for (size_t i = 0; i < count && !status; i++) status = run_size(given, sizes[i], given->photos, fault);
  return status;
}

const struct command command_bench_lots = {
    .name = "bench accuracy lots",
    .summary = "recall and false regions on synthetic lots",
    .text =
        "Makes synthetic lots (assay-synth, datasets/README.md) of three products, half of the units with a defect of\n"
        "--min-size and --min-contrast at least, judges them against goldens of some approved photos with default\n"
        "settings, and prints what was found by size and contrast, and the regions that lie 10 px and more from all\n"
        "planted defects. Bounds: Clopper and Pearson's for recall, Garwood's for false regions.\n\n"
        "With --json, a line a row: {\"product\", \"megapixels\", \"goldens\", \"photos\", \"not_judged\",\n"
        "\"false_regions\", \"false_per_thousand\", \"false_lower\", \"false_upper\", \"planted\", \"found\",\n"
        "\"recall\", \"recall_lower\", \"recall_upper\", \"bins\": [{\"size_from\", \"contrast_from\", \"planted\",\n"
        "\"found\"}]}.",
    .example = "  assay bench accuracy lots --photos 100 --goldens 5\n  assay bench accuracy lots --full",
    .operands = {.usage = "", .least = 0, .most = 0},
    .options = options,
    .values_size = sizeof(struct lots_options),
    .run = run,
};
