/* The linear system behind a field: data at the points of a grid, and a thin plate between them. */
#ifndef ASSAY_ENGINE_FIELD_SOLVE_H
#define ASSAY_ENGINE_FIELD_SOLVE_H

#include "models/status.h"

#include <stddef.h>

/* (data + loose + bending) f = b, two components a point, points row by row. The caller sets what stands before `f`.
 *   data: xx xy; xy yy and bx, by of each point
 *   bending times the squared second differences, the mixed one twice, over a grid with free edges */
struct field_system {
  int columns, rows;
  size_t count;
  double bending, loose;
  double *xx, *xy, *yy, *bx, *by;
  double *f; /* in: where to begin; out: the answer. All x, then all y */
  double *memory;
  /* working memory */
  double *residual, *direction, *image, *better, *inverse[3], *down, *cross, *across;
};

/* All zero is empty; at least one point either way. */
enum status field_system_open(int columns, int rows, struct field_system *system, struct fault *fault);
void field_system_close(struct field_system *system);

/* Conjugate gradients with Jacobi's preconditioner, until the residual is small against what it was or a fixed number
 * of rounds are done. */
void field_solve(struct field_system *system);

#endif
