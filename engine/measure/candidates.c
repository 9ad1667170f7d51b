#include "engine/measure/candidates.h"

#include "kernels/math.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double LEAST_RADIUS = 4, ROUND = 0.04, LEAST_CONTRAST = 25;

enum { MOST_AREAS = 32, MOST_BOXES = 4096, MOST_LINES = 24 };

/* ---- round areas ---- */

/* N. Otsu, IEEE Transactions on Systems, Man and Cybernetics 9, 1979. */
static int threshold_of(const struct plane *luma) {
  double histogram[256] = {0}, total = 0, sum = 0, below = 0, below_sum = 0, best = -1;
  int threshold = 128;
  for (int32_t y = 0; y < luma->height; y++)
    for (int32_t x = 0; x < luma->width; x++) histogram[luma->pixels[(size_t)y * luma->stride + (size_t)x]]++;
  for (int i = 0; i < 256; i++) total += histogram[i], sum += i * histogram[i];
  for (int i = 0; i < 255; i++) {
    below += histogram[i], below_sum += i * histogram[i];
    double above = total - below;
    if (!(below > 0) || !(above > 0)) continue;
    double difference = below_sum / below - (sum - below_sum) / above,
           between = below * above * difference * difference;
    if (between > best) best = between, threshold = i + 1;
  }
  return threshold;
}

struct area {
  double count, x, y;
  int32_t left, top, right, bottom;
};

/* The area of one side of the threshold around a pixel, which is marked as seen. */
static struct area grow(const struct plane *luma, int threshold, uint8_t *seen, int32_t *stack, int32_t start) {
  int32_t w = luma->width, h = luma->height, depth = 0;
  struct area a = {0, 0, 0, w, h, -1, -1};
  bool light = luma->pixels[(size_t)(start / w) * luma->stride + (size_t)(start % w)] >= threshold;
  seen[start] = 1, stack[depth++] = start;
  while (depth) {
    int32_t at = stack[--depth], x = at % w, y = at / w;
    a.count++, a.x += x, a.y += y;
    if (x < a.left) a.left = x;
    if (x > a.right) a.right = x;
    if (y < a.top) a.top = y;
    if (y > a.bottom) a.bottom = y;
    const int32_t next[4][2] = {{x - 1, y}, {x + 1, y}, {x, y - 1}, {x, y + 1}};
    for (int i = 0; i < 4; i++) {
      int32_t u = next[i][0], v = next[i][1];
      if (u < 0 || v < 0 || u >= w || v >= h || seen[v * w + u]) continue;
      if ((luma->pixels[(size_t)v * luma->stride + (size_t)u] >= threshold) != light) continue;
      seen[v * w + u] = 1, stack[depth++] = v * w + u;
    }
  }
  return a;
}

/* As wide as high, and filling its box as a disc does. */
static bool is_round(const struct area *a, const struct plane *luma, struct spec_dimension *gauge) {
  double width = a->right - a->left + 1, height = a->bottom - a->top + 1, radius = sqrt(a->count / MATH_PI);
  if (a->left < 2 || a->top < 2 || a->right > luma->width - 3 || a->bottom > luma->height - 3) return false;
  if (radius < LEAST_RADIUS || fabs(width - height) > 2 + ROUND * width) return false;
  if (fabs(a->count / (width * height) - MATH_PI / 4) > ROUND) return false;
  double search = 0.4 * radius;
  *gauge = (struct spec_dimension){.gauge = GAUGE_CIRCLE, .contrast = LEAST_CONTRAST, .radius = radius};
  gauge->centre[0] = a->x / a->count, gauge->centre[1] = a->y / a->count;
  gauge->search = search < 3 ? 3 : search > 15 ? 15 : search;
  return true;
}

static enum status round_areas(const struct plane *luma, struct spec_dimension *gauges, size_t *count,
                               struct fault *fault) {
  size_t pixels = (size_t)luma->width * (size_t)luma->height;
  uint8_t *seen = calloc(pixels, 1);
  int32_t *stack = malloc(pixels * sizeof *stack);
  enum status status = seen && stack ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "gauges: out of memory");
  int threshold = threshold_of(luma);
  for (size_t i = 0; i < pixels && *count < MOST_AREAS && !status; i++) {
    if (seen[i]) continue;
    struct area a = grow(luma, threshold, seen, stack, (int32_t)i);
    if (is_round(&a, luma, &gauges[*count])) ++*count;
  }
  free(seen);
  free(stack);
  return status;
}

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

/* The box laid along the edge that was found in it. */
static struct spec_dimension laid(const struct gauge *g) {
  struct spec_dimension line = *g->spec;
  const struct shape *s = &g->shape[0];
  double angle = s->p[SHAPE_ANGLE] * 180 / MATH_PI;
  bool upright = line.along == 2;
  line.box.size[0] = g->spec->box.size[upright ? 1 : 0], line.box.size[1] = g->spec->box.size[upright ? 0 : 1];
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

static void keep_found(const struct measuring *m, struct spec_dimension *gauges, size_t *count) {
  size_t kept = 0;
  for (size_t i = 0; i < *count; i++) {
    if (!m->gauges[i].found) continue;
    const double *p = m->gauges[i].shape[0].p;
    gauges[kept] = gauges[i];
    gauges[kept].centre[0] = p[SHAPE_X], gauges[kept].centre[1] = p[SHAPE_Y], gauges[kept].radius = p[SHAPE_RADIUS];
    kept++;
  }
  *count = kept;
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
  if (!status) status = round_areas(luma, gauges, count, fault);
  if (!status) status = gauges_measure(&m, &photo, gauges, *count, fault);
  if (!status) {
    keep_found(&m, gauges, count);
    status = gauges_measure(&m, &photo, boxes, grid_boxes(luma, boxes), fault);
  }
  if (!status) straight_edges(&m, gauges, count);
  int circles = 0, lines = 0;
  for (size_t i = 0; i < *count && !status; i++) {
    bool circle = gauges[i].gauge == GAUGE_CIRCLE;
    snprintf(gauges[i].name, sizeof gauges[i].name, circle ? "circle%d" : "line%d", circle ? ++circles : ++lines);
  }
  measuring_free(&m, device);
  device_release(device, &memory);
  free(boxes);
  return status;
}
