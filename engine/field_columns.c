#include "engine/field_columns.h"

#include <string.h>

void field_columns_begin(const struct field *field, const double *x, int count, struct field_columns *c) {
  c->field = field && field->columns ? field : NULL, c->count = count, c->row = NULL;
  if (!c->field) return;
  double inverse = 1 / field->spacing;
  for (int i = 0; i < count; i++)
    c->share[i] = field_axis((x[i] - field->origin) * inverse, field->columns, &c->cell[i]);
}

/* One row of the field's points, at the columns. */
static void along(const struct field_columns *c, const double *points, size_t right, double *restrict out) {
  for (int i = 0; i < c->count; i++) {
    const double *p = points + c->cell[i];
    out[i] = (1 - c->share[i]) * p[0] + c->share[i] * p[right];
  }
}

static void between(const double *restrict above, const double *restrict below, double v, int count,
                    double *restrict out) {
  for (int i = 0; i < count; i++) out[i] = (1 - v) * above[i] + v * below[i];
}

void field_columns_at(struct field_columns *c, double y, double *dx, double *dy) {
  if (!c->field) {
    memset(dx, 0, (size_t)c->count * sizeof *dx);
    if (dy) memset(dy, 0, (size_t)c->count * sizeof *dy);
    return;
  }
  const struct field_row row = field_row(c->field, y);
  for (int end = 0; end < 2 && c->row != row.x; end++) {
    along(c, row.x + (end ? row.down : 0), row.right, c->x[end]);
    if (dy) along(c, row.y + (end ? row.down : 0), row.right, c->y[end]);
  }
  c->row = row.x;
  between(c->x[0], c->x[1], row.v, c->count, dx);
  if (dy) between(c->y[0], c->y[1], row.v, c->count, dy);
}
