#include "kernels/cpu/rows.h"
#include "kernels/pixel.h"

#include <string.h>

enum kernel_status cpu_accumulate(struct kernel_context *context, const struct kernel_accumulate *call) {
  (void)context;
  const struct kernel_image *photo = &call->photo;
  if (!accumulate_fits(call)) return KERNEL_ARGUMENT;
  for (int32_t y = 0; y < photo->height; y++) {
    struct rows p = rows_at(photo, y), s = rows_at(&call->seen, y);
    uint32_t *sum = cpu_row32(&call->sum, y), *square = cpu_row32(&call->square, y);
    uint16_t *count = cpu_row16(&call->count, y);
    const int16_t *bend = call->bend.buffer ? cpu_row_signed(&call->bend, y) : NULL;
    for (int32_t x = 0; x < photo->width; x++) {
      int32_t left = x > 0, right = x + 1 < photo->width;
      if (!seen_all(&s, x, left, right)) continue;
      int32_t smooth = pixel_binomial(p.above + x, p.here + x, p.below + x, left, right);
      if (bend) smooth = pixel_clamp(smooth - pixel_defocus(bend[x], call->focus), 0, 4080);
      uint32_t value = (uint32_t)smooth;
      sum[x] += value, square[x] += value * value, count[x]++;
    }
  }
  return KERNEL_OK;
}

enum kernel_status cpu_compare(struct kernel_context *context, const struct kernel_compare *call) {
  (void)context;
  const struct kernel_image *photo = &call->photo;
  if (!compare_fits(call)) return KERNEL_ARGUMENT;
  int32_t *histogram = call->histogram->bytes;
  memset(histogram, 0, 256 * sizeof *histogram);
  for (int32_t y = 0; y < photo->height; y++) {
    struct rows p = rows_at(photo, y), s = rows_at(&call->seen, y);
    const uint16_t *mean = cpu_row16(&call->mean, y);
    const uint16_t *rise = cpu_row16(&call->rise, y), *fall = cpu_row16(&call->fall, y);
    const int16_t *bend = call->bend.buffer ? cpu_row_signed(&call->bend, y) : NULL;
    uint8_t *map = cpu_row8(&call->map, y);
    for (int32_t x = 0; x < photo->width; x++) {
      int32_t left = x > 0, right = x + 1 < photo->width;
      map[x] = 0;
      if (!rise[x] || !seen_all(&s, x, left, right)) continue;
      int32_t value = pixel_binomial(p.above + x, p.here + x, p.below + x, left, right);
      int32_t golden = mean[x];
      if (bend) golden = pixel_clamp(golden + pixel_defocus(bend[x], call->focus), 0, 65535);
      map[x] = pixel_use(value - golden, rise[x], fall[x]);
      histogram[map[x]]++;
    }
  }
  return KERNEL_OK;
}
