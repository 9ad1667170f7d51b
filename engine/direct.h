/* A rough pose without features, for the photo that was taken about as the golden was: upright and with the product
 * about as large. Gauss-Newton from the smallest levels up finds it at a fraction of what features cost. */
#ifndef ASSAY_ENGINE_DIRECT_H
#define ASSAY_ENGINE_DIRECT_H

#include "engine/refine.h"

/* How much the golden resembles itself turned by a quarter or a half, as the largest correlation: a photo that is
 * turned so seems to fit that much. `refine` is made up as for direct_find, with the golden as its own photo. */
enum status direct_alike(struct refine *refine, int finest, double *alike, struct fault *fault);

/* Looks for the pose on levels of the golden's pyramid that are coarser than `finest`, and leaves it in
 * refine->placement. Not found where golden and photo do not agree clearly better than the golden with itself turned,
 * which is `alike`; what is found is still to be judged. */
enum status direct_find(struct refine *refine, int finest, double alike, bool *found, struct fault *fault);

#endif
