/* Where the ground under a part lies that hides it: by the ground around. */
#ifndef ASSAY_ENGINE_RIGID_GROUND_H
#define ASSAY_ENGINE_RIGID_GROUND_H

#include "engine/align.h"

/* Measures the tiles of the ground (the alignment's own mask, no parts), for rigid_ground_under. */
enum status rigid_ground_measure(struct device *device, const struct align_golden *golden, struct alignment *alignment,
                                 struct fault *fault);

/* The displacement at a golden pixel less the field's there, golden pixels. Paper and lens bend over lengths that are
 * large against a part, while the field, which is made to follow more, is stiff where it sees nothing: a cubic is
 * fitted to what the tiles around say, those `reach` away with 0.6 of the weight. 0 where they say too little, or there
 * is no field. */
struct pose_point rigid_ground_under(const struct alignment *alignment, double x, double y, double reach);

#endif
