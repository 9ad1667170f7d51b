/* Where each golden pixel lies in the photo: a pose and, on top, a smooth field of small displacements. */
#ifndef ASSAY_ENGINE_PLACEMENT_H
#define ASSAY_ENGINE_PLACEMENT_H

#include "engine/image.h"
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

/* Parts that lie off by themselves: which cell of KERNEL_CELL golden pixels holds pixels of which part (0: of none,
 * else 1 + part), and each part's displacement in golden pixels: dx = m[0] x + m[1] y + m[2], dy with m[3] to m[5].
 * Memory of others. columns = 0: no parts. */
struct parts {
  int columns, rows;
  const uint8_t *owner;
  const double (*motion)[6];
};

/* Golden (x, y) lies at pose(x + dx, y + dy), the displacement being the field's and the part's that (x, y) is in. */
struct placement {
  struct pose pose; /* full golden pixel -> full (decoded) photo pixel */
  struct field field;
  struct parts parts;
};

/* Displacement at a golden pixel. */
struct pose_point placement_displacement(const struct placement *placement, double x, double y);

/* Makes a zero field of this shape, keeping memory. */
enum status field_reserve(struct field *field, int columns, int rows, double spacing, double origin,
                          struct fault *fault);
void field_free(struct field *field);
struct pose_point field_at(const struct field *field, double x, double y);

/* The field along a line of one y. */
struct field_row {
  const double *x, *y; /* of the points above; `down` further those below. NULL: no field */
  size_t down, right;
  double v, origin, inverse;
  int columns;
};
struct field_row field_row(const struct field *field, double y);

/* Cell and share along one axis. */
static inline double field_axis(double at, int count, int *cell) {
  if (!(at > 0)) at = 0;
  if (at > count - 1) at = count - 1;
  int i = (int)at;
  if (i > count - 2) i = count > 1 ? count - 2 : 0;
  *cell = i;
  return at - i;
}

static inline struct pose_point field_row_at(const struct field_row *row, double x) {
  struct pose_point d = {0, 0};
  if (!row->x) return d;
  int i;
  double u = field_axis((x - row->origin) * row->inverse, row->columns, &i), v = row->v;
  const double *fx = row->x + i, *fy = row->y + i;
  size_t right = row->right, down = row->down;
  d.x = (1 - v) * ((1 - u) * fx[0] + u * fx[right]) + v * ((1 - u) * fx[down] + u * fx[down + right]);
  d.y = (1 - v) * ((1 - u) * fy[0] + u * fy[right]) + v * ((1 - u) * fy[down] + u * fy[down + right]);
  return d;
}

/* Length of the field over the golden pixels where `labels` is not 0: mean, largest, and where that is. False without a
 * field, or where it has no point there. */
bool placement_local(const struct placement *placement, const struct plane *labels, double *mean, double *largest,
                     double at[2]);

/* The grid of kernels.h over level `golden_level` of the golden (width x height pixels there), in pixels of level
 * `photo_level` of the photo: KERNEL_NODES(width) * KERNEL_NODES(height) pairs of Q16. Places behind the horizon or far
 * outside get a place that is outside. A node next to a cell of a part lies with the part. */
void placement_grid(const struct placement *placement, int golden_level, int32_t width, int32_t height, int photo_level,
                    int32_t *grid);

/* The photo level whose pixels are nearest in size to those of the golden level, of `count` levels. */
int placement_photo_level(const struct placement *placement, int golden_level, int32_t golden_width,
                          int32_t golden_height, int count);

#endif
