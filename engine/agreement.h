/* How well golden and photo agree at a pose, also where noise hides it. */
#ifndef ASSAY_ENGINE_AGREEMENT_H
#define ASSAY_ENGINE_AGREEMENT_H

#include "engine/align.h"

/* Sets the alignment's correlation: that of the last measurement, which was of `level`. Where it is small, and noise is
 * a large part of what varies, as of a product with much even surface and little print: that of a coarser level, which
 * has less noise, if golden and photo agree there so well that the pose is right. */
enum status agreement_measure(const struct align_golden *golden, struct alignment *alignment,
                              const struct refine *refine, int level, struct fault *fault);

#endif
