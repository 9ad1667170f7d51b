/* A picture on the device at full size and at 1/2, 1/4, ... of it. */
#ifndef ASSAY_ENGINE_PYRAMID_H
#define ASSAY_ENGINE_PYRAMID_H

#include "engine/device.h"

enum { PYRAMID_LEVELS = 12, PYRAMID_LEAST_SIDE = 12 };

/* All zero is empty; memory is kept from one picture to the next. */
struct pyramid {
  struct kernel_image level[PYRAMID_LEVELS];
  struct device_memory memory[PYRAMID_LEVELS];
  int count;
};

/* Uploads a plane and halves it until a side would be under PYRAMID_LEAST_SIDE pixels, or `most` levels are made. */
enum status pyramid_build(struct device *device, struct pyramid *pyramid, const struct plane *plane, int most,
                          struct fault *fault);
/* The same for a mask, where a pixel of a smaller level counts only if all under it do. */
enum status pyramid_build_mask(struct device *device, struct pyramid *pyramid, const struct plane *plane, int most,
                               struct fault *fault);
void pyramid_release(struct device *device, struct pyramid *pyramid);

#endif
