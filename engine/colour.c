#include "engine/colour.h"

static uint8_t clamped(int value) {
  return value < 0 ? 0 : value > 255 ? 255 : (uint8_t)value;
}

uint8_t colour_luma(int red, int green, int blue) {
  return (uint8_t)((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16);
}

/* A quarter of the sums of four: 18 fractional bits. One less than a half keeps pure blue and pure red at 255. */
void colour_chroma_of_four(int red, int green, int blue, uint8_t *cb, uint8_t *cr) {
  const int offset = (128 << 18) + (1 << 17) - 1;
  *cb = (uint8_t)((-11059 * red - 21709 * green + 32768 * blue + offset) >> 18);
  *cr = (uint8_t)((32768 * red - 27439 * green - 5329 * blue + offset) >> 18);
}

void colour_ycbcr_to_rgb(int y, int cb, int cr, uint8_t rgb[3]) {
  const int half = 32768;
  cb -= 128, cr -= 128;
  rgb[0] = clamped(((y << 16) + 91881 * cr + half) >> 16);
  rgb[1] = clamped(((y << 16) - 22554 * cb - 46802 * cr + half) >> 16);
  rgb[2] = clamped(((y << 16) + 116130 * cb + half) >> 16);
}

uint8_t colour_16_to_8(uint16_t value) {
  return (uint8_t)((value + 128u) / 257u);
}

uint8_t colour_scaled(uint32_t value, uint32_t maximum) {
  if (value > maximum) value = maximum;
  return (uint8_t)((value * 255u + maximum / 2) / maximum);
}

uint8_t colour_over_white(int value, int alpha) {
  return (uint8_t)((value * alpha + 255 * (255 - alpha) + 127) / 255);
}

void colour_cmyk_to_rgb(const uint8_t *cmyk, uint8_t *rgb, size_t pixels) {
  for (size_t i = 0; i < pixels; i++) {
    const int light = 255 - cmyk[4 * i + 3];
    const int c = cmyk[4 * i], m = cmyk[4 * i + 1], y = cmyk[4 * i + 2];
    rgb[3 * i] = (uint8_t)(((255 - c) * light + 127) / 255);
    rgb[3 * i + 1] = (uint8_t)(((255 - m) * light + 127) / 255);
    rgb[3 * i + 2] = (uint8_t)(((255 - y) * light + 127) / 255);
  }
}
