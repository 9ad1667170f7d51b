/* Where each golden pixel lies in the photo: a pose and, on top, a smooth field of small displacements. */
#ifndef ASSAY_ENGINE_PLACEMENT_H
#define ASSAY_ENGINE_PLACEMENT_H

#include "engine/pose.h"
#include "models/status.h"

#include <stdint.h>

/* Displacements in golden pixels at points (spacing i + origin, spacing j + origin) of the golden; between them
 * bilinear, beyond the outermost as at the nearest. columns = 0: no field. */
struct field {
  int columns, rows;
  double spacing, origin;
  double *x, *y; /* rows * columns each */
  size_t capacity;
};

/* Golden (x, y) lies at pose(x + field x, y + field y). */
struct placement {
  struct pose pose; /* full golden pixel -> full (decoded) photo pixel */
  struct field field;
};

/* Makes a zero field of this shape, keeping memory. */
enum status field_reserve(struct field *field, int columns, int rows, double spacing, double origin,
                          struct fault *fault);
void field_free(struct field *field);
struct pose_point field_at(const struct field *field, double x, double y);

/* The grid of kernels.h over level `golden_level` of the golden (width x height pixels there), in pixels of level
 * `photo_level` of the photo: KERNEL_NODES(width) * KERNEL_NODES(height) pairs of Q16. Places behind the horizon or far
 * outside get a place that is outside. */
void placement_grid(const struct placement *placement, int golden_level, int32_t width, int32_t height, int photo_level,
                    int32_t *grid);

/* The photo level whose pixels are nearest in size to those of the golden level, of `count` levels. */
int placement_photo_level(const struct placement *placement, int golden_level, int32_t golden_width,
                          int32_t golden_height, int count);

#endif
