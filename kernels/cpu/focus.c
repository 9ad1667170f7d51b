#include "kernels/cpu/rows.h"
#include "kernels/pixel.h"

enum kernel_status cpu_bend(struct kernel_context *context, const struct kernel_bend *call) {
  (void)context;
  const struct kernel_image *mean = &call->mean;
  if (!bend_fits(call)) return KERNEL_ARGUMENT;
  for (int32_t y = 0; y < mean->height; y++) {
    const uint16_t *above = cpu_row16(mean, cpu_edge(y - 1, mean->height)), *here = cpu_row16(mean, y);
    const uint16_t *below = cpu_row16(mean, cpu_edge(y + 1, mean->height));
    int16_t *bend = cpu_row_signed(&call->bend, y);
    for (int32_t x = 0; x < mean->width; x++) {
      int32_t left = x > 0, right = x + 1 < mean->width;
      bend[x] = pixel_bend(above + x, here + x, below + x, left, right);
    }
  }
  return KERNEL_OK;
}

enum kernel_status cpu_focus_sums(struct kernel_context *context, const struct kernel_focus_sums *call) {
  (void)context;
  const struct kernel_image *photo = &call->photo;
  int64_t squares = 0, products = 0;
  if (!focus_sums_fit(call)) return KERNEL_ARGUMENT;
  for (int32_t y = 0; y < photo->height; y += KERNEL_FOCUS_ROWS) {
    struct rows p = rows_at(photo, y), s = rows_at(&call->seen, y);
    const uint16_t *mean = cpu_row16(&call->mean, y), *compared = cpu_row16(&call->compared, y);
    const int16_t *bend = cpu_row_signed(&call->bend, y);
    for (int32_t x = 0; x < photo->width; x++) {
      int32_t left = x > 0, right = x + 1 < photo->width;
      if (!compared[x] || !seen_all(&s, x, left, right)) continue;
      int32_t difference = pixel_binomial(p.above + x, p.here + x, p.below + x, left, right) - mean[x];
      if (!pixel_tells_focus(bend[x], difference, call->cut)) continue;
      int32_t b = bend[x] >> 3;
      squares += b * b, products += b * difference;
    }
  }
  int64_t *sums = call->sums->bytes;
  sums[0] = squares, sums[1] = products;
  return KERNEL_OK;
}
