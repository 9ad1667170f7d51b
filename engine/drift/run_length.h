/* How many points a chart goes until it signals: by simulation for every chart, and by a Markov chain where one is
 * known. What an in-control run length promises, and what a shift costs. */
#ifndef ASSAY_ENGINE_DRIFT_RUN_LENGTH_H
#define ASSAY_ENGINE_DRIFT_RUN_LENGTH_H

#include "models/status.h"

#include <stdint.h>

enum run_chart {
  RUN_SHEWHART,         /* one beyond 3 sigma: individuals, means */
  RUN_MOVING_RANGE,     /* individuals with moving range, either signals */
  RUN_WESTERN_ELECTRIC, /* all four rules */
  RUN_NELSON,           /* all eight rules */
  RUN_EWMA,             /* parameters: weight, reach; limits as they are after many points */
  RUN_CUSUM,            /* parameters: k, h */
  RUN_P,                /* parameters: rate, size of the sample; the shift is in standard errors */
  RUN_U
};

struct run_setting {
  enum run_chart chart;
  double first, second; /* the parameters */
};

struct run_length {
  double mean, error; /* average run length and its standard error */
};

/* The average over `runs` simulated charts whose process is `shift` standard errors off from the first point on.
 * Deterministic in `seed`. */
struct run_length run_length_simulate(const struct run_setting *setting, double shift, int runs, uint64_t seed);

/* The average run length of two-sided EWMA (Lucas and Saccucci, Technometrics 32, 1990) and CUSUM (Brook and Evans,
 * Biometrika 59, 1972; the two sides joined as by Kemp 1961), exact to about 0.1 %; of a Shewhart, p or u chart,
 * exact. NAN for the others, and when out of memory. */
double run_length_exact(const struct run_setting *setting, double shift);

/* The reach of an EWMA of weight `first`, or the h of a CUSUM of k `first`, whose run length in control is `length`,
 * 2 to 100,000. STATUS_MEMORY. */
enum status run_length_limit(enum run_chart chart, double first, double length, double *limit, struct fault *fault);

#endif
