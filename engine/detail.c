#include "engine/detail.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Least and largest value of each block, of the rows seen last. */
enum { KEPT = 3 };
struct ranges {
  size_t width;
  uint8_t *low, *high;
};

static size_t kept_at(const struct ranges *r, int32_t row) {
  return (size_t)(row % KEPT) * r->width;
}

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
static void around_row(const struct ranges *blocks, int32_t rows, int32_t row, uint8_t *low, uint8_t *high,
                       uint8_t *out) {
  size_t width = blocks->width, here = kept_at(blocks, row);
  /* A block stands before and behind, which is that of the edge once more. */
  memcpy(low + 1, blocks->low + here, width), memcpy(high + 1, blocks->high + here, width);
  for (int32_t v = row > 0 ? row - 1 : 0; v <= row + 1 && v < rows; v++) {
    take_least(blocks->low + kept_at(blocks, v), width, low + 1);
    take_most(blocks->high + kept_at(blocks, v), width, high + 1);
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
  free(r->low);
  *r = (struct ranges){0};
}

/* Room for `rows` rows. */
static enum status ranges_take(struct ranges *r, size_t width, size_t rows, struct fault *fault) {
  *r = (struct ranges){.width = width, .low = malloc(2 * rows * width)};
  if (!r->low) return fault_set(fault, STATUS_MEMORY, "golden: out of memory");
  r->high = r->low + rows * width;
  return STATUS_OK;
}

static void keep_row(struct ranges *r, int32_t row, const struct ranges *from) {
  memcpy(r->low + kept_at(r, row), from->low, r->width);
  memcpy(r->high + kept_at(r, row), from->high, r->width);
}

/* A row of blocks from the one or two rows of half as large ones that it has. */
static void join_rows(const struct ranges *from, int32_t first, bool two, const struct ranges *to) {
  memcpy(to->low, from->low + kept_at(from, first), from->width);
  memcpy(to->high, from->high + kept_at(from, first), from->width);
  if (two) take_least(from->low + kept_at(from, first + 1), from->width, to->low);
  if (two) take_most(from->high + kept_at(from, first + 1), from->width, to->high);
  pair_least(to->low, from->width), pair_most(to->high, from->width);
}

/* Detail of a size, and the rows of its blocks that are known. */
struct making {
  struct plane *detail;
  struct ranges blocks;
};

/* The row before one that is known now has all of its neighbours, and so has the last. */
static void make_rows(const struct making *m, int32_t known, const struct ranges *row) {
  const struct plane *detail = m->detail;
  for (int32_t y = known ? known - 1 : 0; y < known + (known + 1 == detail->height); y++)
    around_row(&m->blocks, detail->height, y, row->low, row->high, detail->pixels + (size_t)y * detail->stride);
}

static enum status making_begin(struct making *m, int32_t width, int32_t height, struct plane *detail,
                                struct fault *fault) {
  *detail = (struct plane){image_memory((size_t)width * (size_t)height), width, height, (size_t)width};
  m->detail = detail;
  if (!detail->pixels) return fault_set(fault, STATUS_MEMORY, "golden: out of memory");
  return ranges_take(&m->blocks, (size_t)width, KEPT, fault);
}

/* In one pass: a row of blocks, then what it completes. */
static void make_all(const struct plane *luma, struct making *half, struct making *quarter, const struct ranges *row) {
  int32_t height = half->detail->height;
  for (int32_t y = 0; y < height; y++) {
    block_row(luma, y, row->low, row->high);
    keep_row(&half->blocks, y, row);
    make_rows(half, y, row);
    if (y % 2 == 0 && y + 1 < height) continue;
    join_rows(&half->blocks, y - y % 2, y % 2 == 1, row);
    keep_row(&quarter->blocks, y / 2, row);
    make_rows(quarter, y / 2, row);
  }
}

enum status detail_of(const struct plane *luma, struct plane *half, struct plane *quarter, struct fault *fault) {
  int32_t width = (luma->width + 1) / 2, height = (luma->height + 1) / 2;
  struct making of_half = {.detail = NULL}, of_quarter = {.detail = NULL};
  struct ranges row = {0};
  *half = *quarter = (struct plane){0};
  /* Room for a row of the luma, with one more at either end. */
  enum status status = ranges_take(&row, (size_t)luma->width + 2, 1, fault);
  if (!status) status = making_begin(&of_half, width, height, half, fault);
  if (!status) status = making_begin(&of_quarter, (width + 1) / 2, (height + 1) / 2, quarter, fault);
  if (!status) {
    make_all(luma, &of_half, &of_quarter, &row);
  } else {
    free(half->pixels), free(quarter->pixels);
    *half = *quarter = (struct plane){0};
  }
  ranges_free(&of_half.blocks), ranges_free(&of_quarter.blocks), ranges_free(&row);
  return status;
}
