#include "engine/measure/candidates.h"

#include "engine/measure/candidate_areas.h"
#include "kernels/math.h"
#include "models/spec_schema.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double LEAST_CONTRAST = 25;

enum { MOST_AREAS = 40, MOST_BOXES = 4096, MOST_LINES = 24 };

/* ---- straight edges ---- */

/* Boxes on a grid, upright and lying. */
static size_t grid_boxes(const struct plane *luma, struct spec_dimension *boxes) {
  int32_t side = luma->width < luma->height ? luma->width : luma->height;
  double step = side / 12.0 < 24 ? 24 : side / 12.0;
  size_t count = 0;
  for (double y = step; y < luma->height - step / 2; y += step / 2)
    for (double x = step; x < luma->width - step / 2 && count + 2 <= MOST_BOXES; x += step / 2)
      for (int along = 1; along <= 2; along++) {
        struct spec_dimension *b = &boxes[count++];
        *b = (struct spec_dimension){.gauge = GAUGE_LINE, .contrast = LEAST_CONTRAST, .along = along};
        b->box.centre[0] = x, b->box.centre[1] = y;
        b->box.size[0] = along == 1 ? 1.6 * step : 0.8 * step, b->box.size[1] = along == 1 ? 0.8 * step : 1.6 * step;
      }
  return count;
}

/* Whether every place showed a straight edge, as far as its noise and a tenth of a pixel let one say. */
static bool is_straight(const struct measuring *m, const struct gauge *g) {
  if (!g->found) return false;
  size_t good = 0;
  for (size_t i = 0; i < g->count; i++) good += m->edges[g->first + i].state == EDGE_FOUND;
  double spread = g->form[0] * (g->count ? m->edges[g->first].spread : 1);
  return good == g->count && spread < 0.15;
}

static bool is_same(const struct spec_dimension *a, const struct spec_dimension *b) {
  double turn = fabs(a->box.angle - b->box.angle);
  if (turn > 90) turn = 180 - turn;
  double dx = b->box.centre[0] - a->box.centre[0], dy = b->box.centre[1] - a->box.centre[1];
  double angle = a->box.angle * MATH_PI / 180, off = fabs(dy * math_cos(angle) - dx * math_sin(angle));
  return turn < 3 && off < 6;
}

/* So far across, px, that the next edge, of a bevel or a frame, is mostly left out. */
static const double ACROSS = 20;

/* The box laid along the edge that was found in it. */
static struct spec_dimension laid(const struct gauge *g) {
  struct spec_dimension line = *g->spec;
  const struct shape *s = &g->shape[0];
  double angle = s->p[SHAPE_ANGLE] * 180 / MATH_PI;
  bool upright = line.along == 2;
  line.box.size[0] = g->spec->box.size[upright ? 1 : 0], line.box.size[1] = g->spec->box.size[upright ? 0 : 1];
  if (line.box.size[1] > ACROSS) line.box.size[1] = ACROSS;
  line.box.angle = angle > 90 ? angle - 180 : angle <= -90 ? angle + 180 : angle;
  line.box.centre[0] = s->p[SHAPE_X], line.box.centre[1] = s->p[SHAPE_Y];
  line.along = 1;
  return line;
}

static void straight_edges(const struct measuring *m, struct spec_dimension *gauges, size_t *count) {
  size_t first = *count;
  for (size_t i = 0; i < m->gauge_count && *count < first + MOST_LINES && *count < CANDIDATES_MOST; i++) {
    if (!is_straight(m, &m->gauges[i])) continue;
    struct spec_dimension line = laid(&m->gauges[i]);
    bool known = false;
    for (size_t k = first; k < *count; k++) known = known || is_same(&gauges[k], &line);
    if (!known) gauges[(*count)++] = line;
  }
}

