#include "engine/measure/gauge_work.h"

#include "engine/measure/robust.h"
#include "kernels/math.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Robust deviations beyond which an edge is an outlier of the shape. */
static const double CUT = 3.5;

static enum shape_kind kind_of(const struct spec_dimension *g) {
  switch (g->gauge) {
  case GAUGE_CIRCLE:
  case GAUGE_ARC:
    return SHAPE_CIRCLE;
  case GAUGE_ELLIPSE:
    return SHAPE_ELLIPSE;
  case GAUGE_RECTANGLE:
    return SHAPE_RECTANGLE;
  case GAUGE_SLOT:
    return SHAPE_SLOT;
  default:
    return SHAPE_LINE;
  }
}

/* The gauge's edges in the plane, those of one edge of a pair (`which` -1: all); `index` gets each one's place in the
 * list. */
static size_t collect(const struct measuring *m, const struct gauge *gauge, const struct scale *scale, int which,
                      struct shape_point *points, size_t *index) {
  size_t count = 0;
  for (size_t i = 0; i < gauge->count && count < GAUGE_MOST_PLACES; i++) {
    const struct gauge_edge *e = &m->edges[gauge->first + i];
    struct pose_point place;
    if ((e->state != EDGE_FOUND && e->state != EDGE_BESIDE) || (which >= 0 && e->part != which) ||
        !scale_point(scale, e->x, e->y, &place))
      continue;
    double step = scale_step(scale, e->x, e->y, e->nx, e->ny);
    if (!(step > 0 && e->spread > 0)) continue;
    points[count] = (struct shape_point){place.x, place.y, e->spread * step, e->part};
    index[count++] = i;
  }
  return count;
}

/* Uncertainty of what the points' displacements have in common, in the plane. */
static double common_of(const struct measuring *m, const struct gauge *gauge, int slot,
                        const struct shape_point *points, const size_t *index, size_t count) {
  double plane = 0, photo = 0;
  for (size_t i = 0; i < count; i++) plane += points[i].spread, photo += m->edges[gauge->first + index[i]].spread;
  return photo > 0 ? gauge->common[slot] * plane / photo : 0;
}

/* An ellipse, rectangle or slot as it should be, brought to the plane: where its fit starts. */
static bool start(const struct gauge *gauge, const struct gauge_photo *photo, const struct scale *scale,
                  struct shape *shape) {
  const struct spec_dimension *g = gauge->spec;
  bool ellipse = g->gauge == GAUGE_ELLIPSE, tall = g->gauge == GAUGE_SLOT && g->box.size[0] < g->box.size[1];
  double angle = (ellipse ? g->turn : g->box.angle + (tall ? 90 : 0)) * (MATH_PI / 180);
  double c = math_cos(angle), s = math_sin(angle);
  struct pose_point golden = outline_of(g).middle, at[3], place[3];
  if (!outline_carry_point(photo->placement, golden.x, golden.y, &at[0]) ||
      !outline_carry_point(photo->placement, golden.x + c, golden.y + s, &at[1]) ||
      !outline_carry_point(photo->placement, golden.x - s, golden.y + c, &at[2]))
    return false;
  for (int i = 0; i < 3; i++)
    if (!scale_point(scale, at[i].x, at[i].y, &place[i])) return false;
  double ux = place[1].x - place[0].x, uy = place[1].y - place[0].y;
  double vx = place[2].x - place[0].x, vy = place[2].y - place[0].y;
  double a = ellipse ? g->radii[0] : g->box.size[tall ? 1 : 0], b = ellipse ? g->radii[1] : g->box.size[tall ? 0 : 1];
  shape->p[SHAPE_X] = place[0].x, shape->p[SHAPE_Y] = place[0].y;
  shape->p[SHAPE_A] = a * sqrt(ux * ux + uy * uy), shape->p[SHAPE_B] = b * sqrt(vx * vx + vy * vy);
  shape->p[SHAPE_TURN] = math_atan2(uy, ux);
  return true;
}

/* Marks edges that the shape leaves far off; whether there were any. */
static bool cut(struct measuring *m, const struct gauge *gauge, const struct shape *shape,
                const struct shape_point *points, const size_t *index, size_t count) {
  double ratio[GAUGE_MOST_PLACES], sorted[GAUGE_MOST_PLACES];
  for (size_t i = 0; i < count; i++) sorted[i] = ratio[i] = fabs(shape_distance(shape, &points[i])) / points[i].spread;
  double deviation = 1.4826 * robust_median(sorted, count);
  bool any = false;
  if (deviation < 1) deviation = 1;
  for (size_t i = 0; i < count; i++) {
    if (ratio[i] <= CUT * deviation) continue;
    m->edges[gauge->first + index[i]].state = EDGE_OUTLIER;
    any = true;
  }
  return any;
}

