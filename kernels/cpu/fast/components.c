#include "kernels/cpu/fast/fast.h"
#include "kernels/cpu/fast/lanes.h"

#include <string.h>

/* Union-find over runs of pixels in place of pixels: most of a map is below `low` and is passed 64 pixels at a time. A
 * run is named by its index, runs are in the order of the picture, and a run points to an earlier one of its area or to
 * itself. The scratch plane has room for a run every three pixels; a map with more goes to the reference. */
struct run {
  int32_t row, parent;
  uint16_t first, last;
};

enum { WORD = 64, RUN_PIXELS = sizeof(struct run) / sizeof(int32_t) };

struct runs {
  struct run *at;
  int32_t count, most;
};

/* Appends the runs of a row; false where there is no room. */
static bool find_runs(const uint8_t *map, int32_t width, uint8_t low, int32_t y, struct runs *runs) {
  uint64_t before = 0;
  bool open = false;
  for (int32_t x = 0; x < width; x += WORD) {
    uint8_t rest[WORD] = {0};
    const uint8_t *bytes = map + x;
    if (width - x < WORD) bytes = memcpy(rest, bytes, (size_t)(width - x));
    uint64_t mask = lanes_at_least(bytes, low), edges = mask ^ (mask << 1 | before);
    before = mask >> (WORD - 1);
    for (; edges; edges &= edges - 1) {
      int32_t edge = x + __builtin_ctzll(edges);
      open = !open;
      if (open && runs->count == runs->most) return false;
      if (open)
        runs->at[runs->count] = (struct run){.row = y, .parent = runs->count, .first = (uint16_t)edge};
      else
        runs->at[runs->count++].last = (uint16_t)(edge - 1);
    }
  }
  if (open) runs->at[runs->count++].last = (uint16_t)(width - 1);
  return true;
}

static int32_t root_of(struct run *runs, int32_t i) {
  while (runs[i].parent != i) {
    runs[i].parent = runs[runs[i].parent].parent;
    i = runs[i].parent;
  }
  return i;
}

static void join(struct run *runs, int32_t a, int32_t b) {
  a = root_of(runs, a), b = root_of(runs, b);
  if (a < b) runs[b].parent = a;
  if (b < a) runs[a].parent = b;
}

/* Joins the runs from `begin` on with those of the row before, which begin at `above` and end at `begin`. */
static void link_rows(struct runs *runs, int32_t above, int32_t begin) {
  struct run *at = runs->at;
  for (int32_t i = begin; i < runs->count; i++) {
    while (above < begin && at[above].last + 1 < at[i].first) above++;
    for (int32_t k = above; k < begin && at[k].first <= at[i].last + 1; k++) join(at, k, i);
  }
}

/* 0^2 + ... + n^2 */
static int64_t squares(int64_t n) {
  return n * (n + 1) * (2 * n + 1) / 6;
}

static void add_run(struct kernel_component *row, const struct run *run, const uint8_t *map) {
  int64_t first = run->first, last = run->last, y = run->row, n = last - first + 1, x = (first + last) * n / 2;
  if (!row->area) row->left = run->first, row->right = run->last, row->top = run->row;
  if (run->first < row->left) row->left = run->first;
  if (run->last > row->right) row->right = run->last;
  row->bottom = run->row;
  int32_t total = 0;
  for (int32_t u = run->first; u <= run->last; u++) {
    if (map[u] > row->peak) row->peak = map[u];
    total += map[u];
  }
  row->area += (int32_t)n, row->total += total;
  row->x += x, row->y += n * y;
  row->xx += squares(last) - squares(first - 1), row->xy += x * y, row->yy += n * y * y;
}

/* Numbers the areas and gathers the figures of the first `capacity`. Returns how many areas there are. */
static int32_t gather(const struct kernel_components *call, struct runs *runs, struct kernel_component *rows) {
  int32_t areas = 0;
  for (int32_t i = 0; i < runs->count; i++) {
    struct run *run = &runs->at[i];
    if (run->parent == i) {
      if (areas < call->capacity) memset(&rows[areas], 0, sizeof rows[areas]);
      run->parent = areas++;
    } else {
      run->parent = runs->at[run->parent].parent; /* an earlier run, which has its number */
    }
    if (run->parent < call->capacity) add_run(&rows[run->parent], run, cpu_row8(&call->map, run->row));
  }
  return areas;
}

enum kernel_status FAST(cpu_components)(struct kernel_context *context, const struct kernel_components *call) {
  const struct kernel_image *map = &call->map;
  if (!components_fit(call)) return KERNEL_ARGUMENT;
  if (call->low > UINT8_MAX) return cpu_components(context, call);
  struct runs runs = {.at = call->scratch->bytes, .most = map->width * map->height / RUN_PIXELS};
  for (int32_t y = 0, above = 0; y < map->height; y++) {
    int32_t begin = runs.count;
    if (!find_runs(cpu_row8(map, y), map->width, (uint8_t)call->low, y, &runs)) return cpu_components(context, call);
    link_rows(&runs, above, begin);
    above = begin;
  }
  struct kernel_component *rows = call->rows->bytes;
  int32_t *counts = call->counts->bytes, areas = gather(call, &runs, rows), kept = 0;
  for (int32_t i = 0; i < areas && i < call->capacity; i++)
    if (rows[i].peak >= call->high && rows[i].area >= call->min_area) rows[kept++] = rows[i];
  counts[0] = kept, counts[1] = areas;
  lanes_leave();
  return KERNEL_OK;
}
