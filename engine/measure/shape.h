/* Lines, circles, ellipses, rectangles and slots, fitted to points by weighted least squares of their distances. */
#ifndef ASSAY_ENGINE_MEASURE_SHAPE_H
#define ASSAY_ENGINE_MEASURE_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

/* Parameters, in this order; angles in radians, clockwise on the screen:
 *   line       x, y of a point on it (the points' middle), angle of its direction
 *   circle     x, y of the centre, radius
 *   ellipse    x, y, the two half axes, angle of the first
 *   rectangle  x, y, width, height, angle of the width
 *   slot       x, y, length over all, width, angle of the length */
enum shape_kind { SHAPE_LINE, SHAPE_CIRCLE, SHAPE_ELLIPSE, SHAPE_RECTANGLE, SHAPE_SLOT };
enum {
  SHAPE_MOST = 5,
  SHAPE_X = 0,
  SHAPE_Y = 1,
  SHAPE_ANGLE = 2,
  SHAPE_RADIUS = 2,
  SHAPE_A = 2,
  SHAPE_B = 3,
  SHAPE_TURN = 4
};

struct shape {
  enum shape_kind kind;
  double p[SHAPE_MOST];
  double covariance[SHAPE_MOST * SHAPE_MOST]; /* of the parameters, row by row, shape_parameters(kind) a row */
};

struct shape_point {
  double x, y;
  double spread; /* standard uncertainty of its distance from the shape; above 0 */
  int part;      /* rectangle: the side, 0 right, 1 bottom, 2 left, 3 top; else unused */
};

int shape_parameters(enum shape_kind kind);
/* Fewest points that determine it. */
int shape_minimum(enum shape_kind kind);

/* Signed distance of a point, positive outside (for a line: to the left of its direction turned clockwise, that is
 * along (-sin, cos) of the angle). To first order for an ellipse. */
double shape_distance(const struct shape *shape, const struct shape_point *point);

/* Fits from the start in `shape` (line and circle need none); p and covariance are set, the latter from the points'
 * spreads. False where the points do not determine it. */
bool shape_fit(const struct shape_point *points, size_t count, struct shape *shape);
/* Adds to the covariance of a fitted shape what a displacement does that all the points share, outward or to one side,
 * of this standard uncertainty. */
void shape_add_common(const struct shape_point *points, size_t count, double common, struct shape *shape);

#endif