/* The gauge laid where its shape was found. */
static struct spec_dimension settled(const struct gauge *g) {
  struct spec_dimension s = *g->spec;
  const double *p = g->shape[0].p;
  const double turn = p[SHAPE_TURN] * 180 / MATH_PI;
  if (s.gauge == GAUGE_CIRCLE) {
    s.centre[0] = p[SHAPE_X], s.centre[1] = p[SHAPE_Y], s.radius = p[SHAPE_RADIUS];
  } else if (s.gauge == GAUGE_ELLIPSE) {
    s.centre[0] = p[SHAPE_X], s.centre[1] = p[SHAPE_Y], s.radii[0] = p[SHAPE_A], s.radii[1] = p[SHAPE_B];
    s.turn = turn;
  } else {
    /* Turned by no more than 45 degrees: its width is what a reader takes for it. */
    const double quarter = floor(turn / 90 + 0.5);
    const bool swapped = quarter - 2 * floor(quarter / 2) != 0;
    s.box = (struct spec_gauge_box){{p[SHAPE_X], p[SHAPE_Y]},
                                    {p[swapped ? SHAPE_B : SHAPE_A], p[swapped ? SHAPE_A : SHAPE_B]},
                                    turn - 90 * quarter};
  }
  return s;
}

/* Whether nearly every place showed its edge: an outline is not made up of what happens to lie near. */
static bool is_whole(const struct measuring *m, const struct gauge *g) {
  size_t good = 0;
  for (size_t i = 0; i < g->count; i++) good += m->edges[g->first + i].state == EDGE_FOUND;
  return g->found && 5 * good >= 4 * g->count;
}

/* An outline that is there already: a circle of one place and size, or another shape in the place of this one; count
 * where there is none. */
static size_t find_same(const struct spec_dimension *gauges, size_t count, const struct spec_dimension *one) {
  const bool round = one->gauge == GAUGE_CIRCLE, centred = round || one->gauge == GAUGE_ELLIPSE;
  size_t i = 0;
  for (; i < count; i++) {
    const struct spec_dimension *g = &gauges[i];
    if (round != (g->gauge == GAUGE_CIRCLE)) continue;
    const double *a = round || g->gauge == GAUGE_ELLIPSE ? g->centre : g->box.centre;
    const double *b = centred ? one->centre : one->box.centre;
    const double size = round ? fabs(g->radius - one->radius) : 0, dx = a[0] - b[0], dy = a[1] - b[1];
    if (dx * dx + dy * dy < 1 && size < 1) break;
  }
  return i;
}

/* Of several shapes in one place that which its edges make best. */
static void keep_found(const struct measuring *m, struct spec_dimension *gauges, size_t *count) {
  double forms[CANDIDATES_MOST];
  size_t kept = 0;
  for (size_t i = 0; i < m->gauge_count; i++) {
    const struct gauge *g = &m->gauges[i];
    if (!is_whole(m, g)) continue;
    const struct spec_dimension one = settled(g);
    const size_t at = find_same(gauges, kept, &one);
    if (at < kept && g->form[0] >= forms[at]) continue;
    gauges[at] = one, forms[at] = g->form[0];
    if (at == kept) kept++;
  }
  *count = kept;
}

/* circle1, circle2, slot1 ... */
static void name_all(struct spec_dimension *gauges, size_t count) {
  for (size_t i = 0; i < count; i++) {
    int number = 1;
    for (size_t k = 0; k < i; k++) number += gauges[k].gauge == gauges[i].gauge;
    snprintf(gauges[i].name, sizeof gauges[i].name, "%s%d", spec_gauges[gauges[i].gauge - 1], number);
  }
}

enum status candidates_find(struct device *device, const struct plane *luma, struct spec_dimension *gauges,
                            size_t *count, struct fault *fault) {
  struct measuring m = {0};
  struct device_memory memory = {0};
  struct kernel_image view;
  struct placement placement = {.pose = pose_identity()};
  struct scale scale = scale_pixels();
  const struct gauge_photo photo = {.device = device, .luma = &view, .placement = &placement, .scale = &scale};
  struct spec_dimension *boxes = calloc(MOST_BOXES, sizeof *boxes);
  *count = 0;
  enum status status = boxes ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "gauges: out of memory");
  if (!status) status = device_upload_plane(device, &memory, luma, &view, fault);
  if (!status) status = candidate_areas(luma, gauges, MOST_AREAS, count, fault);
  if (!status) status = gauges_measure(&m, &photo, gauges, *count, fault);
  if (!status) {
    keep_found(&m, gauges, count);
    status = gauges_measure(&m, &photo, boxes, grid_boxes(luma, boxes), fault);
  }
  if (!status) straight_edges(&m, gauges, count);
  if (!status) name_all(gauges, *count);
  measuring_free(&m, device);
  device_release(device, &memory);
  free(boxes);
  return status;
}
