/* Fisher's exact test and the odds ratio: Fisher, J. R. Stat. Soc. 98 (1935); the conditional distribution of a 2 x 2
 * table with given margins is hypergeometric, and tilted by the odds ratio where that is not 1. */
#include "engine/statistics/distributions.h"
#include "engine/statistics/rates.h"

#include <math.h>
#include <stdbool.h>

/* A table by its margins: `drawn` = a + b of n + m are marked, and a of them lie in the first group of n. */
struct table {
  int64_t n, m, drawn, low, high, a;
};

static bool make_table(int64_t a, int64_t n, int64_t b, int64_t m, struct table *table) {
  if (a < 0 || b < 0 || a > n || b > m) return false;
  *table = (struct table){n, m, a + b, a + b > m ? a + b - m : 0, a + b < n ? a + b : n, a};
  return true;
}

static double probability(const struct table *t, int64_t k) {
  return hypergeometric_probability(k, t->drawn, t->n, t->n + t->m);
}

/* The probabilities of a table's neighbours follow from each other: P(k+1) / P(k). */
static double ratio_up(const struct table *t, int64_t k) {
  return (double)(t->n - k) / (double)(k + 1) * (double)(t->drawn - k) / (double)(t->m - t->drawn + k + 1);
}

double rate_fisher_p(int64_t a, int64_t n, int64_t b, int64_t m) {
  struct table t;
  if (!make_table(a, n, b, m, &t)) return NAN;
  if (t.low == t.high) return 1;
  double here = probability(&t, a);
  if (!(here > 0)) return 0;
  /* Outward from the observed table in both directions, in units of its probability. */
  double sum = 1, limit = 1 + 1e-7, p = 1;
  for (int64_t k = a; k < t.high; k++) {
    p *= ratio_up(&t, k);
    if (p <= limit) sum += p;
    if (p < 1e-18 && ratio_up(&t, k) < 1) break;
  }
  p = 1;
  for (int64_t k = a; k > t.low; k--) {
    p /= ratio_up(&t, k - 1);
    if (p <= limit) sum += p;
    if (p < 1e-18 && ratio_up(&t, k - 1) > 1) break;
  }
  double result = sum * here;
  return result < 1 ? result : 1;
}

/* Of the distribution tilted by the odds ratio exp(log_odds): P(K <= a), P(K >= a) and the mean. */
struct tilted {
  double lower, upper, mean;
};

/* Sums from the tilted mode outward, so that nothing over- or underflows. */
static struct tilted tilt(const struct table *t, double log_odds) {
  double odds = exp(log_odds);
  int64_t mode = t->low, high = t->high;
  while (mode < high) {
    int64_t middle = mode + (high - mode) / 2;
    if (ratio_up(t, middle) * odds >= 1)
      mode = middle + 1;
    else
      high = middle;
  }
  double below = 0, at = 0, above = 0, moment = 0, p = 1;
  for (int64_t k = mode;; k++) {
    *(k < t->a ? &below : k > t->a ? &above : &at) += p;
    moment += p * (double)(k - mode);
    if (k == t->high || p < 1e-20) break;
    p *= ratio_up(t, k) * odds;
  }
  p = 1;
  for (int64_t k = mode; k > t->low && p >= 1e-20;) {
    p /= ratio_up(t, --k) * odds;
    *(k < t->a ? &below : k > t->a ? &above : &at) += p;
    moment += p * (double)(k - mode);
  }
  double all = below + at + above;
  return (struct tilted){(below + at) / all, (at + above) / all, (double)mode + moment / all};
}

enum wanted { WANT_LOWER, WANT_UPPER, WANT_MEAN };

/* How far the tilted distribution is from what is wanted; falls or rises with the odds ratio throughout. */
static double excess(const struct table *t, double log_odds, enum wanted wanted, double target) {
  struct tilted tilted = tilt(t, log_odds);
  switch (wanted) {
  case WANT_LOWER:
    return target - tilted.lower;
  case WANT_UPPER:
    return tilted.upper - target;
  case WANT_MEAN:
    return tilted.mean - target;
  }
  return NAN;
}

/* The odds ratio where the excess, which rises, is 0: bisection on the logarithm. */
static double solve(const struct table *t, enum wanted wanted, double target) {
  double low = -1, high = 1;
  while (excess(t, low, wanted, target) > 0 && low > -700) low *= 2;
  while (excess(t, high, wanted, target) < 0 && high < 700) high *= 2;
  for (int i = 0; i < 200 && high - low > 1e-13 * (1 + fabs(low)); i++) {
    double middle = (low + high) / 2;
    if (excess(t, middle, wanted, target) > 0)
      high = middle;
    else
      low = middle;
  }
  return exp((low + high) / 2);
}

double rate_odds_ratio(int64_t a, int64_t n, int64_t b, int64_t m) {
  struct table t;
  if (!make_table(a, n, b, m, &t) || t.low == t.high) return NAN;
  if (a == t.low) return 0;
  if (a == t.high) return INFINITY;
  return solve(&t, WANT_MEAN, (double)a);
}

struct interval rate_odds_interval(int64_t a, int64_t n, int64_t b, int64_t m, double confidence) {
  struct table t;
  if (!make_table(a, n, b, m, &t) || !(confidence > 0 && confidence < 1)) return (struct interval){NAN, NAN};
  double tail = (1 - confidence) / 2;
  return (struct interval){a == t.low ? 0 : solve(&t, WANT_UPPER, tail),
                           a == t.high ? INFINITY : solve(&t, WANT_LOWER, tail)};
}
