/* The distribution of the studentized range: the range of `groups` >= 2 standard normal values over an independent
 * standard deviation with `df` > 0 degrees of freedom; INFINITY: a known one. By numerical integration of Harter's
 * formula (Harter, Annals of Mathematical Statistics 31 (1960)); absolute error below 1e-9. An argument out of range
 * gives NAN. Thread-safe. */
#ifndef ASSAY_ENGINE_STATISTICS_STUDENTIZED_RANGE_H
#define ASSAY_ENGINE_STATISTICS_STUDENTIZED_RANGE_H

enum { STUDENTIZED_RANGE_MOST = 1000 /* groups */ };

/* P(Q > q). */
double studentized_range_upper(double q, int groups, double df);

/* q with P(Q > q) = p, 0 < p < 1. */
double studentized_range_upper_quantile(double p, int groups, double df);

#endif
