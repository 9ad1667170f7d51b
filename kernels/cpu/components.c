#include "kernels/cpu/cpu.h"

#include <string.h>

/* Union-find over the scratch plane. A pixel is named by its index; within an area every pixel points to an earlier one
 * and the first to itself, so the answer does not depend on the order of work. After linking, one pass in order
 * replaces each pointer by the area's number. */

enum { OUTSIDE = -1 };

static int32_t root_of(int32_t *parent, int32_t i) {
  while (parent[i] != i) {
    parent[i] = parent[parent[i]];
    i = parent[i];
  }
  return i;
}

static void join(int32_t *parent, int32_t a, int32_t b) {
  a = root_of(parent, a), b = root_of(parent, b);
  if (a < b) parent[b] = a;
  if (b < a) parent[a] = b;
}

static void link_pixels(const struct kernel_image *image, int32_t low, int32_t *parent) {
  int32_t width = image->width;
  for (int32_t y = 0; y < image->height; y++) {
    const uint8_t *map = cpu_row8(image, y);
    for (int32_t x = 0; x < width; x++) {
      int32_t i = y * width + x;
      parent[i] = OUTSIDE;
      if (map[x] < low) continue;
      parent[i] = i;
      if (x && parent[i - 1] != OUTSIDE) join(parent, i - 1, i);
      if (!y) continue;
      for (int32_t u = x ? x - 1 : 0; u <= x + 1 && u < width; u++)
        if (parent[i - width + u - x] != OUTSIDE) join(parent, i - width + u - x, i);
    }
  }
}

static void add_pixel(struct kernel_component *row, int32_t x, int32_t y, int32_t value) {
  if (!row->area) row->left = row->right = x, row->top = y;
  if (x < row->left) row->left = x;
  if (x > row->right) row->right = x;
  row->bottom = y;
  if (value > row->peak) row->peak = value;
  row->area++;
  row->total += value;
  row->x += x, row->y += y;
  row->xx += (int64_t)x * x, row->xy += (int64_t)x * y, row->yy += (int64_t)y * y;
}

/* Numbers the areas and gathers the figures of the first `capacity`. Returns how many areas there are. */
static int32_t gather(const struct kernel_components *call, int32_t *parent, struct kernel_component *rows) {
  int32_t areas = 0, width = call->map.width;
  for (int32_t y = 0; y < call->map.height; y++) {
    const uint8_t *map = cpu_row8(&call->map, y);
    for (int32_t x = 0; x < width; x++) {
      int32_t i = y * width + x;
      if (parent[i] == OUTSIDE) continue;
      if (parent[i] == i) {
        if (areas < call->capacity) memset(&rows[areas], 0, sizeof rows[areas]);
        parent[i] = areas++;
      } else {
        parent[i] = parent[parent[i]]; /* an earlier pixel, which has its number */
      }
      if (parent[i] < call->capacity) add_pixel(&rows[parent[i]], x, y, map[x]);
    }
  }
  return areas;
}

enum kernel_status cpu_components(struct kernel_context *context, const struct kernel_components *call) {
  (void)context;
  const struct kernel_image *map = &call->map;
  if (!components_fit(call)) return KERNEL_ARGUMENT;
  int32_t *parent = call->scratch->bytes, *counts = call->counts->bytes;
  struct kernel_component *rows = call->rows->bytes;
  link_pixels(map, call->low, parent);
  int32_t areas = gather(call, parent, rows), kept = 0;
  for (int32_t i = 0; i < areas && i < call->capacity; i++)
    if (rows[i].peak >= call->high && rows[i].area >= call->min_area) rows[kept++] = rows[i];
  counts[0] = kept, counts[1] = areas;
  return KERNEL_OK;
}
