/* Why a photo cannot be judged, each kind by its own name and with how to retake it: turned over, wrong product,
 * cropped, too small, blurred, overexposed, lamp failed. On the host and by the same alignment as every photo, so the
 * same for every backend. */
#ifndef ASSAY_ENGINE_DIAGNOSE_H
#define ASSAY_ENGINE_DIAGNOSE_H

#include "engine/inspector.h"

/* Of an aligned photo: adds the reason to the result where it cannot be judged; *refused tells. */
enum status diagnose_aligned(struct inspection *inspection, struct result *result, bool *refused, struct fault *fault);

/* Of a decoded photo that alignment refused, which always gets a reason. `why` is the alignment's. */
enum status diagnose_refused(struct inspection *inspection, const char *why, struct result *result,
                             struct fault *fault);

#endif
