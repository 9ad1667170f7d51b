#include "engine/measure/value.h"

#include "kernels/math.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_GAUGES = 3 };

/* What a value is worked out from: the gauges' shapes in the plane, the middles of their boxes, and how long they are
 * there. */
struct inputs {
  const struct spec_dimension *measure;
  int count;
  const struct gauge *gauge[MOST_GAUGES];
  struct shape shape[MOST_GAUGES][2];
  struct pose_point middle[MOST_GAUGES];
  double length[MOST_GAUGES];
};

/* ---- geometry ---- */

/* Signed distance of a point from a line. */
static double from_line(const struct shape *line, struct pose_point p) {
  struct shape_point point = {p.x, p.y, 1, 0};
  return shape_distance(line, &point);
}

/* The point of a line that is nearest to another. */
static struct pose_point foot(const struct shape *line, struct pose_point p) {
  double c = math_cos(line->p[SHAPE_ANGLE]), s = math_sin(line->p[SHAPE_ANGLE]);
  double along = c * (p.x - line->p[SHAPE_X]) + s * (p.y - line->p[SHAPE_Y]);
  return (struct pose_point){line->p[SHAPE_X] + along * c, line->p[SHAPE_Y] + along * s};
}

static struct pose_point centre(const struct shape *shape) {
  return (struct pose_point){shape->p[SHAPE_X], shape->p[SHAPE_Y]};
}

static double length_of(double x, double y) {
  return sqrt(x * x + y * y);
}

/* A line's middle of its gauge, another shape's centre. */
static struct pose_point point_of(const struct inputs *in, int i) {
  const struct shape *shape = &in->shape[i][0];
  return shape->kind == SHAPE_LINE ? foot(shape, in->middle[i]) : centre(shape);
}

static double distance(const struct inputs *in) {
  struct pose_point a = point_of(in, 0);
  const struct shape *b = &in->shape[1][0];
  if (b->kind == SHAPE_LINE) return fabs(from_line(b, a));
  return length_of(a.x - b->p[SHAPE_X], a.y - b->p[SHAPE_Y]);
}

/* Angle between two lines without directions, 0..90 degrees. */
static double angle_between(const struct shape *a, const struct shape *b) {
  double d = fabs(a->p[SHAPE_ANGLE] - b->p[SHAPE_ANGLE]) * (180 / MATH_PI);
  d -= 180 * floor(d / 180);
  return d > 90 ? 180 - d : d;
}

/* Two lines cross at an angle and at what is left of 180 degrees: the one that the limits speak of. */
static double angle(const struct inputs *in) {
  double d = angle_between(&in->shape[0][0], &in->shape[1][0]);
  double lower = in->measure->lower, upper = in->measure->upper;
  double meant = isnan(lower) ? upper : isnan(upper) ? lower : 0.5 * (lower + upper);
  return !isnan(meant) && fabs(180 - d - meant) < fabs(d - meant) ? 180 - d : d;
}

/* ISO 1101: width of the zone parallel to the datum that holds the line over its gauge's length. */
static double parallelism(const struct inputs *in) {
  double d = angle_between(&in->shape[0][0], &in->shape[1][0]) * (MATH_PI / 180);
  return in->length[0] * math_sin(d);
}

/* Of the datum's x axis: the first line, in the direction of its gauge from left to right, or down where it is upright.
 */
