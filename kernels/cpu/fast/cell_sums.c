#include "kernels/cpu/fast/fast.h"
#include "kernels/cpu/fast/strip.h"

#include <string.h>

enum { PLANES = 3 };

/* A strip of one row: cells by number, and what was sampled there. */
struct shown {
  const uint16_t *cells;
  const uint8_t *seen;
  const uint16_t *value[PLANES];
};

/* What a cell has got since the last of its pixels. */
struct gained {
  uint32_t seen, value[PLANES];
};

static void add_gained(const struct gained *gained, int32_t cell, int32_t cell_count, int64_t *sums) {
  if (!cell || cell > cell_count) return;
  sums += (size_t)(cell - 1) * KERNEL_CELL_SUMS;
  sums[CELL_SEEN] += gained->seen;
  for (int k = 0; k < PLANES; k++) sums[CELL_LUMA + k] += gained->value[k];
}

/* Of `count` pixels in `planes` planes. */
static inline struct gained gain(const struct shown *s, int32_t first, int32_t count, int planes) {
  struct gained gained = {0};
  for (int32_t i = first; i < first + count; i++) gained.seen += s->seen[i] & 1;
  for (int k = 0; k < planes; k++) {
    const uint16_t *value = s->value[k];
    uint32_t sum = 0;
    for (int32_t i = first; i < first + count; i++) sum += value[i] & -(s->seen[i] & 1U);
    gained.value[k] = sum;
  }
  return gained;
}

/* Cells are some pixels wide: what one gets is added to it where the next begins. A grey photo's planes are one. */
static void add_strip(const struct shown *s, int32_t count, int32_t cell_count, int64_t *sums) {
  bool grey = s->value[1] == s->value[0] && s->value[2] == s->value[0];
  for (int32_t first = 0, end; first < count; first = end) {
    int32_t cell = s->cells[first];
    for (end = first + 1; end < count && s->cells[end] == cell;) end++;
    if (!cell) continue;
    struct gained gained = gain(s, first, end - first, grey ? 1 : PLANES);
    if (grey) gained.value[1] = gained.value[2] = gained.value[0];
    add_gained(&gained, cell, cell_count, sums);
  }
}

static bool has_cells(const uint16_t *cells, int32_t count) {
  uint16_t any = 0;
  for (int32_t i = 0; i < count; i++) any |= cells[i];
  return any != 0;
}

/* A grey photo comes as its luma three times. */
static bool is_same(const struct kernel_image *a, const struct kernel_image *b) {
  return cpu_row8(a, 0) == cpu_row8(b, 0) && a->stride == b->stride;
}

static void add_part(const struct kernel_cell_sums *call, int32_t top, int32_t first) {
  const struct kernel_image *planes[PLANES] = {&call->luma, &call->cb, &call->cr};
  int32_t width = call->cells.width, cells = strip_cells(width, first);
  int32_t count = width - first < STRIP ? width - first : STRIP;
  int32_t end = top + KERNEL_CELL < call->cells.height ? top + KERNEL_CELL : call->cells.height;
  uint16_t value[PLANES][STRIP];
  struct strip strip;
  struct strip_grid grid;
  strip_grid(call->place, width, top / KERNEL_CELL, first, cells, &call->luma, &grid);
  for (int32_t y = top; y < end; y++) {
    struct shown shown = {.cells = cpu_row16(&call->cells, y) + first, .seen = strip.seen};
    if (!has_cells(shown.cells, count)) continue;
    strip_places(&grid, y - top, cells, &call->luma, &strip);
    for (int k = 0; k < PLANES; k++) {
      shown.value[k] = value[k];
      if (k && is_same(planes[k], planes[k - 1]))
        shown.value[k] = shown.value[k - 1];
      else
        strip_sample(planes[k], &strip, cells, value[k]);
    }
    add_strip(&shown, count, call->cell_count, call->sums->bytes);
  }
}

enum kernel_status FAST(cpu_cell_sums)(struct kernel_context *context, const struct kernel_cell_sums *call) {
  if (!cell_sums_fit(call)) return KERNEL_ARGUMENT;
  if (!strip_suits(&call->luma)) return cpu_cell_sums(context, call);
  memset(call->sums->bytes, 0, (size_t)call->cell_count * KERNEL_CELL_SUMS * sizeof(int64_t));
  for (int32_t top = 0; top < call->cells.height; top += KERNEL_CELL)
    for (int32_t first = 0; first < call->cells.width; first += STRIP) add_part(call, top, first);
  return KERNEL_OK;
}
