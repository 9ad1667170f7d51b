/* When a series changed, and by how much: the change point by maximum likelihood, its 95 % confidence interval by the
 * likelihood ratio.
 *
 * A measured series is a constant level that from one unit to the next goes to another one (step), or moves to it in a
 * straight line (ramp: a broken line, Hinkley 1969). The interval of a step's place holds all places whose log
 * likelihood is less than 3.676 below the largest: its limit distribution is that of the larger of two exponential
 * variables (Yao, Annals of Statistics 15, 1987; Siegmund, International Statistical Review 56, 1988). The onset of a
 * ramp is a regular parameter (Feder, Annals of Statistics 3, 1975): 1.921, half of chi-square's 95 % point; it may lie
 * between two units. Where a step explains the series nearly as well as the best ramp, as with few units on the way
 * from level to level, either may be true, and the interval holds both: the step's, and all onsets that some length of
 * the ramp allows, both together (2.996, half of chi-square's point of two).
 *
 * Indices count the series' units from 0. Pure functions but for the memory they take. */
#ifndef ASSAY_ENGINE_DRIFT_CHANGE_H
#define ASSAY_ENGINE_DRIFT_CHANGE_H

#include "models/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum change_model { CHANGE_STEP, CHANGE_RAMP };

struct change {
  enum change_model model;
  size_t onset;        /* the last unit before the change */
  size_t lower, upper; /* of the onset, 95 %: of what may be a ramp as well as a step, of both */
  size_t end;          /* the first unit at the new level; the last unit of all where a ramp still goes on */
  bool goes_on;        /* a ramp that has not come to an end */
  double before, after, size /* after - before */, size_error; /* in the values' unit; `after` is that of `end` */
  double sigma;                                                /* of the values about the fit */
  double gain;                                                 /* twice the log likelihood above that of no change */
  double over_step; /* what the fit explains over what the best step does: >= 1 */
};

/* Of `count` >= 4 values in order. `inflation` >= 1 multiplies the variance of means, for values that depend on each
 * other. The ramp is taken where it explains clearly more than the step. STATUS_MEMORY alone fails. */
enum status change_find(const double *values, size_t count, double inflation, struct change *change,
                        struct fault *fault);
/* The step alone, for what is known to be one. */
enum status change_find_step(const double *values, size_t count, double inflation, struct change *change,
                             struct fault *fault);

/* The rate of events in a series, which steps up or down, against a rate that is also seen elsewhere. */
struct rate_change {
  size_t onset, lower, upper;
  int64_t events, units; /* after the onset */
  double before, after;  /* rates */
  double gain;
};

/* `values` are 0 or 1; of `other_units` units elsewhere that did not change, `other_events` have an event. */
void change_find_rate(const double *values, size_t count, int64_t other_events, int64_t other_units, double inflation,
                      struct rate_change *change);

/* Twice the log likelihood ratio of two rates, a of m and b of n, against one. */
double change_rate_gain(double a, double m, double b, double n);

#endif
