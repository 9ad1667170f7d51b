/* Where the photo is white it only says that the product is at least so bright: a saturated channel that was brought to
 * the golden's light may lie under the golden's value, and nothing follows from that. */
#ifndef ASSAY_ENGINE_SATURATED_H
#define ASSAY_ENGINE_SATURATED_H

#include "engine/compare.h"

/* Lowers, in one plane's map and its levels, the pixels of that plane's findings by as much as channels that are
 * saturated in the photo, and below the golden, have part in the difference: what other channels show stays. The
 * plane's findings are those from `first` on. *lowered: whether there were any such pixels. */
enum status saturated_clear(struct device *device, const struct reference *reference, const struct aligned *photo,
                            int plane, size_t first, struct comparison *comparison, bool *lowered, struct fault *fault);

#endif
