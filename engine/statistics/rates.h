/* Shares and rates, exactly: no approximation by the normal distribution. Pure functions, thread-safe; arguments out of
 * their range give NAN. */
#ifndef ASSAY_ENGINE_STATISTICS_RATES_H
#define ASSAY_ENGINE_STATISTICS_RATES_H

#include <stdint.h>

struct interval {
  double lower, upper;
};

/* The share behind `count` of `n` with a confidence in 0..1: Clopper and Pearson, Biometrika 26 (1934), as R's
 * binom.test. Of no trials: 0..1. */
struct interval rate_share_interval(int64_t count, int64_t n, double confidence);

/* The mean behind a count of events: Garwood, Biometrika 28 (1936), as R's poisson.test. */
struct interval rate_mean_interval(int64_t count, double confidence);

/* Fisher's exact test of two shares, a of n and b of m: two-sided, the sum of all tables that are no more probable than
 * this one (within 1e-7 of its probability), as R's fisher.test. */
double rate_fisher_p(int64_t a, int64_t n, int64_t b, int64_t m);

/* The odds ratio of a of n against b of m: the conditional maximum likelihood estimate and its interval, as R's
 * fisher.test. 0 and INFINITY are results; NAN where one of the margins is 0. */
double rate_odds_ratio(int64_t a, int64_t n, int64_t b, int64_t m);
struct interval rate_odds_interval(int64_t a, int64_t n, int64_t b, int64_t m, double confidence);

/* Two Poisson counts a and b over times (or units) s and t > 0: the p-value that their rates are equal, exact given
 * the sum (Przyborowski and Wilenski, Biometrika 31 (1940)), two-sided as R's poisson.test; and the interval of
 * the ratio of the rates a/s to b/t. */
double rate_poisson_p(int64_t a, double s, int64_t b, double t);
struct interval rate_poisson_ratio_interval(int64_t a, double s, int64_t b, double t, double confidence);

#endif
