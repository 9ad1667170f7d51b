/* Whether a finding is the golden's own edges, up to a pixel off. */
#ifndef ASSAY_ENGINE_NUDGE_H
#define ASSAY_ENGINE_NUDGE_H

#include "engine/surroundings.h"

/* What is left of a finding where the golden around it is laid on the photo by the shift, of at most a pixel, that
 * explains the difference best: to first order, by least squares over the surroundings. */
struct nudge {
  double peak;  /* largest use of tolerance */
  double share; /* of the squared uses; 1 where the golden has no edges */
};

/* `limit`: the luma map's whole tolerance. */
struct nudge nudge_left(const struct surroundings *surroundings, int32_t limit);

#endif
