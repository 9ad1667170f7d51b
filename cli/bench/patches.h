/* How far a pose is off by the pictures themselves, patch by patch, for judging which of two poses is nearer: by normal
 * equations of single patches at full size, which assay's alignment has no part in. */
#ifndef ASSAY_CLI_BENCH_PATCHES_H
#define ASSAY_CLI_BENCH_PATCHES_H

#include "engine/image.h"
#include "engine/pose.h"
#include "models/status.h"

#include <stddef.h>

struct patch {
  struct pose_point at;  /* middle, golden pixels */
  struct pose_point off; /* where what it shows lies in the photo under the pose, less `at` */
};

struct patches {
  struct patch *patches; /* to be freed */
  size_t count;
  double median; /* length of `off`, golden pixels; NAN: no patches */
};

/* Those patches of the golden whose displacement is told to LEAST_SURE pixels, have a gain and an offset of their own,
 * and are hardly saturated. */
enum status patches_measure(const struct image *golden, const struct image *photo, const struct pose *pose,
                            struct patches *patches, struct fault *fault);

/* The homography of the patches: measured and fitted anew until it stays, from `start` on. *told is false where there
 * are too few patches. */
enum status patches_fit(const struct image *golden, const struct image *photo, const struct pose *start,
                        struct pose *fitted, bool *told, struct fault *fault);

#endif
