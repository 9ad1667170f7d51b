/* Limit samples of artwork. */
#ifndef ASSAY_ENGINE_ARTWORK_APPROVE_H
#define ASSAY_ENGINE_ARTWORK_APPROVE_H

#include "engine/compare.h"
#include "engine/zones.h"

/* Drops the findings of artwork that a limit sample of the spec takes as acceptable: those that lie in its box, reach
 * no deeper than it by more than a tenth, and do the same to the connections; never in a zone whose print must stay the
 * same. */
void artwork_approve(const struct spec *spec, const struct zones *zones, struct comparison *comparison);

#endif
