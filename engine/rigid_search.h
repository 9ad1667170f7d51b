/* Where a photo shows one rigid zone. */
#ifndef ASSAY_ENGINE_RIGID_SEARCH_H
#define ASSAY_ENGINE_RIGID_SEARCH_H

#include "engine/rigid.h"

/* Looks for the zone about where the alignment puts it. *place is what it moved by there, motion the same as
 * dx = m[0] x + m[1] y + m[2], dy with m[3] to m[5], in golden pixels; not found: 0. */
enum status rigid_search(struct device *device, const struct rigid_zone *zone, const struct align_golden *golden,
                         const struct alignment *alignment, struct rigid_work *work, struct rigid_place *place,
                         double motion[6], struct fault *fault);

#endif
