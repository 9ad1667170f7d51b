/* The regions of a result, whatever found them: differences, zones of another colour, rigid zones that moved. */
#ifndef ASSAY_ENGINE_REGION_H
#define ASSAY_ENGINE_REGION_H

#include "engine/inspector.h"

/* Place, area, strength and, under a fixture, size of a finding of an aligned photo. All else is zero. */
void region_of_finding(const struct inspection *inspection, const struct finding *finding, struct region *region);

/* Adds a finding to a result, at its place by golden y, then x: of this class and confidence, in a zone (NULL: outside
 * all), as severe as the spec's rules have it. A result that is full stays as it is. */
enum status region_add(const struct inspection *inspection, const struct finding *finding, enum defect_class class_,
                       double confidence, const struct spec_zone *zone, struct result *result, struct fault *fault);

#endif
