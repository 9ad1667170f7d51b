/* A synthetic season in photos, through the commands that a user would run, and what was found held against what was
 * planted. */
#ifndef ASSAY_CLI_BENCH_SEASON_PHOTOS_H
#define ASSAY_CLI_BENCH_SEASON_PHOTOS_H

#include "cli/options.h"
#include "datasets/production_plan.h"

#include <jansson.h>

struct season_photos_options {
  const struct common_options *common;
  long seed, photos; /* of the season */
  const char *budget, *megapixels;
};

struct season_photos {
  bool found[PLANTS]; /* named rightly: quantity, key and names */
  bool held[PLANTS];  /* and its true time lies within the 95 % interval */
  json_t *beside;     /* array: the sentences of further findings on the group of a planted one */
  json_t *unplanted;  /* those of the others */
  json_int_t rejected, lots;
};

/* Draws the photos (assay-synth --season) into a folder of its own, deleted afterwards; runs golden create, run, lot
 * judge, lot drift, lot compare and lot report over them. STATUS_INTERNAL where one of these fails, a lot is without
 * verdict, or a finding is missing from the report. The caller ends with season_photos_free. */
enum status season_photos_run(const struct season_photos_options *options, struct season_photos *trial,
                              struct fault *fault);
void season_photos_free(struct season_photos *trial);

#endif
