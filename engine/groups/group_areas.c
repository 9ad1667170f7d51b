#include "engine/groups/group_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[GROUP_KINDS] = {"print", "colour", "light", "moved"};

const char *group_kind_name(enum group_kind kind) {
  return kind_names[kind];
}

/* Planes that are looked at together: what differs in one of them makes one area. */
struct family {
  enum group_plane first, last;
  enum group_kind kind;
};
static const struct family families[] = {{GROUP_LUMA, GROUP_CR, GROUP_PRINT},
                                         {GROUP_SHADE, GROUP_SHADE, GROUP_LIGHT},
                                         {GROUP_SHIFT_X, GROUP_SHIFT_Y, GROUP_MOVED}};

/* Pixel of `plane` that lies nearest to pixel (i, j) of the family's first plane. */
static size_t nearest(const struct group_image *a, enum group_plane first, enum group_plane plane, int32_t i,
                      int32_t j) {
  const struct group_layer *from = &a->layer[first], *to = &a->layer[plane];
  int32_t x = (int32_t)floor((from->origin + from->step * i - to->origin) / to->step + 0.5);
  int32_t y = (int32_t)floor((from->origin + from->step * j - to->origin) / to->step + 0.5);
  x = x < 0 ? 0 : x >= to->width ? to->width - 1 : x;
  y = y < 0 ? 0 : y >= to->height ? to->height - 1 : y;
  return (size_t)y * (size_t)to->width + (size_t)x;
}

/* How far beyond its uncertainty a plane is off at a place; 0 where it is not significant. */
static double strength(const struct group_map *map, enum group_plane plane, size_t pixel) {
  if (!map->width[plane] || !map->significant[plane][pixel]) return 0;
  return fabs((double)map->difference[plane][pixel]) / (double)map->uncertainty[plane][pixel];
}

/* Pixels that lie so near belong to one area: what has moved differs at its edges only. */
enum { JOINED = 4 };

struct work {
  const struct group_image *a;
  const struct group_terms *terms;
  struct group_map *map;
  const struct family *family;
  uint8_t *open; /* of the family's first plane: differs, and is in no area yet */
  uint32_t *stack;
};

static void begin_family(struct work *w) {
  const struct group_layer *layer = &w->a->layer[w->family->first];
  for (int32_t j = 0; j < layer->height; j++)
    for (int32_t i = 0; i < layer->width; i++) {
      bool differs = false;
      for (enum group_plane p = w->family->first; p <= w->family->last; p++)
        if (w->a->layer[p].width && w->map->significant[p][nearest(w->a, w->family->first, p, i, j)]) differs = true;
      w->open[(size_t)j * (size_t)layer->width + (size_t)i] = differs;
    }
}

static void describe(const struct work *w, int32_t i, int32_t j, enum group_plane strongest, struct group_area *area) {
  const struct group_layer *layer = &w->a->layer[w->family->first];
  area->x = layer->origin + layer->step * i, area->y = layer->origin + layer->step * j;
  for (int p = 0; p < GROUP_PLANES; p++) {
    area->difference[p] = area->uncertainty[p] = NAN;
    if (!w->a->layer[p].width) continue;
    size_t at = nearest(w->a, w->family->first, (enum group_plane)p, i, j);
    area->difference[p] = (double)w->map->difference[p][at], area->uncertainty[p] = (double)w->map->uncertainty[p][at];
  }
  if (w->terms->labels) area->label = w->terms->labels[nearest(w->a, w->family->first, GROUP_LUMA, i, j)];
  area->kind = strongest == GROUP_CB || strongest == GROUP_CR ? GROUP_COLOUR : w->family->kind;
}

static void box_of(const struct work *w, const int32_t bounds[4], struct group_area *area) {
  const struct group_layer *layer = &w->a->layer[w->family->first];
  double step = layer->step, edge = layer->origin - 0.5 * step + 0.5;
  for (int k = 0; k < 2; k++) {
    int32_t most = k ? w->a->height : w->a->width;
    int32_t from = (int32_t)floor(edge + step * bounds[k]), to = (int32_t)ceil(edge + step * (bounds[k + 2] + 1));
    if (to > most) to = most;
    area->box[k] = from, area->box[k + 2] = to - from;
  }
}

