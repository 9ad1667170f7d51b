/* A synthetic season looked through for drift, and what was found held against what was planted. */
#ifndef ASSAY_CLI_SEASON_TRIAL_H
#define ASSAY_CLI_SEASON_TRIAL_H

#include "datasets/production.h"
#include "engine/drift/findings.h"

struct season_trial {
  struct production_plant plants[PLANTS];
  struct findings findings;
  bool found[PLANTS]; /* named rightly: quantity, key and names */
  bool held[PLANTS];  /* and its true time lies within the 95 % interval */
  int *plant;         /* of each finding: the one that it is, or -1: unplanted, or found before */
  size_t unplanted;
};

/* The caller ends with season_trial_free. */
enum status season_trial_run(const struct production_options *options, double budget, struct season_trial *trial,
                             struct fault *fault);
void season_trial_free(struct season_trial *trial);

#endif
