#include "cli/gauge_labels.h"

#include "cli/text.h"
#include "engine/measure/outline.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint32_t GREEN = 0x2FBF5B, RED = 0xE5484D, YELLOW = 0xE0A100;
static const double APART = 9, PAD = 3;

void labels_colour(cairo_t *cairo, uint32_t rgb) {
  cairo_set_source_rgb(cairo, (rgb >> 16) / 255.0, (rgb >> 8 & 255) / 255.0, (rgb & 255) / 255.0);
}

uint32_t labels_of_verdict(enum verdict verdict) {
  return verdict == VERDICT_PASS ? GREEN : verdict == VERDICT_FAIL ? RED : YELLOW;
}

void labels_to(const struct labels *l, double x, double y, double *u, double *v) {
  *u = l->left + (x + 0.5) * l->scale, *v = l->top + (y + 0.5) * l->scale;
}

void labels_text(cairo_t *cairo, double x, double y, uint32_t colour, const char *text) {
  char *clean = text_clean(text, 0, false);
  labels_colour(cairo, colour);
  cairo_move_to(cairo, x, y);
  if (clean) cairo_show_text(cairo, clean);
  free(clean);
}

/* How much of a box is off the photo or over what stands there, px^2. */
static double covered(const struct labels *l, const struct label_box *b) {
  double sum = 0;
  const double left = fmax(b->x, l->left), right = fmin(b->x + b->width, l->left + l->width);
  const double top = fmax(b->y, l->top), bottom = fmin(b->y + b->height, l->top + l->height);
  sum += 4 * (b->width * b->height - fmax(right - left, 0) * fmax(bottom - top, 0));
  for (int i = 0; i < l->count; i++) {
    const struct label_box *a = &l->taken[i];
    const double wide = fmin(a->x + a->width, b->x + b->width) - fmax(a->x, b->x);
    const double high = fmin(a->y + a->height, b->y + b->height) - fmax(a->y, b->y);
    if (wide > 0 && high > 0) sum += wide * high;
  }
  return sum;
}

/* Near a box that is to stay free: above it, below, to its right or left, then further off; where it covers least. */
static void put(struct labels *l, const struct label_box *about, uint32_t colour, const char *text) {
  enum { SIDES = 4, RINGS = 8 };
  cairo_text_extents_t size;
  cairo_text_extents(l->cairo, text, &size);
  const double width = size.x_advance + 2 * PAD, height = l->font + 2 * PAD + 2, middle = about->x + 0.5 * about->width;
  struct label_box best = {0};
  double least = INFINITY;
  for (int k = 0; k < SIDES * RINGS && least >= 1; k++) {
    const double off = APART + k / SIDES * (height + 2);
    struct label_box b = {middle - 0.5 * width, about->y - off - height, width, height};
    if (k % SIDES == 1) b.y = about->y + about->height + off;
    if (k % SIDES >= 2) {
      b.x = k % SIDES == 2 ? about->x + about->width + APART : about->x - APART - width;
      b.y = about->y + 0.5 * (about->height - height) + k / SIDES * (height + 2);
    }
    const double over = covered(l, &b);
    if (over < least) least = over, best = b;
  }
  cairo_set_source_rgba(l->cairo, 0.05, 0.06, 0.08, 0.78);
  cairo_rectangle(l->cairo, best.x, best.y, best.width, best.height);
  cairo_fill(l->cairo);
  labels_text(l->cairo, best.x + PAD, best.y + PAD + 0.88 * l->font, colour, text);
  if (l->count < LABELS_MOST) l->taken[l->count++] = best;
}

/* What a gauge's edges take up on the picture. */
static struct label_box box_of(const struct labels *l, const struct gauge *gauge) {
  double left, top, right, bottom;
  labels_to(l, gauge->middle.x, gauge->middle.y, &left, &top);
  right = left, bottom = top;
  for (size_t i = 0; i < gauge->count; i++) {
    const struct gauge_edge *edge = &l->gauges->edges[gauge->first + i];
    double u, v;
    labels_to(l, edge->x, edge->y, &u, &v);
    left = fmin(left, u), right = fmax(right, u), top = fmin(top, v), bottom = fmax(bottom, v);
  }
  return (struct label_box){left, top, right - left, bottom - top};
}

static const struct gauge *named(const struct inspect_gauges *g, const char *name) {
  for (size_t i = 0; i < g->gauge_count; i++)
    if (!strcmp(g->gauges[i].spec->name, name)) return &g->gauges[i];
  return NULL;
}

static bool is_straight(const struct gauge *gauge) {
  return gauge->spec->gauge == GAUGE_LINE || gauge->spec->gauge == GAUGE_CALLIPER;
}

/* A gauge's own place: the middle of its edges. False where none was found. */
static bool place_of(const struct labels *l, const struct gauge *gauge, double *x, double *y) {
  double n = 0, sx = 0, sy = 0;
  for (size_t i = 0; i < gauge->count; i++) {
    const struct gauge_edge *edge = &l->gauges->edges[gauge->first + i];
    if (edge->state == EDGE_FOUND) n++, sx += edge->x, sy += edge->y;
  }
  if (!(n > 0)) return false;
  *x = sx / n, *y = sy / n;
  return true;
}

