/* The factors that turn a mean range or a mean standard deviation into the process's standard deviation, for samples of
 * a normal distribution (ISO 7870-2:2013, table 2; here computed, so that any size is exact to 1e-6). */
#ifndef ASSAY_ENGINE_DRIFT_CONSTANTS_H
#define ASSAY_ENGINE_DRIFT_CONSTANTS_H

enum { CHART_MOST_SUBGROUP = 1000 };

/* E(s) = c4 sigma, for n values, n from 2. */
double chart_c4(int n);
/* E(R) = d2 sigma and sd(R) = d3 sigma, for n values, n from 2 to CHART_MOST_SUBGROUP. */
double chart_d2(int n);
double chart_d3(int n);

#endif
