/* How severe a finding is, by the rules of the spec. */
#ifndef ASSAY_ENGINE_SEVERITY_H
#define ASSAY_ENGINE_SEVERITY_H

#include "models/result.h"
#include "models/spec.h"

/* The first rule that the region (its class, zone, box, size and peak filled in) fits; else `zone`'s severity, or major
 * where that is NULL. A rule over millimetres does not fit a region whose size is not known. */
enum severity severity_of(const struct spec *spec, const struct spec_zone *zone, const struct region *region);

#endif
