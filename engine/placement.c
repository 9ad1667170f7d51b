#include "engine/placement.h"

#include "engine/field_columns.h"
#include "engine/fixed.h"
#include "kernels/kernels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum status field_reserve(struct field *field, int columns, int rows, double spacing, double origin,
                          struct fault *fault) {
  size_t count = (size_t)columns * (size_t)rows;
  if (count > field->capacity) {
    double *x = malloc(2 * count * sizeof *x);
    if (!x) return fault_set(fault, STATUS_MEMORY, "local displacement: out of memory");
    free(field->x);
    field->x = x;
    field->capacity = count;
  }
  field->y = field->x + count;
  field->columns = columns, field->rows = rows;
  field->spacing = spacing, field->origin = origin;
  memset(field->x, 0, 2 * count * sizeof *field->x);
  return STATUS_OK;
}

void field_free(struct field *field) {
  free(field->x);
  memset(field, 0, sizeof *field);
}

struct field_row field_row(const struct field *field, double y) {
  if (!field->columns) return (struct field_row){.x = NULL};
  int j;
  double v = field_axis((y - field->origin) / field->spacing, field->rows, &j);
  size_t at = (size_t)j * (size_t)field->columns;
  return (struct field_row){.x = field->x + at,
                            .y = field->y + at,
                            .down = field->rows > 1 ? (size_t)field->columns : 0,
                            .right = field->columns > 1,
                            .v = v,
                            .origin = field->origin,
                            .inverse = 1 / field->spacing,
                            .columns = field->columns};
}

struct pose_point field_at(const struct field *field, double x, double y) {
  if (!field->columns) return (struct pose_point){0, 0};
  struct field_row row = field_row(field, y);
  return field_row_at(&row, x);
}

/* The part with a cell within `reach` pixels of a place, 0: none. */
static int part_near(const struct parts *parts, double x, double y, double reach) {
  if (!parts->columns) return 0;
  int left = (int)floor((x - reach) / KERNEL_CELL), right = (int)floor((x + reach) / KERNEL_CELL);
  int top = (int)floor((y - reach) / KERNEL_CELL), bottom = (int)floor((y + reach) / KERNEL_CELL);
  for (int j = top < 0 ? 0 : top; j <= bottom && j < parts->rows; j++)
    for (int i = left < 0 ? 0 : left; i <= right && i < parts->columns; i++)
      if (parts->owner[(size_t)j * (size_t)parts->columns + (size_t)i])
        return parts->owner[(size_t)j * (size_t)parts->columns + (size_t)i];
  return 0;
}

/* The field's displacement, and the part's that is within reach. */
static struct pose_point add_part(const struct placement *placement, struct pose_point d, double x, double y,
                                  double reach) {
  int part = part_near(&placement->parts, x, y, reach);
  if (!part) return d;
  const double *m = placement->parts.motion[part - 1];
  d.x += m[0] * x + m[1] * y + m[2], d.y += m[3] * x + m[4] * y + m[5];
  return d;
}

struct pose_point placement_displacement(const struct placement *placement, double x, double y) {
  return add_part(placement, field_at(&placement->field, x, y), x, y, 0);
}

bool placement_local(const struct placement *placement, const struct plane *labels, double *mean, double *largest,
                     double at[2]) {
  const struct field *f = &placement->field;
  double sum = 0, most = -1;
  int count = 0;
  for (int j = 0; j < f->rows && f->columns; j++)
    for (int i = 0; i < f->columns; i++) {
      double x = f->origin + i * f->spacing, y = f->origin + j * f->spacing;
      if (x < 0 || y < 0 || x > labels->width - 1 || y > labels->height - 1) continue;
      if (!labels->pixels[(size_t)y * labels->stride + (size_t)x]) continue;
      size_t k = (size_t)j * (size_t)f->columns + (size_t)i;
      double length = sqrt(f->x[k] * f->x[k] + f->y[k] * f->y[k]);
      sum += length, count++;
      if (length > most) most = length, at[0] = x, at[1] = y;
    }
  if (!count) return false;
  *mean = sum / count, *largest = most;
  return true;
}

/* Places (Q16) of a photo level's pixels, kept within what the kernels' arithmetic can tell apart. */
static void fix(const double *restrict at, double unit, int count, int32_t *restrict out) {
  for (int i = 0; i < count; i++) {
    double v = (at[i] + 0.5) * unit - 0.5;
    v = v > -1024 ? v : -1024;
    v = v < 32700 ? v : 32700;
    out[2 * i] = fixed_floor(v * 65536 + 0.5);
  }
}

/* pose_apply of a row, in place; a place far outside where there is none. */
static void apply(const struct pose *pose, int count, double *restrict x, double *restrict y) {
  const double *h = pose->h;
  for (int i = 0; i < count; i++) {
    double w = h[6] * x[i] + h[7] * y[i] + h[8], across = h[0] * x[i] + h[1] * y[i] + h[2];
    double down = h[3] * x[i] + h[4] * y[i] + h[5];
    bool before = w > 1e-6;
    x[i] = before ? across / w : -1e9;
    y[i] = before ? down / w : -1e9;
  }
}

/* The grid of some columns, `pitch` numbers a row. */
static void fill_columns(const struct placement *placement, double unit, double photo_unit, const double *x, int count,
                         int32_t rows, size_t pitch, int32_t *grid) {
  struct field_columns columns;
  double u[FIELD_COLUMNS], v[FIELD_COLUMNS];
  field_columns_begin(&placement->field, x, count, &columns);
  for (int32_t j = 0; j < rows; j++, grid += pitch) {
    double y = (j * KERNEL_CELL + 0.5) * unit - 0.5;
    field_columns_at(&columns, y, u, v);
    for (int i = 0; i < count && placement->parts.columns; i++) {
      struct pose_point d = add_part(placement, (struct pose_point){u[i], v[i]}, x[i], y, 0.99 * KERNEL_CELL * unit);
      u[i] = d.x, v[i] = d.y;
    }
    for (int i = 0; i < count; i++) u[i] = x[i] + u[i], v[i] = y + v[i];
    apply(&placement->pose, count, u, v);
    fix(u, photo_unit, count, grid);
    fix(v, photo_unit, count, grid + 1);
  }
}

void placement_grid(const struct placement *placement, int golden_level, int32_t width, int32_t height, int photo_level,
                    int32_t *grid) {
  double golden_unit = (double)(1 << golden_level), photo_unit = 1.0 / (double)(1 << photo_level);
  int32_t columns = KERNEL_NODES(width), rows = KERNEL_NODES(height);
  for (int32_t first = 0; first < columns; first += FIELD_COLUMNS) {
    int count = columns - first < FIELD_COLUMNS ? columns - first : FIELD_COLUMNS;
    double x[FIELD_COLUMNS];
    for (int i = 0; i < count; i++) x[i] = ((first + i) * KERNEL_CELL + 0.5) * golden_unit - 0.5;
    fill_columns(placement, golden_unit, photo_unit, x, count, rows, 2 * (size_t)columns, grid + 2 * (size_t)first);
  }
}

int placement_photo_level(const struct placement *placement, int golden_level, int32_t golden_width,
                          int32_t golden_height, int count) {
  double size = pose_scale_at(&placement->pose, 0.5 * (golden_width - 1), 0.5 * (golden_height - 1)) *
                (double)(1 << golden_level);
  int level = 0;
  while (level + 1 < count && size > 1.4142135623730951) size *= 0.5, level++;
  return level;
}
