#include "engine/inspect.h"

#include <stdio.h>

bool inspect_shortfall(const struct spec *spec, struct shortfall *shortfall) {
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
