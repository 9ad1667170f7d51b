/* Uncertainty of a value as the GUM combines it (JCGM 100:2008): standard uncertainties by their causes, their root sum
 * of squares, effective degrees of freedom by Welch and Satterthwaite (G.4.1), and the expanded uncertainty with
 * Student's factor for 95.45 % (k = 2 for many). */
#ifndef ASSAY_ENGINE_MEASURE_UNCERTAINTY_H
#define ASSAY_ENGINE_MEASURE_UNCERTAINTY_H

#include "models/result.h"
#include "models/spec.h"

struct budget_line {
  const char *name; /* static: "image noise", "edge form", "pose", "scale", ... */
  double u;         /* standard uncertainty of the value from this, in the value's unit */
  double freedom;   /* its degrees of freedom; INFINITY */
};

enum { BUDGET_MOST = 12 };

struct budget {
  int count;
  struct budget_line line[BUDGET_MOST];
  double u, freedom, factor, expanded; /* set by budget_combine */
};

/* Adds to the line of this name (a further one where there is none), as independent; the fewest degrees of freedom are
 * kept. Nothing is added for u = 0. */
void budget_add(struct budget *budget, const char *name, double u, double freedom);
void budget_combine(struct budget *budget);

/* Student's factor for 95.45 % and `freedom` (cut to a whole number, at least 1). */
double student_factor(double freedom);

/* ISO 14253-1:2017, 5.2 and 5.3: pass inside the limits by at least U, fail outside by more than U, else cannot judge;
 * with RULE_SIMPLE the value alone decides. Limits that are NAN are none; a value that is not finite cannot be judged.
 */
enum verdict limits_verdict(double value, double expanded, double lower, double upper, enum measure_rule rule);

/* How much of the tolerance a value takes: 0 in the middle, 1 at a limit, 2 off limits that are one; with one limit,
 * the share of an upper one or the reciprocal share of a lower one; 0 without. */
double limits_use(double value, double lower, double upper);

#endif
