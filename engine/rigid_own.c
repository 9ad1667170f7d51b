#include "engine/rigid_own.h"

#include "engine/select.h"

#include <stdlib.h>
#include <string.h>

/* Squares are summed over BOX x BOX pixels. A place fits where it leaves no more than SHARE of what the other does,
 * beside CALM times what it leaves of most of the zone. */
enum { BOX = 5, LEAST_PIXELS = 256 };
static const double SHARE = 0.5, CALM = 4, LEAST_SHARE = 0.2;

/* The two places lie so many pixels of the level apart. */
static const double APART = 1;

/* Host memory of one zone: planes of width * height. */
struct work {
  int32_t width, height;
  uint8_t *golden, *photo, *mask, *own;
  int32_t *moved, *still;
  int32_t *sums;  /* of boxes, along rows */
  double *values; /* of the zone's pixels; in the memory of `sums` */
};

static enum status reserve(struct rigid_own *own, int32_t width, int32_t height, struct work *w, struct fault *fault) {
  size_t n = (size_t)width * (size_t)height;
  size_t nodes = (size_t)KERNEL_NODES(width) * (size_t)KERNEL_NODES(height) * 2;
  size_t plane = n > nodes ? n : nodes, need = n * sizeof(double) + 2 * plane * sizeof(int32_t) + 4 * n;
  if (need > own->size) {
    uint8_t *larger = realloc(own->memory, need);
    if (!larger) return fault_set(fault, STATUS_MEMORY, "zones: out of memory");
    own->memory = larger, own->size = need;
  }
  *w = (struct work){.width = width, .height = height, .values = (double *)(void *)own->memory};
  w->sums = (int32_t *)(void *)own->memory, w->moved = (int32_t *)(void *)(w->values + n), w->still = w->moved + plane;
  w->golden = own->memory + need - 4 * n;
  w->photo = w->golden + n, w->mask = w->photo + n, w->own = w->mask + n;
  return STATUS_OK;
}

/* The photo through a placement, at its own light. The grids are made in memory that the squares take later. */
static enum status show(const struct refine *r, const struct placement *placement, int level, struct rigid_own *own,
                        int32_t *grid, struct work *w, struct fault *fault) {
  const struct kernel_image *whole = &r->golden->level[0];
  int photo_level = placement_photo_level(placement, level, whole->width, whole->height, r->photo->count);
  size_t nodes = (size_t)KERNEL_NODES(w->width) * (size_t)KERNEL_NODES(w->height), bytes = 2 * nodes * sizeof *grid;
  placement_grid(placement, level, w->width, w->height, photo_level, grid);
  enum status status = device_upload(r->device, &own->place, grid, bytes, fault);
  for (size_t i = 0; i < nodes; i++) grid[2 * i] = 1 << 12, grid[2 * i + 1] = 0;
  if (!status) status = device_upload(r->device, &own->light, grid, bytes, fault);
  if (!status) status = device_reserve(r->device, &own->warped, (size_t)w->width * (size_t)w->height, fault);
  if (status) return status;
  const struct kernel_warp call = {.photo = r->photo->level[photo_level],
                                   .place = own->place.buffer,
                                   .light = own->light.buffer,
                                   .out = device_view(&own->warped, w->width, w->height)};
  status = device_check(r->device->backend->operations.warp(r->device->context, &call), "warp", fault);
  struct plane plane = {w->photo, w->width, w->height, (size_t)w->width};
  return status ? status : device_download_plane(r->device, &call.out, &plane, fault);
}

/* Squares of what the photo has beyond the golden in the zone's light, Q8; 0 outside the zone. */
static void square(const struct work *w, const struct refine *r, int level, int32_t *out) {
  double unit = (double)(1 << level), half = 0.5 * unit - 0.5;
  for (int32_t y = 0; y < w->height; y++) {
    struct light_row row = light_row(&r->light, unit * y + half);
    for (int32_t x = 0; x < w->width; x++) {
      size_t at = (size_t)y * (size_t)w->width + (size_t)x;
      double gain = light_row_gain(&row, unit * x + half);
      double e = w->photo[at] ? w->photo[at] - light_on(gain, r->light.offset, w->golden[at]) : 255;
      out[at] = w->mask[at] ? (int32_t)(256 * (e * e < 65025 ? e * e : 65025) / (BOX * BOX)) : 0;
    }
  }
}

