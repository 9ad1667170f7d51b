#include "kernels/cpu/cpu.h"

enum kernel_status cpu_halve(struct kernel_context *context, const struct kernel_halve *call) {
  (void)context;
  const struct kernel_image *from = &call->from, *to = &call->to;
  if (!halve_fits(from, to)) return KERNEL_ARGUMENT;
  for (int32_t y = 0; y < to->height; y++) {
    const uint8_t *top = cpu_row8(from, 2 * y), *bottom = cpu_row8(from, cpu_edge(2 * y + 1, from->height));
    uint8_t *out = cpu_row8(to, y);
    int32_t pairs = from->width / 2;
    for (int32_t x = 0; x < pairs; x++)
      out[x] = (uint8_t)((top[2 * x] + top[2 * x + 1] + bottom[2 * x] + bottom[2 * x + 1] + 2) >> 2);
    if (pairs < to->width) out[pairs] = (uint8_t)((2 * top[2 * pairs] + 2 * bottom[2 * pairs] + 2) >> 2);
  }
  return KERNEL_OK;
}

enum kernel_status cpu_halve_mask(struct kernel_context *context, const struct kernel_halve_mask *call) {
  (void)context;
  const struct kernel_image *from = &call->from, *to = &call->to;
  if (!halve_fits(from, to)) return KERNEL_ARGUMENT;
  for (int32_t y = 0; y < to->height; y++) {
    const uint8_t *top = cpu_row8(from, 2 * y), *bottom = cpu_row8(from, cpu_edge(2 * y + 1, from->height));
    uint8_t *out = cpu_row8(to, y);
    for (int32_t x = 0; x < to->width; x++) {
      int32_t left = 2 * x, right = cpu_edge(2 * x + 1, from->width);
      out[x] = top[left] && top[right] && bottom[left] && bottom[right] ? 255 : 0;
    }
  }
  return KERNEL_OK;
}
