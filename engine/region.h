/* The regions of a result, whatever found them: differences, zones of another colour, rigid zones that moved. */
#ifndef ASSAY_ENGINE_REGION_H
#define ASSAY_ENGINE_REGION_H

#include "engine/inspector.h"

/* Place, area, strength and, under a fixture, size of a finding of an aligned photo. All else is zero. */
void region_of_finding(const struct inspection *inspection, const struct finding *finding, struct region *region);

/* Puts a copy in at its place (by golden y, then x). A result that is full stays as it is. */
enum status region_insert(struct result *result, const struct region *region, struct fault *fault);

#endif
