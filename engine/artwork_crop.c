#include "engine/artwork_crop.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static enum status reserve(struct artwork_crop *c, size_t count, struct fault *fault) {
  enum { INTS = 7, BYTES = 5 };
  if (count > c->capacity) {
    void *memory = malloc(count * (INTS * sizeof(int32_t) + sizeof(uint16_t) + BYTES));
    if (!memory) return fault_set(fault, STATUS_MEMORY, "artwork: out of memory");
    free(c->memory);
    c->memory = memory, c->capacity = count;
  }
  int32_t *ints = c->memory;
  c->group = ints, c->labels[0] = ints + count, c->labels[1] = ints + 2 * count, c->counts[0] = ints + 3 * count;
  c->counts[1] = ints + 4 * count, c->counts[2] = ints + 5 * count, c->stack = ints + 6 * count;
  c->squared = (uint16_t *)(ints + INTS * count);
  uint8_t *bytes = (uint8_t *)(c->squared + count);
  c->golden = bytes, c->photo = bytes + count, c->compared = bytes + 2 * count, c->core = bytes + 3 * count;
  c->mask = bytes + 4 * count;
  return STATUS_OK;
}

void artwork_crop_free(struct artwork_crop *c) {
  free(c->memory);
  memset(c, 0, sizeof *c);
}

static void copy_golden(const struct artwork *a, size_t stride, struct artwork_crop *c) {
  size_t width = (size_t)c->width;
  for (size_t y = 0; y < (size_t)c->height; y++) {
    size_t from = ((size_t)c->top + y) * stride + (size_t)c->left, to = y * width;
    memcpy(c->golden + to, a->material + from, width);
    memcpy(c->compared + to, a->compared + from, width);
    memcpy(c->squared + to, a->squared + from, width * sizeof *c->squared);
  }
}

enum status artwork_crop_load(struct device *device, const struct artwork *a, const struct aligned *photo,
                              const struct artwork_box *box, struct artwork_crop *c, struct fault *fault) {
  c->left = box->left, c->top = box->top, c->width = box->right - box->left + 1, c->height = box->bottom - box->top + 1;
  size_t count = (size_t)c->width * (size_t)c->height;
  enum status status = reserve(c, count, fault);
  if (status) return status;
  copy_golden(a, (size_t)photo->plane[ALIGNED_LUMA].width, c);
  status = device_download_part(device, &photo->plane[ALIGNED_LUMA], 1, c->left, c->top, c->width, c->height, c->photo,
                                fault);
  /* `core` holds what is seen until it is made. */
  if (!status)
    status = device_download_part(device, &photo->seen[ALIGNED_LUMA], 1, c->left, c->top, c->width, c->height, c->core,
                                  fault);
  int middle = (a->levels.low + a->levels.high) / 2;
  double core = ARTWORK_CORE * a->unit;
  for (size_t i = 0; i < count && !status; i++) {
    bool seen = c->core[i] != 0;
    c->photo[i] = seen ? (c->photo[i] <= middle) == a->dark : c->golden[i];
    c->core[i] = ARTWORK_SAME, c->group[i] = 0;
    if (c->photo[i] != c->golden[i] && c->compared[i] && c->squared[i] > core * core)
      c->core[i] = c->photo[i] ? ARTWORK_EXTRA : ARTWORK_MISSING;
  }
  return status;
}

/* ---- groups ---- */

/* Calls for each crop pixel within `reach` of (x, y): core of `change` whose group is `from` gets `to` and is stacked.
 */
static int32_t take_near(struct artwork_crop *c, int32_t x, int32_t y, int32_t reach, uint8_t change, int32_t to,
                         int32_t top) {
  for (int32_t v = y > reach ? y - reach : 0; v <= y + reach && v < c->height; v++)
    for (int32_t u = x > reach ? x - reach : 0; u <= x + reach && u < c->width; u++) {
      size_t i = (size_t)v * (size_t)c->width + (size_t)u;
      if (c->core[i] != change || c->group[i]) continue;
      if ((u - x) * (u - x) + (v - y) * (v - y) > reach * reach) continue;
      c->group[i] = to;
      c->stack[top++] = (int32_t)i;
    }
  return top;
}

