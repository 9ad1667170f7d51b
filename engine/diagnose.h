/* Why a photo cannot be judged, each kind by its own name and with how to retake it: turned over, wrong product,
 * cropped, too small, blurred, overexposed, lamp failed. On the host and by the same alignment as every photo, so the
 * same for every backend. */
#ifndef ASSAY_ENGINE_DIAGNOSE_H
#define ASSAY_ENGINE_DIAGNOSE_H

#include "engine/inspector.h"

/* Of an aligned photo: adds the reason to the result where it cannot be judged. DIAGNOSIS_AGAIN: the pose was found
 * without features and does not show the product; nothing is added, and the photo is to be aligned with them. */
enum diagnosis { DIAGNOSIS_GOOD, DIAGNOSIS_REFUSED, DIAGNOSIS_AGAIN };
enum status diagnose_aligned(struct inspection *inspection, struct result *result, enum diagnosis *diagnosis,
                             struct fault *fault);

/* Of a decoded photo that alignment refused, which always gets a reason. `why` is the alignment's. */
enum status diagnose_refused(struct inspection *inspection, const char *why, struct result *result,
                             struct fault *fault);

#endif
