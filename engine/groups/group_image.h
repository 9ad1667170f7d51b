/* Group image: mean and variance over many aligned, light-corrected photos of one golden, kept as sums of whole
 * numbers, so that images of parts of a group add up to the image of the whole, in any order, to the same bytes.
 *
 * Memory is fixed, whatever the number of photos: luma is kept at the golden's size halved until no side is over
 * GROUP_SIDE pixels (a golden of 4000 x 3000 at a sixteenth: 250 x 188), chroma at half of that, and what alignment and
 * light have taken away on a grid of at most GROUP_GRID points a side. A pixel of it is the mean over a tile of each
 * photo, so its variance is that between photos, with all that the photo's own light does to the tile as a whole.
 *
 * Sums are of the kernels' 3 x 3 binomial sums (kernel_accumulate): a value is sum / (16 count). */
#ifndef ASSAY_ENGINE_GROUPS_GROUP_IMAGE_H
#define ASSAY_ENGINE_GROUPS_GROUP_IMAGE_H

#include "models/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum group_plane {
  GROUP_LUMA,
  GROUP_CB,
  GROUP_CR,
  GROUP_SHADE,   /* what was taken off the luma from tile to tile as light (aligned.h) */
  GROUP_SHIFT_X, /* the smooth local displacement: golden pixels */
  GROUP_SHIFT_Y,
  GROUP_PLANES
};

enum { GROUP_SIDE = 320, GROUP_GRID = 40, GROUP_MOST_PHOTOS = 1 << 20 };

/* What a plane's value is: (sum / (16 count) - group_zero) / group_unit, in grey levels or golden pixels. */
double group_zero(enum group_plane plane);
double group_unit(enum group_plane plane);
/* "luma", "cb", "cr", "shade", "shift_x", "shift_y". */
const char *group_plane_name(enum group_plane plane);

/* One plane: rows without padding; width 0: not there. Pixel i lies at golden pixel origin + step i. */
struct group_layer {
  int32_t width, height;
  double step, origin;
  uint32_t *sum;
  uint64_t *square;
  uint32_t *count;
};

/* All zero is empty; ends with group_image_free. */
struct group_image {
  int32_t width, height; /* of the golden */
  bool colour;
  int level; /* halvings of the luma */
  int64_t photos;
  struct group_layer layer[GROUP_PLANES];
  void *memory;
};

/* Makes an image without photos. STATUS_LIMIT where a side is not 1..32000; STATUS_MEMORY. */
enum status group_image_begin(struct group_image *image, int32_t width, int32_t height, bool colour,
                              struct fault *fault);
void group_image_clear(struct group_image *image);
void group_image_free(struct group_image *image);

/* into += image. STATUS_INVALID where the goldens differ in shape, STATUS_LIMIT over GROUP_MOST_PHOTOS. */
enum status group_image_add(struct group_image *into, const struct group_image *image, struct fault *fault);

/* Mean and variance between photos of a pixel, in the plane's unit; false where no photo shows it. The variance is at
 * least that of rounding to whole grey levels (1/12), and INFINITY for one photo. */
bool group_image_at(const struct group_image *image, enum group_plane plane, size_t pixel, double *mean,
                    double *variance);

#endif