/* Takes one area. */
static void take_area(struct work *w, int32_t i, int32_t j, struct group_area *area) {
  const struct group_layer *layer = &w->a->layer[w->family->first];
  int32_t width = layer->width, bounds[4] = {i, j, i, j}, at_i = i, at_j = j;
  enum group_plane strongest = w->family->first;
  double most = -1;
  int32_t reach = w->family->first == GROUP_LUMA ? JOINED : 1;
  size_t depth = 0;
  memset(area, 0, sizeof *area);
  w->open[(size_t)j * (size_t)width + (size_t)i] = 0;
  w->stack[depth++] = (uint32_t)((size_t)j * (size_t)width + (size_t)i);
  while (depth) {
    uint32_t pixel = w->stack[--depth];
    int32_t x = (int32_t)(pixel % (uint32_t)width), y = (int32_t)(pixel / (uint32_t)width);
    area->pixels++;
    if (x < bounds[0]) bounds[0] = x;
    if (y < bounds[1]) bounds[1] = y;
    if (x > bounds[2]) bounds[2] = x;
    if (y > bounds[3]) bounds[3] = y;
    for (enum group_plane p = w->family->first; p <= w->family->last; p++) {
      double s = w->a->layer[p].width ? strength(w->map, p, nearest(w->a, w->family->first, p, x, y)) : 0;
      if (s > most) most = s, strongest = p, at_i = x, at_j = y;
    }
    for (int32_t v = y - reach; v <= y + reach; v++)
      for (int32_t u = x - reach; u <= x + reach; u++) {
        if (u < 0 || v < 0 || u >= width || v >= layer->height) continue;
        size_t next = (size_t)v * (size_t)width + (size_t)u;
        if (!w->open[next]) continue;
        w->open[next] = 0;
        w->stack[depth++] = (uint32_t)next;
      }
  }
  box_of(w, bounds, area);
  describe(w, at_i, at_j, strongest, area);
}

static double standing(const struct group_area *area) {
  double most = 0;
  for (int p = 0; p < GROUP_PLANES; p++) {
    double s = fabs(area->difference[p]) / area->uncertainty[p];
    if (s > most) most = s;
  }
  return most;
}

static int stronger_first(const void *a, const void *b) {
  double p = standing(a), q = standing(b);
  return (p < q) - (p > q);
}

/* Keeps the strongest. */
static void keep(struct group_map *map, const struct group_area *area) {
  if (map->area_count < GROUP_MOST_AREAS) {
    map->areas[map->area_count++] = *area;
    return;
  }
  size_t weakest = 0;
  for (size_t i = 1; i < map->area_count; i++)
    if (standing(&map->areas[i]) < standing(&map->areas[weakest])) weakest = i;
  if (standing(area) > standing(&map->areas[weakest])) map->areas[weakest] = *area;
  map->areas_left_out++;
}

enum status group_areas_find(const struct group_image *a, const struct group_terms *terms, struct group_map *map,
                             struct fault *fault) {
  size_t most = (size_t)a->layer[GROUP_LUMA].width * (size_t)a->layer[GROUP_LUMA].height;
  size_t grid = (size_t)a->layer[GROUP_SHADE].width * (size_t)a->layer[GROUP_SHADE].height;
  if (grid > most) most = grid;
  struct work w = {a, terms, map, NULL, calloc(most, 1), malloc(most * sizeof *w.stack)};
  enum status status =
      w.open && w.stack ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "comparing groups: out of memory");
  for (size_t f = 0; f < sizeof families / sizeof *families && !status; f++) {
    w.family = &families[f];
    begin_family(&w);
    const struct group_layer *layer = &a->layer[w.family->first];
    for (int32_t j = 0; j < layer->height; j++)
      for (int32_t i = 0; i < layer->width; i++) {
        if (!w.open[(size_t)j * (size_t)layer->width + (size_t)i]) continue;
        struct group_area area;
        take_area(&w, i, j, &area);
        keep(map, &area);
      }
  }
  qsort(map->areas, map->area_count, sizeof *map->areas, stronger_first);
  free(w.open);
  free(w.stack);
  return status;
}
