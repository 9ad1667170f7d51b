#include "engine/detail.h"

#include <stdlib.h>

/* Least and largest value of a block. */
struct range {
  uint8_t low, high;
};

static struct range block_range(const struct plane *luma, int32_t side, int32_t column, int32_t row) {
  struct range r = {255, 0};
  int32_t right = (column + 1) * side, bottom = (row + 1) * side;
  for (int32_t y = row * side; y < bottom && y < luma->height; y++)
    for (int32_t x = column * side; x < right && x < luma->width; x++) {
      uint8_t v = luma->pixels[(size_t)y * luma->stride + (size_t)x];
      if (v < r.low) r.low = v;
      if (v > r.high) r.high = v;
    }
  return r;
}

static uint8_t range_around(const struct range *blocks, int32_t width, int32_t height, int32_t x, int32_t y) {
  struct range r = {255, 0};
  for (int32_t v = y > 0 ? y - 1 : 0; v <= y + 1 && v < height; v++)
    for (int32_t u = x > 0 ? x - 1 : 0; u <= x + 1 && u < width; u++) {
      const struct range *b = &blocks[(size_t)v * (size_t)width + (size_t)u];
      if (b->low < r.low) r.low = b->low;
      if (b->high > r.high) r.high = b->high;
    }
  return (uint8_t)(r.high - r.low > DETAIL_MOST ? DETAIL_MOST : r.high - r.low);
}

enum status detail_of(const struct plane *luma, int32_t side, struct plane *detail, struct fault *fault) {
  int32_t width = (luma->width + side - 1) / side, height = (luma->height + side - 1) / side;
  size_t count = (size_t)width * (size_t)height;
  struct range *blocks = malloc(count * sizeof *blocks);
  *detail = (struct plane){malloc(count), width, height, (size_t)width};
  if (!blocks || !detail->pixels) {
    free(blocks);
    free(detail->pixels);
    *detail = (struct plane){0};
    return fault_set(fault, STATUS_MEMORY, "golden: out of memory");
  }
  for (int32_t y = 0; y < height; y++)
    for (int32_t x = 0; x < width; x++) blocks[(size_t)y * (size_t)width + (size_t)x] = block_range(luma, side, x, y);
  for (int32_t y = 0; y < height; y++)
    for (int32_t x = 0; x < width; x++)
      detail->pixels[(size_t)y * detail->stride + (size_t)x] = range_around(blocks, width, height, x, y);
  free(blocks);
  return STATUS_OK;
}
