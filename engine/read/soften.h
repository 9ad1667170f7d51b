/* The golden's picture made as soft as a photo's. */
#ifndef ASSAY_ENGINE_READ_SOFTEN_H
#define ASSAY_ENGINE_READ_SOFTEN_H

#include "engine/image.h"

/* Blurs a plane until its steepest steps are no more than `share` of what they were. All integer. */
enum status soften(struct plane *plane, double share, struct fault *fault);

#endif
