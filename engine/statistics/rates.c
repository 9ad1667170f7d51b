#include "engine/statistics/rates.h"

#include "engine/statistics/distributions.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

/* Tables within this of the observed one's probability count as no more probable: rounding must not split what is
 * equal by symmetry. */
static const double TIE = 1 + 1e-7;

static const struct interval nothing = {NAN, NAN};

static bool confident(double confidence) {
  return confidence > 0 && confidence < 1;
}

struct interval rate_share_interval(int64_t count, int64_t n, double confidence) {
  if (count < 0 || count > n || !confident(confidence)) return nothing;
  double tail = (1 - confidence) / 2, k = (double)count, rest = (double)(n - count);
  return (struct interval){count ? beta_quantile(tail, k, rest + 1) : 0,
                           count < n ? beta_upper_quantile(tail, k + 1, rest) : 1};
}

struct interval rate_mean_interval(int64_t count, double confidence) {
  if (count < 0 || !confident(confidence)) return nothing;
  double tail = (1 - confidence) / 2, k = (double)count;
  return (struct interval){count ? chi_square_quantile(tail, 2 * k) / 2 : 0,
                           chi_square_upper_quantile(tail, 2 * k + 2) / 2};
}

static double binomial_p(int64_t k, int64_t n, double share) {
  double limit = binomial_probability(k, n, share) * TIE, mean = share * (double)n, p;
  if ((double)k == mean) return 1;
  /* The other tail begins where the probability has fallen as low; it falls from the mode on. */
  if ((double)k < mean) {
    int64_t low = (int64_t)ceil(mean), high = n + 1;
    while (low < high) {
      int64_t middle = low + (high - low) / 2;
      if (binomial_probability(middle, n, share) <= limit)
        high = middle;
      else
        low = middle + 1;
    }
    p = binomial_cdf(k, n, share) + binomial_upper(low - 1, n, share);
  } else {
    int64_t low = -1, high = (int64_t)floor(mean);
    while (low < high) {
      int64_t middle = low + (high - low + 1) / 2;
      if (binomial_probability(middle, n, share) <= limit)
        low = middle;
      else
        high = middle - 1;
    }
    p = binomial_cdf(low, n, share) + binomial_upper(k - 1, n, share);
  }
  return p < 1 ? p : 1;
}

double rate_poisson_p(int64_t a, double s, int64_t b, double t) {
  if (a < 0 || b < 0 || !(s > 0) || !(t > 0)) return NAN;
  return binomial_p(a, a + b, s / (s + t));
}

struct interval rate_poisson_ratio_interval(int64_t a, double s, int64_t b, double t, double confidence) {
  if (a < 0 || b < 0 || !(s > 0) || !(t > 0)) return nothing;
  struct interval share = rate_share_interval(a, a + b, confidence);
  return (struct interval){share.lower / (1 - share.lower) * t / s,
                           share.upper < 1 ? share.upper / (1 - share.upper) * t / s : INFINITY};
}
