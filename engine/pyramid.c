#include "engine/pyramid.h"

#include <stdbool.h>

static enum status next_level(struct device *device, struct pyramid *pyramid, bool mask, struct fault *fault) {
  int n = pyramid->count;
  const struct kernel_image *from = &pyramid->level[n - 1];
  int32_t width = (from->width + 1) / 2, height = (from->height + 1) / 2;
  enum status status = device_reserve(device, &pyramid->memory[n], (size_t)width * (size_t)height, fault);
  if (status) return status;
  pyramid->level[n] = device_view(&pyramid->memory[n], width, height);
  const struct kernel_operations *ops = &device->backend->operations;
  if (mask) {
    struct kernel_halve_mask call = {.from = *from, .to = pyramid->level[n]};
    status = device_check(ops->halve_mask(device->context, &call), "halve_mask", fault);
  } else {
    struct kernel_halve call = {.from = *from, .to = pyramid->level[n]};
    status = device_check(ops->halve(device->context, &call), "halve", fault);
  }
  if (!status) pyramid->count++;
  return status;
}

/* From level 0, which is there. */
static enum status build(struct device *device, struct pyramid *pyramid, int most, bool mask, struct fault *fault) {
  enum status status = STATUS_OK;
  pyramid->count = 1;
  while (!status && pyramid->count < most && pyramid->count < PYRAMID_LEVELS) {
    const struct kernel_image *last = &pyramid->level[pyramid->count - 1];
    if ((last->width + 1) / 2 < PYRAMID_LEAST_SIDE || (last->height + 1) / 2 < PYRAMID_LEAST_SIDE) break;
    status = next_level(device, pyramid, mask, fault);
  }
  return status;
}

enum status pyramid_build(struct device *device, struct pyramid *pyramid, const struct plane *plane, int most,
                          struct fault *fault) {
  pyramid->count = 0;
  enum status status = device_borrow_plane(device, &pyramid->borrowed, plane, &pyramid->level[0], fault);
  return status ? status : build(device, pyramid, most, false, fault);
}

enum status pyramid_build_mask(struct device *device, struct pyramid *pyramid, const struct plane *plane, int most,
                               struct fault *fault) {
  pyramid->count = 0;
  enum status status = device_borrow_plane(device, &pyramid->borrowed, plane, &pyramid->level[0], fault);
  return status ? status : build(device, pyramid, most, true, fault);
}

enum status pyramid_build_copy(struct device *device, struct pyramid *pyramid, const struct plane *plane, int most,
                               struct fault *fault) {
  pyramid->count = 0;
  enum status status = device_upload_plane(device, &pyramid->memory[0], plane, &pyramid->level[0], fault);
  return status ? status : build(device, pyramid, most, false, fault);
}

void pyramid_release(struct device *device, struct pyramid *pyramid) {
  device_release(device, &pyramid->borrowed);
  for (int i = 0; i < PYRAMID_LEVELS; i++) device_release(device, &pyramid->memory[i]);
  pyramid->count = 0;
}
