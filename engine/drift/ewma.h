/* The exponentially weighted moving average (ISO 7870-6:2016; Roberts 1959): z = weight x + (1 - weight) z. */
#ifndef ASSAY_ENGINE_DRIFT_EWMA_H
#define ASSAY_ENGINE_DRIFT_EWMA_H

#include "engine/drift/shewhart.h"

#include <stddef.h>

struct ewma {
  double weight; /* 0 < weight <= 1: of the newest value */
  double reach;  /* of the limits, in standard deviations of z (L) */
  double centre, sigma;
  double z;     /* starts at the centre */
  double decay; /* (1 - weight)^(2 n) after n values */
};

void ewma_begin(struct ewma *ewma, double weight, double reach, double centre, double sigma);
/* Takes one value; the limits are those for this many values, narrower at first. */
struct chart_limits ewma_add(struct ewma *ewma, double value);
/* The limits that those of ewma_add come to. */
struct chart_limits ewma_steady(const struct ewma *ewma);

#endif
