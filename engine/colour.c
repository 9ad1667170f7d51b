#include "engine/colour.h"

static uint8_t clamped(int value) {
  return value < 0 ? 0 : value > 255 ? 255 : (uint8_t)value;
}

/* What cb and cr, less 128, add to the luma: 1.402 Cr; -0.344 Cb - 0.714 Cr; 1.772 Cb. Whole ones are taken out of the
 * factors, so that a row's products are of 16 bits by 16. */
static int red_of(int16_t cr) {
  return cr + ((cr * (int16_t)26345 + 32768) >> 16);
}

static int green_of(int16_t cb, int16_t cr) {
  return ((cr * (int16_t)18734 - cb * (int16_t)22554 + 32768) >> 16) - cr;
}

static int blue_of(int16_t cb) {
  return 2 * cb + ((cb * (int16_t)-14942 + 32768) >> 16);
}

void colour_ycbcr_to_rgb(int y, int cb, int cr, uint8_t rgb[3]) {
  const int16_t b = (int16_t)(cb - 128), r = (int16_t)(cr - 128);
  rgb[0] = clamped(y + red_of(r)), rgb[1] = clamped(y + green_of(b, r)), rgb[2] = clamped(y + blue_of(b));
}

enum { PART = 64 };

static void find_colours(const uint8_t *restrict y, const uint8_t *restrict cb, const uint8_t *restrict cr, int count,
                         uint8_t *restrict red, uint8_t *restrict green, uint8_t *restrict blue) {
  for (int i = 0; i < count; i++) {
    const int16_t b = (int16_t)(cb[i] - 128), r = (int16_t)(cr[i] - 128);
    red[i] = clamped(y[i] + red_of(r)), green[i] = clamped(y[i] + green_of(b, r)), blue[i] = clamped(y[i] + blue_of(b));
  }
}

void colour_ycbcr_row(const uint8_t *y, const uint8_t *cb, const uint8_t *cr, size_t count, uint8_t *rgb) {
  uint8_t red[PART], green[PART], blue[PART];
  for (size_t at = 0; at < count; at += PART) {
    const int part = count - at < PART ? (int)(count - at) : PART;
    find_colours(y + at, cb + at, cr + at, part, red, green, blue);
    for (int i = 0; i < part; i++, rgb += 3) rgb[0] = red[i], rgb[1] = green[i], rgb[2] = blue[i];
  }
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
