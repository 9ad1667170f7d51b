/* The shift of a photo of artwork in its own frame. */
#ifndef ASSAY_ENGINE_ARTWORK_SHIFT_H
#define ASSAY_ENGINE_ARTWORK_SHIFT_H

#include "engine/pose.h"
#include "engine/pyramid.h"

/* Searches the shift with the least difference on a small level of the two pyramids, which are of even levels
 * (artwork_levels_even); what the photo does not show counts as half different. *found is false where the photo's sides
 * are in another proportion than the golden's. The pose is from full golden to full photo pixels. */
enum status artwork_shift_find(struct device *device, const struct pyramid *golden, const struct pyramid *photo,
                               struct pose *pose, bool *found, struct fault *fault);

#endif
