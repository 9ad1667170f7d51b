/* Are means different, where spreads may be too? Pure functions of the groups' moments, thread-safe. */
#ifndef ASSAY_ENGINE_STATISTICS_MEANS_H
#define ASSAY_ENGINE_STATISTICS_MEANS_H

#include "engine/statistics/moments.h"
#include "engine/statistics/rates.h"

#include <stdbool.h>
#include <stddef.h>

/* The interval of a mean: Student's t. NAN for less than two values. */
struct interval mean_interval(const struct moments *group, double confidence);
/* The interval of a standard deviation: chi-square. NAN for less than two values. */
struct interval spread_interval(const struct moments *group, double confidence);

struct mean_test {
  double statistic; /* t or F */
  double df1, df2;  /* df1: 1 for two groups */
  double p;         /* two-sided */
};

/* Welch's t test of a's mean minus b's (Biometrika 34 (1947)), as R's t.test. False where a group has less than two
 * values, or neither has any spread. */
bool mean_welch(const struct moments *a, const struct moments *b, struct mean_test *test);

/* Welch's test that `count` >= 2 groups have one mean (Biometrika 38 (1951)), as R's oneway.test. False where a group
 * has less than two values or no spread. */
bool mean_welch_groups(const struct moments *groups, size_t count, struct mean_test *test);

/* One pair of several groups, all pairs being looked at: Games and Howell (Journal of Educational Statistics 1 (1976)),
 * the studentized range with Welch's degrees of freedom. */
struct mean_pair {
  double difference, df, p; /* of b minus a; p holds for all pairs together */
  struct interval interval; /* of the difference, at the confidence for all pairs together */
};

/* `count` is that of all groups. `confidence` 0: no interval. False as for mean_welch. */
bool mean_games_howell(const struct moments *a, const struct moments *b, size_t count, double confidence,
                       struct mean_pair *pair);

/* Holm's adjustment (Scandinavian Journal of Statistics 6 (1979)) of `count` p-values, in place, as R's p.adjust: one
 * below alpha is then significant at alpha for all of them together. NAN stay and do not count. False when out of
 * memory. */
bool mean_holm(double *p, size_t count);

#endif
