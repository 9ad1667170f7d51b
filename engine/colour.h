/* Colour conversions in integers, each defined here once.
 *
 * YCbCr is that of JFIF 1.02: full range, BT.601 (Y = 0.299 R + 0.587 G + 0.114 B, Cb = (B - Y) / 1.772 + 128,
 * Cr = (R - Y) / 1.402 + 128), here with 16 fractional bits and one rounding. */
#ifndef ASSAY_ENGINE_COLOUR_H
#define ASSAY_ENGINE_COLOUR_H

#include <stddef.h>
#include <stdint.h>

/* Luma of one pixel; the value itself where R = G = B. */
uint8_t colour_luma(int red, int green, int blue);

/* Cb and Cr of the mean of four pixels, given the sums of their red, green and blue (0..1020). */
void colour_chroma_of_four(int red, int green, int blue, uint8_t *cb, uint8_t *cr);

void colour_ycbcr_to_rgb(int y, int cb, int cr, uint8_t rgb[3]);

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
