#include "engine/remedian.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_HELD = REMEDIAN_BASE * REMEDIAN_LEVELS };

struct weighted {
  uint16_t value;
  int weight;
};

/* By insertion: there are few. */
static void sort(struct weighted *items, int count) {
  for (int i = 1; i < count; i++) {
    struct weighted item = items[i];
    int k = i;
    for (; k && items[k - 1].value > item.value; k--) items[k] = items[k - 1];
    items[k] = item;
  }
}

static uint16_t median_of(struct weighted *items, int count, int weights) {
  int i = 0, below;
  sort(items, count);
  for (below = items[0].weight; 2 * below < weights && i + 1 < count; below += items[i].weight) i++;
  if (2 * below == weights && i + 1 < count) return (uint16_t)((items[i].value + items[i + 1].value) / 2);
  return items[i].value;
}

/* Where the next picture of a level goes: a full level is first made one of the next. */
static enum status make_room(struct remedian *r, int level, uint16_t **to, struct fault *fault) {
  if (level == REMEDIAN_LEVELS) return fault_set(fault, STATUS_LIMIT, "median: too many photos");
  if (r->count[level] == REMEDIAN_BASE) {
    uint16_t *above;
    enum status status = make_room(r, level + 1, &above, fault);
    if (status) return status;
    for (size_t i = 0; i < r->values; i++) {
      struct weighted items[REMEDIAN_BASE];
      for (int k = 0; k < REMEDIAN_BASE; k++) items[k] = (struct weighted){r->held[level][k][i], 1};
      above[i] = median_of(items, REMEDIAN_BASE, REMEDIAN_BASE);
    }
    r->count[level] = 0;
  }
  uint16_t **place = &r->held[level][r->count[level]++];
  if (!*place) *place = malloc(r->values * sizeof **place);
  *to = *place;
  return *to ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "median: out of memory");
}

enum status remedian_add(struct remedian *r, const uint16_t *picture, size_t values, struct fault *fault) {
  uint16_t *to;
  r->values = values;
  enum status status = make_room(r, 0, &to, fault);
  if (!status) memcpy(to, picture, values * sizeof *picture);
  return status;
}

void remedian_take(const struct remedian *r, uint16_t *median) {
  for (size_t i = 0; i < r->values; i++) {
    struct weighted items[MOST_HELD] = {{0, 0}};
    int count = 0, weight = 1, weights = 0;
    for (int level = 0; level < REMEDIAN_LEVELS; level++, weight *= REMEDIAN_BASE)
      for (int k = 0; k < r->count[level]; k++, weights += weight)
        items[count++] = (struct weighted){r->held[level][k][i], weight};
    median[i] = median_of(items, count, weights);
  }
}

void remedian_free(struct remedian *r) {
  for (int level = 0; level < REMEDIAN_LEVELS; level++)
    for (int k = 0; k < REMEDIAN_BASE; k++) free(r->held[level][k]);
  *r = (struct remedian){0};
}
