/* Probability distributions, over Boost.Math, which is used in no other file than distributions.cpp.
 *
 * Of each: _cdf is P(X <= x), _upper is P(X > x), exact where it is small; _quantile gives x with P(X <= x) = p and
 * _upper_quantile x with P(X > x) = p. Probabilities are 0..1 inclusive; x may be -+INFINITY.
 * Discrete ones: _probability is P(X = k); _quantile gives the smallest k with P(X <= k) >= p; k is any whole number.
 *
 * An argument out of its range, or NAN, gives NAN; nothing is thrown. Pure functions, thread-safe. For statistics of
 * lots only, and rounded before they are printed: they use libm and are not for the result path of a photo. */
#ifndef ASSAY_ENGINE_STATISTICS_DISTRIBUTIONS_H
#define ASSAY_ENGINE_STATISTICS_DISTRIBUTIONS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The standard normal distribution. */
double normal_density(double x);
double normal_cdf(double x);
double normal_upper(double x);
double normal_quantile(double p);
double normal_upper_quantile(double p);

/* Student's t with `df` > 0 degrees of freedom, not necessarily whole; INFINITY is the normal distribution. */
double student_cdf(double x, double df);
double student_upper(double x, double df);
double student_quantile(double p, double df);
double student_upper_quantile(double p, double df);

/* Fisher's F with df1, df2 > 0 and finite; x >= 0. */
double f_cdf(double x, double df1, double df2);
double f_upper(double x, double df1, double df2);
double f_quantile(double p, double df1, double df2);
double f_upper_quantile(double p, double df1, double df2);

/* Chi-square with df > 0 and finite; x >= 0. */
double chi_square_cdf(double x, double df);
double chi_square_upper(double x, double df);
double chi_square_quantile(double p, double df);
double chi_square_upper_quantile(double p, double df);

/* Beta with shapes a, b > 0 and finite; x in 0..1. */
double beta_cdf(double x, double a, double b);
double beta_upper(double x, double a, double b);
double beta_quantile(double p, double a, double b);
double beta_upper_quantile(double p, double a, double b);

/* Successes in n >= 0 independent trials, each with probability `share`. */
double binomial_probability(int64_t k, int64_t n, double share);
double binomial_cdf(int64_t k, int64_t n, double share);
double binomial_upper(int64_t k, int64_t n, double share);
double binomial_quantile(double p, int64_t n, double share);

/* Marked items in a sample of n out of `size`, of which `marked` are marked; 0 <= n, marked <= size <= 1e9. */
double hypergeometric_probability(int64_t k, int64_t n, int64_t marked, int64_t size);
double hypergeometric_cdf(int64_t k, int64_t n, int64_t marked, int64_t size);
double hypergeometric_upper(int64_t k, int64_t n, int64_t marked, int64_t size);
double hypergeometric_quantile(double p, int64_t n, int64_t marked, int64_t size);

/* Events where `mean` >= 0 are expected. */
double poisson_probability(int64_t k, double mean);
double poisson_cdf(int64_t k, double mean);
double poisson_upper(int64_t k, double mean);
double poisson_quantile(double p, double mean);

#ifdef __cplusplus
}
#endif

#endif
