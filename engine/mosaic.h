/* Colour that a camera makes up where the product has fine detail: its mosaic samples each colour at other places, and
 * what it guesses between them changes with the pose. What is too red here is too green beside it. */
#ifndef ASSAY_ENGINE_MOSAIC_H
#define ASSAY_ENGINE_MOSAIC_H

#include "engine/surroundings.h"

/* Whether a finding of chroma alone lies on fine detail of the golden and has its opposite beside it. `surroundings`:
 * its own, in which it and some pixels around it lie. */
enum status mosaic_shown(struct device *device, const struct reference *reference, const struct aligned *photo,
                         const struct comparison *comparison, const struct finding *finding,
                         const struct surroundings *surroundings, bool *shown, struct fault *fault);

#endif