/* Sums over boxes; beyond the edge there is nothing. */
static void sum_boxes(const struct work *w, int32_t *squares) {
  const int32_t half = BOX / 2;
  for (int32_t y = 0; y < w->height; y++)
    for (int32_t x = 0; x < w->width; x++) {
      const int32_t *row = squares + (size_t)y * (size_t)w->width;
      int32_t sum = 0;
      for (int32_t i = x > half ? x - half : 0; i <= x + half && i < w->width; i++) sum += row[i];
      w->sums[(size_t)y * (size_t)w->width + (size_t)x] = sum;
    }
  for (int32_t y = 0; y < w->height; y++)
    for (int32_t x = 0; x < w->width; x++) {
      int32_t sum = 0;
      for (int32_t j = y > half ? y - half : 0; j <= y + half && j < w->height; j++)
        sum += w->sums[(size_t)j * (size_t)w->width + (size_t)x];
      squares[(size_t)y * (size_t)w->width + (size_t)x] = sum;
    }
}

/* What half of the zone's pixels do not exceed. */
static double middle(const struct work *w, size_t *pixels) {
  size_t n = (size_t)w->width * (size_t)w->height, count = 0;
  for (size_t i = 0; i < n; i++)
    if (w->mask[i]) w->values[count++] = w->moved[i];
  *pixels = count;
  return count ? select_value(w->values, count, count / 2) : 0;
}

/* Into `own`; whether it is enough. */
static bool choose(const struct work *w) {
  size_t n = (size_t)w->width * (size_t)w->height, pixels, kept = 0;
  double calm = CALM * middle(w, &pixels);
  for (size_t i = 0; i < n; i++) {
    bool is_own = w->mask[i] && w->moved[i] <= SHARE * w->still[i] + calm;
    w->own[i] = is_own ? 255 : 0;
    kept += is_own;
  }
  return kept >= LEAST_PIXELS && (double)kept >= LEAST_SHARE * (double)pixels;
}

static bool lie_apart(const struct refine *r, const struct placement *still, int level) {
  double x = 0.5 * r->golden->level[0].width, y = 0.5 * r->golden->level[0].height;
  struct pose_point p, q;
  if (!pose_apply(&r->placement->pose, x, y, &p) || !pose_apply(&still->pose, x, y, &q)) return false;
  double least = APART * pose_scale_at(&still->pose, x, y) * (double)(1 << level);
  return (p.x - q.x) * (p.x - q.x) + (p.y - q.y) * (p.y - q.y) >= least * least;
}

enum status rigid_own_find(const struct refine *moved, const struct placement *still, int level, struct rigid_own *own,
                           bool *told, struct fault *fault) {
  const struct kernel_image *golden = &moved->golden->level[level], *mask = &moved->mask->level[level];
  struct device *device = moved->device;
  struct work w = {0};
  *told = false;
  if (!lie_apart(moved, still, level)) return STATUS_OK;
  enum status status = reserve(own, golden->width, golden->height, &w, fault);
  if (!status) status = device_download_part(device, golden, 1, 0, 0, w.width, w.height, w.golden, fault);
  if (!status) status = device_download_part(device, mask, 1, 0, 0, w.width, w.height, w.mask, fault);
  if (!status) status = show(moved, moved->placement, level, own, w.moved, &w, fault);
  if (status) return status;
  square(&w, moved, level, w.moved);
  status = show(moved, still, level, own, w.still, &w, fault);
  if (status) return status;
  square(&w, moved, level, w.still);
  sum_boxes(&w, w.moved);
  sum_boxes(&w, w.still);
  *told = choose(&w);

  own->mask.count = level + 1;
  const struct plane plane = {w.own, w.width, w.height, (size_t)w.width};
  return *told ? device_upload_plane(device, &own->pixels, &plane, &own->mask.level[level], fault) : STATUS_OK;
}

void rigid_own_free(struct device *device, struct rigid_own *own) {
  device_release(device, &own->place);
  device_release(device, &own->light);
  device_release(device, &own->warped);
  device_release(device, &own->pixels);
  free(own->memory);
  memset(own, 0, sizeof *own);
}
