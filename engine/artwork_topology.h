/* What a change does to the connected components of artwork. */
#ifndef ASSAY_ENGINE_ARTWORK_TOPOLOGY_H
#define ASSAY_ENGINE_ARTWORK_TOPOLOGY_H

#include "engine/artwork_crop.h"
#include "models/result.h"

/* Extra material that hangs together with no part of the golden, one, or more is copper, spur, short. Missing material:
 * where the ground that is laid bare hangs together with no gap of the golden it is a pin-hole, with more than one an
 * open; it is an open too where it severs a piece of the golden's material of at least `dust` pixels and 0.3 times the
 * group's area; else a mousebite. Looks at the group's box grown by `margin`; components under `dust` pixels are
 * none. */
enum defect_class artwork_classify(struct artwork_crop *crop, const struct artwork_group *group, int32_t margin,
                                   int32_t dust);

#endif
