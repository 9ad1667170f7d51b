/* The rim of what is compared: a zone that is drawn along a product's outline takes in a little of the ground beyond,
 * which is another in each photo and none of the product's. */
#ifndef ASSAY_ENGINE_RIM_H
#define ASSAY_ENGINE_RIM_H

#include "engine/compare.h"

/* Takes off the luma's map, and out of its levels, the pixels of findings that show the ground beyond: those near what
 * is not compared (labels 0) whose value, in the golden or in the photo, is that ground's rather than the value further
 * inside. *cleared: whether there were any. The comparison holds findings of luma alone. */
enum status rim_clear(struct device *device, const struct reference *reference, const struct plane *labels,
                      const struct aligned *photo, struct comparison *comparison, bool *cleared, struct fault *fault);

#endif