/* Upper 5 % point of chi-square by Wilson and Hilferty's approximation (1931). */
static double chi_square_limit(double freedom) {
  double v = 2 / (9 * freedom), root = 1 - v + 1.6448536269514722 * sqrt(v);
  return freedom * root * root * root;
}

/* Whether the residuals are more than the noise can explain, and by how much then. */
static void judge_form(const struct shape *shape, const struct shape_point *points, size_t count, double *form,
                       double *freedom) {
  double sum = 0, v = (double)count - (shape->kind == SHAPE_LINE ? 2 : shape_parameters(shape->kind));
  for (size_t i = 0; i < count; i++) {
    double d = shape_distance(shape, &points[i]) / points[i].spread;
    sum += d * d;
  }
  *form = 1, *freedom = v;
  if (v >= 1 && sum > chi_square_limit(v)) *form = sqrt(sum / v);
}

/* How many edges of `which` are in a state. */
static size_t number_of(const struct measuring *m, const struct gauge *gauge, int which, enum edge_state state) {
  size_t count = 0;
  for (size_t i = 0; i < gauge->count; i++) {
    const struct gauge_edge *e = &m->edges[gauge->first + i];
    count += (which < 0 || e->part == which) && e->state == state;
  }
  return count;
}

/* In how many of the first pass's places the shape does not run through the search. */
static int count_outside(const struct measuring *m, const struct gauge *gauge, const struct scale *scale,
                         const struct shape *shape) {
  const struct sought *sought = &m->work->sought[gauge - m->gauges];
  int outside = 0;
  for (size_t i = sought->first; i < sought->first + sought->count; i++) {
    const struct seek *seek = &m->work->seeks[i];
    const double x = seek->reach * seek->at.nx, y = seek->reach * seek->at.ny;
    struct pose_point near, far;
    if (!scale_point(scale, seek->at.x - x, seek->at.y - y, &near) ||
        !scale_point(scale, seek->at.x + x, seek->at.y + y, &far))
      continue;
    const struct shape_point before = {near.x, near.y, 1, seek->part}, after = {far.x, far.y, 1, seek->part};
    outside += shape_distance(shape, &before) * shape_distance(shape, &after) > 0;
  }
  return outside;
}

/* Whether the shape runs through the search in most places, as it does where all of these have shown its edge; false
 * with gauge->why. */
static bool is_sought(const struct measuring *m, const struct gauge_photo *photo, struct gauge *gauge,
                      const struct shape *shape) {
  const struct sought *sought = &m->work->sought[gauge - m->gauges];
  const int outside = sought->partly ? count_outside(m, gauge, photo->scale, shape) : 0;
  if (4 * outside <= (int)sought->count) return true;
  snprintf(gauge->why, sizeof gauge->why,
           "what its edges make lies outside the search in %d of %zu places; expected it inside in most", outside,
           sought->count);
  return false;
}

/* One shape from the edges of `which`; false with gauge->why. */
static bool fit_shape(struct measuring *m, const struct gauge_photo *photo, struct gauge *gauge, int which, int slot) {
  struct shape_point points[GAUGE_MOST_PLACES];
  size_t index[GAUGE_MOST_PLACES], sought = 0, count = 0;
  struct shape *shape = &gauge->shape[slot];
  for (size_t i = 0; i < gauge->count; i++) {
    const struct gauge_edge *e = &m->edges[gauge->first + i];
    if (which < 0 || e->part == which) sought++;
  }
  for (int round = 0; round < 6; round++) {
    count = collect(m, gauge, photo->scale, which, points, index);
    const size_t found = number_of(m, gauge, which, EDGE_FOUND), beside = number_of(m, gauge, which, EDGE_BESIDE);
    if (2 * (found + beside) < sought || 4 * found < sought ||
        count < (size_t)shape_minimum(kind_of(gauge->spec)) + 1) {
      gauge_explain(m, gauge);
      return false;
    }
    shape->kind = kind_of(gauge->spec);
    if ((shape->kind > SHAPE_CIRCLE && !start(gauge, photo, photo->scale, shape)) || !shape_fit(points, count, shape)) {
      snprintf(gauge->why, sizeof gauge->why, "its %zu edges do not determine the shape", count);
      return false;
    }
    if (!cut(m, gauge, shape, points, index, count)) break;
  }
  if (!is_sought(m, photo, gauge, shape)) return false;
  judge_form(shape, points, count, &gauge->form[slot], &gauge->form_freedom[slot]);
  shape_add_common(points, count, common_of(m, gauge, slot, points, index, count), shape);
  return true;
}

