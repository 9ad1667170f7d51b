#include "kernels/cpu/cpu.h"
#include "kernels/pixel.h"

#include <string.h>

/* Places between the two ends of one row of a cell of the grid, {x, y} each. */
struct span {
  int32_t left[2], right[2];
};

static struct span span_of(const int32_t *grid, size_t nodes, int32_t column, int32_t y) {
  const int32_t *top = grid + 2 * ((size_t)(y / KERNEL_CELL) * nodes + (size_t)column), *bottom = top + 2 * nodes;
  struct span s;
  for (int k = 0; k < 2; k++) {
    s.left[k] = pixel_between(top[k], bottom[k], y % KERNEL_CELL);
    s.right[k] = pixel_between(top[2 + k], bottom[2 + k], y % KERNEL_CELL);
  }
  return s;
}

static void add_pixel(const struct kernel_cell_sums *call, int32_t x, int32_t y, int64_t *sums) {
  const struct kernel_image *planes[] = {&call->luma, &call->cb, &call->cr};
  int32_t value = 0;
  sums[CELL_SEEN]++;
  for (int k = 0; k < 3; k++) {
    /* A grey photo comes as its luma three times. */
    if (!k || cpu_row8(planes[k], 0) != cpu_row8(planes[k - 1], 0) || planes[k]->stride != planes[k - 1]->stride)
      value = pixel_sample(cpu_row8(planes[k], 0), planes[k]->width, planes[k]->height, planes[k]->stride, x, y);
    sums[CELL_LUMA + k] += value;
  }
}

/* Each row goes from cell to cell of the grid, whose ends are worked out once. */
enum kernel_status cpu_cell_sums(struct kernel_context *context, const struct kernel_cell_sums *call) {
  (void)context;
  const struct kernel_image *cells = &call->cells, *photo = &call->luma;
  if (!cell_sums_fit(call)) return KERNEL_ARGUMENT;
  int64_t *sums = call->sums->bytes;
  memset(sums, 0, (size_t)call->cell_count * KERNEL_CELL_SUMS * sizeof *sums);
  for (int32_t y = 0; y < cells->height; y++) {
    const uint16_t *row = cpu_row16(cells, y);
    struct span s = {{0}, {0}};
    int32_t column = -1;
    for (int32_t x = 0; x < cells->width; x++) {
      if (!row[x] || row[x] > call->cell_count) continue;
      if (x / KERNEL_CELL != column)
        column = x / KERNEL_CELL, s = span_of(call->place->bytes, (size_t)KERNEL_NODES(cells->width), column, y);
      int32_t at_x = pixel_place(pixel_between(s.left[0], s.right[0], x % KERNEL_CELL));
      int32_t at_y = pixel_place(pixel_between(s.left[1], s.right[1], x % KERNEL_CELL));
      if (pixel_within(at_x, photo->width) && pixel_within(at_y, photo->height))
        add_pixel(call, at_x, at_y, sums + (size_t)(row[x] - 1) * KERNEL_CELL_SUMS);
    }
  }
  return KERNEL_OK;
}
