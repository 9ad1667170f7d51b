#include "engine/reference_once.h"

#include "kernels/pixel.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Rows at a time: what they share with those before is made twice. */
enum { STRIP_ROWS = 64, MOST_THREADS = 8 };

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

/* ---- a plane, by several threads ---- */

struct comparing {
  const struct kernel_backend *backend;
  const struct reference_source *from;
  struct kernel_image photo, seen, map;
  int32_t strips;
  _Atomic int32_t next;
};

struct share {
  struct comparing *comparing;
  pthread_t thread;
  int32_t levels[256];
  enum status status;
  struct fault fault;
};

static enum status compare_strip(const struct comparing *c, struct device *device, struct device_memory *histogram,
                                 int32_t strip, struct share *share) {
  const struct reference_source *from = c->from;
  int32_t first = strip * STRIP_ROWS, left = c->map.height - first, levels[256];
  struct kernel_compare_of_one call = {.golden = from->photo,
                                       .zones = from->zones,
                                       .detail = from->detail,
                                       .tolerances = from->tolerances,
                                       .tolerance_count = from->tolerance_count,
                                       .photo = c->photo,
                                       .seen = c->seen,
                                       .first = first,
                                       .rows = left < STRIP_ROWS ? left : STRIP_ROWS,
                                       .map = c->map,
                                       .histogram = histogram->buffer};
  enum status status =
      device_check(c->backend->operations.compare_of_one(device->context, &call), "compare_of_one", &share->fault);
  if (!status) status = device_download(device, histogram, levels, sizeof levels, &share->fault);
  for (int i = 0; i < 256 && !status; i++) share->levels[i] += levels[i];
  return status;
}

static void *work(void *argument) {
  struct share *share = argument;
  struct comparing *c = share->comparing;
  struct device device = {.backend = NULL};
  struct device_memory histogram = {.buffer = NULL};
  share->status = device_open(c->backend, &device, &share->fault);
  if (share->status) return NULL;
  share->status = device_reserve(&device, &histogram, 256 * sizeof(int32_t), &share->fault);
  for (int32_t strip; !share->status && (strip = atomic_fetch_add(&c->next, 1)) < c->strips;)
    share->status = compare_strip(c, &device, &histogram, strip, share);
  device_release(&device, &histogram);
  device_close(&device);
  return NULL;
}

enum status reference_once_compare(const struct device *device, const struct reference_once *once, int plane,
                                   const struct kernel_image *photo, const struct kernel_image *seen,
                                   const struct kernel_image *map, int32_t levels[256], struct fault *fault) {
  int32_t strips = (map->height + STRIP_ROWS - 1) / STRIP_ROWS;
  struct comparing c = {device->backend, &once->planes[plane], *photo, *seen, *map, strips, 0};
  struct share shares[MOST_THREADS];
  bool begun[MOST_THREADS] = {false};
  int threads = once->threads < 1 ? 1 : once->threads > MOST_THREADS ? MOST_THREADS : once->threads;
  for (int i = 0; i < threads; i++) shares[i] = (struct share){.comparing = &c};
  for (int i = 1; i < threads; i++) begun[i] = !pthread_create(&shares[i].thread, NULL, work, &shares[i]);
  /* What the system gives no thread for is done here. */
  for (int i = 0; i < threads; i++)
    if (!begun[i]) work(&shares[i]);
  enum status status = STATUS_OK;
  memset(levels, 0, 256 * sizeof *levels);
  for (int i = 0; i < threads; i++) {
    if (begun[i]) pthread_join(shares[i].thread, NULL);
    for (int v = 0; v < 256; v++) levels[v] += shares[i].levels[v];
    if (!shares[i].status || status) continue;
    status = shares[i].status;
    if (fault) *fault = shares[i].fault;
  }
  return status;
}
