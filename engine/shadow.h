/* Whether a finding may be a cast shadow: what lies under it shows through, darker by one factor. */
#ifndef ASSAY_ENGINE_SHADOW_H
#define ASSAY_ENGINE_SHADOW_H

#include "engine/compare.h"

/* *factor: how bright the photo's luma is there, as a share of the golden's; 0 where this is no shadow, or nothing can
 * be told, since the golden is even under it or it is small. A thin even film (soot, a wet place) looks the same: it
 * stays a finding. */
enum status shadow_find(struct device *device, const struct reference *reference, const struct aligned *photo,
                        const struct comparison *comparison, const struct finding *finding, double *factor,
                        struct fault *fault);

#endif
