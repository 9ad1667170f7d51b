/* Whether a finding may be a cast shadow: what lies under it shows through, darker by one factor. */
#ifndef ASSAY_ENGINE_SHADOW_H
#define ASSAY_ENGINE_SHADOW_H

#include "engine/surroundings.h"

/* How bright the photo's luma is there, as a share of the golden's; 0 where this is no shadow, or nothing can be told,
 * since the golden is even under it or it is small. `limit`: the map's that the finding was found by. A thin even film
 * (soot, a wet place) looks the same: it stays a finding. */
double shadow_factor(const struct surroundings *surroundings, const struct finding *finding, int32_t limit);

#endif
