#include "kernels/cpu/fast/fast.h"

static void halve_row(const uint8_t *restrict top, const uint8_t *restrict bottom, int32_t pairs,
                      uint8_t *restrict out) {
  for (int32_t x = 0; x < pairs; x++)
    out[x] = (uint8_t)((top[2 * x] + top[2 * x + 1] + bottom[2 * x] + bottom[2 * x + 1] + 2) >> 2);
}

enum kernel_status FAST(cpu_halve)(struct kernel_context *context, const struct kernel_halve *call) {
  (void)context;
  const struct kernel_image *from = &call->from, *to = &call->to;
  if (!halve_fits(from, to)) return KERNEL_ARGUMENT;
  int32_t pairs = from->width / 2;
  for (int32_t y = 0; y < to->height; y++) {
    const uint8_t *top = cpu_row8(from, 2 * y), *bottom = cpu_row8(from, cpu_edge(2 * y + 1, from->height));
    uint8_t *out = cpu_row8(to, y);
    halve_row(top, bottom, pairs, out);
    if (pairs < to->width) out[pairs] = (uint8_t)((2 * top[2 * pairs] + 2 * bottom[2 * pairs] + 2) >> 2);
  }
  return KERNEL_OK;
}

static void halve_mask_row(const uint8_t *restrict top, const uint8_t *restrict bottom, int32_t pairs,
                           uint8_t *restrict out) {
  for (int32_t x = 0; x < pairs; x++) {
    int left = (top[2 * x] != 0) & (bottom[2 * x] != 0), right = (top[2 * x + 1] != 0) & (bottom[2 * x + 1] != 0);
    out[x] = (uint8_t) - (left & right);
  }
}

enum kernel_status FAST(cpu_halve_mask)(struct kernel_context *context, const struct kernel_halve_mask *call) {
  (void)context;
  const struct kernel_image *from = &call->from, *to = &call->to;
  if (!halve_fits(from, to)) return KERNEL_ARGUMENT;
  int32_t pairs = from->width / 2;
  for (int32_t y = 0; y < to->height; y++) {
    const uint8_t *top = cpu_row8(from, 2 * y), *bottom = cpu_row8(from, cpu_edge(2 * y + 1, from->height));
    uint8_t *out = cpu_row8(to, y);
    halve_mask_row(top, bottom, pairs, out);
    if (pairs < to->width) out[pairs] = top[2 * pairs] && bottom[2 * pairs] ? 255 : 0;
  }
  return KERNEL_OK;
}
