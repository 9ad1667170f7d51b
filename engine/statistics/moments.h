/* Mean and spread of values that come one by one. */
#ifndef ASSAY_ENGINE_STATISTICS_MOMENTS_H
#define ASSAY_ENGINE_STATISTICS_MOMENTS_H

#include <math.h>
#include <stdint.h>

/* All zero is empty. */
struct moments {
  int64_t count;
  double mean, squares; /* squares: sum of squared deviations from the mean */
};

/* Welford, Technometrics 4 (1962). */
static inline void moments_add(struct moments *moments, double value) {
  double step = value - moments->mean;
  moments->mean += step / (double)++moments->count;
  moments->squares += step * (value - moments->mean);
}

/* Chan, Golub and LeVeque (1979): as if all of `other` had been added. */
static inline void moments_merge(struct moments *moments, const struct moments *other) {
  if (!other->count) return;
  int64_t count = moments->count + other->count;
  double step = other->mean - moments->mean, share = (double)other->count / (double)count;
  moments->mean += step * share;
  moments->squares += other->squares + step * step * share * (double)moments->count;
  moments->count = count;
}

/* NAN for less than two values. */
static inline double moments_variance(const struct moments *moments) {
  return moments->count > 1 ? moments->squares / (double)(moments->count - 1) : NAN;
}

#endif
