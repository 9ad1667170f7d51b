#include "engine/reference_once.h"

#include "kernels/pixel.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Rows at a time, which stay in the cache; the rows around them that their limits depend on: two of the mean, which is
 * made of one more. */
enum { STRIP_ROWS = 64, MARGIN = 3, MOST_THREADS = 8 };

void reference_once_free(struct device *device, struct reference_once *once) {
  if (!once) return;
  for (int i = 0; i < ALIGNED_PLANES; i++)
    for (int j = 0; j < 3; j++) device_release(device, &once->planes[i].memory[j]);
  free(once->detail[1].pixels);
  free(once->detail[2].pixels);
  free(once);
}

static enum status take(struct device *device, struct device_memory *memory, int32_t width, int32_t rows,
                        struct kernel_image *view, struct fault *fault) {
  enum status status = device_reserve(device, memory, (size_t)width * (size_t)rows * sizeof(uint16_t), fault);
  if (!status) *view = device_view(memory, width, rows);
  return status;
}

/* Where the rise is 0 nothing is compared. */
static void leave_out(const struct device *device, const struct kernel_image *rise, int32_t first, int32_t rows) {
  uint16_t *values = device->backend->memory.view(rise->buffer);
  size_t width = (size_t)rise->width;
  memset(values + (size_t)first * width, 0, (size_t)rows * width * sizeof *values);
}

enum status reference_strip_make(struct device *device, const struct reference_source *from, int32_t top,
                                 int32_t bottom, struct reference_strip *strip, struct fault *fault) {
  int32_t height = from->photo.height, width = from->photo.width;
  int32_t first = top > MARGIN ? top - MARGIN : 0, end = bottom + MARGIN < height ? bottom + MARGIN : height;
  strip->first = first, strip->rows = end - first;
  enum status status = take(device, &strip->memory[0], width, strip->rows, &strip->mean, fault);
  if (!status) status = take(device, &strip->memory[1], width, strip->rows, &strip->rise, fault);
  if (!status) status = take(device, &strip->memory[2], width, strip->rows, &strip->fall, fault);
  if (status) return status;
  struct kernel_limits_of_one call = {.photo = device_rows(&from->photo, first, strip->rows),
                                      .zones = device_rows(&from->zones, first, strip->rows),
                                      .detail = device_rows(&from->detail, first, strip->rows),
                                      .tolerances = from->tolerances,
                                      .tolerance_count = from->tolerance_count,
                                      .mean = strip->mean,
                                      .rise = strip->rise,
                                      .fall = strip->fall};
  status = device_check(device->backend->operations.limits_of_one(device->context, &call), "limits_of_one", fault);
  if (status) return status;
  leave_out(device, &strip->rise, 0, top - first);
  leave_out(device, &strip->rise, bottom - first, end - bottom);
  return STATUS_OK;
}

void reference_strip_free(struct device *device, struct reference_strip *strip) {
  for (int i = 0; i < 3; i++) device_release(device, &strip->memory[i]);
}

void reference_once_mean(const struct device *device, const struct reference_source *from, int32_t left, int32_t top,
                         int32_t width, int32_t height, uint16_t *mean) {
  struct plane photo;
  if (!device_host_plane(device, &from->photo, &photo)) return;
  for (int32_t y = top; y < top + height; y++) {
    const uint8_t *here = photo.pixels + (size_t)y * photo.stride;
    const uint8_t *above = y ? here - photo.stride : here, *below = y + 1 < photo.height ? here + photo.stride : here;
    for (int32_t x = left; x < left + width; x++)
      *mean++ = (uint16_t)pixel_binomial(above + x, here + x, below + x, x > 0, x + 1 < photo.width);
  }
}

/* ---- a plane, by several threads ---- */

struct comparing {
  const struct kernel_backend *backend;
  const struct reference_source *from;
  struct kernel_image photo, seen;
  struct plane map;
  int threads;
};

/* Every so many strips of the plane, from one on. */
struct share {
  const struct comparing *comparing;
  int number;
  pthread_t thread;
  int32_t levels[256];
  enum status status;
  struct fault fault;
};

