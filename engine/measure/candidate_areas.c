#include "engine/measure/candidate_areas.h"

#include "kernels/math.h"

#include <math.h>
#include <stdlib.h>

static const double LEAST_HALF = 4, LEAST_CONTRAST = 25;
/* By so much a share of its own an area's moments may be off those of a shape. */
static const double ALIKE = 0.025;

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

/* Sums over an area's pixels, and its box. */
struct area {
  double count, x, y, xx, xy, yy;
  int32_t left, top, right, bottom;
};

static void add(struct area *a, int32_t x, int32_t y) {
  a->count++, a->x += x, a->y += y, a->xx += (double)x * x, a->xy += (double)x * y, a->yy += (double)y * y;
  if (x < a->left) a->left = x;
  if (x > a->right) a->right = x;
  if (y < a->top) a->top = y;
  if (y > a->bottom) a->bottom = y;
}

static void join(struct area *all, const struct area *a) {
  all->count += a->count, all->x += a->x, all->y += a->y;
  all->xx += a->xx, all->xy += a->xy, all->yy += a->yy;
  if (a->left < all->left) all->left = a->left;
  if (a->right > all->right) all->right = a->right;
  if (a->top < all->top) all->top = a->top;
  if (a->bottom > all->bottom) all->bottom = a->bottom;
}

static struct area no_area(const struct plane *luma) {
  return (struct area){.left = luma->width, .top = luma->height, .right = -1, .bottom = -1};
}

