/* The formula of kernel_limits for one pixel, shared by the reference and CUDA. All integer. */
#ifndef ASSAY_KERNELS_LIMIT_H
#define ASSAY_KERNELS_LIMIT_H

#include "kernels/kernels.h"
#include "kernels/pixel.h"

#include <stdbool.h>

/* What a pixel's detail and the 5 x 5 around it say. */
struct limit_surroundings {
  int32_t near_low, near_high; /* least and largest mean of the 3 x 3, where something was seen */
  int32_t low, high;           /* and of all */
  uint64_t variance;           /* mean */
  int32_t detail;
};

/* Takes a mean of the 5 x 5; `near`: of the 3 x 3, too. */
PIXEL_FN void limit_see(struct limit_surroundings *s, int32_t mean, bool near) {
  if (mean < s->low) s->low = mean;
  if (mean > s->high) s->high = mean;
  if (near && mean < s->near_low) s->near_low = mean;
  if (near && mean > s->near_high) s->near_high = mean;
}

/* value / divisor for a value below 2^60 and a divisor from 1 to below 2^17: digits of 15 bits, in divisions of 32
 * bits. On a GPU that of 64 bits is a call, around which registers are spilled. */
PIXEL_FN uint64_t limit_divide(uint64_t value, uint32_t divisor) {
  uint64_t quotient = 0;
  uint32_t rest = 0;
  for (int32_t shift = 45; shift >= 0; shift -= 15) {
    rest = rest << 15 | (uint32_t)(value >> shift & 0x7FFF);
    quotient = quotient << 15 | rest / divisor;
    rest %= divisor;
  }
  return quotient;
}

PIXEL_FN uint16_t limit_reciprocal(int64_t limit) {
  int64_t r = ((int64_t)KERNEL_MAP_UNIT << 16) / limit;
  return (uint16_t)(r > 65535 ? 65535 : r);
}

/* rise and fall of a pixel with this mean and count, which is not 0. */
PIXEL_FN void limit_pixel(const struct kernel_tolerance *t, const struct limit_surroundings *around, int64_t mean,
                          uint32_t count, uint16_t *rise, uint16_t *fall) {
  int64_t r = around->high - around->low;
  uint64_t prior = (uint64_t)t->prior, more = count - 1;
  uint64_t expected = (uint64_t)t->prior_variance + (uint64_t)(((int64_t)t->prior_edge * r * r) >> 16);
  uint64_t variance = limit_divide(prior * expected + more * around->variance, (uint32_t)(prior + more));
  uint32_t deviation = pixel_root((uint32_t)(variance > UINT32_MAX ? UINT32_MAX : variance));
  int64_t spread = ((int64_t)t->relative * deviation) >> 8;
  int64_t least = t->absolute + (((int64_t)t->detail * around->detail) >> 4);
  if (spread < least) spread = least;
  *rise = limit_reciprocal(spread + ((t->edge * (around->near_high - mean) + t->sharp * r) >> 8));
  *fall = limit_reciprocal(spread + ((t->edge * (mean - around->near_low) + t->sharp * r) >> 8));
}

#endif
