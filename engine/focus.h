/* How much softer or sharper a photo is than the golden: where the two differ as another focus makes them differ, that
 * is no difference of the product. One number a photo, told from all edges that are compared, of the luma alone. */
#ifndef ASSAY_ENGINE_FOCUS_H
#define ASSAY_ENGINE_FOCUS_H

#include "engine/reference.h"

/* Finds the focus of an aligned photo against a reference's bend and keeps it with the photo. */
enum status focus_find(struct device *device, const struct reference_plane *luma, struct aligned *photo,
                       struct fault *fault);

#endif
