/* A cubic surface of displacements, fitted to what tiles say of their places. */
#ifndef ASSAY_ENGINE_CUBIC_H
#define ASSAY_ENGINE_CUBIC_H

#include "engine/placement.h"
#include "engine/refine.h"

#include <stdbool.h>

enum { CUBIC_DEGREE = 3, CUBIC_TERMS = 10, CUBIC_UNKNOWNS = 2 * CUBIC_TERMS };

/* Terms 1, u, v, u^2 .. v^3, in coordinates that the caller normalises to about -1 .. 1; the displacements in pixels of
 * the tiles' level. */
struct cubic {
  double a[CUBIC_UNKNOWNS * CUBIC_UNKNOWNS], b[CUBIC_UNKNOWNS]; /* a's lower triangle */
  double answer[CUBIC_UNKNOWNS];                                /* coefficients of x, then of y */
};

/* An empty fit whose coefficients are held at 0 with the weight `held`, 1 / px^2; the answer stays as it is. */
void cubic_begin(double held, struct cubic *cubic);

/* Sums over a row of tiles, by power of u: products of two terms have at most twice the degree of one. All zero is
 * empty. */
struct cubic_sums {
  double xx[2 * CUBIC_DEGREE + 2], xy[2 * CUBIC_DEGREE + 2], yy[2 * CUBIC_DEGREE + 2];
  double bx[CUBIC_DEGREE + 1], by[CUBIC_DEGREE + 1];
};

/* Takes what a tile of the row says, A d = b, `weight` times. */
void cubic_sum(const struct tile_equation *tile, double weight, double u, struct cubic_sums *sums);

/* Adds the row's sums to the fit. */
void cubic_add(const struct cubic_sums *sums, double v, struct cubic *cubic);

/* False where the system has no answer; it stays as it was. */
bool cubic_solve(struct cubic *cubic);

/* The answer along a row: polynomials of u. */
struct cubic_row {
  double x[CUBIC_DEGREE + 1], y[CUBIC_DEGREE + 1];
};
struct cubic_row cubic_row(const struct cubic *cubic, double v);

static inline struct pose_point cubic_row_at(const struct cubic_row *row, double u) {
  return (struct pose_point){row->x[0] + u * (row->x[1] + u * (row->x[2] + u * row->x[3])),
                             row->y[0] + u * (row->y[1] + u * (row->y[2] + u * row->y[3]))};
}

#endif
