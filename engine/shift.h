/* Whether a finding is the golden's own, some pixels off. */
#ifndef ASSAY_ENGINE_SHIFT_H
#define ASSAY_ENGINE_SHIFT_H

#include "engine/surroundings.h"

/* So far is looked either way, pixels: the surroundings should reach as far. */
enum { SHIFT_REACH = 24 };

/* Share of the squared difference that is left where golden and photo are laid on each other by the best shift of at
 * least two pixels: of the golden's places sought in the photo and of the photo's sought in the golden, the larger one,
 * so that what has only come or only gone is no shift. 1 where nothing has changed where the shift leads to and where
 * it comes from: what lies there is only its like. At most 1. */
enum status shift_left(const struct surroundings *surroundings, const struct finding *finding, double *left,
                       struct fault *fault);

#endif
