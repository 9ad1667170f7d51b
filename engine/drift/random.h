/* Random numbers for simulations and bootstraps: the same from the same seed everywhere. */
#ifndef ASSAY_ENGINE_DRIFT_RANDOM_H
#define ASSAY_ENGINE_DRIFT_RANDOM_H

#include <stdint.h>

/* SplitMix64 (Steele, Lea and Flood, OOPSLA 2014); the state is the seed. */
uint64_t drift_random(uint64_t *state);
double drift_uniform(uint64_t *state); /* (0, 1) */
double drift_normal(uint64_t *state);  /* mean 0, variance 1 */
/* Events of mean `mean`. */
int64_t drift_poisson(uint64_t *state, double mean);

#endif
