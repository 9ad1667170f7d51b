/* The tabular cumulative sum, both sides (ISO 7870-4:2021; Page 1954). */
#ifndef ASSAY_ENGINE_DRIFT_CUSUM_H
#define ASSAY_ENGINE_DRIFT_CUSUM_H

#include <stdbool.h>
#include <stddef.h>

struct cusum {
  double target;            /* the mean in control */
  double allowance;         /* K, in the values' unit: half of the shift that is to be found soonest */
  double decision;          /* H, in the values' unit */
  double high, low;         /* both from 0 up */
  size_t high_run, low_run; /* values since each was last 0: an estimate of how long ago the shift began */
};

/* `k` and `h` are in standard deviations; k 0.5 with h 4.77 signals once in 370 values in control. */
void cusum_begin(struct cusum *cusum, double target, double sigma, double k, double h);
/* Takes one value; whether it signals: one side stands above the decision interval. */
bool cusum_add(struct cusum *cusum, double value);

#endif
