/* Colour conversions in integers, each defined here once.
 *
 * YCbCr is that of JFIF 1.02: full range, BT.601 (Y = 0.299 R + 0.587 G + 0.114 B, Cb = (B - Y) / 1.772 + 128,
 * Cr = (R - Y) / 1.402 + 128), here with 16 fractional bits and one rounding. */
#ifndef ASSAY_ENGINE_COLOUR_H
#define ASSAY_ENGINE_COLOUR_H

#include <stddef.h>
#include <stdint.h>

/* Luma of one pixel; the value itself where R = G = B. */
static inline uint8_t colour_luma(int red, int green, int blue) {
  return (uint8_t)((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16);
}

/* Cb and Cr of the mean of four pixels, given the sums of their red, green and blue (0..1020): 18 fractional bits. One
 * less than a half keeps pure blue and pure red at 255. */
static inline void colour_chroma_of_four(int red, int green, int blue, uint8_t *cb, uint8_t *cr) {
  const int offset = (128 << 18) + (1 << 17) - 1;
  *cb = (uint8_t)((-11059 * red - 21709 * green + 32768 * blue + offset) >> 18);
  *cr = (uint8_t)((32768 * red - 27439 * green - 5329 * blue + offset) >> 18);
}

void colour_ycbcr_to_rgb(int y, int cb, int cr, uint8_t rgb[3]);
/* The same of `count` pixels; rgb: three bytes a pixel. */
void colour_ycbcr_row(const uint8_t *y, const uint8_t *cb, const uint8_t *cr, size_t count, uint8_t *rgb);

/* 16-bit sample to the nearest 8-bit one: v / 257, rounded. */
uint8_t colour_16_to_8(uint16_t value);

/* Sample of `maximum` (1..65535) to the nearest of 255, half up; larger samples count as the maximum. */
uint8_t colour_scaled(uint32_t value, uint32_t maximum);

/* A sample of opacity `alpha` (0..255, not premultiplied) laid over white. */
uint8_t colour_over_white(int value, int alpha);

/* Ink (255: full) to light without a profile: (255 - C) (255 - K) / 255, rounded, and so for M and Y. `rgb` may be
 * the same memory as `cmyk`. */
void colour_cmyk_to_rgb(const uint8_t *cmyk, uint8_t *rgb, size_t pixels);

#endif
