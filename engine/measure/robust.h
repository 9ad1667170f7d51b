/* Offsets of edges from where they should be, under a model that is linear in few parameters, with outliers told. */
#ifndef ASSAY_ENGINE_MEASURE_ROBUST_H
#define ASSAY_ENGINE_MEASURE_ROBUST_H

#include <stdbool.h>
#include <stddef.h>

enum { ROBUST_MOST = 5 };

struct robust_row {
  double basis[ROBUST_MOST];
  double offset; /* px */
  bool usable;   /* in: there is an offset; out: it belongs to the model */
};

/* Fits `n` parameters. A plain least-squares fit is taken where it leaves no residual over `clean` px; else least
 * squares over what lies within 3 robust deviations of all, or `clean` where that is more, until that stays the same:
 * from the plain fit, and from the least median of squares over drawn subsets (Rousseeuw 1984, drawn by a fixed
 * sequence), of which the one with the smaller squares is taken, none counting for more than the cut. False where fewer
 * than n + 1 rows, or less than half of the usable ones, agree. */
bool robust_fit(struct robust_row *rows, int count, int n, double clean, double *parameters);
double robust_at(const double *basis, int n, const double *parameters);

/* The upper median; sorts the values, the least first. 0 where there is none. */
double robust_median(double *values, size_t count);

#endif
