#include "cli/bench/season_photos.h"
#include "cli/bench/season_trial.h"
#include "cli/commands.h"
#include "cli/message.h"
#include "cli/output.h"

#include "models/number.h"

#include <stdio.h>
#include <string.h>

struct season_options {
  struct common_options common;
  long seeds, first, photos, drawn;
  const char *budget, *megapixels;
  bool in_control;
};

#define FIELD(name) offsetof(struct season_options, name)
static const struct option options[] = {{.name = "seeds",
                                         .kind = OPTION_NUMBER,
                                         .offset = FIELD(seeds),
                                         .argument = "N",
                                         .fallback = "20",
                                         .least = 1,
                                         .most = 100000,
                                         .help = "how many seasons"},
                                        {.name = "first",
                                         .kind = OPTION_NUMBER,
                                         .offset = FIELD(first),
                                         .argument = "SEED",
                                         .fallback = "1",
                                         .least = 0,
                                         .most = 1000000000,
                                         .help = "the first season's seed"},
                                        {.name = "photos",
                                         .kind = OPTION_NUMBER,
                                         .offset = FIELD(photos),
                                         .argument = "N",
                                         .fallback = "600",
                                         .least = 50,
                                         .most = 100000,
                                         .help = "photos a lot; 20 lots make a season"},
                                        {.name = "drawn",
                                         .kind = OPTION_NUMBER,
                                         .offset = FIELD(drawn),
                                         .argument = "N",
                                         .fallback = "0",
                                         .least = 0,
                                         .most = 12000,
                                         .help = "draw N photos of each season, 600 say, and take them through golden "
                                                 "create, run and the lot commands, in place of results"},
                                        {.name = "megapixels",
                                         .kind = OPTION_TEXT,
                                         .offset = FIELD(megapixels),
                                         .argument = "M",
                                         .fallback = "0.3",
                                         .help = "of photos that are drawn"},
                                        {.name = "budget",
                                         .kind = OPTION_TEXT,
                                         .offset = FIELD(budget),
                                         .argument = "B",
                                         .fallback = "0.05",
                                         .help = "as of assay lot drift"},
                                        {.name = "in-control",
                                         .kind = OPTION_FLAG,
                                         .offset = FIELD(in_control),
                                         .help = "plant nothing: count false findings"},
                                        {.name = NULL}};

struct totals {
  long found[PLANTS], held[PLANTS], unplanted, beside, lots, rejected;
};

static const char *const plant_names[PLANTS] = {"creeping dimension", "scratches at night", "swapped material"};

static void tell_plants(long seed, const bool found[PLANTS], const bool held[PLANTS]) {
  for (int k = 0; k < PLANTS; k++) {
    if (!found[k]) printf("season %ld: %s: not found\n", seed, plant_names[k]);
    if (found[k] && !held[k]) printf("season %ld: %s: true time outside its interval\n", seed, plant_names[k]);
  }
}

static void tell(long seed, const struct season_trial *trial, bool in_control) {
  progress_hide();
  if (!in_control) tell_plants(seed, trial->found, trial->held);
  for (size_t i = 0; i < trial->findings.count; i++)
    if (trial->plant[i] < 0) printf("season %ld: unplanted: %s\n", seed, trial->findings.items[i].text);
}

static enum status one(const struct season_options *given, double budget, long seed, struct totals *totals,
                       struct fault *fault) {
  struct season_trial trial;
  const struct production_options how = {
      .seed = (uint64_t)seed, .photos = (int)given->photos, .in_control = given->in_control};
  enum status status = season_trial_run(&how, budget, &trial, fault);
  if (status) return status;
  if (!given->common.json) tell(seed, &trial, given->in_control);
  for (int k = 0; k < PLANTS; k++) totals->found[k] += trial.found[k], totals->held[k] += trial.held[k];
  totals->unplanted += (long)trial.unplanted;
  season_trial_free(&trial);
  return STATUS_OK;
}

static void tell_sentences(long seed, const char *what, const json_t *sentences) {
  for (size_t i = 0; i < json_array_size(sentences); i++)
    printf("season %ld: %s: %s\n", seed, what, json_string_value(json_array_get(sentences, i)));
}

