#include "engine/artwork_shift.h"

#include "engine/artwork_levels.h"

#include <math.h>
#include <stdlib.h>

/* The shift is looked for on a level of at most so many pixels, up to a share of the side. */
static const double SEARCH_PIXELS = 12e3, SEARCH_SHARE = 0.12;

/* A photo whose sides are in another proportion than the golden's is in another frame. */
static const double SAME_SHAPE = 0.03;

static int level_of(const struct pyramid *pyramid, double pixels) {
  int level = 0;
  while (level + 1 < pyramid->count &&
         (double)pyramid->level[level].width * (double)pyramid->level[level].height > pixels)
    level++;
  return level;
}

struct small {
  uint8_t *pixels;
  int32_t width, height;
};

static enum status fetch(struct device *device, const struct kernel_image *level, struct small *small,
                         struct fault *fault) {
  *small = (struct small){malloc((size_t)level->width * (size_t)level->height), level->width, level->height};
  if (!small->pixels) return fault_set(fault, STATUS_MEMORY, "alignment: out of memory");
  struct plane plane = {small->pixels, level->width, level->height, (size_t)level->width};
  return device_download_plane(device, level, &plane, fault);
}

/* Sum of differences with golden pixel (x, y) over photo pixel (columns[x] + dx, rows[y] + dy); what the photo does not
 * show counts as half different. */
static int64_t cost_at(const struct small *g, const struct small *p, const int32_t *columns, const int32_t *rows,
                       int32_t dx, int32_t dy) {
  int64_t cost = 0;
  for (int32_t y = 0; y < g->height; y++) {
    const uint8_t *row = g->pixels + (size_t)y * (size_t)g->width;
    int32_t v = rows[y] + dy;
    const uint8_t *other = v >= 0 && v < p->height ? p->pixels + (size_t)v * (size_t)p->width : NULL;
    for (int32_t x = 0; x < g->width; x++) {
      int32_t u = columns[x] + dx;
      cost += other && u >= 0 && u < p->width ? abs(row[x] - other[u]) : ARTWORK_CONTRAST / 2;
    }
  }
  return cost;
}

static enum status search(const struct small *g, const struct small *p, int32_t *at_x, int32_t *at_y,
                          struct fault *fault) {
  int32_t *columns = malloc(((size_t)g->width + (size_t)g->height) * sizeof *columns);
  if (!columns) return fault_set(fault, STATUS_MEMORY, "alignment: out of memory");
  int32_t *rows = columns + g->width;
  for (int32_t x = 0; x < g->width; x++) columns[x] = (int32_t)((2 * (int64_t)x + 1) * p->width / (2 * g->width));
  for (int32_t y = 0; y < g->height; y++) rows[y] = (int32_t)((2 * (int64_t)y + 1) * p->height / (2 * g->height));
  int32_t reach_x = (int32_t)(SEARCH_SHARE * p->width), reach_y = (int32_t)(SEARCH_SHARE * p->height);
  int64_t best = cost_at(g, p, columns, rows, 0, 0);
  for (int32_t dy = -reach_y; dy <= reach_y; dy++)
    for (int32_t dx = -reach_x; dx <= reach_x; dx++) {
      int64_t cost = cost_at(g, p, columns, rows, dx, dy);
      if (cost < best) best = cost, *at_x = dx, *at_y = dy;
    }
  free(columns);
  return STATUS_OK;
}

enum status artwork_shift_find(struct device *device, const struct pyramid *golden, const struct pyramid *photo,
                               struct pose *pose, bool *found, struct fault *fault) {
  double sx = (double)photo->level[0].width / golden->level[0].width;
  double sy = (double)photo->level[0].height / golden->level[0].height;
  *found = fabs(sx - sy) <= SAME_SHAPE * sx;
  if (!*found) return STATUS_OK;
  int level = level_of(golden, SEARCH_PIXELS), photo_level = level_of(photo, SEARCH_PIXELS);
  struct small g = {0}, p = {0};
  int32_t dx = 0, dy = 0;
  enum status status = fetch(device, &golden->level[level], &g, fault);
  if (!status) status = fetch(device, &photo->level[photo_level], &p, fault);
  if (!status) status = search(&g, &p, &dx, &dy, fault);
  double unit = (double)(1 << photo_level);
  *pose = (struct pose){{sx, 0, 0.5 * sx - 0.5 + unit * dx, 0, sy, 0.5 * sy - 0.5 + unit * dy, 0, 0, 1}};
  free(g.pixels), free(p.pixels);
  return status;
}
