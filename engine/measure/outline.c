#include "engine/measure/outline.h"

#include "kernels/math.h"

#include <math.h>

/* What a corner or joint spoils, in shares of a side, is no part of the side. */
static const double CORNER = 0.1;

static const double DEGREE = MATH_PI / 180;

static bool is_round(const struct spec_dimension *g) {
  return g->gauge == GAUGE_CIRCLE || g->gauge == GAUGE_ARC || g->gauge == GAUGE_ELLIPSE;
}

/* Whether the width is a box's first side: the one that a straight edge runs along, or a slot's length. */
static bool is_wide(const struct spec_dimension *g) {
  const struct spec_gauge_box *b = &g->box;
  if (g->gauge == GAUGE_RECTANGLE) return true;
  const bool wide = g->along == 1 || (g->along == 0 && b->size[0] >= b->size[1]);
  /* A calliper's `along` is the way that is measured, which its edges run across. */
  return g->gauge == GAUGE_CALLIPER || g->gauge == GAUGE_COUNT ? !wide : wide;
}

struct outline outline_of(const struct spec_dimension *g) {
  const bool round = is_round(g), wide = round || is_wide(g);
  const double *middle = round ? g->centre : g->box.centre;
  struct outline o = {.gauge = g, .middle = {middle[0], middle[1]}};
  double c = 1, s = 0;
  if (!round || g->gauge == GAUGE_ELLIPSE)
    math_sin_cos((g->gauge == GAUGE_ELLIPSE ? g->turn : g->box.angle) * DEGREE, &s, &c);
  o.tx = wide ? c : -s, o.ty = wide ? s : c;
  o.nx = wide ? -s : c, o.ny = wide ? c : s;
  if (!round) o.along = g->box.size[wide ? 0 : 1], o.across = g->box.size[wide ? 1 : 0];
  return o;
}

int outline_parts(const struct spec_dimension *g) {
  return g->gauge == GAUGE_RECTANGLE || g->gauge == GAUGE_SLOT ? 4 : 1;
}

double outline_length(const struct outline *o, int part) {
  const struct spec_dimension *g = o->gauge;
  double a, b;
  switch (g->gauge) {
  case GAUGE_CIRCLE:
    return 2 * MATH_PI * g->radius;
  case GAUGE_ARC:
    return (g->sector[1] - g->sector[0]) * DEGREE * g->radius;
  case GAUGE_ELLIPSE:
    a = g->radii[0], b = g->radii[1];
    return 2 * MATH_PI * sqrt(0.5 * (a * a + b * b));
  case GAUGE_RECTANGLE:
    return (part & 1 ? o->along : o->across) * (1 - 2 * CORNER);
  case GAUGE_SLOT:
    return (part & 1 ? 0.5 * MATH_PI * o->across : o->along - o->across) * (1 - 2 * CORNER);
  default:
    return o->along;
  }
}

double outline_reach(const struct outline *o) {
  switch (o->gauge->gauge) {
  case GAUGE_CIRCLE:
  case GAUGE_ARC:
  case GAUGE_ELLIPSE:
  case GAUGE_RECTANGLE:
  case GAUGE_SLOT:
    return o->gauge->search;
  default:
    return 0.5 * o->across;
  }
}

bool outline_is_curved(const struct outline *o, int part) {
  return is_round(o->gauge) || (o->gauge->gauge == GAUGE_SLOT && part & 1);
}

/* A place given along the first direction and a quarter turn clockwise from it. */
static struct outline_place turned(const struct outline *o, double u, double v, double nu, double nv) {
  const double c = o->tx, s = o->ty;
  return (struct outline_place){o->middle.x + c * u - s * v, o->middle.y + s * u + c * v, c * nu - s * nv,
                                s * nu + c * nv};
}

static struct outline_place on_circle(const struct outline *o, double turn) {
  double c, s;
  math_sin_cos(turn, &s, &c);
  return (struct outline_place){o->middle.x + o->gauge->radius * c, o->middle.y + o->gauge->radius * s, c, s};
}

