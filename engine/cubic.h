/* A cubic surface of displacements, fitted to what tiles say of their places. */
#ifndef ASSAY_ENGINE_CUBIC_H
#define ASSAY_ENGINE_CUBIC_H

#include "engine/placement.h"
#include "engine/refine.h"

#include <stdbool.h>

enum { CUBIC_DEGREE = 3, CUBIC_TERMS = 10, CUBIC_UNKNOWNS = 2 * CUBIC_TERMS };

/* In coordinates that the caller normalises to about -1 .. 1; the displacements in pixels of the tiles' level. */
struct cubic {
  double a[CUBIC_UNKNOWNS * CUBIC_UNKNOWNS], b[CUBIC_UNKNOWNS]; /* a's lower triangle */
  double answer[CUBIC_UNKNOWNS];                                /* coefficients of x, then of y */
};

/* 1, u, v, u^2 .. v^3. */
void cubic_terms(double u, double v, double *terms);

/* An empty fit whose coefficients are held at 0 with the weight `held`, 1 / px^2; the answer stays as it is. */
void cubic_begin(double held, struct cubic *cubic);

/* Adds what a tile says, A d = b, `weight` times. */
void cubic_add(const struct tile_equation *tile, double weight, const double *terms, struct cubic *cubic);

/* The same of a row of tiles, at u[0] .. u[count - 1] and one v, each with its weight. */
void cubic_add_row(const struct tile_equation *tiles, const double *weights, const double *u, int count, double v,
                   struct cubic *cubic);

/* False where the system has no answer; it stays as it was. */
bool cubic_solve(struct cubic *cubic);

/* The answer at a point. */
struct pose_point cubic_at(const struct cubic *cubic, const double *terms);

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