static enum status one_drawn(const struct season_options *given, long seed, struct totals *totals,
                             struct fault *fault) {
  struct season_photos trial;
  const struct season_photos_options how = {.common = &given->common,
                                            .seed = seed,
                                            .photos = given->drawn,
                                            .budget = given->budget,
                                            .megapixels = given->megapixels};
  enum status status = season_photos_run(&how, &trial, fault);
  if (status) return status;
  progress_hide();
  if (!given->common.json) tell_plants(seed, trial.found, trial.held);
  if (!given->common.json) tell_sentences(seed, "beside a planted one", trial.beside);
  if (!given->common.json) tell_sentences(seed, "unplanted", trial.unplanted);
  for (int k = 0; k < PLANTS; k++) totals->found[k] += trial.found[k], totals->held[k] += trial.held[k];
  totals->unplanted += (long)json_array_size(trial.unplanted);
  totals->beside += (long)json_array_size(trial.beside);
  totals->lots += (long)trial.lots, totals->rejected += (long)trial.rejected;
  season_photos_free(&trial);
  return output_flush(fault);
}

static enum status report(const struct season_options *given, const struct totals *t, struct fault *fault) {
  long found = 0, held = 0, planted = given->in_control ? 0 : PLANTS * given->seeds;
  long photos = given->drawn ? given->drawn : 20 * given->photos;
  for (int k = 0; k < PLANTS; k++) found += t->found[k], held += t->held[k];
  if (given->common.json)
    return output_json(json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "seasons", (json_int_t)given->seeds, "photos",
                                 (json_int_t)photos, "planted", (json_int_t)planted, "found", (json_int_t)found, "held",
                                 (json_int_t)held, "unplanted", (json_int_t)t->unplanted),
                       fault);
  for (int k = 0; k < PLANTS && planted; k++)
    printf("%-20s found and rightly named %ld of %ld, time within its interval %ld\n", plant_names[k], t->found[k],
           given->seeds, t->held[k]);
  printf("%ld seasons of %ld photos: %ld of %ld found, %ld with the time within its interval, %ld unplanted\n",
         given->seeds, photos, found, planted, held, t->unplanted);
  if (given->drawn)
    printf("%ld more findings on the group of a planted one; lot judge: a verdict on each of %ld lots, %ld rejected; "
           "each finding stands in its report\n",
           t->beside, t->lots, t->rejected);
  return output_flush(fault);
}

static enum status run(const void *values, int *exit_code, struct fault *fault) {
  (void)exit_code;
  const struct season_options *given = values;
  struct totals totals = {0};
  double budget;
  if (!number_parse(given->budget, strlen(given->budget), &budget) || budget < 1e-4 || budget > 100)
    return fault_set(fault, STATUS_USAGE, "--budget %s: expected a number from 0.0001 to 100", given->budget);
  if (given->drawn && given->in_control)
    return fault_set(fault, STATUS_USAGE,
                     "--drawn: photos are drawn of seasons with planted drifts; without --in-control expected");
  enum status status = STATUS_OK;
  progress_begin("seasons", (size_t)given->seeds);
  for (long i = 0; i < given->seeds && !status; i++) {
    status = given->drawn ? one_drawn(given, given->first + i, &totals, fault)
                          : one(given, budget, given->first + i, &totals, fault);
    progress_set((size_t)i + 1, (size_t)given->seeds);
  }
  progress_end();
  return status ? status : report(given, &totals, fault);
}

const struct command command_bench_season = {
    .name = "bench season",
    .summary = "how well planted drifts are found in synthetic seasons",
    .text =
        "Makes seasons of results (three factories of two lines and two shifts, 20 lots) with three planted drifts: a\n"
        "dimension that creeps by 0.02 sigma a unit for 300 units on one line, a night shift whose scratches go from\n"
        "1 % to 3 %, and a lot whose zone is 2.5 dE off, where colours spread by 0.8 dE; looks through each as assay\n"
        "lot drift does, and counts what was found and rightly named, whose true time lies within the 95 % interval,\n"
        "and what was found but not planted.\n\n"
        "With --drawn the season is drawn: so many photos of a plate with gauges, a grey card and eight colour zones,\n"
        "evenly chosen from the 12,000 units, that go through golden create, run, lot judge, lot drift, lot compare "
        "and\n"
        "lot report. Scratches then go to 20 %, for a night of 100 photos cannot show 3 %.\n\n"
        "With --json: {\"seasons\", \"photos\" (a season), \"planted\", \"found\", \"held\", \"unplanted\"}.",
    .example = "  assay bench season\n"
               "  assay bench season --in-control --seeds 200\n"
               "  assay bench season --drawn 600 --seeds 3",
    .operands = {.usage = "", .least = 0, .most = 0},
    .options = options,
    .values_size = sizeof(struct season_options),
    .run = run,
};
