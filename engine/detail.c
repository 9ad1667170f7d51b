#include "engine/detail.h"

#include <stdlib.h>
#include <string.h>

/* Least and largest value of each block. */
struct ranges {
  uint8_t *low, *high;
};

static void take_least(const uint8_t *restrict from, size_t count, uint8_t *restrict to) {
  for (size_t i = 0; i < count; i++) to[i] = from[i] < to[i] ? from[i] : to[i];
}

static void take_most(const uint8_t *restrict from, size_t count, uint8_t *restrict to) {
  for (size_t i = 0; i < count; i++) to[i] = from[i] > to[i] ? from[i] : to[i];
}

/* A row of values to one of blocks of half the width, in place; the last may be alone. */
static void pair_least(uint8_t *row, size_t width) {
  for (size_t i = 0; i < width / 2; i++) row[i] = row[2 * i] < row[2 * i + 1] ? row[2 * i] : row[2 * i + 1];
  if (width % 2) row[width / 2] = row[width - 1];
}

static void pair_most(uint8_t *row, size_t width) {
  for (size_t i = 0; i < width / 2; i++) row[i] = row[2 * i] > row[2 * i + 1] ? row[2 * i] : row[2 * i + 1];
  if (width % 2) row[width / 2] = row[width - 1];
}

/* One row of blocks; `low` and `high` have room for a row of the luma. */
static void block_row(const struct plane *luma, int32_t side, int32_t row, uint8_t *low, uint8_t *high) {
  size_t width = (size_t)luma->width;
  int32_t top = row * side, bottom = top + side < luma->height ? top + side : luma->height;
  memcpy(low, luma->pixels + (size_t)top * luma->stride, width);
  memcpy(high, low, width);
  for (int32_t y = top + 1; y < bottom; y++) {
    const uint8_t *values = luma->pixels + (size_t)y * luma->stride;
    take_least(values, width, low), take_most(values, width, high);
  }
  for (int32_t n = side; n > 1; n /= 2, width = (width + 1) / 2) pair_least(low, width), pair_most(high, width);
}

/* A row of blocks with its neighbours, from the rows above, of and below it. */
static void around_row(const struct ranges *blocks, size_t width, int32_t rows, int32_t row, uint8_t *low,
                       uint8_t *high, uint8_t *out) {
  size_t here = (size_t)row * width;
  /* A block stands before and behind, which is that of the edge once more. */
  memcpy(low + 1, blocks->low + here, width), memcpy(high + 1, blocks->high + here, width);
  for (int32_t v = row > 0 ? row - 1 : 0; v <= row + 1 && v < rows; v++) {
    take_least(blocks->low + (size_t)v * width, width, low + 1);
    take_most(blocks->high + (size_t)v * width, width, high + 1);
  }
  low[0] = low[1], high[0] = high[1], low[width + 1] = low[width], high[width + 1] = high[width];
  for (size_t i = 0; i < width; i++) {
    uint8_t least = low[i] < low[i + 1] ? low[i] : low[i + 1], most = high[i] > high[i + 1] ? high[i] : high[i + 1];
    least = low[i + 2] < least ? low[i + 2] : least, most = high[i + 2] > most ? high[i + 2] : most;
    uint8_t range = (uint8_t)(most - least);
    out[i] = range > DETAIL_MOST ? DETAIL_MOST : range;
  }
}

enum status detail_of(const struct plane *luma, int32_t side, struct plane *detail, struct fault *fault) {
  int32_t width = (luma->width + side - 1) / side, height = (luma->height + side - 1) / side;
  size_t count = (size_t)width * (size_t)height, room = (size_t)luma->width + 2;
  enum status status = STATUS_OK;
  struct ranges blocks = {malloc(count), malloc(count)};
  uint8_t *low = malloc(room), *high = malloc(room);
  *detail = (struct plane){malloc(count), width, height, (size_t)width};
  if (!blocks.low || !blocks.high || !low || !high || !detail->pixels) {
    free(detail->pixels);
    *detail = (struct plane){0};
    status = fault_set(fault, STATUS_MEMORY, "golden: out of memory");
    goto end;
  }
  for (int32_t y = 0; y < height; y++) {
    block_row(luma, side, y, low, high);
    memcpy(blocks.low + (size_t)y * (size_t)width, low, (size_t)width);
    memcpy(blocks.high + (size_t)y * (size_t)width, high, (size_t)width);
  }
  for (int32_t y = 0; y < height; y++)
    around_row(&blocks, (size_t)width, height, y, low, high, detail->pixels + (size_t)y * detail->stride);
end:
  free(blocks.low), free(blocks.high), free(low), free(high);
  return status;
}
