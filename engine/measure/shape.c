#include "engine/measure/shape.h"

#include "engine/solve.h"
#include "kernels/math.h"

#include <math.h>
#include <string.h>

enum { ROUNDS = 30 };

int shape_parameters(enum shape_kind kind) {
  return kind == SHAPE_LINE || kind == SHAPE_CIRCLE ? 3 : 5;
}

int shape_minimum(enum shape_kind kind) {
  return kind == SHAPE_LINE ? 2 : shape_parameters(kind);
}

/* The point in the axes of a shape with a turn. */
struct local {
  double u, v;
};

static struct local local_of(const struct shape *s, double angle, const struct shape_point *point) {
  double c = math_cos(angle), n = math_sin(angle), x = point->x - s->p[SHAPE_X], y = point->y - s->p[SHAPE_Y];
  return (struct local){c * x + n * y, c * y - n * x};
}

static double ellipse_distance(const struct shape *s, struct local l) {
  double a = s->p[SHAPE_A], b = s->p[SHAPE_B], f = l.u * l.u / (a * a) + l.v * l.v / (b * b) - 1;
  double gu = 2 * l.u / (a * a), gv = 2 * l.v / (b * b), steep = sqrt(gu * gu + gv * gv);
  return steep > 0 ? f / steep : -(a < b ? a : b);
}

static double rectangle_distance(const struct shape *s, struct local l, int part) {
  double half = 0.5 * (part & 1 ? s->p[SHAPE_B] : s->p[SHAPE_A]), at = part & 1 ? l.v : l.u;
  return (part & 2 ? -at : at) - half;
}

static double slot_distance(const struct shape *s, struct local l) {
  double half = 0.5 * (s->p[SHAPE_A] - s->p[SHAPE_B]), over = fabs(l.u) - half;
  if (half < 0 || over < 0) over = half < 0 ? fabs(l.u) : 0;
  return sqrt(over * over + l.v * l.v) - 0.5 * s->p[SHAPE_B];
}

double shape_distance(const struct shape *s, const struct shape_point *point) {
  double x = point->x - s->p[SHAPE_X], y = point->y - s->p[SHAPE_Y];
  switch (s->kind) {
  case SHAPE_LINE:
    return math_cos(s->p[SHAPE_ANGLE]) * y - math_sin(s->p[SHAPE_ANGLE]) * x;
  case SHAPE_CIRCLE:
    return sqrt(x * x + y * y) - s->p[SHAPE_RADIUS];
  case SHAPE_ELLIPSE:
    return ellipse_distance(s, local_of(s, s->p[SHAPE_TURN], point));
  case SHAPE_RECTANGLE:
    return rectangle_distance(s, local_of(s, s->p[SHAPE_TURN], point), point->part);
  case SHAPE_SLOT:
    return slot_distance(s, local_of(s, s->p[SHAPE_TURN], point));
  }
  return 0;
}

/* ---- the line: in closed form ---- */

static bool fit_line(const struct shape_point *points, size_t count, struct shape *s) {
  double w = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0;
  for (size_t i = 0; i < count; i++) {
    double g = 1 / (points[i].spread * points[i].spread);
    w += g, x += g * points[i].x, y += g * points[i].y;
  }
  if (count < 2 || !(w > 0)) return false;
  x /= w, y /= w;
  for (size_t i = 0; i < count; i++) {
    double g = 1 / (points[i].spread * points[i].spread), u = points[i].x - x, v = points[i].y - y;
    xx += g * u * u, xy += g * u * v, yy += g * v * v;
  }
  if (!(xx + yy > 0)) return false;
  double angle = 0.5 * math_atan2(2 * xy, xx - yy), c = math_cos(angle), n = math_sin(angle);
  double lengthwise = c * c * xx + 2 * c * n * xy + n * n * yy;
  s->p[SHAPE_X] = x, s->p[SHAPE_Y] = y, s->p[SHAPE_ANGLE] = angle;
  double *q = s->covariance;
  memset(q, 0, sizeof s->covariance);
  q[0] = n * n / w, q[1] = q[3] = -n * c / w, q[4] = c * c / w;
  q[8] = 1 / lengthwise;
  return lengthwise > 0;
}

