#include "cli/bench/lot_trial.h"
#include "cli/bench/lots_tally.h"
#include "cli/bench/make_set.h"
#include "cli/commands.h"
#include "cli/folders.h"
#include "cli/parallel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct lots_options {
  struct common_options common;
  long photos, seed, lot;
  const char *product, *min_size, *min_contrast, *log;
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
     .help = "photos a product and size, half of them defective; each is judged by every number of approved ones"},
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
    {.name = "lot",
     .kind = OPTION_NUMBER,
     .offset = FIELD(lot),
     .argument = "N",
     .fallback = "200",
     .least = 2,
     .most = 100000,
     .help = "photos a lot at most; each lot is a product laid out anew, of the seed after the one before"},
    {.name = "log",
     .kind = OPTION_TEXT,
     .offset = FIELD(log),
     .argument = "FILE",
     .help = "adds each lot as it is done, with what was missed and what was false, and takes from there what is done"},
    {.name = "full",
     .kind = OPTION_FLAG,
     .offset = FIELD(full),
     .help = "3,000 photos of 1 megapixel, 201 of 3 and of 12, of all products together; not --photos, --megapixels"},
    {.name = NULL}};

static const char *const products[] = {"label", "board", "plate"};
static const char *const usual_goldens[] = {"1", "5", "20"}, *const usual_size[] = {"1"};
enum { PRODUCTS = 3, MOST_NUMBERS = 16 };

/* One size of photo; a row of tallies a product. */
struct grid {
  const struct lots_options *given;
  const char *megapixels, *const *goldens;
  size_t goldens_count;
  struct lots_tally tallies[PRODUCTS][MOST_NUMBERS];
};

static struct lots_key key_of(const struct grid *grid, int product, size_t number, long seed, long photos) {
  return (struct lots_key){.row = {products[product], grid->megapixels, grid->goldens[number]},
                           .min_size = grid->given->min_size,
                           .min_contrast = grid->given->min_contrast,
                           .seed = seed,
                           .photos = photos};
}

/* Judges the lot in `folder` by one number of approved photos. */
static enum status judge(struct grid *grid, const struct lots_key *key, const char *folder, struct lots_tally *tally,
                         struct fault *fault) {
  const struct lots_options *given = grid->given;
  struct synthetic set = {.folder = NULL};
  const struct synthetic_visit visit = {lots_tally_count, tally};
  size_t goldens = strtoul(key->row.goldens, NULL, 10);
  enum status status = synthetic_open(folder, goldens, NULL, &set, fault);
  if (!status && set.golden.photo_count != goldens)
    status = fault_set(fault, STATUS_USAGE, "--goldens %s: expected a number from 1 on", key->row.goldens);
  if (!status) status = synthetic_judge(&set, &given->common, &visit, fault);
  if (!status && given->log) status = lots_log_add(given->log, key, tally, fault);
  synthetic_close(&set);
  return status;
}

static enum status draw(const struct grid *grid, const struct lots_key *key, char **folder, struct fault *fault) {
  char seed[24], count[24], half[24], most[24], threads[24];
  unsigned long goldens = 1;
  for (size_t i = 0; i < grid->goldens_count; i++) {
    unsigned long n = strtoul(grid->goldens[i], NULL, 10);
    if (n > goldens) goldens = n;
  }
  snprintf(seed, sizeof seed, "%ld", key->seed);
  snprintf(count, sizeof count, "%ld", key->photos);
  snprintf(half, sizeof half, "%ld", key->photos / 2);
  snprintf(most, sizeof most, "%lu", goldens);
  snprintf(threads, sizeof threads, "%zu", parallel_threads(grid->given->common.threads));
  const char *synth[] = {"--product",
                         key->row.product,
                         "--seed",
                         seed,
                         "--count",
                         count,
                         "--defects",
                         half,
                         "--goldens",
                         most,
                         "--megapixels",
                         key->row.megapixels,
                         "--min-size",
                         key->min_size,
                         "--min-contrast",
                         key->min_contrast,
                         "--threads",
                         threads,
                         NULL};
  return make_set(synth, folder, fault);
}

/* A lot is drawn once, where anything of it is still to be judged. */
static enum status one(struct grid *grid, int product, long seed, long photos, struct fault *fault) {
  char *folder = NULL;
  enum status status = STATUS_OK;
  for (size_t i = 0; i < grid->goldens_count && !status; i++) {
    const struct lots_key key = key_of(grid, product, i, seed, photos);
    struct lots_tally tally = {0};
    if (!grid->given->log || !lots_log_find(grid->given->log, &key, &tally)) {
      if (!folder) status = draw(grid, &key, &folder, fault);
      if (!status) status = judge(grid, &key, folder, &tally, fault);
    }
    lots_tally_add(&grid->tallies[product][i], &tally);
    lots_tally_free(&tally);
  }
  if (folder) folder_remove(folder);
  free(folder);
  return status;
}