/* The point of a straight gauge's edge that is nearest to a place; else its own. */
static bool foot_of(const struct labels *l, const struct gauge *gauge, double x, double y, double *u, double *v) {
  double nx = 0, ny = 0;
  if (!place_of(l, gauge, u, v)) return false;
  if (!is_straight(gauge)) return true;
  for (size_t i = 0; i < gauge->count; i++) {
    const struct gauge_edge *edge = &l->gauges->edges[gauge->first + i];
    if (edge->state == EDGE_FOUND) nx += edge->nx, ny += edge->ny;
  }
  const double size = hypot(nx, ny), off = size > 0 ? ((*u - x) * nx + (*v - y) * ny) / (size * size) : 0;
  *u = x + off * nx, *v = y + off * ny;
  return true;
}

static void arrow(cairo_t *cairo, double u, double v, double du, double dv) {
  enum { LONG = 9 };
  cairo_move_to(cairo, u + LONG * du - 0.4 * LONG * dv, v + LONG * dv + 0.4 * LONG * du);
  cairo_line_to(cairo, u, v);
  cairo_line_to(cairo, u + LONG * du + 0.4 * LONG * dv, v + LONG * dv - 0.4 * LONG * du);
}

/* From where to where a distance was measured. */
struct span {
  double u, v, p, q;
};

static bool span_of(const struct labels *l, const struct spec_dimension *measure, struct span *span) {
  const struct gauge *a = named(l->gauges, measure->of[0]), *b = named(l->gauges, measure->of[1]);
  double x, y, fx, fy;
  if (!a || !b || !place_of(l, a, &x, &y) || !foot_of(l, b, x, y, &fx, &fy)) return false;
  labels_to(l, x, y, &span->u, &span->v), labels_to(l, fx, fy, &span->p, &span->q);
  return true;
}

static void draw_distance(const struct labels *l, const struct measured *m) {
  struct span s;
  if (!m->found || !span_of(l, m->spec, &s)) return;
  const double length = hypot(s.p - s.u, s.q - s.v);
  if (!(length > 1)) return;
  const double du = (s.p - s.u) / length, dv = (s.q - s.v) / length;
  labels_colour(l->cairo, labels_of_verdict(m->verdict));
  cairo_set_line_width(l->cairo, 1.2);
  cairo_move_to(l->cairo, s.u, s.v);
  cairo_line_to(l->cairo, s.p, s.q);
  if (length > 24) arrow(l->cairo, s.u, s.v, du, dv), arrow(l->cairo, s.p, s.q, -du, -dv);
  cairo_stroke(l->cairo);
}

/* A place on the line of a distance that is worth a label: a third of the way, where fewer lines cross than half way.
 */
static bool find_distance(const struct labels *l, const struct spec_dimension *measure, struct label_box *about) {
  struct span s;
  if (!span_of(l, measure, &s)) return false;
  *about = (struct label_box){s.u + (s.p - s.u) / 3, s.v + (s.q - s.v) / 3, 0, 0};
  return true;
}

/* Decimals that two digits of the uncertainty need. */
static int decimals_of(double expanded) {
  int decimals = 0;
  for (; decimals < 5 && expanded > 0 && expanded < 9.5; decimals++) expanded *= 10;
  return decimals;
}

static bool is_between(const struct spec_dimension *measure) {
  return measure->measure == MEASURE_DISTANCE && measure->of[1][0];
}

static void label_value(struct labels *l, const struct measured *m) {
  const struct spec_dimension *spec = m->spec;
  const struct gauge *first = named(l->gauges, spec->of[0]);
  struct label_box about;
  char text[160];
  if (!m->found || !first) return;
  snprintf(text, sizeof text, "%s %.*f %s", spec->name, decimals_of(m->budget.expanded), m->value,
           strcmp(spec->unit, "1") != 0 ? spec->unit : "");
  if (!is_between(spec) || !find_distance(l, spec, &about)) about = box_of(l, first);
  put(l, &about, labels_of_verdict(m->verdict), text);
}

/* Small gauges are not written over. */
static void keep_free(struct labels *l, const struct gauge *gauge) {
  const struct label_box box = box_of(l, gauge);
  if (box.width < 6 * l->font && box.height < 6 * l->font && l->count < LABELS_MOST) l->taken[l->count++] = box;
}

/* Whether a value of its own stands at a gauge. */
static bool has_value(const struct inspect_gauges *g, const struct gauge *gauge) {
  for (size_t i = 0; i < g->value_count; i++)
    if (g->values[i].found && !g->values[i].spec->of[1][0] && !strcmp(g->values[i].spec->of[0], gauge->spec->name))
      return true;
  return false;
}

void labels_draw(struct labels *l, uint32_t (*colour)(const struct inspect_gauges *, const struct gauge *)) {
  const struct inspect_gauges *g = l->gauges;
  for (size_t i = 0; i < g->value_count; i++)
    if (is_between(g->values[i].spec)) draw_distance(l, &g->values[i]);
  for (size_t i = 0; i < g->gauge_count; i++) keep_free(l, &g->gauges[i]);
  for (size_t i = 0; i < g->value_count; i++) label_value(l, &g->values[i]);
  for (size_t i = 0; i < g->gauge_count; i++) {
    const struct gauge *gauge = &g->gauges[i];
    const struct label_box about = box_of(l, gauge);
    if (!has_value(g, gauge)) put(l, &about, colour(g, gauge), gauge->spec->name);
  }
}