/* ---- the rest: Gauss-Newton ---- */

/* A circle by the algebraic fit of Kasa (1976), as a start. */
static bool start_circle(const struct shape_point *points, size_t count, struct shape *s) {
  double x = 0, y = 0, a[9] = {0}, b[3] = {0};
  for (size_t i = 0; i < count; i++) x += points[i].x, y += points[i].y;
  x /= (double)count, y /= (double)count;
  for (size_t i = 0; i < count; i++) {
    double u = points[i].x - x, v = points[i].y - y, z = u * u + v * v, row[3] = {u, v, 1};
    for (int j = 0; j < 3; j++) {
      for (int k = 0; k < 3; k++) a[3 * j + k] += row[j] * row[k];
      b[j] += row[j] * z;
    }
  }
  if (!solve_symmetric(a, b, 3, b)) return false;
  double square = b[2] + 0.25 * (b[0] * b[0] + b[1] * b[1]);
  if (!(square > 0)) return false;
  s->p[SHAPE_X] = x + 0.5 * b[0], s->p[SHAPE_Y] = y + 0.5 * b[1], s->p[SHAPE_RADIUS] = sqrt(square);
  return true;
}

/* Size that the steps of the differences are in proportion to. */
static double size_of(const struct shape *s) {
  double a = fabs(s->p[2]), b = shape_parameters(s->kind) > 3 ? fabs(s->p[3]) : 0;
  return a > b ? a : b;
}

static void gradient(const struct shape *s, const struct shape_point *point, double *g) {
  if (s->kind == SHAPE_CIRCLE) {
    double x = point->x - s->p[SHAPE_X], y = point->y - s->p[SHAPE_Y], r = sqrt(x * x + y * y);
    g[0] = r > 0 ? -x / r : 0, g[1] = r > 0 ? -y / r : 0, g[2] = -1;
    return;
  }
  int n = shape_parameters(s->kind);
  for (int k = 0; k < n; k++) {
    struct shape more = *s, less = *s;
    double step = k == SHAPE_TURN ? 1e-5 : 1e-5 * size_of(s);
    more.p[k] += step, less.p[k] -= step;
    g[k] = (shape_distance(&more, point) - shape_distance(&less, point)) / (2 * step);
  }
}

static void equations(const struct shape *s, const struct shape_point *points, size_t count, double *a, double *b) {
  const int n = shape_parameters(s->kind);
  double g[SHAPE_MOST];
  memset(a, 0, (size_t)(n * n) * sizeof *a);
  memset(b, 0, (size_t)n * sizeof *b);
  for (size_t i = 0; i < count; i++) {
    const double w = 1 / (points[i].spread * points[i].spread), d = shape_distance(s, &points[i]);
    gradient(s, &points[i], g);
    solve_add(a, b, (size_t)n, g, (size_t)n, w, -d);
  }
}

/* A circle's: the sums are few, and stay near. */
static void circle_equations(const struct shape *s, const struct shape_point *points, size_t count, double *a,
                             double *b) {
  double xx = 0, xy = 0, yy = 0, x1 = 0, y1 = 0, ww = 0, bx = 0, by = 0, bw = 0;
  for (size_t i = 0; i < count; i++) {
    const double x = points[i].x - s->p[SHAPE_X], y = points[i].y - s->p[SHAPE_Y], r = sqrt(x * x + y * y);
    const double w = 1 / (points[i].spread * points[i].spread), each = r > 0 ? 1 / r : 0;
    const double gx = x * each, gy = y * each, d = w * (r - s->p[SHAPE_RADIUS]);
    xx += w * gx * gx, xy += w * gx * gy, yy += w * gy * gy, x1 += w * gx, y1 += w * gy, ww += w;
    bx += gx * d, by += gy * d, bw += d;
  }
  const double lower[] = {xx, 0, 0, xy, yy, 0, x1, y1, ww}, right[] = {bx, by, bw};
  memcpy(a, lower, sizeof lower);
  memcpy(b, right, sizeof right);
}

