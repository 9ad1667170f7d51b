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

#endif
