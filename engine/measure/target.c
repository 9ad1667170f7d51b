#include "engine/measure/target.h"

#include <stdlib.h>

enum { UNKNOWN = -1 };

struct grid {
  int columns, rows;
  const uint8_t *white;
  bool rim_white;
  double clear;
};

/* 1 white, 0 black; beyond the grid the rim. `swapped`: columns and rows change places. */
static int value_at(const struct grid *grid, bool swapped, int along, int across) {
  const int x = swapped ? along : across, y = swapped ? across : along;
  if (x < 0 || y < 0 || x >= grid->columns || y >= grid->rows) return grid->rim_white ? 1 : UNKNOWN;
  return grid->white[y * grid->columns + x] != 0;
}

static enum status add_edge(struct target *target, const struct target_edge *edge, struct fault *fault) {
  if (target->count == target->room) {
    const size_t room = target->room ? 2 * target->room : 64;
    struct target_edge *edges = realloc(target->edges, room * sizeof *edges);
    if (!edges) return fault_set(fault, STATUS_MEMORY, "marker: out of memory");
    target->edges = edges;
    target->room = room;
  }
  target->edges[target->count++] = *edge;
  return STATUS_OK;
}

/* The edges between two columns of cells (or rows): runs of one change make one edge. */
static enum status add_border(struct target *target, const struct grid *grid, bool upright, int border, double cell,
                              double at, double begin, struct fault *fault) {
  const int length = upright ? grid->rows : grid->columns;
  int run = 0, change = 0;
  for (int i = 0; i <= length; i++) {
    const int before = value_at(grid, !upright, i, border - 1), after = value_at(grid, !upright, i, border);
    const int now = i == length || before == UNKNOWN || after == UNKNOWN ? 0 : after - before;
    if (now == change) continue;
    if (change) {
      const struct target_edge edge = {.upright = upright,
                                       .rising = change > 0,
                                       .at = at,
                                       .from = begin + run * cell,
                                       .to = begin + i * cell,
                                       .clear = grid->clear};
      enum status status = add_edge(target, &edge, fault);
      if (status) return status;
    }
    run = i;
    change = now;
  }
  return STATUS_OK;
}

enum status target_add(struct target *target, double left, double top, double cell, int columns, int rows,
                       const uint8_t *white, bool rim_white, double clear, struct fault *fault) {
  const struct grid grid = {columns, rows, white, rim_white, clear};
  enum status status = STATUS_OK;
  for (int i = 0; i <= columns && !status; i++)
    status = add_border(target, &grid, true, i, cell, left + i * cell, top, fault);
  for (int i = 0; i <= rows && !status; i++)
    status = add_border(target, &grid, false, i, cell, top + i * cell, left, fault);
  if (left + columns * cell > target->width) target->width = left + columns * cell;
  if (top + rows * cell > target->height) target->height = top + rows * cell;
  return status;
}

void target_free(struct target *target) {
  free(target->edges);
  *target = (struct target){0};
}
