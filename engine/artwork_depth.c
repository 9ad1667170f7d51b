#include "engine/artwork_depth.h"

#include <stdlib.h>
#include <string.h>

/* Of each pixel, how far the next one of the other level is in its column, at most reach + 1. */
static void columns_pass(const uint8_t *material, int32_t width, int32_t height, int32_t reach, uint8_t *away) {
  size_t w = (size_t)width;
  memset(away, reach + 1, w);
  for (int32_t y = 1; y < height; y++)
    for (size_t x = 0; x < w; x++) {
      size_t i = (size_t)y * w + x;
      int32_t d = material[i] != material[i - w] ? 1 : away[i - w] + 1;
      away[i] = (uint8_t)(d <= reach ? d : reach + 1);
    }
  for (int32_t y = height - 2; y >= 0; y--)
    for (size_t x = 0; x < w; x++) {
      size_t i = (size_t)y * w + x;
      int32_t d = material[i] != material[i + w] ? 1 : away[i + w] + 1;
      if (d < away[i]) away[i] = (uint8_t)d;
    }
}

/* The least over a row: a column of the other level is at distance 0 there. */
static int32_t row_least(const uint8_t *material, const uint8_t *away, int32_t width, int32_t x, int32_t reach) {
  int32_t best = (reach + 1) * (reach + 1);
  for (int32_t k = 0; k <= reach && k * k < best; k++)
    for (int side = 0; side < (k ? 2 : 1); side++) {
      int32_t u = side ? x - k : x + k;
      if (u < 0 || u >= width) continue;
      int32_t d = material[u] != material[x] ? 0 : away[u];
      if (k * k + d * d < best) best = k * k + d * d;
    }
  return best;
}

enum status artwork_depth(const uint8_t *material, int32_t width, int32_t height, int32_t reach, uint16_t *squared,
                          struct fault *fault) {
  uint8_t *away = malloc((size_t)width * (size_t)height);
  if (!away) return fault_set(fault, STATUS_MEMORY, "artwork: out of memory");
  columns_pass(material, width, height, reach, away);
  for (int32_t y = 0; y < height; y++) {
    size_t row = (size_t)y * (size_t)width;
    for (int32_t x = 0; x < width; x++)
      squared[row + (size_t)x] = (uint16_t)row_least(material + row, away + row, width, x, reach);
  }
  free(away);
  return STATUS_OK;
}