static double position(const struct inputs *in) {
  const struct shape *axis = &in->shape[1][0], *other = &in->shape[2][0];
  double c = math_cos(axis->p[SHAPE_ANGLE]), s = math_sin(axis->p[SHAPE_ANGLE]);
  if (c < -0.0871557 || (c < 0.0871557 && s < 0)) c = -c, s = -s;
  struct pose_point origin, p = point_of(in, 0);
  if (other->kind == SHAPE_LINE) {
    double oc = math_cos(other->p[SHAPE_ANGLE]), os = math_sin(other->p[SHAPE_ANGLE]), across = c * os - s * oc;
    if (fabs(across) < 1e-3) return NAN;
    double dx = other->p[SHAPE_X] - axis->p[SHAPE_X], dy = other->p[SHAPE_Y] - axis->p[SHAPE_Y];
    double along = (dx * os - dy * oc) / across;
    origin = (struct pose_point){axis->p[SHAPE_X] + along * c, axis->p[SHAPE_Y] + along * s};
  } else {
    origin = foot(axis, centre(other));
  }
  double x = c * (p.x - origin.x) + s * (p.y - origin.y), y = c * (p.y - origin.y) - s * (p.x - origin.x);
  return 2 * length_of(x - in->measure->at[0], y - in->measure->at[1]);
}

static double width(const struct inputs *in) {
  const struct shape *a = &in->shape[0][0], *b = &in->shape[0][1];
  switch (a->kind) {
  case SHAPE_LINE:
    return 0.5 * (fabs(from_line(b, foot(a, in->middle[0]))) + fabs(from_line(a, foot(b, in->middle[0]))));
  case SHAPE_ELLIPSE:
    return 2 * a->p[SHAPE_A];
  case SHAPE_SLOT:
    return a->p[SHAPE_B];
  default:
    return a->p[SHAPE_A];
  }
}

static double length(const struct inputs *in) {
  const struct shape *a = &in->shape[0][0];
  return a->kind == SHAPE_ELLIPSE ? 2 * a->p[SHAPE_B] : a->kind == SHAPE_SLOT ? a->p[SHAPE_A] : a->p[SHAPE_B];
}

static double evaluate(const struct inputs *in) {
  const struct shape *a = &in->shape[0][0], *b = &in->shape[1][0];
  switch (in->measure->measure) {
  case MEASURE_RADIUS:
    return a->p[SHAPE_RADIUS];
  case MEASURE_DIAMETER:
    return 2 * a->p[SHAPE_RADIUS];
  case MEASURE_DISTANCE:
    return distance(in);
  case MEASURE_ANGLE:
    return angle(in);
  case MEASURE_PARALLELISM:
    return parallelism(in);
  case MEASURE_CONCENTRICITY:
    return 2 * length_of(a->p[SHAPE_X] - b->p[SHAPE_X], a->p[SHAPE_Y] - b->p[SHAPE_Y]);
  case MEASURE_POSITION:
    return position(in);
  case MEASURE_WIDTH:
    return width(in);
  case MEASURE_LENGTH:
    return length(in);
  case MEASURE_COUNT:
    return in->gauge[0]->number;
  case MEASURE_NONE:
    break;
  }
  return NAN;
}

/* ---- inputs under a map ---- */

static bool place_of(const struct value_call *call, const struct scale *scale, double x, double y,
                     struct pose_point *place) {
  struct pose_point photo;
  return outline_carry_point(call->placement, x, y, &photo) && scale_point(scale, photo.x, photo.y, place);
}

static bool bring(const struct value_call *call, const struct scale *scale, struct inputs *in) {
  for (int i = 0; i < in->count; i++) {
    const struct gauge *gauge = in->gauge[i];
    const struct outline outline = outline_of(gauge->spec);
    struct pose_point middle = outline.middle, ends[2];
    struct outline_place first = outline_at(&outline, 0, 0), last = outline_at(&outline, 0, 1);
    if (!gauge_reshape(call->measuring, gauge, scale, in->shape[i]) ||
        !place_of(call, scale, middle.x, middle.y, &in->middle[i]) ||
        !place_of(call, scale, first.x, first.y, &ends[0]) || !place_of(call, scale, last.x, last.y, &ends[1]))
      return false;
    in->length[i] = length_of(ends[1].x - ends[0].x, ends[1].y - ends[0].y);
  }
  return true;
}

/* ---- budget ---- */

