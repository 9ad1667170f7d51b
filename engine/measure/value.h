/* Values over gauges: radius, distance, angle, position and the like, each with its budget of uncertainty. */
#ifndef ASSAY_ENGINE_MEASURE_VALUE_H
#define ASSAY_ENGINE_MEASURE_VALUE_H

#include "engine/measure/gauge.h"
#include "engine/measure/uncertainty.h"

struct measured {
  const struct spec_dimension *spec;
  bool found;
  char why[320]; /* where it was not */
  double value;  /* in the unit of the spec; NAN where it was not found */
  struct budget budget;
  enum verdict verdict;
};

struct value_call {
  const struct measuring *measuring; /* after gauges_measure */
  const struct placement *placement;
  const struct scale *scale; /* of the unit that is asked for */
  double pose_px;            /* standard uncertainty of a carried place, photo pixels */
};

/* Measures one value and judges it by its limits. */
void value_measure(const struct value_call *call, const struct spec_dimension *measure, struct measured *measured);
/* Adds a cause of standard uncertainty u to a value that was found, and judges it again. */
void value_widen(struct measured *measured, const char *name, double u);
/* "24.4712 px +- 0.0213", with the sign given before the uncertainty; of what is known to less than 0.001 a decimal
 * more. A count has neither unit nor uncertainty. */
void value_text(const struct measured *measured, const char *sign, char *text, size_t room);
/* "21 to 23", "at most 23", "at least 21", "7"; "" where there are no limits. */
void value_limits_text(const struct spec_dimension *measure, char *text, size_t room);

#endif
