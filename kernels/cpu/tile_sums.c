#include "kernels/cpu/cpu.h"
#include "kernels/pixel.h"

#include <string.h>

struct corner {
  int32_t x, y;
};

/* Places at the left and right end of one row of a cell. */
struct span {
  struct corner left, right;
};

static struct span span_of(const struct corner *grid, size_t nodes, int32_t column, int32_t y) {
  const struct corner *top = grid + (size_t)(y / KERNEL_CELL) * nodes + (size_t)column, *bottom = top + nodes;
  int32_t j = y % KERNEL_CELL;
  struct span s;
  s.left.x = pixel_between(top[0].x, bottom[0].x, j);
  s.left.y = pixel_between(top[0].y, bottom[0].y, j);
  s.right.x = pixel_between(top[1].x, bottom[1].x, j);
  s.right.y = pixel_between(top[1].y, bottom[1].y, j);
  return s;
}

static void add_light(int64_t *sums, int32_t w, int32_t g, int32_t e) {
  sums[SUM_W] += w;
  sums[SUM_G] += w * g;
  sums[SUM_E] += w * e;
}

static void add_pixel(int64_t *sums, int32_t w, int32_t g, int32_t e, int32_t x, int32_t y) {
  add_light(sums, w, g, e);
  sums[SUM_GG] += w * g * g;
  sums[SUM_EE] += (int64_t)w * e * e;
  sums[SUM_GE] += w * g * e;
  sums[SUM_X] += w * x;
  sums[SUM_Y] += w * y;
  sums[SUM_XX] += w * x * x;
  sums[SUM_XY] += w * x * y;
  sums[SUM_YY] += w * y * y;
  sums[SUM_XE] += w * x * e;
  sums[SUM_YE] += w * y * e;
  sums[SUM_XG] += w * x * g;
  sums[SUM_YG] += w * y * g;
}

/* One row of one tile. */
static void add_row(const struct kernel_tile_sums *call, int32_t column, int32_t y, const int32_t *light,
                    int64_t *sums) {
  const struct kernel_image *golden = &call->golden, *photo = &call->photo;
  const uint8_t *above = cpu_row8(golden, y - 1), *here = cpu_row8(golden, y), *below = cpu_row8(golden, y + 1);
  const uint8_t *mask = call->mask.buffer ? cpu_row8(&call->mask, y) : NULL;
  const uint8_t *pixels = cpu_row8(photo, 0);
  struct span s = span_of(call->place->bytes, (size_t)KERNEL_NODES(golden->width), column, y);
  int32_t first = column * KERNEL_CELL, end = golden->width - 1;
  if (first + KERNEL_CELL < end) end = first + KERNEL_CELL;
  for (int32_t x = first ? first : 1; x < end; x++) {
    if (mask && !mask[x]) continue;
    int32_t at_x = pixel_place(pixel_between(s.left.x, s.right.x, x - first));
    int32_t at_y = pixel_place(pixel_between(s.left.y, s.right.y, x - first));
    if (!pixel_within(at_x, photo->width) || !pixel_within(at_y, photo->height)) continue;
    int32_t value = pixel_sample(pixels, photo->width, photo->height, photo->stride, at_x, at_y);
    int32_t model = pixel_add(pixel_multiply(here[x], light[0]) >> 8, light[1]);
    int32_t residual = pixel_subtract(value, model);
    int32_t w = pixel_weight(residual, call->cut);
    if (call->light_only) {
      if (w) add_light(sums, w, here[x], residual);
      continue;
    }
    sums[SUM_SEEN]++;
    if (w) add_pixel(sums, w, here[x], residual, here[x + 1] - here[x - 1], below[x] - above[x]);
  }
}

enum kernel_status cpu_tile_sums(struct kernel_context *context, const struct kernel_tile_sums *call) {
  (void)context;
  const struct kernel_image *golden = &call->golden;
  if (!tile_sums_fits(call)) return KERNEL_ARGUMENT;
  int32_t columns = KERNEL_TILES(golden->width);
  int64_t *sums = call->sums->bytes;
  const int32_t *light = call->light->bytes;
  memset(sums, 0, (size_t)columns * (size_t)KERNEL_TILES(golden->height) * KERNEL_SUMS * sizeof *sums);
  for (int32_t y = 1; y < golden->height - 1; y++) {
    size_t row = (size_t)(y / KERNEL_CELL) * (size_t)columns;
    for (int32_t column = 0; column < columns; column++)
      add_row(call, column, y, light + 2 * (row + (size_t)column), sums + KERNEL_SUMS * (row + (size_t)column));
  }
  return KERNEL_OK;
}