/* The area of one side of the threshold around a pixel, which is marked as seen. */
static struct area grow(const struct plane *luma, int threshold, uint8_t *seen, int32_t *stack, int32_t start) {
  int32_t w = luma->width, h = luma->height, depth = 0;
  struct area a = no_area(luma);
  bool light = luma->pixels[(size_t)(start / w) * luma->stride + (size_t)(start % w)] >= threshold;
  seen[start] = 1, stack[depth++] = start;
  while (depth) {
    int32_t at = stack[--depth], x = at % w, y = at / w;
    add(&a, x, y);
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

static bool touches_border(const struct area *a, const struct plane *luma) {
  return a->left < 2 || a->top < 2 || a->right > luma->width - 3 || a->bottom > luma->height - 3;
}

/* Main axes: variances along and across, the direction of the first, degrees. A pixel's own 1/12 is in them. */
struct axes {
  double x, y, along, across, angle;
};

static struct axes axes_of(const struct area *a) {
  const double x = a->x / a->count, y = a->y / a->count;
  const double xx = a->xx / a->count - x * x, xy = a->xy / a->count - x * y, yy = a->yy / a->count - y * y;
  const double half = 0.5 * (xx - yy), root = sqrt(half * half + xy * xy), mean = 0.5 * (xx + yy) + 1.0 / 12;
  return (struct axes){x, y, mean + root, mean - root, 0.5 * math_atan2(2 * xy, xx - yy) * (180 / MATH_PI)};
}

static bool alike(double value, double expected) {
  return fabs(value - expected) <= ALIKE * expected;
}

static double search_of(double half) {
  const double search = 0.4 * half;
  return search < 3 ? 3 : search > 15 ? 15 : search;
}

static struct spec_dimension boxed(enum gauge_kind kind, const struct axes *m, double length, double width) {
  return (struct spec_dimension){.gauge = kind,
                                 .contrast = LEAST_CONTRAST,
                                 .search = search_of(0.5 * width),
                                 .box = {{m->x, m->y}, {length, width}, m->angle}};
}

static struct spec_dimension circle(double x, double y, double radius) {
  return (struct spec_dimension){.gauge = GAUGE_CIRCLE,
                                 .contrast = LEAST_CONTRAST,
                                 .centre = {x, y},
                                 .radius = radius,
                                 .search = search_of(radius)};
}

/* The width of the slot (a rectangle with half discs at its ends) that has this area and variance across it; its
 * variance along goes to `along`. From area v = area w^2 / 12 - pi w^4 / 192. */
static double slot_width(double area, double across, double *along) {
  const double b = area / 12, root = b * b - MATH_PI / 48 * across * area;
  const double width = root > 0 ? sqrt((b - sqrt(root)) / (MATH_PI / 96)) : 0, r = 0.5 * width;
  const double a = width > 0 ? (area - MATH_PI * r * r) / width : 0, disc = MATH_PI * r * r;
  *along = (width * a * a * a / 12 + disc * (0.25 * a * a + 0.25 * r * r) + 4 * a * r * r * r / 3) / area;
  return a > 0.2 * width ? width : 0;
}

/* Beyond this a disc is an ellipse: bevels and shadows make holes of discs a little longer than wide. */
static const double LONG = 1.12;

/* The shapes whose moments an area's are like, at most MOST_SHAPES: a slot of some length has those of an ellipse, a
 * long one hardly others than a rectangle. */
enum { MOST_SHAPES = 3 };

static int shapes_of(const struct area *a, struct spec_dimension *gauges) {
  const struct axes m = axes_of(a);
  const double product = sqrt(m.along * m.across), ratio = sqrt(m.along / m.across);
  int count = 0;
  if (!(2 * sqrt(m.across) >= LEAST_HALF)) return 0;
  if (alike(a->count, 4 * MATH_PI * product)) {
    gauges[0] = circle(m.x, m.y, sqrt(a->count / MATH_PI));
    if (ratio < LONG) return 1;
    gauges[0].gauge = GAUGE_ELLIPSE;
    gauges[0].radii[0] = 2 * sqrt(m.along), gauges[0].radii[1] = 2 * sqrt(m.across), gauges[0].turn = m.angle;
    gauges[0].search = search_of(gauges[0].radii[1]);
    count++;
  }
  double along = 0;
  const double width = slot_width(a->count, m.across, &along);
  if (ratio > LONG && width > 0 && alike(along, m.along))
    gauges[count++] = boxed(GAUGE_SLOT, &m, a->count / width + (1 - MATH_PI / 4) * width, width);
  if (alike(a->count, 12 * product))
    gauges[count++] = boxed(GAUGE_RECTANGLE, &m, sqrt(12 * m.along), sqrt(12 * m.across));
  return count;
}

/* As wide as high and not solid: a ring or what else has a round outside. */
static bool ring_of(const struct area *a, struct spec_dimension *gauge) {
  const double width = a->right - a->left + 1, height = a->bottom - a->top + 1;
  if (fabs(width - height) > 2 + 0.04 * width || width < 4 * LEAST_HALF) return false;
  if (a->count > 0.9 * MATH_PI / 4 * width * height) return false;
  *gauge = circle(0.5 * (a->left + a->right), 0.5 * (a->top + a->bottom), 0.25 * (width + height));
  return true;
}

static void propose(const struct area *a, struct spec_dimension *gauges, size_t most, size_t *count) {
  if (*count + MOST_SHAPES > most) return;
  const int found = shapes_of(a, gauges + *count);
  *count += found ? (size_t)found : ring_of(a, gauges + *count);
}

enum status candidate_areas(const struct plane *luma, struct spec_dimension *gauges, size_t most, size_t *count,
                            struct fault *fault) {
  const size_t pixels = (size_t)luma->width * (size_t)luma->height;
  uint8_t *seen = calloc(pixels, 1);
  int32_t *stack = malloc(pixels * sizeof *stack);
  enum status status = seen && stack ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "gauges: out of memory");
  const int threshold = threshold_of(luma);
  struct area all = no_area(luma);
  for (size_t i = 0; i < pixels && !status; i++) {
    if (seen[i]) continue;
    const struct area a = grow(luma, threshold, seen, stack, (int32_t)i);
    if (touches_border(&a, luma)) continue;
    join(&all, &a);
    propose(&a, gauges, most, count);
  }
  if (!status && all.count > 0) propose(&all, gauges, most, count);
  free(seen);
  free(stack);
  return status;
}
