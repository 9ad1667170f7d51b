#include "engine/drift/ewma.h"

#include <math.h>

void ewma_begin(struct ewma *ewma, double weight, double reach, double centre, double sigma) {
  *ewma = (struct ewma){.weight = weight, .reach = reach, .centre = centre, .sigma = sigma, .z = centre, .decay = 1};
}

static struct chart_limits limits(const struct ewma *ewma, double share) {
  double wide = ewma->reach * ewma->sigma * sqrt(ewma->weight / (2 - ewma->weight) * share);
  return (struct chart_limits){.lower = ewma->centre - wide, .centre = ewma->centre, .upper = ewma->centre + wide};
}

struct chart_limits ewma_add(struct ewma *ewma, double value) {
  ewma->z = ewma->weight * value + (1 - ewma->weight) * ewma->z;
  ewma->decay *= (1 - ewma->weight) * (1 - ewma->weight);
  return limits(ewma, 1 - ewma->decay);
}

struct chart_limits ewma_steady(const struct ewma *ewma) {
  return limits(ewma, 1);
}
