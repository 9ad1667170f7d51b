/* The arithmetic of one pixel, shared by every backend (C and CUDA), so that it exists once. All integer; sums that
 * could overflow on hostile parameters wrap, as unsigned arithmetic does, and are never undefined. */
#ifndef ASSAY_KERNELS_PIXEL_H
#define ASSAY_KERNELS_PIXEL_H

#include "kernels/kernels.h"

#include <stdint.h>

#ifdef __CUDACC__
#define PIXEL_FN static __host__ __device__ inline
#else
#define PIXEL_FN static inline
#endif

PIXEL_FN int32_t pixel_multiply(int32_t a, int32_t b) {
  return (int32_t)((uint32_t)a * (uint32_t)b);
}
PIXEL_FN int32_t pixel_add(int32_t a, int32_t b) {
  return (int32_t)((uint32_t)a + (uint32_t)b);
}
PIXEL_FN int32_t pixel_subtract(int32_t a, int32_t b) {
  return (int32_t)((uint32_t)a - (uint32_t)b);
}

/* a + (b - a) i / 16, rounded down; i in 0..15. |b - a| < 2^27 for a meaningful answer. */
PIXEL_FN int32_t pixel_between(int32_t a, int32_t b, int32_t i) {
  return pixel_add(a, pixel_multiply(pixel_subtract(b, a), i) >> 4);
}

PIXEL_FN int32_t pixel_clamp(int32_t v, int32_t low, int32_t high) {
  return v < low ? low : v > high ? high : v;
}
PIXEL_FN uint8_t pixel_clamp8(int32_t v) {
  return (uint8_t)pixel_clamp(v, 0, 255);
}

/* A place of Q16 rounded to 1/256 px. */
PIXEL_FN int32_t pixel_place(int32_t q16) {
  return pixel_add(q16, 128) >> 8;
}

/* Whether a place (Q8) lies on a picture side of `size` pixels, between its first and last pixel centres. */
PIXEL_FN int pixel_within(int32_t q8, int32_t size) {
  return q8 >= 0 && q8 <= (size - 1) * 256;
}

/* Bilinear value, Q4, at a place (Q8) within the picture. */
PIXEL_FN int32_t pixel_sample(const uint8_t *pixels, int32_t width, int32_t height, int32_t stride, int32_t x,
                              int32_t y) {
  int32_t column = x >> 8, row = y >> 8, fx = x & 255, fy = y & 255;
  int32_t right = column + 1 < width ? 1 : 0;
  const uint8_t *top = pixels + (int64_t)row * stride + column;
  const uint8_t *bottom = row + 1 < height ? top + stride : top;
  int32_t a = top[0] * (256 - fx) + top[right] * fx;
  int32_t b = bottom[0] * (256 - fx) + bottom[right] * fx;
  return (a * (256 - fy) + b * fy + 2048) >> 12;
}

/* value Q4 scale Q12 + shift Q4. */
PIXEL_FN int32_t pixel_light(int32_t value, int32_t scale, int32_t shift) {
  return pixel_add(pixel_multiply(value, scale) >> 12, shift);
}

/* Weight of a residual, 0..64; cut in 1..2032. */
PIXEL_FN int32_t pixel_weight(int32_t residual, int32_t cut) {
  if (residual >= cut || residual <= -cut) return 0;
  return 64 - (64 * residual * residual) / (cut * cut);
}

/* BT.601 full range between YCbCr and RGB, Q4 values (chroma about 128 * 16), Q14 coefficients. */
struct pixel_rgb {
  int32_t red, green, blue;
};

PIXEL_FN struct pixel_rgb pixel_to_rgb(int32_t luma, int32_t cb, int32_t cr) {
  struct pixel_rgb out;
  cb -= 128 * 16, cr -= 128 * 16;
  out.red = luma + ((22970 * cr + 8192) >> 14);
  out.green = luma - ((5638 * cb + 11700 * cr + 8192) >> 14);
  out.blue = luma + ((29032 * cb + 8192) >> 14);
  return out;
}

PIXEL_FN int32_t pixel_luma(struct pixel_rgb c) {
  return pixel_add(pixel_add(pixel_multiply(4899, c.red), pixel_multiply(9617, c.green)),
                   pixel_add(pixel_multiply(1868, c.blue), 8192)) >>
         14;
}

PIXEL_FN int32_t pixel_cb(struct pixel_rgb c, int32_t luma) {
  return 128 * 16 + (pixel_add(pixel_multiply(9246, pixel_subtract(c.blue, luma)), 8192) >> 14);
}

PIXEL_FN int32_t pixel_cr(struct pixel_rgb c, int32_t luma) {
  return 128 * 16 + (pixel_add(pixel_multiply(11686, pixel_subtract(c.red, luma)), 8192) >> 14);
}

/* Rounds a Q4 value to a byte. */
PIXEL_FN uint8_t pixel_byte(int32_t q4) {
  return pixel_clamp8(pixel_add(q4, 8) >> 4);
}

/* The same of what a photo shows: at least 1. */
PIXEL_FN uint8_t pixel_shown(int32_t q4) {
  return (uint8_t)pixel_clamp(pixel_add(q4, 8) >> 4, 1, 255);
}

/* 3 x 3 binomial sum, Q4, from three rows around a pixel; left and right are the offsets of the neighbours (0 at an
 * edge, which repeats it). */
PIXEL_FN int32_t pixel_binomial(const uint8_t *above, const uint8_t *here, const uint8_t *below, int32_t left,
                                int32_t right) {
  return above[-left] + 2 * above[0] + above[right] + 2 * (here[-left] + 2 * here[0] + here[right]) + below[-left] +
         2 * below[0] + below[right];
}

/* kernel_bend of one pixel, arguments as above. */
PIXEL_FN int16_t pixel_bend(const uint16_t *above, const uint16_t *here, const uint16_t *below, int32_t left,
                            int32_t right) {
  int32_t sum = above[-left] + 2 * above[0] + above[right] + 2 * (here[-left] + here[right]) + below[-left] +
                2 * below[0] + below[right];
  return (int16_t)pixel_clamp((sum - 12 * here[0]) >> 2, -32768, 32767);
}

/* What another focus adds to a value (Q4): bend Q6, focus Q14. */
PIXEL_FN int32_t pixel_defocus(int16_t bend, int32_t focus) {
  return (bend * focus) >> 16;
}

/* Whether a pixel tells of a photo's focus: its bend, and its difference from the golden. */
PIXEL_FN int pixel_tells_focus(int16_t bend, int32_t difference, int32_t cut) {
  int32_t steep = bend;
  return ((steep >= KERNEL_FOCUS_BEND) | (steep <= -KERNEL_FOCUS_BEND)) & (difference <= cut) & (difference >= -cut);
}

/* Use of tolerance in map units, from a difference (Q4) and the reciprocals of kernel_limits. */
PIXEL_FN uint8_t pixel_use(int32_t difference, uint16_t rise, uint16_t fall) {
  uint32_t use = difference >= 0 ? ((uint32_t)difference * rise) >> 16 : ((uint32_t)-difference * fall) >> 16;
  return (uint8_t)(use > 255 ? 255 : use);
}

/* floor(sqrt(v)). */
PIXEL_FN uint32_t pixel_root(uint32_t v) {
  uint32_t root = 0, bit = 1u << 30;
  while (bit > v) bit >>= 2;
  for (; bit; bit >>= 2) {
    if (v >= root + bit) {
      v -= root + bit;
      root = (root >> 1) + bit;
    } else {
      root >>= 1;
    }
  }
  return root;
}

#endif
