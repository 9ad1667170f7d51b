#include "engine/artwork_find.h"

#include <stdlib.h>
#include <string.h>

/* An area grows while a pixel uses LOW of what its depth allows, and is looked at if one uses HIGH; map units. Under
 * them is a change of a quarter or half of the contrast next to an edge. */
enum { LOW = KERNEL_MAP_UNIT / 4, HIGH = KERNEL_MAP_UNIT * 7 / 16, LEAST_AREA = 3, MOST_AREAS = 65536, CELL = 8 };

static enum status find_areas(struct device *device, struct comparison *c, struct artwork_places *p, int32_t *count,
                              struct fault *fault) {
  int32_t counts[2] = {0};
  enum status status = device_reserve(device, &p->device_areas, MOST_AREAS * sizeof *p->areas, fault);
  if (!status) status = device_reserve(device, &p->counts, sizeof counts, fault);
  if (!p->areas) p->areas = malloc(MOST_AREAS * sizeof *p->areas);
  if (!status && !p->areas) status = fault_set(fault, STATUS_MEMORY, "artwork: out of memory");
  if (status) return status;
  struct kernel_components call = {.map = c->map[ALIGNED_LUMA],
                                   .low = LOW,
                                   .high = HIGH,
                                   .min_area = LEAST_AREA,
                                   .scratch = c->scratch.buffer,
                                   .rows = p->device_areas.buffer,
                                   .capacity = MOST_AREAS,
                                   .counts = p->counts.buffer};
  status = device_check(device->backend->operations.components(device->context, &call), "components", fault);
  if (!status) status = device_download(device, &p->counts, counts, sizeof counts, fault);
  if (!status && counts[0])
    status = device_download(device, &p->device_areas, p->areas, (size_t)counts[0] * sizeof *p->areas, fault);
  *count = status ? 0 : counts[0];
  p->overflow = counts[1] > MOST_AREAS;
  return status;
}

static enum status reserve(struct artwork_places *p, size_t owners, size_t places, struct fault *fault) {
  if (owners > p->owners) {
    free(p->owner);
    p->owners = 0;
    p->owner = malloc(owners * sizeof *p->owner);
    if (p->owner) p->owners = owners;
  }
  if (places > p->capacity) {
    free(p->places);
    p->capacity = 0;
    p->places = malloc(places * sizeof *p->places);
    if (p->places) p->capacity = places;
  }
  return p->owner && (p->places || !places) ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "artwork: out of memory");
}

static int32_t root_of(const struct artwork_places *p, int32_t at) {
  while (p->places[at].root != at) at = p->places[at].root;
  return at;
}

static void unite(struct artwork_places *p, int32_t a, int32_t b) {
  a = root_of(p, a), b = root_of(p, b);
  if (a == b) return;
  int32_t first = a < b ? a : b, second = a < b ? b : a;
  struct artwork_box *into = &p->places[first].box;
  const struct artwork_box *box = &p->places[second].box;
  p->places[second].root = first;
  if (box->left < into->left) into->left = box->left;
  if (box->top < into->top) into->top = box->top;
  if (box->right > into->right) into->right = box->right;
  if (box->bottom > into->bottom) into->bottom = box->bottom;
}

/* Takes the cells under an area; a cell that has an owner joins the two. */
static void take_cells(struct artwork_places *p, int32_t number) {
  struct artwork_box box = p->places[number].box;
  for (int32_t j = box.top / p->cell; j <= box.bottom / p->cell; j++)
    for (int32_t i = box.left / p->cell; i <= box.right / p->cell; i++) {
      int32_t *owner = &p->owner[(size_t)j * (size_t)p->columns + (size_t)i];
      if (*owner < 0)
        *owner = number;
      else
        unite(p, *owner, number);
    }
}

enum status artwork_places_find(struct device *device, const struct artwork *a, int32_t margin, struct comparison *c,
                                struct artwork_places *p, struct fault *fault) {
  int32_t width = c->map[ALIGNED_LUMA].width, height = c->map[ALIGNED_LUMA].height, count;
  p->count = 0;
  enum status status = find_areas(device, c, p, &count, fault);
  if (status) return status;
  p->cell = (int32_t)(CELL * a->unit);
  p->columns = (width + p->cell - 1) / p->cell, p->rows = (height + p->cell - 1) / p->cell;
  size_t cells = (size_t)p->columns * (size_t)p->rows;
  status = reserve(p, cells, (size_t)count, fault);
  if (status) return status;
  for (size_t i = 0; i < cells; i++) p->owner[i] = -1;
  for (int32_t k = 0; k < count; k++) {
    const struct kernel_component *area = &p->areas[k];
    struct artwork_box box = {.left = area->left > margin ? area->left - margin : 0,
                              .top = area->top > margin ? area->top - margin : 0,
                              .right = area->right + margin < width ? area->right + margin : width - 1,
                              .bottom = area->bottom + margin < height ? area->bottom + margin : height - 1};
    p->places[k] = (struct artwork_place){box, k};
    take_cells(p, k);
  }
  for (size_t i = 0; i < cells; i++)
    if (p->owner[i] >= 0) p->owner[i] = root_of(p, p->owner[i]);
  for (int32_t k = 0; k < count; k++)
    if (p->places[k].root == k) p->places[p->count++] = p->places[k];
  return STATUS_OK;
}

bool artwork_places_holds(const struct artwork_places *p, const struct artwork_place *place, int32_t x, int32_t y) {
  return p->owner[(size_t)(y / p->cell) * (size_t)p->columns + (size_t)(x / p->cell)] == place->root;
}

void artwork_places_free(struct device *device, struct artwork_places *p) {
  free(p->owner), free(p->places), free(p->areas);
  device_release(device, &p->device_areas);
  device_release(device, &p->counts);
  memset(p, 0, sizeof *p);
}
