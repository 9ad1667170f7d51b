/* A field at the same columns of many rows: what the columns of two rows of its points make is kept from row to row. */
#ifndef ASSAY_ENGINE_FIELD_COLUMNS_H
#define ASSAY_ENGINE_FIELD_COLUMNS_H

#include "engine/placement.h"

enum { FIELD_COLUMNS = 64 };

struct field_columns {
  const struct field *field;
  int count, cell[FIELD_COLUMNS];
  double share[FIELD_COLUMNS]; /* of the point to the right of a cell */
  const double *row;           /* the field's points that x and y are of: above [0] and below [1] */
  double x[2][FIELD_COLUMNS], y[2][FIELD_COLUMNS];
};

/* Of `count` columns, FIELD_COLUMNS at most, at these x. The field must stay as it is; NULL is one of 0. */
void field_columns_begin(const struct field *field, const double *x, int count, struct field_columns *columns);

/* The field at the columns on a row, the same as field_at. `dy` may be NULL. */
void field_columns_at(struct field_columns *columns, double y, double *dx, double *dy);

#endif
