/* Goldens that look nearly the same turned or shifted: round parts, gaskets, dials, packs. An alignment may settle in a
 * pose that is one such turn off; what little is not the same tells which is right, and where that is hidden, nothing
 * does. */
#ifndef ASSAY_ENGINE_SYMMETRY_H
#define ASSAY_ENGINE_SYMMETRY_H

#include "engine/repeats.h"

enum { SYMMETRIES_MOST = 80 };

/* Golden pixel -> golden pixel, and the share of the golden that is not the same there. */
struct symmetry {
  struct pose pose;
  double unlike;
};

/* All zero is none. */
struct symmetries {
  int count, level; /* level of the golden on which they are looked at */
  double spread;    /* of its grey levels about the mean of their surroundings */
  struct symmetry items[SYMMETRIES_MOST];
};

/* Looks for turns about (x, y), in golden pixels, unless the motion is a translation, and takes the shortest of the
 * shifts that are known. `refine` is made up with the golden as its own photo. */
enum status symmetries_find(struct refine *refine, double x, double y, int level, const struct repeats *repeats,
                            struct symmetries *symmetries, struct fault *fault);

/* Whether refine->placement's pose, or which of those that the symmetries make of it, agrees best with the photo: it is
 * left there; *moved: another, which is to be refined again. *told is false where the photo hides so much that a pose
 * of another look agrees about as well. */
enum status symmetries_settle(struct refine *refine, const struct symmetries *symmetries, bool *moved, bool *told,
                              struct fault *fault);

#endif
