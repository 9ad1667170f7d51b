#include "engine/groups/group_compare.h"

#include "engine/groups/group_private.h"
#include "engine/statistics/distributions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Differences below these are of no consequence, however sure: grey levels, golden pixels. Against the golden, whose
 * photo may come from another camera, an edge's contrast counts too. */
static const double LEAST_GREY = 1, LEAST_SHADE = 0.75, LEAST_SHIFT = 0.2, GOLDEN_CONTRAST = 0.1;

struct test {
  double p;
  uint32_t pixel;
  uint8_t plane;
};

struct tests {
  struct test *items;
  size_t count;
};

/* One pixel of one group. */
struct seen {
  double n, mean, variance;
};

static bool look(const struct group_image *image, enum group_plane plane, size_t pixel, struct seen *seen) {
  seen->n = image->layer[plane].count[pixel];
  return group_image_at(image, plane, pixel, &seen->mean, &seen->variance);
}

/* The standard error of the difference and its degrees of freedom (Welch and Satterthwaite). */
static double standard_error(const struct seen *a, const struct seen *b, bool golden, double *df) {
  if (golden) {
    double known = a->n > 1 ? a->n - 1 : 0;
    *df = known + b->n - 1;
    double pooled = ((known > 0 ? known * a->variance : 0) + (b->n - 1) * b->variance) / *df;
    return sqrt(pooled * (1 / a->n + 1 / b->n));
  }
  double u = a->variance / a->n, v = b->variance / b->n;
  *df = (u + v) * (u + v) / (u * u / (a->n - 1) + v * v / (b->n - 1));
  return sqrt(u + v);
}

/* Range of a's mean over the 3 x 3 pixels. */
static double contrast(const struct group_image *a, enum group_plane plane, size_t pixel) {
  const struct group_layer *layer = &a->layer[plane];
  int32_t x = (int32_t)(pixel % (size_t)layer->width), y = (int32_t)(pixel / (size_t)layer->width);
  double low = INFINITY, high = -INFINITY, mean, variance;
  for (int32_t v = y > 0 ? y - 1 : 0; v <= y + 1 && v < layer->height; v++)
    for (int32_t u = x > 0 ? x - 1 : 0; u <= x + 1 && u < layer->width; u++) {
      if (!group_image_at(a, plane, (size_t)v * (size_t)layer->width + (size_t)u, &mean, &variance)) continue;
      if (mean < low) low = mean;
      if (mean > high) high = mean;
    }
  return high > low ? high - low : 0;
}

static double least_of(const struct group_image *a, enum group_plane plane, size_t pixel, bool golden) {
  if (plane == GROUP_SHADE) return LEAST_SHADE;
  if (plane > GROUP_SHADE) return LEAST_SHIFT;
  return golden ? LEAST_GREY + GOLDEN_CONTRAST * contrast(a, plane, pixel) : LEAST_GREY;
}

/* Label of the luma pixel that lies where a plane's pixel does. */
static uint8_t label_at(const struct group_image *image, const uint8_t *labels, enum group_plane plane, size_t pixel) {
  const struct group_layer *at = &image->layer[plane], *luma = &image->layer[GROUP_LUMA];
  double x = at->origin + at->step * (double)(pixel % (size_t)at->width);
  double y = at->origin + at->step * (double)(pixel / (size_t)at->width);
  int32_t i = (int32_t)floor((x - luma->origin) / luma->step + 0.5),
          j = (int32_t)floor((y - luma->origin) / luma->step + 0.5);
  if (i >= luma->width) i = luma->width - 1;
  if (j >= luma->height) j = luma->height - 1;
  return labels[(size_t)j * (size_t)luma->width + (size_t)i];
}