/* The unknowns and the inverse of the normal matrix, which is brought to a unit diagonal, so that the measure of rank
 * does not see the units. */
static bool solve_scaled(const double *a, const double *b, int n, double *x, double *inverse) {
  double scale[SHAPE_MOST], m[SHAPE_MOST * SHAPE_MOST];
  for (int i = 0; i < n; i++) {
    if (!(a[i * n + i] > 0)) return false;
    scale[i] = 1 / sqrt(a[i * n + i]);
    for (int j = 0; j <= i; j++) m[i * n + j] = a[i * n + j] * scale[i] * scale[j];
  }
  if (!solve_inverse(m, (size_t)n, inverse)) return false;
  for (int i = 0; i < n; i++) {
    x[i] = 0;
    for (int j = 0; j < n; j++) {
      inverse[i * n + j] *= scale[i] * scale[j];
      x[i] += inverse[i * n + j] * b[j];
    }
  }
  return true;
}

static bool sound(const struct shape *s) {
  for (int i = 0; i < shape_parameters(s->kind); i++)
    if (!(s->p[i] > -1e7 && s->p[i] < 1e7)) return false;
  return s->p[2] > 0 && (s->kind == SHAPE_CIRCLE || s->p[3] > 0);
}

/* A step that is not worth another, of the size. A circle's next one is smaller by the share of the radius that its
 * points are off by. */
static double settled(const struct shape *s, int round) {
  if (s->kind == SHAPE_CIRCLE) return 1e-7;
  /* A point at the joint of two parts of an outline may go from one to the other and back. */
  return round < ROUNDS / 2 ? 1e-9 : 1e-5;
}

bool shape_fit(const struct shape_point *points, size_t count, struct shape *s) {
  int n = shape_parameters(s->kind);
  double a[SHAPE_MOST * SHAPE_MOST], b[SHAPE_MOST], x[SHAPE_MOST];
  if (count < (size_t)shape_minimum(s->kind)) return false;
  if (s->kind == SHAPE_LINE) return fit_line(points, count, s);
  if (s->kind == SHAPE_CIRCLE && !start_circle(points, count, s)) return false;
  for (int round = 0, done = 0; round < ROUNDS; round++) {
    (s->kind == SHAPE_CIRCLE ? circle_equations : equations)(s, points, count, a, b);
    if (!solve_scaled(a, b, n, x, s->covariance)) return false;
    if (done) return true;
    double moved = 0, size = size_of(s);
    for (int i = 0; i < n; i++) {
      double part = i == SHAPE_TURN ? fabs(x[i]) : fabs(x[i]) / size;
      s->p[i] += x[i];
      if (part > moved) moved = part;
    }
    if (!sound(s)) return false;
    done = moved <= settled(s, round);
  }
  return false;
}

void shape_add_common(const struct shape_point *points, size_t count, double common, struct shape *s) {
  int n = shape_parameters(s->kind);
  double pull[SHAPE_MOST] = {0}, moved[SHAPE_MOST] = {0}, g[SHAPE_MOST];
  if (s->kind == SHAPE_LINE) {
    moved[SHAPE_X] = -math_sin(s->p[SHAPE_ANGLE]), moved[SHAPE_Y] = math_cos(s->p[SHAPE_ANGLE]);
  } else {
    for (size_t i = 0; i < count; i++) {
      gradient(s, &points[i], g);
      for (int k = 0; k < n; k++) pull[k] += g[k] / (points[i].spread * points[i].spread);
    }
    for (int j = 0; j < n; j++)
      for (int k = 0; k < n; k++) moved[j] += s->covariance[j * n + k] * pull[k];
  }
  for (int j = 0; j < n; j++)
    for (int k = 0; k < n; k++) s->covariance[j * n + k] += common * common * moved[j] * moved[k];
}