static struct outline_place on_ellipse(const struct outline *o, double t) {
  double a = o->gauge->radii[0], b = o->gauge->radii[1], c, s;
  math_sin_cos(2 * MATH_PI * t, &s, &c);
  double nu = c / a, nv = s / b, size = sqrt(nu * nu + nv * nv);
  return turned(o, a * c, b * s, nu / size, nv / size);
}

static struct outline_place on_rectangle(const struct outline *o, int part, double t) {
  double at = (2 * t - 1) * (0.5 - CORNER), sign = part & 2 ? -1 : 1;
  if (part & 1) return turned(o, at * o->along, sign * 0.5 * o->across, 0, sign);
  return turned(o, sign * 0.5 * o->along, at * o->across, sign, 0);
}

static struct outline_place on_slot(const struct outline *o, int part, double t) {
  double half = 0.5 * (o->along - o->across), r = 0.5 * o->across, sign = part & 2 ? -1 : 1, c, s;
  if (!(part & 1)) return turned(o, (2 * t - 1) * (1 - 2 * CORNER) * half, sign * r, 0, sign);
  math_sin_cos((t - 0.5) * (1 - 2 * CORNER) * MATH_PI, &s, &c);
  return turned(o, sign * (half + r * c), sign * r * s, sign * c, sign * s);
}

double outline_slot_end(int part, double t) {
  return part & 1 ? math_cos((t - 0.5) * (1 - 2 * CORNER) * MATH_PI) : 0;
}

struct outline_place outline_at(const struct outline *o, int part, double t) {
  const struct spec_dimension *g = o->gauge;
  switch (g->gauge) {
  case GAUGE_CIRCLE:
    return on_circle(o, 2 * MATH_PI * t);
  case GAUGE_ARC:
    return on_circle(o, (g->sector[0] + t * (g->sector[1] - g->sector[0])) * DEGREE);
  case GAUGE_ELLIPSE:
    return on_ellipse(o, t);
  case GAUGE_RECTANGLE:
    return on_rectangle(o, part, t);
  case GAUGE_SLOT:
    return on_slot(o, part, t);
  default: {
    const double at = (t - 0.5) * o->along;
    return (struct outline_place){o->middle.x + at * o->tx, o->middle.y + at * o->ty, o->nx, o->ny};
  }
  }
}

bool outline_carry_point(const struct placement *placement, double x, double y, struct pose_point *photo) {
  struct pose_point d = field_at(&placement->field, x, y);
  return pose_apply(&placement->pose, x + d.x, y + d.y, photo);
}

bool outline_carry(const struct placement *placement, const struct outline_place *g, struct outline_place *photo,
                   double *across, double *along) {
  struct pose_point d = field_at(&placement->field, g->x, g->y);
  double x = g->x + d.x, y = g->y + d.y;
  const double *h = placement->pose.h;
  double w = h[6] * x + h[7] * y + h[8], each = 1 / w;
  if (!(w > 1e-6)) return false;
  struct pose_point at = {(h[0] * x + h[1] * y + h[2]) * each, (h[3] * x + h[4] * y + h[5]) * each};
  /* The pose's derivatives, along the outline and across it. */
  double a = (h[0] - at.x * h[6]) * each, b = (h[1] - at.x * h[7]) * each;
  double c = (h[3] - at.y * h[6]) * each, e = (h[4] - at.y * h[7]) * each;
  double tx = b * g->nx - a * g->ny, ty = e * g->nx - c * g->ny, size = sqrt(tx * tx + ty * ty);
  if (!(size > 1e-3)) return false;
  double of = 1 / size, nx = ty * of, ny = -tx * of, dot = nx * (a * g->nx + b * g->ny) + ny * (c * g->nx + e * g->ny);
  if (dot < 0) nx = -nx, ny = -ny, dot = -dot;
  *photo = (struct outline_place){at.x, at.y, nx, ny};
  *across = dot, *along = size;
  return dot > 1e-3;
}
