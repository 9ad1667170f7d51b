#include "engine/chessboard.h"

#include <string.h>

/* A row by another, `far` pixels away. */
static void take_nearer(const uint8_t *restrict other, int32_t count, uint8_t far, uint8_t *restrict row) {
  const uint8_t most = (uint8_t)(255 - far);
  for (int32_t x = 0; x < count; x++) {
    uint8_t by = (uint8_t)((other[x] < most ? other[x] : most) + far);
    row[x] = by < row[x] ? by : row[x];
  }
}

/* From the row before, by its three nearest pixels. */
static void spread_row(const uint8_t *restrict before, int32_t width, uint8_t *restrict row) {
  take_nearer(before, width, 1, row);
  take_nearer(before, width - 1, 1, row + 1);
  take_nearer(before + 1, width - 1, 1, row);
}

static int32_t largest_of(const uint8_t *row, int32_t count) {
  uint8_t largest = 0;
  for (int32_t x = 0; x < count; x++) largest = row[x] > largest ? row[x] : largest;
  return largest;
}

/* Along a row, either way, up to `reach` pixels: each step reaches twice as far as the one before, and none does
 * anything from the largest distance on. */
static void spread_along(int32_t width, int32_t reach, uint8_t *restrict other, uint8_t *restrict row) {
  const int32_t largest = largest_of(row, width), end = largest < reach ? largest : reach;
  for (int32_t far = 1; far <= end && far < width; far *= 2) {
    memcpy(other, row, (size_t)width);
    take_nearer(other, width - far, (uint8_t)far, row + far);
    take_nearer(other + far, width - far, (uint8_t)far, row);
  }
}

/* In two passes, from above and from below. */
void chessboard_spread(const struct plane *d, int32_t reach, uint8_t *room) {
  for (int32_t y = 0; y < d->height; y++) {
    uint8_t *row = d->pixels + (size_t)y * d->stride;
    if (y) spread_row(row - d->stride, d->width, row);
    spread_along(d->width, reach, room, row);
  }
  for (int32_t y = d->height - 2; y >= 0; y--) {
    uint8_t *row = d->pixels + (size_t)y * d->stride;
    spread_row(row + d->stride, d->width, row);
  }
}