/* Standard uncertainty of the value from one shape's parameters, as its points' noise makes it. */
static double from_shape(const struct inputs *in, int i, int k) {
  const struct shape *shape = &in->shape[i][k];
  int n = shape_parameters(shape->kind);
  double gradient[SHAPE_MOST], sum = 0;
  for (int p = 0; p < n; p++) {
    double step = sqrt(shape->covariance[p * n + p]);
    gradient[p] = 0;
    if (!(step > 0)) continue;
    struct inputs more = *in, less = *in;
    more.shape[i][k].p[p] += step, less.shape[i][k].p[p] -= step;
    gradient[p] = (evaluate(&more) - evaluate(&less)) / (2 * step);
  }
  for (int p = 0; p < n; p++)
    for (int q = 0; q < n; q++) sum += gradient[p] * gradient[q] * shape->covariance[p * n + q];
  return sum > 0 ? sqrt(sum) : 0;
}

static void add_shapes(const struct inputs *in, struct budget *budget) {
  for (int i = 0; i < in->count; i++)
    for (int k = 0; k < in->gauge[i]->shapes; k++) {
      double u = from_shape(in, i, k), form = in->gauge[i]->form[k];
      budget_add(budget, "image noise", u, in->gauge[i]->freedom);
      if (form > 1) budget_add(budget, "edge form", u * sqrt(form * form - 1), in->gauge[i]->form_freedom[k]);
    }
}

/* The camera's sharpening moves all its edges at once. */
static void add_sharpening(const struct value_call *call, const struct inputs *in, struct budget *budget) {
  struct inputs moved = *in;
  bool any = false;
  for (int i = 0; i < in->count; i++) {
    const struct gauge *gauge = in->gauge[i];
    if (gauge->sharpened[0] == 0 && gauge->sharpened[1] == 0) continue;
    any = true;
    if (!gauge_reshape_moved(call->measuring, gauge, call->scale, gauge->sharpened, moved.shape[i])) return;
  }
  if (any) budget_add(budget, "camera sharpening", fabs(evaluate(&moved) - evaluate(in)), INFINITY);
}

/* What moves the edges k of gauge i alone, by `spread` px. */
static void add_moved(const struct value_call *call, const struct inputs *in, int i, int k, double spread,
                      const char *name, struct budget *budget) {
  struct inputs moved = *in;
  double by[2] = {0, 0};
  by[k] = spread;
  if (!(spread > 0) || !gauge_reshape_moved(call->measuring, in->gauge[i], call->scale, by, moved.shape[i])) return;
  budget_add(budget, name, fabs(evaluate(&moved) - evaluate(in)), INFINITY);
}

/* A step beside an edge, or one that is hidden in it, is its own gauge's matter. */
static void add_steps(const struct value_call *call, const struct inputs *in, struct budget *budget) {
  for (int i = 0; i < in->count; i++)
    for (int k = 0; k < in->gauge[i]->shapes; k++) {
      add_moved(call, in, i, k, in->gauge[i]->step[k].spread, "edge step", budget);
      add_moved(call, in, i, k, in->gauge[i]->hidden, "hidden step", budget);
    }
}

/* Where on its line a gauge lies is known as well as the pose is. */
static void add_pose(const struct value_call *call, const struct inputs *in, struct budget *budget) {
  for (int i = 0; i < in->count; i++)
    for (int axis = 0; axis < 2; axis++) {
      struct inputs more = *in, less = *in;
      const struct gauge *g = in->gauge[i];
      double step = call->pose_px * scale_step(call->scale, g->middle.x, g->middle.y, axis == 0, axis == 1);
      *(axis ? &more.middle[i].y : &more.middle[i].x) += step;
      *(axis ? &less.middle[i].y : &less.middle[i].x) -= step;
      budget_add(budget, "pose", 0.5 * fabs(evaluate(&more) - evaluate(&less)), INFINITY);
    }
}

