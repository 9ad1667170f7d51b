/* Which pixels of a rigid zone moved with it, and which are ground that stayed where it was: solder pads round a chip,
 * print beside a label. */
#ifndef ASSAY_ENGINE_RIGID_OWN_H
#define ASSAY_ENGINE_RIGID_OWN_H

#include "engine/refine.h"

/* One thread's working memory and the last answer. All zero is empty. */
struct rigid_own {
  struct pyramid mask; /* of one level: what moved with the zone; views of `pixels` */
  struct device_memory place, light, warped, pixels;
  uint8_t *memory;
  size_t size;
};

/* `moved` has found the zone, `still` is where it would lie with the ground; its mask is the zone. *told is false where
 * too little is left to tell a place from, or the two are too near to each other. Source: what shows at one place only
 * what the golden has there, and at the other not, belongs to the first; what fits neither, to none. */
enum status rigid_own_find(const struct refine *moved, const struct placement *still, int level, struct rigid_own *own,
                           bool *told, struct fault *fault);
void rigid_own_free(struct device *device, struct rigid_own *own);

#endif
