/* Alignment of artwork. Two levels have few features, and those of a sparse pattern do not hold a homography; what is
 * scanned or cut to one frame lies nearly where the golden does. So the photo is first tried in its own frame, shifted;
 * only where that does not fit is it looked for by features. */
#ifndef ASSAY_ENGINE_ARTWORK_ALIGN_H
#define ASSAY_ENGINE_ARTWORK_ALIGN_H

#include "engine/align.h"
#include "engine/artwork_find.h"

/* As align_photo, for a golden that is artwork. */
enum status artwork_align(struct device *device, const struct align_golden *golden, const struct artwork *artwork,
                          struct artwork_work *work, struct alignment *alignment, const char **why,
                          struct fault *fault);

#endif
