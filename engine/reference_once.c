#include "engine/reference_once.h"

#include "engine/crew.h"
#include "kernels/pixel.h"

#include <stdlib.h>
#include <string.h>

/* Rows at a time: what they share with those before is made twice. */
enum { STRIP_ROWS = 64 };

void reference_once_free(struct device *device, struct reference_once *once) {
  if (!once) return;
  for (int i = 0; i < ALIGNED_PLANES; i++)
    for (int j = 0; j < 3; j++) device_release(device, &once->planes[i].memory[j]);
  free(once->detail[1].pixels);
  free(once->detail[2].pixels);
  free(once);
}

/* Of `count` pixels with a neighbour on either side. */
static void mean_inside(const uint8_t *restrict above, const uint8_t *restrict here, const uint8_t *restrict below,
                        int32_t count, uint16_t *restrict mean) {
  for (int32_t i = 0; i < count; i++) {
    int across = above[i - 1] + 2 * here[i - 1] + below[i - 1] + above[i + 1] + 2 * here[i + 1] + below[i + 1];
    mean[i] = (uint16_t)(across + 2 * (above[i] + 2 * here[i] + below[i]));
  }
}

void reference_once_mean(const struct device *device, const struct reference_source *from, int32_t left, int32_t top,
                         int32_t width, int32_t height, uint16_t *mean) {
  struct plane photo;
  if (!device_host_plane(device, &from->photo, &photo)) return;
  for (int32_t y = top; y < top + height; y++) {
    const uint8_t *here = photo.pixels + (size_t)y * photo.stride;
    const uint8_t *above = y ? here - photo.stride : here, *below = y + 1 < photo.height ? here + photo.stride : here;
    bool first = left == 0, last = left + width == photo.width;
    mean_inside(above + left + first, here + left + first, below + left + first, width - first - last, mean + first);
    if (first) mean[0] = (uint16_t)pixel_binomial(above, here, below, 0, photo.width > 1);
    if (last)
      mean[width - 1] = (uint16_t)pixel_binomial(above + photo.width - 1, here + photo.width - 1,
                                                 below + photo.width - 1, photo.width > 1, 0);
    mean += width;
  }
}

/* ---- all planes, by several threads ---- */

struct comparing {
  const struct kernel_backend *backend;
  const struct reference_once *once;
  const struct aligned *photo;
  const struct kernel_image *maps;
  int32_t (*levels)[256]; /* of each strip */
};

static size_t strips_of(const struct kernel_image *map) {
  return ((size_t)map->height + STRIP_ROWS - 1) / STRIP_ROWS;
}

static enum status compare_strip(const struct comparing *c, struct device *device, struct device_memory *histogram,
                                 int plane, int32_t first, int32_t levels[256], struct fault *fault) {
  const struct reference_source *from = &c->once->planes[plane];
  int32_t left = c->maps[plane].height - first;
  struct kernel_compare_of_one call = {.golden = from->photo,
                                       .zones = from->zones,
                                       .detail = from->detail,
                                       .tolerances = from->tolerances,
                                       .tolerance_count = from->tolerance_count,
                                       .photo = c->photo->plane[plane],
                                       .seen = c->photo->seen[plane],
                                       .first = first,
                                       .rows = left < STRIP_ROWS ? left : STRIP_ROWS,
                                       .map = c->maps[plane],
                                       .histogram = histogram->buffer};
  enum status status =
      device_check(c->backend->operations.compare_of_one(device->context, &call), "compare_of_one", fault);
  return status ? status : device_download(device, histogram, levels, 256 * sizeof *levels, fault);
}

static enum status do_strip(void *context, size_t index, struct fault *fault) {
  const struct comparing *c = context;
  int plane = 0;
  size_t strip = index;
  while (strip >= strips_of(&c->maps[plane])) strip -= strips_of(&c->maps[plane++]);
  struct device device = {.backend = NULL};
  struct device_memory histogram = {.buffer = NULL};
  enum status status = device_open(c->backend, &device, fault);
  if (status) return status;
  status = device_reserve(&device, &histogram, 256 * sizeof(int32_t), fault);
  if (!status)
    status = compare_strip(c, &device, &histogram, plane, (int32_t)strip * STRIP_ROWS, c->levels[index], fault);
  device_release(&device, &histogram);
  device_close(&device);
  return status;
}

enum status reference_once_compare(const struct device *device, const struct reference_once *once,
                                   const struct aligned *photo, int planes, const struct kernel_image *maps,
                                   int32_t (*levels)[256], struct fault *fault) {
  size_t count = 0;
  for (int i = 0; i < planes; i++) count += strips_of(&maps[i]);
  struct comparing c = {device->backend, once, photo, maps, calloc(count, sizeof *c.levels)};
  if (!c.levels) return fault_set(fault, STATUS_MEMORY, "comparison: out of memory");
  const struct crew crew = {once->threads, do_strip, &c};
  enum status status = crew_run(&crew, count, fault);
  memset(levels, 0, (size_t)planes * sizeof *levels);
  size_t at = 0;
  for (int i = 0; i < planes; i++)
    for (size_t end = at + strips_of(&maps[i]); at < end; at++)
      for (int v = 0; v < 256; v++) levels[i][v] += c.levels[at][v];
  free(c.levels);
  return status;
}