struct bench {
  struct device device;
  struct reference_strip strip;
  struct device_memory map, histogram;
};

static enum status compare_strip(const struct comparing *c, int32_t top, struct bench *b, struct share *share) {
  int32_t bottom = top + STRIP_ROWS < c->map.height ? top + STRIP_ROWS : c->map.height, levels[256];
  struct fault *fault = &share->fault;
  enum status status = reference_strip_make(&b->device, c->from, top, bottom, &b->strip, fault);
  size_t width = (size_t)c->map.width;
  if (!status) status = device_reserve(&b->device, &b->map, width * (size_t)b->strip.rows, fault);
  if (!status) status = device_reserve(&b->device, &b->histogram, sizeof levels, fault);
  if (status) return status;
  struct kernel_compare call = {.photo = device_rows(&c->photo, b->strip.first, b->strip.rows),
                                .seen = device_rows(&c->seen, b->strip.first, b->strip.rows),
                                .mean = b->strip.mean,
                                .rise = b->strip.rise,
                                .fall = b->strip.fall,
                                .map = device_view(&b->map, c->map.width, b->strip.rows),
                                .histogram = b->histogram.buffer};
  status = device_check(c->backend->operations.compare(b->device.context, &call), "compare", fault);
  if (!status) status = device_download(&b->device, &b->histogram, levels, sizeof levels, fault);
  for (int i = 0; i < 256 && !status; i++) share->levels[i] += levels[i];
  for (int32_t y = top; y < bottom && !status; y++) {
    struct kernel_image row = device_rows(&call.map, y - b->strip.first, 1);
    struct plane to = {c->map.pixels + (size_t)y * c->map.stride, c->map.width, 1, width};
    status = device_download_plane(&b->device, &row, &to, fault);
  }
  return status;
}

static void *work(void *argument) {
  struct share *share = argument;
  const struct comparing *c = share->comparing;
  struct bench b = {.device = {.backend = NULL}};
  share->status = device_open(c->backend, &b.device, &share->fault);
  if (share->status) return NULL;
  for (int32_t top = share->number * STRIP_ROWS; top < c->map.height && !share->status; top += c->threads * STRIP_ROWS)
    share->status = compare_strip(c, top, &b, share);
  reference_strip_free(&b.device, &b.strip);
  device_release(&b.device, &b.map);
  device_release(&b.device, &b.histogram);
  device_close(&b.device);
  return NULL;
}

enum status reference_once_compare(const struct device *device, const struct reference_once *once, int plane,
                                   const struct kernel_image *photo, const struct kernel_image *seen,
                                   const struct kernel_image *map, int32_t levels[256], struct fault *fault) {
  struct comparing c = {device->backend, &once->planes[plane], *photo, *seen, {0}, 1};
  struct share shares[MOST_THREADS];
  bool begun[MOST_THREADS] = {false};
  if (!device_host_plane(device, map, &c.map)) return fault_set(fault, STATUS_INTERNAL, "limits: no host memory");
  c.threads = once->threads < 1 ? 1 : once->threads > MOST_THREADS ? MOST_THREADS : once->threads;
  for (int i = 0; i < c.threads; i++) shares[i] = (struct share){.comparing = &c, .number = i};
  for (int i = 1; i < c.threads; i++) begun[i] = !pthread_create(&shares[i].thread, NULL, work, &shares[i]);
  /* What the system gives no thread for is done here. */
  for (int i = 0; i < c.threads; i++)
    if (!begun[i]) work(&shares[i]);
  enum status status = STATUS_OK;
  memset(levels, 0, 256 * sizeof *levels);
  for (int i = 0; i < c.threads; i++) {
    if (begun[i]) pthread_join(shares[i].thread, NULL);
    for (int v = 0; v < 256; v++) levels[v] += shares[i].levels[v];
    if (!shares[i].status || status) continue;
    status = shares[i].status;
    if (fault) *fault = shares[i].fault;
  }
  return status;
}
