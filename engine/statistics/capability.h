/* Process capability of a dimension over a lot, with confidence intervals: ISO 22514-2; AIAG, Statistical Process
 * Control, 2nd edition (2005), chapter IV. The values are taken for normally distributed. */
#ifndef ASSAY_ENGINE_STATISTICS_CAPABILITY_H
#define ASSAY_ENGINE_STATISTICS_CAPABILITY_H

#include "models/status.h"

#include <stddef.h>

struct capability_input {
  const double *values; /* in the order in which they were made; all finite; not owned */
  const size_t *groups; /* the rational subgroup of each value, any numbers; NULL: no subgroups */
  size_t count;         /* at least 2 */
  double lower, upper;  /* limits of the specification; NAN where there is none, but not both */
  double confidence;    /* of the intervals, two-sided, above 0 and below 1; usually 0.95 */
};

/* NAN where it cannot be given: cp and pp need both limits. */
struct capability_index {
  double value, low, high;
};

struct capability {
  double mean;
  double overall, overall_df;      /* standard deviation of all values, n - 1 */
  double within, within_df;        /* within subgroups */
  struct capability_index cp, cpk; /* from `within`: what the process could do */
  struct capability_index pp, ppk; /* from `overall`: what it did */
};

/* `within` is pooled over the subgroups that have two values or more, with n - k degrees of freedom. Without such
 * subgroups it is the mean moving range of two / 1.128, whose equivalent degrees of freedom follow from its variance,
 * (0.8264 n - 1.082) / (n - 1)^2 (Cryer and Ryan, Journal of Quality Technology 22, 1990). STATUS_INVALID where there
 * are less than 2 values, no limits, or no spread. Uses libm and Boost: for lots. Thread-safe. */
enum status capability(const struct capability_input *input, struct capability *capability, struct fault *fault);

/* The interval of Cp and Pp: chi-square with `df` degrees of freedom of the standard deviation. */
struct capability_index capability_cp(double value, double df, double confidence);

/* The interval of Cpk and Ppk: the normal approximation of Bissell, Applied Statistics 39 (1990):
 * Cpk -+ z sqrt(1 / (9 n) + Cpk^2 / (2 df)). */
struct capability_index capability_cpk(double value, double count, double df, double confidence);

#endif