static bool near_deep(const struct artwork_crop *c, double deep, int32_t number, int32_t x, int32_t y, int32_t near) {
  for (int32_t v = y > near ? y - near : 0; v <= y + near && v < c->height; v++)
    for (int32_t u = x > near ? x - near : 0; u <= x + near && u < c->width; u++) {
      size_t i = (size_t)v * (size_t)c->width + (size_t)u;
      if (c->group[i] == number && c->squared[i] >= deep * deep && (u - x) * (u - x) + (v - y) * (v - y) <= near * near)
        return true;
    }
  return false;
}

static void add(const struct artwork_crop *c, struct artwork_group *g, size_t i) {
  int32_t x = (int32_t)(i % (size_t)c->width), y = (int32_t)(i / (size_t)c->width);
  double depth = sqrt(c->squared[i]);
  if (!g->area || x < g->box.left) g->box.left = x;
  if (!g->area || x > g->box.right) g->box.right = x;
  if (!g->area || y < g->box.top) g->box.top = y;
  if (!g->area || y > g->box.bottom) g->box.bottom = y;
  if (depth > g->depth) g->depth = depth;
  g->area++, g->x += x, g->y += y;
}

struct artwork_group artwork_group_grow(struct artwork_crop *c, double deep, size_t seed, int32_t number, int32_t join,
                                        int32_t near) {
  struct artwork_group g = {.number = number, .change = c->core[seed]};
  int32_t width = c->width, done = 0, top = 1;
  c->stack[0] = (int32_t)seed, c->group[seed] = number;
  for (; done < top; done++) {
    int32_t i = c->stack[done];
    top = take_near(c, i % width, i / width, join, c->core[seed], number, top);
    if (c->squared[i] >= deep * deep) g.deep = true;
  }
  for (int32_t k = 0; k < top; k++) {
    int32_t i = c->stack[k];
    if (g.deep && !near_deep(c, deep, number, i % width, i / width, near))
      c->group[i] = -1;
    else
      add(c, &g, (size_t)i);
  }
  return g;
}

/* Changed pixels of the window when the photo is shifted. */
static int64_t changed(const struct artwork_crop *c, const struct artwork_box *w, int32_t dx, int32_t dy) {
  int64_t count = 0;
  for (int32_t y = w->top; y <= w->bottom; y++) {
    if (y + dy < 0 || y + dy >= c->height) continue;
    const uint8_t *golden = c->golden + (size_t)y * (size_t)c->width;
    const uint8_t *compared = c->compared + (size_t)y * (size_t)c->width;
    const uint8_t *photo = c->photo + (size_t)(y + dy) * (size_t)c->width;
    int32_t first = w->left + dx < 0 ? -dx : w->left, last = w->right + dx >= c->width ? c->width - 1 - dx : w->right;
    for (int32_t x = first; x <= last; x++) count += compared[x] && photo[x + dx] != golden[x];
  }
  return count;
}

double artwork_group_rest(const struct artwork_crop *c, const struct artwork_group *g, int32_t most, int32_t step) {
  int32_t margin = most + 1;
  struct artwork_box w = {.left = g->box.left > margin ? g->box.left - margin : 0,
                          .top = g->box.top > margin ? g->box.top - margin : 0,
                          .right = g->box.right + margin < c->width ? g->box.right + margin : c->width - 1,
                          .bottom = g->box.bottom + margin < c->height ? g->box.bottom + margin : c->height - 1};
  int64_t here = changed(c, &w, 0, 0), least = here;
  for (int32_t dy = -most; dy <= most; dy += step)
    for (int32_t dx = -most; dx <= most; dx += step) {
      int64_t count = changed(c, &w, dx, dy);
      if (count < least) least = count;
    }
  return here ? (double)least / (double)here : 0;
}