static bool add_scale(const struct value_call *call, const struct inputs *in, struct budget *budget) {
  for (int mode = 0; mode < call->scale->mode_count; mode++) {
    struct scale more, less;
    struct inputs a = *in, b = *in;
    scale_vary(call->scale, mode, 1, &more);
    scale_vary(call->scale, mode, -1, &less);
    if (!bring(call, &more, &a) || !bring(call, &less, &b)) return false;
    const struct scale_mode *m = &call->scale->mode[mode];
    budget_add(budget, m->name, 0.5 * fabs(evaluate(&a) - evaluate(&b)), m->freedom);
  }
  return true;
}

/* ---- profiles of widths ---- */

enum { MOST_WIDTHS = 160 };

/* A statistic of the widths under a map. The extremes of noisy widths lie too far out: they are drawn towards the mean
 * by the share of their variance that is noise (Stein's shrinkage). */
static bool widths_value(const struct value_call *call, const struct scale *scale, const struct inputs *in,
                         double *value, double *spread, double *form, size_t *count) {
  double w[MOST_WIDTHS], s[MOST_WIDTHS], sum = 0, noise = 0, squares = 0, common = 0;
  size_t n = *count = gauge_widths(call->measuring, in->gauge[0], scale, w, s, &common, MOST_WIDTHS);
  if (!n) return false;
  for (size_t i = 0; i < n; i++) sum += w[i], noise += s[i] * s[i] / (double)n;
  double mean = sum / (double)n, least = w[0], most = w[0];
  for (size_t i = 0; i < n; i++) {
    squares += (w[i] - mean) * (w[i] - mean);
    if (w[i] < least) least = w[i];
    if (w[i] > most) most = w[i];
  }
  double variance = n > 1 ? squares / (double)(n - 1) : 0, real = variance > noise ? 1 - noise / variance : 0;
  enum measure_statistic which = in->measure->statistic;
  *value = which == STATISTIC_MEAN ? mean : mean + real * ((which == STATISTIC_LEAST ? least : most) - mean);
  double share = which == STATISTIC_MEAN ? 0 : real;
  *spread = sqrt(noise * (share + (1 - share) / (double)n) + common * common);
  *form = which == STATISTIC_MEAN && real > 0 ? sqrt(real * variance / (double)n) : 0;
  return true;
}

/* Both edges of a width are moved, each along its own strip's vector, which is one for both. */
static void add_widths_moved(const struct value_call *call, const struct gauge *gauge, struct budget *budget) {
  const double step = scale_step(call->scale, gauge->middle.x, gauge->middle.y, 1, 0);
  budget_add(budget, "camera sharpening", step * fabs(gauge->sharpened[1] - gauge->sharpened[0]), INFINITY);
  budget_add(budget, "edge step", step * length_of(gauge->step[0].spread, gauge->step[1].spread), INFINITY);
  budget_add(budget, "hidden step", step * length_of(gauge->hidden, gauge->hidden), INFINITY);
}

static void measure_widths(const struct value_call *call, const struct inputs *in, struct measured *out) {
  double spread, form, unused[2];
  size_t count, other;
  if (!widths_value(call, call->scale, in, &out->value, &spread, &form, &count)) return;
  budget_add(&out->budget, "image noise", spread, in->gauge[0]->freedom);
  add_widths_moved(call, in->gauge[0], &out->budget);
  budget_add(&out->budget, "edge form", form, count > 1 ? (double)(count - 1) : 1);
  for (int mode = 0; mode < call->scale->mode_count; mode++) {
    struct scale more, less;
    double a, b;
    scale_vary(call->scale, mode, 1, &more);
    scale_vary(call->scale, mode, -1, &less);
    if (!widths_value(call, &more, in, &a, &unused[0], &unused[1], &other) ||
        !widths_value(call, &less, in, &b, &unused[0], &unused[1], &other))
      return;
    budget_add(&out->budget, call->scale->mode[mode].name, 0.5 * fabs(a - b), call->scale->mode[mode].freedom);
  }
  out->found = true;
}

/* ---- a value ---- */

