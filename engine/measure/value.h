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

#endif
