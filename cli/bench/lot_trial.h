/* A synthetic lot from maker to verdict: what was planted and what is found of it. */
#ifndef ASSAY_CLI_BENCH_LOT_TRIAL_H
#define ASSAY_CLI_BENCH_LOT_TRIAL_H

#include "cli/bench/synthetic.h"

struct lot_trial {
  const char *const *synth; /* options of assay-synth, ended by NULL, but for --out */
  const struct common_options *common;
};

/* Makes the set, judges every photo against its approved ones by its own golden.yaml, and deletes it all. */
enum status lot_trial_run(const struct lot_trial *how, const struct synthetic_visit *visit, struct fault *fault);

/* What regions have to do with planted defects, in golden pixels: one that lies within 2 px of a defect finds it; one
 * that is 10 px and more away from all is false. Regions of class colour that are a whole zone of another colour (they
 * stand in result->zones too) are left out. */
/* The strongest that finds it; NULL: none does. */
const struct region *lot_trial_region(const struct result *result, const json_t *defect);
bool lot_trial_finds(const struct result *result, const json_t *defect);
bool lot_trial_is_false(const struct result *result, const struct region *region, const json_t *truth);
size_t lot_trial_false_regions(const struct result *result, const json_t *truth);

#endif
