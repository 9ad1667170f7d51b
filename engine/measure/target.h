/* A flat printed target of known size, as the straight edges between its black and white squares. */
#ifndef ASSAY_ENGINE_MEASURE_TARGET_H
#define ASSAY_ENGINE_MEASURE_TARGET_H

#include "models/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One edge: upright (x is `at`, y runs from `from` to `to`) or level (the other way round). Millimetres from the
 * target's upper left corner, x to the right, y down. `rising`: lighter to the right or below. */
struct target_edge {
  bool upright, rising;
  double at, from, to;
  double clear; /* mm to either side without another edge */
};

/* Owns its edges; all zero is empty. */
struct target {
  struct target_edge *edges;
  size_t count, room;
  double width, height; /* mm */
};

/* Adds the edges of a grid of square cells (white: not 0, row by row) whose upper left corner is at (left, top).
 * `rim_white`: around it lies white; else what lies around it is not known, and its outline is no edge. `clear`: as in
 * target_edge. */
enum status target_add(struct target *target, double left, double top, double cell, int columns, int rows,
                       const uint8_t *white, bool rim_white, double clear, struct fault *fault);
void target_free(struct target *target);

#endif