void gauge_explain(const struct measuring *m, struct gauge *gauge) {
  size_t number[EDGE_BESIDE + 1] = {0};
  for (size_t i = 0; i < gauge->count; i++) number[m->edges[gauge->first + i].state]++;
  snprintf(gauge->why, sizeof gauge->why,
           "%zu of %zu places show its edge (weak in %zu, outside the search in %zu, outliers %zu); expected at least "
           "half of them",
           number[EDGE_FOUND], gauge->count, number[EDGE_WEAK], number[EDGE_OUTSIDE],
           number[EDGE_OUTLIER] + number[EDGE_BESIDE]);
}

void gauge_shape(struct measuring *m, const struct gauge_photo *photo, struct gauge *gauge) {
  const struct spec_dimension *g = gauge->spec;
  if (g->gauge == GAUGE_WIDTH) {
    size_t widths = gauge_widths(m, gauge, photo->scale, NULL, NULL, NULL, GAUGE_MOST_PLACES);
    gauge->found = widths >= 1 && 4 * widths >= gauge->count;
    if (!gauge->found) gauge_explain(m, gauge);
    return;
  }
  bool pair = g->gauge == GAUGE_CALLIPER && g->edges == EDGES_PAIR;
  if (!pair) {
    gauge->shapes = 1;
    gauge->found = fit_shape(m, photo, gauge, -1, 0);
    return;
  }
  gauge->shapes = 2;
  gauge->found = fit_shape(m, photo, gauge, 0, 0) && fit_shape(m, photo, gauge, 1, 1);
}

bool gauge_reshape(const struct measuring *m, const struct gauge *gauge, const struct scale *scale,
                   struct shape *shapes) {
  struct shape_point points[GAUGE_MOST_PLACES];
  size_t index[GAUGE_MOST_PLACES];
  for (int i = 0; i < gauge->shapes; i++) {
    size_t count = collect(m, gauge, scale, gauge->shapes == 2 ? i : -1, points, index);
    shapes[i] = gauge->shape[i];
    if (!shape_fit(points, count, &shapes[i])) return false;
    shape_add_common(points, count, common_of(m, gauge, i, points, index, count), &shapes[i]);
  }
  return true;
}

bool gauge_reshape_moved(const struct measuring *m, const struct gauge *gauge, const struct scale *scale,
                         const double by[2], struct shape *shapes) {
  struct shape_point points[GAUGE_MOST_PLACES];
  size_t index[GAUGE_MOST_PLACES];
  for (int i = 0; i < gauge->shapes; i++) {
    const size_t count = collect(m, gauge, scale, gauge->shapes == 2 ? i : -1, points, index);
    for (size_t k = 0; k < count; k++) {
      const struct gauge_edge *e = &m->edges[gauge->first + index[k]];
      struct pose_point place;
      if (scale_point(scale, e->x + by[i] * e->nx, e->y + by[i] * e->ny, &place))
        points[k].x = place.x, points[k].y = place.y;
    }
    shapes[i] = gauge->shape[i];
    if (!shape_fit(points, count, &shapes[i])) return false;
  }
  return true;
}

size_t gauge_widths(const struct measuring *m, const struct gauge *gauge, const struct scale *scale, double *widths,
                    double *spreads, double *common, size_t most) {
  size_t half = gauge->count / 2, count = 0;
  double shared = sqrt(gauge->common[0] * gauge->common[0] + gauge->common[1] * gauge->common[1]);
  for (size_t i = 0; i < half && count < most; i++) {
    const struct gauge_edge *a = &m->edges[gauge->first + i], *b = &m->edges[gauge->first + half + i];
    struct pose_point p, q;
    if (a->state != EDGE_FOUND || b->state != EDGE_FOUND) continue;
    if (!scale_point(scale, a->x, a->y, &p) || !scale_point(scale, b->x, b->y, &q)) continue;
    double dx = q.x - p.x, dy = q.y - p.y, step = scale_step(scale, a->x, a->y, a->nx, a->ny);
    if (widths) widths[count] = sqrt(dx * dx + dy * dy);
    if (common) *common = step * shared;
    if (spreads) spreads[count] = step * sqrt(a->spread * a->spread + b->spread * b->spread);
    count++;
  }
  return count;
}

const char *edge_state_name(enum edge_state state) {
  static const char *const names[] = {"found", "weak", "doubled", "outside", "outlier", "beside"};
  return names[state];
}
