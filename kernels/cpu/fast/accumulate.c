#include "kernels/cpu/fast/binomial.h"
#include "kernels/cpu/fast/fast.h"
#include "kernels/pixel.h"

static void refocus_part(struct binomial *restrict b, const int16_t *restrict bend, int32_t focus, int32_t count) {
  for (int32_t i = 0; i < count; i++)
    b->sum[i] = (uint16_t)pixel_clamp(b->sum[i] - pixel_defocus(bend[i], focus), 0, 4080);
}

static void add_part(const struct binomial *restrict b, int32_t count, uint32_t *restrict sum,
                     uint32_t *restrict square, uint16_t *restrict n) {
  for (int32_t i = 0; i < count; i++) {
    uint32_t value = (uint32_t)b->sum[i] * b->seen[i];
    sum[i] += value, square[i] += value * value;
    n[i] = (uint16_t)(n[i] + b->seen[i]);
  }
}

enum kernel_status FAST(cpu_accumulate)(struct kernel_context *context, const struct kernel_accumulate *call) {
  (void)context;
  const struct kernel_image *photo = &call->photo;
  if (!accumulate_fits(call)) return KERNEL_ARGUMENT;
  struct binomial b;
  for (int32_t y = 0; y < photo->height; y++)
    for (int32_t first = 0; first < photo->width; first += BINOMIAL_PART) {
      int32_t count = photo->width - first < BINOMIAL_PART ? photo->width - first : BINOMIAL_PART;
      binomial_part(photo, &call->seen, y, first, count, &b);
      if (call->bend.buffer) refocus_part(&b, cpu_row_signed(&call->bend, y) + first, call->focus, count);
      add_part(&b, count, cpu_row32(&call->sum, y) + first, cpu_row32(&call->square, y) + first,
               cpu_row16(&call->count, y) + first);
    }
  return KERNEL_OK;
}