static bool is_wanted(const struct grid *grid, int product) {
  return !grid->given->product || !strcmp(grid->given->product, products[product]);
}

static enum status print_rows(const struct grid *grid, struct fault *fault) {
  enum status status = STATUS_OK;
  for (size_t i = 0; i < grid->goldens_count && !status; i++) {
    struct lots_tally all = {0};
    struct lots_row row = {"all", grid->megapixels, grid->goldens[i]};
    for (int p = 0; p < PRODUCTS && !status; p++) {
      if (!is_wanted(grid, p)) continue;
      lots_tally_add(&all, &grid->tallies[p][i]);
      row.product = products[p];
      status = lots_tally_print(&row, &grid->tallies[p][i], grid->given->common.json, fault);
    }
    row.product = "all";
    if (!status && !grid->given->product) status = lots_tally_print(&row, &all, grid->given->common.json, fault);
  }
  return status;
}

static enum status run_size(const struct lots_options *given, const char *megapixels, long photos,
                            struct fault *fault) {
  struct grid grid = {.given = given, .megapixels = megapixels, .goldens = usual_goldens, .goldens_count = 3};
  if (given->goldens.count) grid.goldens = given->goldens.items, grid.goldens_count = given->goldens.count;
  if (grid.goldens_count > MOST_NUMBERS)
    return fault_set(fault, STATUS_USAGE, "--goldens: %zu numbers; expected %d at most", grid.goldens_count,
                     MOST_NUMBERS);
  enum status status = STATUS_OK;
  for (long lot = 0; lot * given->lot < photos && !status; lot++) {
    long left = photos - lot * given->lot, now = left < given->lot ? left : given->lot;
    for (int p = 0; p < PRODUCTS && !status; p++)
      if (is_wanted(&grid, p)) status = one(&grid, p, given->seed + lot, now, fault);
  }
  return status ? status : print_rows(&grid, fault);
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  const struct lots_options *given = values;
  static const struct {
    const char *megapixels;
    long photos;
  } full[] = {{"1", 1000}, {"3", 67}, {"12", 67}};
  size_t count = given->megapixels.count ? given->megapixels.count : 1;
  const char *const *sizes = given->megapixels.count ? given->megapixels.items : usual_size;
  enum status status = STATUS_OK;
  if (!given->common.json) lots_tally_print_head();
  if (given->full) {
    for (size_t i = 0; i < 3 && !status; i++) status = run_size(given, full[i].megapixels, full[i].photos, fault);
    return status;
  }
  for (size_t i = 0; i < count && !status; i++) status = run_size(given, sizes[i], given->photos, fault);
  return status;
}

const struct command command_bench_lots = {
    .name = "bench accuracy lots",
    .summary = "recall and false regions on synthetic lots",
    .text =
        "Makes synthetic lots (assay-synth, datasets/README.md) of three products, half of the units with a defect of\n"
        "--min-size and --min-contrast at least, judges each against goldens of some approved photos with default\n"
        "settings, and prints what was found by size and contrast, and the regions that lie 10 px and more from all\n"
        "planted defects. Bounds: Clopper and Pearson's for recall, Garwood's for false regions. Lots are deleted as\n"
        "they are judged; stopped, the same command with the same --log goes on.\n\n"
        "With --json, a line a row: {\"product\", \"megapixels\", \"goldens\", \"photos\", \"not_judged\",\n"
        "\"false_regions\", \"false_per_thousand\", \"false_lower\", \"false_upper\", \"planted\", \"found\",\n"
        "\"recall\", \"recall_lower\", \"recall_upper\", \"ranked\", \"bins\": [{\"size_from\", \"contrast_from\",\n"
        "\"planted\", \"found\"}]}; ranked: of all pairs of a found defect and a false region, the share in which the\n"
        "confidence puts the defect first, null without a pair.",
    .example =
        "  assay bench accuracy lots --photos 100 --goldens 5\n  assay bench accuracy lots --full --log lots.jsonl",
    .operands = {.usage = "", .least = 0, .most = 0},
    .options = options,
    .values_size = sizeof(struct lots_options),
    .run = run,
};
