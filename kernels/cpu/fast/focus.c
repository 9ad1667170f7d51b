#include "kernels/cpu/fast/binomial.h"
#include "kernels/cpu/fast/fast.h"
#include "kernels/cpu/fast/lanes.h"
#include "kernels/pixel.h"

static void bend_inside(const uint16_t *restrict above, const uint16_t *restrict here, const uint16_t *restrict below,
                        int32_t count, int16_t *restrict bend) {
  for (int32_t x = 1; x + 1 < count; x++) bend[x] = pixel_bend(above + x, here + x, below + x, 1, 1);
}

enum kernel_status FAST(cpu_bend)(struct kernel_context *context, const struct kernel_bend *call) {
  (void)context;
  const struct kernel_image *mean = &call->mean;
  if (!bend_fits(call)) return KERNEL_ARGUMENT;
  for (int32_t y = 0; y < mean->height; y++) {
    const uint16_t *above = cpu_row16(mean, cpu_edge(y - 1, mean->height)), *here = cpu_row16(mean, y);
    const uint16_t *below = cpu_row16(mean, cpu_edge(y + 1, mean->height));
    int16_t *bend = cpu_row_signed(&call->bend, y);
    int32_t last = mean->width - 1;
    bend_inside(above, here, below, mean->width, bend);
    bend[0] = pixel_bend(above, here, below, 0, last > 0);
    if (last) bend[last] = pixel_bend(above + last, here + last, below + last, 1, 0);
  }
  return KERNEL_OK;
}

/* Sums over a part that 32 bits hold: b b is at most 2^24, b D less. */
enum { FOCUS_PART = 64 };

static void sum_part(const struct binomial *restrict s, int32_t first, const uint16_t *restrict mean,
                     const uint16_t *restrict compared, const int16_t *restrict bend, int32_t count, int32_t cut,
                     int64_t *sums) {
  int32_t squares = 0, products = 0;
  for (int32_t i = 0; i < count; i++) {
    int32_t difference = s->sum[first + i] - mean[first + i], b = bend[first + i] >> 3;
    bool told =
        pixel_tells_focus(bend[first + i], difference, cut) & (compared[first + i] != 0) & (s->seen[first + i] != 0);
    b = told ? b : 0, difference = told ? difference : 0;
    squares += b * b, products += b * difference;
  }
  sums[0] += squares, sums[1] += products;
}

enum kernel_status FAST(cpu_focus_sums)(struct kernel_context *context, const struct kernel_focus_sums *call) {
  (void)context;
  const struct kernel_image *photo = &call->photo;
  if (!focus_sums_fit(call)) return KERNEL_ARGUMENT;
  int64_t sums[2] = {0};
  struct binomial b;
  for (int32_t y = 0; y < photo->height; y += KERNEL_FOCUS_ROWS)
    for (int32_t first = 0; first < photo->width; first += BINOMIAL_PART) {
      int32_t count = photo->width - first < BINOMIAL_PART ? photo->width - first : BINOMIAL_PART;
      binomial_part(photo, &call->seen, y, first, count, &b);
      for (int32_t i = 0; i < count; i += FOCUS_PART)
        sum_part(&b, i, cpu_row16(&call->mean, y) + first, cpu_row16(&call->compared, y) + first,
                 cpu_row_signed(&call->bend, y) + first, count - i < FOCUS_PART ? count - i : FOCUS_PART, call->cut,
                 sums);
    }
  int64_t *out = call->sums->bytes;
  out[0] = sums[0], out[1] = sums[1];
  lanes_leave();
  return KERNEL_OK;
}
