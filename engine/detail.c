#include "engine/detail.h"

#include <stdbool.h>
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

/* One row of blocks of 2 x 2; `low` and `high` have room for a row of the luma. */
static void block_row(const struct plane *luma, int32_t row, uint8_t *low, uint8_t *high) {
  size_t width = (size_t)luma->width;
  const uint8_t *values = luma->pixels + (size_t)(2 * row) * luma->stride;
  memcpy(low, values, width);
  memcpy(high, values, width);
  if (2 * row + 1 < luma->height) {
    take_least(values + luma->stride, width, low);
    take_most(values + luma->stride, width, high);
  }
  pair_least(low, width), pair_most(high, width);
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

static void ranges_free(struct ranges *r) {
  free(r->low), free(r->high);
  *r = (struct ranges){0};
}

static enum status ranges_take(struct ranges *r, size_t count, struct fault *fault) {
  *r = (struct ranges){image_memory(count), image_memory(count)};
  return r->low && r->high ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "golden: out of memory");
}

/* A row of blocks from the one or two rows of half as large ones, `width` of them, that it has. */
static void join_rows(const struct ranges *from, size_t width, size_t first, bool two, uint8_t *low, uint8_t *high) {
  memcpy(low, from->low + first * width, width), memcpy(high, from->high + first * width, width);
  if (two) take_least(from->low + (first + 1) * width, width, low);
  if (two) take_most(from->high + (first + 1) * width, width, high);
  pair_least(low, width), pair_most(high, width);
}

/* Room for a row of the luma and one more at either end. */
static enum status detail_at(const struct ranges *blocks, int32_t width, int32_t height, const struct ranges *row,
                             struct plane *detail, struct fault *fault) {
  *detail = (struct plane){image_memory((size_t)width * (size_t)height), width, height, (size_t)width};
  if (!detail->pixels) {
    *detail = (struct plane){0};
    return fault_set(fault, STATUS_MEMORY, "golden: out of memory");
  }
  for (int32_t y = 0; y < height; y++)
    around_row(blocks, (size_t)width, height, y, row->low, row->high, detail->pixels + (size_t)y * detail->stride);
  return STATUS_OK;
}

enum status detail_of(const struct plane *luma, struct plane *half, struct plane *quarter, struct fault *fault) {
  int32_t width = (luma->width + 1) / 2, height = (luma->height + 1) / 2;
  int32_t less_width = (width + 1) / 2, less_height = (height + 1) / 2;
  size_t w = (size_t)width, v = (size_t)less_width;
  struct ranges blocks = {0}, less = {0}, row = {0};
  *half = *quarter = (struct plane){0};
  enum status status = ranges_take(&blocks, w * (size_t)height, fault);
  if (!status) status = ranges_take(&less, v * (size_t)less_height, fault);
  if (!status) status = ranges_take(&row, (size_t)luma->width + 2, fault);
  for (int32_t y = 0; y < height && !status; y++) {
    block_row(luma, y, row.low, row.high);
    memcpy(blocks.low + (size_t)y * w, row.low, w), memcpy(blocks.high + (size_t)y * w, row.high, w);
  }
  for (int32_t y = 0; y < less_height && !status; y++) {
    join_rows(&blocks, w, 2 * (size_t)y, 2 * y + 1 < height, row.low, row.high);
    memcpy(less.low + (size_t)y * v, row.low, v), memcpy(less.high + (size_t)y * v, row.high, v);
  }
  if (!status) status = detail_at(&blocks, width, height, &row, half, fault);
  if (!status) status = detail_at(&less, less_width, less_height, &row, quarter, fault);
  if (status) {
    free(half->pixels);
    *half = (struct plane){0};
  }
  ranges_free(&blocks), ranges_free(&less), ranges_free(&row);
  return status;
}
