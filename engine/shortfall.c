#include "engine/inspect.h"

#include <stdio.h>

static const struct spec_dimension *measures_of(const struct spec *spec, size_t *count) {
  const struct spec_dimension *first = NULL;
  *count = 0;
  for (size_t i = 0; i < spec->dimension_count; i++) {
    if (spec->dimensions[i].measure == MEASURE_NONE) continue;
    if (!first) first = &spec->dimensions[i];
    (*count)++;
  }
  return first;
}

bool inspect_shortfall(const struct spec *spec, struct shortfall *shortfall) {
  size_t count;
  const struct spec_dimension *first = measures_of(spec, &count);
  if (first) {
    char more[32] = "";
    if (count > 1) snprintf(more, sizeof more, " and %zu more", count - 1);
    shortfall->code = REASON_DIMENSION;
    snprintf(shortfall->text, sizeof shortfall->text,
             "dimensions: %s%s cannot be measured by this version of assay; expected a golden without measures",
             first->name, more);
    return true;
  }
  if (spec->colour != COLOUR_NONE) {
    shortfall->code = REASON_COLOUR;
    snprintf(shortfall->text, sizeof shortfall->text,
             "colour.reference: %s cannot be referred to by this version of assay, which compares the colours of a "
             "photo with each other; expected none",
             spec->colour == COLOUR_ZONE ? spec->colour_zone : "fixture");
    return true;
  }
  return false;
}
