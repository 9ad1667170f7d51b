/* A sibling of the golden's product: of the same outline and layout, with other prints, parts or places of them. It is
 * aligned as well as the product itself, and differs as a defective unit does, but in many places at once. */
#ifndef ASSAY_ENGINE_OTHER_PRODUCT_H
#define ASSAY_ENGINE_OTHER_PRODUCT_H

#include "engine/classify.h"
#include "engine/inspector.h"

/* In how many places the boxes (x, y, width, height) lie of those that count: less than `apart` pixels from one another
 * they are one. At most RESULT_MAX_REGIONS of them. */
size_t other_product_places(const struct region *regions, const bool *counts, size_t count, double apart);

/* Of a photo whose regions are in the result: whether it shows a sibling. Then it cannot be judged, and the reason is
 * added; the regions stay, as what differs. `kinds`: of each region. What is gone or added alone, or covers the
 * product, is no sign of another product, however often, and counts only beside places that are. */
bool other_product_shown(const struct inspection *inspection, const struct defect_kind *kinds, struct result *result);

#endif