static const struct gauge *gauge_named(const struct measuring *m, const char *name) {
  for (size_t i = 0; i < m->gauge_count; i++)
    if (!strcmp(m->gauges[i].spec->name, name)) return &m->gauges[i];
  return NULL;
}

/* The gauges of a measure; false with why where one was not found. */
static bool gather(const struct value_call *call, const struct spec_dimension *measure, struct inputs *in,
                   struct measured *out) {
  in->measure = measure;
  for (in->count = 0; in->count < MOST_GAUGES && measure->of[in->count][0]; in->count++) {
    const struct gauge *gauge = gauge_named(call->measuring, measure->of[in->count]);
    in->gauge[in->count] = gauge;
    if (gauge && gauge->found) continue;
    snprintf(out->why, sizeof out->why, "gauge %s: %s", measure->of[in->count],
             gauge ? gauge->why : "it was not measured");
    return false;
  }
  return in->count > 0;
}

static void measure_shapes(const struct value_call *call, struct inputs *in, struct measured *out) {
  if (!bring(call, call->scale, in)) {
    snprintf(out->why, sizeof out->why, "its edges lie outside what the scale reaches");
    return;
  }
  out->value = evaluate(in);
  add_shapes(in, &out->budget);
  add_sharpening(call, in, &out->budget);
  add_steps(call, in, &out->budget);
  add_pose(call, in, &out->budget);
  out->found = add_scale(call, in, &out->budget) && isfinite(out->value);
  if (!out->found) snprintf(out->why, sizeof out->why, "its gauges do not determine a value");
}

static void judge(struct measured *m) {
  const struct spec_dimension *spec = m->spec;
  budget_combine(&m->budget);
  m->verdict = limits_verdict(m->value, m->budget.expanded, spec->lower, spec->upper, spec->rule);
}

void value_widen(struct measured *measured, const char *name, double u) {
  budget_add(&measured->budget, name, u, INFINITY);
  judge(measured);
}

void value_measure(const struct value_call *call, const struct spec_dimension *measure, struct measured *out) {
  struct inputs in = {0};
  memset(out, 0, sizeof *out);
  out->spec = measure;
  if (gather(call, measure, &in, out)) {
    enum gauge_kind kind = in.gauge[0]->spec->gauge;
    if (kind == GAUGE_WIDTH) {
      measure_widths(call, &in, out);
    } else if (kind == GAUGE_COUNT) {
      out->value = evaluate(&in);
      out->found = true;
    } else {
      measure_shapes(call, &in, out);
    }
  }
  if (!out->found && !out->why[0]) snprintf(out->why, sizeof out->why, "its gauges do not determine a value");
  if (out->found) {
    judge(out);
    return;
  }
  budget_combine(&out->budget);
  out->value = NAN, out->verdict = VERDICT_CANNOT_JUDGE;
}

/* ---- in words ---- */

void value_text(const struct measured *m, const char *sign, char *text, size_t room) {
  const bool bare = !strcmp(m->spec->unit, "1");
  const int decimals = m->budget.expanded > 0 && m->budget.expanded < 1e-3 ? 5 : 4;
  if (m->spec->measure == MEASURE_COUNT)
    snprintf(text, room, "%.0f", m->value);
  else
    snprintf(text, room, "%.*f%s%s %s %.*f", decimals, m->value, bare ? "" : " ", bare ? "" : m->spec->unit, sign,
             decimals, m->budget.expanded);
}

void value_limits_text(const struct spec_dimension *s, char *text, size_t room) {
  if (isnan(s->lower) && isnan(s->upper))
    *text = 0;
  else if (isnan(s->lower))
    snprintf(text, room, "at most %g", s->upper);
  else if (isnan(s->upper))
    snprintf(text, room, "at least %g", s->lower);
  else if (s->lower == s->upper)
    snprintf(text, room, "%g", s->lower);
  else
    snprintf(text, room, "%g to %g", s->lower, s->upper);
}
