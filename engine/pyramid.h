/* A picture on the device at full size and at 1/2, 1/4, ... of it. */
#ifndef ASSAY_ENGINE_PYRAMID_H
#define ASSAY_ENGINE_PYRAMID_H

#include "engine/device.h"

enum { PYRAMID_LEVELS = 12, PYRAMID_LEAST_SIDE = 12 };

/* All zero is empty; memory is kept from one picture to the next. */
struct pyramid {
  struct kernel_image level[PYRAMID_LEVELS];
  struct device_memory memory[PYRAMID_LEVELS], borrowed;
  int count;
};

/* Halves a plane it until a side would be under PYRAMID_LEAST_SIDE pixels, or `most` levels are made. Level 0 may be
 * the plane itself, which must stay as it is while the pyramid is used. */
enum status pyramid_build(struct device *device, struct pyramid *pyramid, const struct plane *plane, int most,
                          struct fault *fault);
/* The same over a copy of the plane, which need not stay. */
enum status pyramid_build_copy(struct device *device, struct pyramid *pyramid, const struct plane *plane, int most,
                               struct fault *fault);
/* The same as pyramid_build for a mask, where a pixel of a smaller level counts only if all under it do. */
enum status pyramid_build_mask(struct device *device, struct pyramid *pyramid, const struct plane *plane, int most,
                               struct fault *fault);
void pyramid_release(struct device *device, struct pyramid *pyramid);

#endif