static void test_pixel(const struct group_image *a, const struct group_image *b, const struct group_terms *terms,
                       enum group_plane plane, size_t pixel, struct group_map *map, struct tests *tests) {
  struct seen from, to;
  double df, nearly = normal_upper_quantile(0.5 * terms->rate);
  map->difference[plane][pixel] = map->uncertainty[plane][pixel] = NAN;
  if (terms->labels && !label_at(a, terms->labels, plane, pixel)) return;
  if (!look(a, plane, pixel, &from) || !look(b, plane, pixel, &to)) return;
  if (to.n < terms->least || (!terms->golden && from.n < terms->least)) return;
  double error = standard_error(&from, &to, terms->golden, &df), difference = to.mean - from.mean;
  map->difference[plane][pixel] = (float)difference;
  map->uncertainty[plane][pixel] = (float)(2 * error);
  map->tested++;
  /* What the normal distribution would not find at the whole rate, t cannot either: spares its quantiles. */
  double t = fabs(difference) / error;
  if (t < nearly || fabs(difference) < least_of(a, plane, pixel, terms->golden)) return;
  tests->items[tests->count++] = (struct test){2 * student_upper(t, df), (uint32_t)pixel, (uint8_t)plane};
}

static int by_p(const void *a, const void *b) {
  const struct test *p = a, *q = b;
  return (p->p > q->p) - (p->p < q->p);
}

/* Benjamini and Hochberg: all tests up to the largest i with p(i) <= i rate / tested. */
static void mark(struct tests *tests, double rate, struct group_map *map) {
  size_t found = 0;
  qsort(tests->items, tests->count, sizeof *tests->items, by_p);
  for (size_t i = 0; i < tests->count; i++)
    if (tests->items[i].p <= (double)(i + 1) * rate / (double)map->tested) found = i + 1;
  for (size_t i = 0; i < found; i++) map->significant[tests->items[i].plane][tests->items[i].pixel] = 1;
  map->largest_p = found ? tests->items[found - 1].p : 0;
}

static size_t pixels_of(const struct group_image *image, int plane) {
  return (size_t)image->layer[plane].width * (size_t)image->layer[plane].height;
}

static enum status map_begin(const struct group_image *image, struct group_map *map, size_t *all, struct fault *fault) {
  memset(map, 0, sizeof *map);
  *all = 0;
  for (int i = 0; i < GROUP_PLANES; i++) *all += pixels_of(image, i);
  float *values = map->memory = calloc(*all, 2 * sizeof *values + 1);
  if (!values) return fault_set(fault, STATUS_MEMORY, "comparing groups: out of memory");
  uint8_t *flags = (uint8_t *)(values + 2 * *all);
  for (int i = 0; i < GROUP_PLANES; i++) {
    size_t n = pixels_of(image, i);
    map->width[i] = image->layer[i].width, map->height[i] = image->layer[i].height;
    map->difference[i] = values, map->uncertainty[i] = values + n, map->significant[i] = flags;
    values += 2 * n, flags += n;
  }
  return STATUS_OK;
}

void group_map_free(struct group_map *map) {
  free(map->memory);
  memset(map, 0, sizeof *map);
}

enum status group_compare(const struct group_image *a, const struct group_image *b, const struct group_terms *terms,
                          struct group_map *map, struct fault *fault) {
  memset(map, 0, sizeof *map);
  if (a->width != b->width || a->height != b->height || a->colour != b->colour)
    return fault_set(fault, STATUS_INVALID, "groups of goldens of %d x %d and %d x %d pixels cannot be compared",
                     (int)a->width, (int)a->height, (int)b->width, (int)b->height);
  size_t all = 0;
  enum status status = map_begin(a, map, &all, fault);
  struct tests tests = {status ? NULL : malloc(all * sizeof *tests.items), 0};
  if (!status && !tests.items) status = fault_set(fault, STATUS_MEMORY, "comparing groups: out of memory");
  for (int i = 0; i < GROUP_PLANES && !status; i++)
    for (size_t k = 0; k < pixels_of(a, i); k++) test_pixel(a, b, terms, (enum group_plane)i, k, map, &tests);
  if (!status) {
    mark(&tests, terms->rate, map);
    status = group_areas_find(a, terms, map, fault);
  }
  free(tests.items);
  if (status) group_map_free(map);
  return status;
}
