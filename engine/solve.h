/* Small dense linear algebra in double, in a fixed order of operations. */
#ifndef ASSAY_ENGINE_SOLVE_H
#define ASSAY_ENGINE_SOLVE_H

#include <stdbool.h>
#include <stddef.h>

enum { SOLVE_MAX = 25 };

/* Solves the symmetric positive definite system a x = b by Cholesky's decomposition. `a` is n x n, row by row, only its
 * lower triangle is read; n at most SOLVE_MAX. False, and x untouched, where a is not positive definite to within
 * rounding. x may be b. */
bool solve_symmetric(const double *a, const double *b, size_t n, double *x);

/* The diagonal element `unknown` of a's inverse: that unknown's variance, where a is made of weights that are
 * reciprocal variances. INFINITY where a is not positive definite. */
double solve_variance(const double *a, size_t n, size_t unknown);

/* The last unknown of the same system, without the others. False, and `last` not said, where a is not positive
 * definite. */
struct solved_last {
  double x, variance;
};
bool solve_last(const double *a, const double *b, size_t n, struct solved_last *last);

/* The inverse, n x n. False, and it untouched, where a is not positive definite. */
bool solve_inverse(const double *a, size_t n, double *inverse);

/* Adds an observation to the normal equations of n unknowns: what their first `terms` do to it (the others nothing),
 * its weight and what is left of it. Only the lower triangle of `a` is added to. */
static inline void solve_add(double *a, double *b, size_t n, const double *row, size_t terms, double weight,
                             double left) {
  for (size_t j = 0; j < terms; j++) {
    for (size_t k = 0; k <= j; k++) a[j * n + k] += weight * row[j] * row[k];
    b[j] += weight * row[j] * left;
  }
}

#endif
