/* Goldens that repeat themselves: blisters of a pack, keys, panels of boards. One that is shifted by a period resembles
 * itself so much that an alignment may settle a period off; which of these poses is right, its border tells. */
#ifndef ASSAY_ENGINE_REPEATS_H
#define ASSAY_ENGINE_REPEATS_H

#include "engine/refine.h"

/* Shifts, golden pixels, that take much of the golden to itself: the shortest, and the shortest in another direction.
 */
struct repeats {
  int count;
  struct pose_point shift[2];
};

/* Looks for them on a small level of the golden, given on the host with its mask (NULL: all takes part), and sharpens
 * them at level `fine`. `refine` is made up with the golden as its own photo. Shifts of up to half the golden. */
enum status repeats_find(struct refine *refine, const struct plane *small, const struct plane *mask, int level,
                         int fine, struct repeats *repeats, struct fault *fault);

/* Moves refine->placement's pose by shifts as long as the photo agrees better, or as well and shows more of the golden.
 * *moved: it is to be refined again. `level`: of the golden. */
enum status repeats_settle(struct refine *refine, const struct repeats *repeats, int level, bool *moved,
                           struct fault *fault);

#endif
