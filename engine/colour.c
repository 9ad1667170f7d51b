#include "engine/colour.h"

static uint8_t clamped(int value) {
  return value < 0 ? 0 : value > 255 ? 255 : (uint8_t)value;
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
