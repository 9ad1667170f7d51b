/* Whether a finding is no more than what the ground about it does: brushed, woven or grainy ground lies otherwise on
 * every unit, and the largest streaks of a large picture reach further than a few approved photos can tell. */
#ifndef ASSAY_ENGINE_GRAIN_H
#define ASSAY_ENGINE_GRAIN_H

#include "engine/surroundings.h"

/* Golden pixels around a finding that tell its ground. */
enum { GRAIN_MARGIN = 16 };

/* The finding's largest difference over the standard deviation of the difference on the ground around it, where the
 * golden has no strong edge and nothing is found; infinite where there is too little of such ground. `limit`: the luma
 * map's whole tolerance. */
double grain_deviations(const struct surroundings *surroundings, const struct finding *finding, int32_t limit);

#endif
