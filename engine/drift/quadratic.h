/* How rare a sum of squares is whose parts do not vary alike. */
#ifndef ASSAY_ENGINE_DRIFT_QUADRATIC_H
#define ASSAY_ENGINE_DRIFT_QUADRATIC_H

enum { QUADRATIC_AXES = 3 };

/* The characteristic values of a covariance, each 0 or more, the largest first. */
void quadratic_values(double covariance[QUADRATIC_AXES][QUADRATIC_AXES], double values[QUADRATIC_AXES]);

/* That the sum of squares of normal numbers with the variances values[0..2] (0 or more, not all 0), over the sum of as
 * many estimates of these variances with `freedom` degrees of freedom each (INFINITY: known), exceeds `ratio`. Near 1,
 * where it is 0.4 or so, and below: 1. By the saddlepoint (Kuonen, Biometrika 86, 1999, of quadratic forms;
 * Barndorff-Nielsen's form of the tail), to a few hundredths of the probability. */
double quadratic_upper(const double values[QUADRATIC_AXES], double freedom, double ratio);

#endif
