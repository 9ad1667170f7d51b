#include "cli/picture_area.h"

#include <string.h>

enum { LEAST_SIDE = 40, /* golden pixels */ ENLARGED = 2 };

static int smaller(int a, int b) {
  return a < b ? a : b;
}
static int larger(int a, int b) {
  return a > b ? a : b;
}

double picture_area_scale(struct picture_area area, int side) {
  return (double)side / larger(area.width, area.height);
}

static struct picture_area square_round(int32_t x, int32_t y, int32_t side, const struct plane *map) {
  struct picture_area area = {.width = smaller(side, map->width), .height = smaller(side, map->height)};
  area.x = larger(0, smaller(x - area.width / 2, map->width - area.width));
  area.y = larger(0, smaller(y - area.height / 2, map->height - area.height));
  return area;
}

/* The first place, by rows, of the largest difference in a box. */
static void find_worst(const int32_t box[4], const struct plane *map, int32_t *x, int32_t *y) {
  int largest = -1;
  for (int32_t row = box[1]; row < box[1] + box[3]; row++) {
    const uint8_t *from = map->pixels + (size_t)row * map->stride + box[0];
    uint8_t most = 0;
    for (int32_t i = 0; i < box[2]; i++) most = from[i] > most ? from[i] : most;
    if (most <= largest) continue;
    largest = most, *y = row;
    *x = box[0] + (int32_t)((const uint8_t *)memchr(from, most, (size_t)box[2]) - from);
  }
}

struct picture_area picture_area_of(const int32_t box[4], const struct plane *map, int side, double scale) {
  int32_t longer = larger(box[2], box[3]), x = box[0] + box[2] / 2, y = box[1] + box[3] / 2;
  struct picture_area area = square_round(x, y, larger(longer + longer / 2, LEAST_SIDE), map);
  if (picture_area_scale(area, side) >= scale) return area;
  find_worst(box, map, &x, &y);
  return square_round(x, y, larger((int)(side / (ENLARGED * scale)), LEAST_SIDE), map);
}
