#include "engine/measure/outline.h"

#include "kernels/math.h"

#include <math.h>

/* What a corner or joint spoils, in shares of a side, is no part of the side. */
static const double CORNER = 0.1;

static const double DEGREE = MATH_PI / 180;

/* A box with the edge's direction first: half lengths along and across, and the two unit vectors. */
struct frame {
  double along, across, tx, ty, nx, ny;
};

static bool across_box(const struct spec_dimension *g) {
  return g->gauge == GAUGE_CALLIPER || g->gauge == GAUGE_COUNT;
}

static struct frame frame_of(const struct spec_dimension *g) {
  const struct spec_gauge_box *b = &g->box;
  double c = math_cos(b->angle * DEGREE), s = math_sin(b->angle * DEGREE);
  bool width = g->along == 1 || (g->along == 0 && b->size[0] >= b->size[1]);
  /* A calliper's `along` is the way that is measured, which its edges run across. */
  if (across_box(g)) width = !width;
  if (width) return (struct frame){0.5 * b->size[0], 0.5 * b->size[1], c, s, -s, c};
  return (struct frame){0.5 * b->size[1], 0.5 * b->size[0], -s, c, c, s};
}

int outline_parts(const struct spec_dimension *g) {
  return g->gauge == GAUGE_RECTANGLE || g->gauge == GAUGE_SLOT ? 4 : 1;
}

/* Length and width of a slot, and whether its length is the box's width. */
static bool slot_sides(const struct spec_dimension *g, double *length, double *width) {
  bool wide = g->box.size[0] >= g->box.size[1];
  *length = g->box.size[wide ? 0 : 1], *width = g->box.size[wide ? 1 : 0];
  return wide;
}

double outline_length(const struct spec_dimension *g, int part) {
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
    return g->box.size[part & 1 ? 0 : 1] * (1 - 2 * CORNER);
  case GAUGE_SLOT:
    slot_sides(g, &a, &b);
    return (part & 1 ? 0.5 * MATH_PI * b : a - b) * (1 - 2 * CORNER);
  default:
    return 2 * frame_of(g).along;
  }
}

double outline_reach(const struct spec_dimension *g) {
  switch (g->gauge) {
  case GAUGE_CIRCLE:
  case GAUGE_ARC:
  case GAUGE_ELLIPSE:
  case GAUGE_RECTANGLE:
  case GAUGE_SLOT:
    return g->search;
  default:
    return frame_of(g).across;
  }
}

bool outline_is_curved(const struct spec_dimension *g, int part) {
  return g->gauge == GAUGE_CIRCLE || g->gauge == GAUGE_ARC || g->gauge == GAUGE_ELLIPSE ||
         (g->gauge == GAUGE_SLOT && part & 1);
}

struct pose_point outline_middle(const struct spec_dimension *g) {
  bool round = g->gauge == GAUGE_CIRCLE || g->gauge == GAUGE_ARC || g->gauge == GAUGE_ELLIPSE;
  const double *m = round ? g->centre : g->box.centre;
  return (struct pose_point){m[0], m[1]};
}

/* A place given in the turned axes about the middle. */
static struct outline_place turned(const struct spec_dimension *g, double angle, double u, double v, double nu,
                                   double nv) {
  struct pose_point m = outline_middle(g);
  double c = math_cos(angle * DEGREE), s = math_sin(angle * DEGREE);
  return (struct outline_place){m.x + c * u - s * v, m.y + s * u + c * v, c * nu - s * nv, s * nu + c * nv};
}

static struct outline_place on_ellipse(const struct spec_dimension *g, double t) {
  double a = g->radii[0], b = g->radii[1], c = math_cos(2 * MATH_PI * t), s = math_sin(2 * MATH_PI * t);
  double nu = c / a, nv = s / b, size = sqrt(nu * nu + nv * nv);
  return turned(g, g->turn, a * c, b * s, nu / size, nv / size);
}

static struct outline_place on_rectangle(const struct spec_dimension *g, int part, double t) {
  double at = (2 * t - 1) * (0.5 - CORNER), sign = part & 2 ? -1 : 1;
  if (part & 1) return turned(g, g->box.angle, at * g->box.size[0], sign * 0.5 * g->box.size[1], 0, sign);
  return turned(g, g->box.angle, sign * 0.5 * g->box.size[0], at * g->box.size[1], sign, 0);
}

static struct outline_place on_slot(const struct spec_dimension *g, int part, double t) {
  double length, width, sign = part & 2 ? -1 : 1;
  double angle = slot_sides(g, &length, &width) ? g->box.angle : g->box.angle + 90;
  double half = 0.5 * (length - width), r = 0.5 * width;
  if (!(part & 1)) return turned(g, angle, (2 * t - 1) * (1 - 2 * CORNER) * half, sign * r, 0, sign);
  double turn = (t - 0.5) * (1 - 2 * CORNER) * MATH_PI, c = math_cos(turn), s = math_sin(turn);
  return turned(g, angle, sign * (half + r * c), sign * r * s, sign * c, sign * s);
}

double outline_slot_end(int part, double t) {
  return part & 1 ? math_cos((t - 0.5) * (1 - 2 * CORNER) * MATH_PI) : 0;
}

struct outline_place outline_at(const struct spec_dimension *g, int part, double t) {
  switch (g->gauge) {
  case GAUGE_CIRCLE:
  case GAUGE_ARC: {
    bool all = g->gauge == GAUGE_CIRCLE;
    double turn = all ? 2 * MATH_PI * t : (g->sector[0] + t * (g->sector[1] - g->sector[0])) * DEGREE;
    double c = math_cos(turn), s = math_sin(turn);
    return (struct outline_place){g->centre[0] + g->radius * c, g->centre[1] + g->radius * s, c, s};
  }
  case GAUGE_ELLIPSE:
    return on_ellipse(g, t);
  case GAUGE_RECTANGLE:
    return on_rectangle(g, part, t);
  case GAUGE_SLOT:
    return on_slot(g, part, t);
  default: {
    struct frame f = frame_of(g);
    double at = (2 * t - 1) * f.along;
    return (struct outline_place){g->box.centre[0] + at * f.tx, g->box.centre[1] + at * f.ty, f.nx, f.ny};
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
