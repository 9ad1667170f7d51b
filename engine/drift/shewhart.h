/* Shewhart charts: individuals with moving range, mean with range or standard deviation, p and u (ISO 7870-2:2013).
 * Limits stand three standard errors from the centre; what cannot be below zero is limited at zero. Pure functions. */
#ifndef ASSAY_ENGINE_DRIFT_SHEWHART_H
#define ASSAY_ENGINE_DRIFT_SHEWHART_H

#include <stddef.h>

struct chart_limits {
  double lower, centre, upper;
};

/* Two charts that belong together, and the process's standard deviation that both rest on. */
struct chart_pair {
  struct chart_limits location; /* of the values or the subgroups' means */
  struct chart_limits spread;   /* of the moving ranges, the ranges or the standard deviations */
  double sigma;
};

/* Individuals and moving ranges of two, from `count` values in order, count from 2. */
struct chart_pair chart_individuals(const double *values, size_t count);

/* From the mean of the subgroups' means and the mean of their ranges or standard deviations; each of `size` values,
 * size from 2. */
struct chart_pair chart_mean_range(double mean, double mean_range, int size);
struct chart_pair chart_mean_deviation(double mean, double mean_deviation, int size);

/* The mean and the range, or the standard deviation (n - 1), of one subgroup. */
double chart_mean(const double *values, size_t count);
double chart_range(const double *values, size_t count);
double chart_deviation(const double *values, size_t count);

/* Limits where mean and standard deviation are given, as by a golden's spec, for means of `size` values. */
struct chart_limits chart_given(double mean, double sigma, size_t size);

/* The share of defective units among `size`, where `rate` is the share in the reference; defects a unit among `size`
 * units, where `rate` is their mean number. */
struct chart_limits chart_p(double rate, double size);
struct chart_limits chart_u(double rate, double size);

#endif
