#include "cli/bench/bench.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- memory ---- */

static enum status take(struct bench_scene *s, size_t bytes, struct kernel_buffer **buffer, struct fault *fault) {
  if (s->backend->memory.allocate(s->context, bytes, buffer))
    return fault_set(fault, STATUS_MEMORY, "benchmark: out of memory");
  s->owned[s->owned_count++] = *buffer;
  return STATUS_OK;
}

static enum status take_image(struct bench_scene *s, int32_t width, int32_t height, size_t element,
                              struct kernel_image *image, struct fault *fault) {
  *image = (struct kernel_image){.width = width, .height = height, .stride = width};
  return take(s, (size_t)width * (size_t)height * element, &image->buffer, fault);
}

static enum status take_images(struct bench_scene *s, struct fault *fault) {
  int32_t w = s->width, h = s->height, half_w = (w + 1) / 2, half_h = (h + 1) / 2;
  const struct {
    struct kernel_image *image;
    int32_t width, height;
    size_t element;
  } images[] = {{&s->golden, w, h, 1},
                {&s->photo, w, h, 1},
                {&s->out, w, h, 1},
                {&s->half, half_w, half_h, 1},
                {&s->quarter, half_w, half_h, 1},
                {&s->cb, half_w, half_h, 1},
                {&s->quarter_seen, half_w, half_h, 1},
                {&s->cr, half_w, half_h, 1},
                {&s->tint, half_w, half_h, 1},
                {&s->map, w, h, 1},
                {&s->zones, w, h, 1},
                {&s->mean, w, h, 2},
                {&s->rise, w, h, 2},
                {&s->fall, w, h, 2},
                {&s->bend, w, h, 2},
                {&s->count, w, h, 2},
                {&s->cells, half_w, half_h, 2},
                {&s->sum, w, h, 4},
                {&s->square, w, h, 4},
                {&s->variance, w, h, 4}};
  for (size_t i = 0; i < sizeof images / sizeof *images; i++) {
    enum status status = take_image(s, images[i].width, images[i].height, images[i].element, images[i].image, fault);
    if (status) return status;
  }
  size_t tiles = (size_t)KERNEL_TILES(w) * (size_t)KERNEL_TILES(h);
  enum status status = take(s, tiles * KERNEL_SUMS * sizeof(int64_t), &s->sums, fault);
  if (!status) status = take(s, (size_t)w * (size_t)h * sizeof(int32_t), &s->scratch, fault);
  if (!status) status = take(s, BENCH_AREAS * sizeof(struct kernel_component), &s->rows, fault);
  if (!status) status = take(s, 2 * sizeof(int32_t), &s->counts, fault);
  if (!status) status = take(s, 256 * sizeof(int32_t), &s->histogram, fault);
  if (!status) status = take(s, (UINT16_MAX + 1) * KERNEL_CELL_SUMS * sizeof(int64_t), &s->cell_sums, fault);
  if (!status) status = take(s, BENCH_GAUGES * sizeof(struct kernel_profile), &s->gauges, fault);
  if (!status) status = take(s, BENCH_GAUGES * BENCH_GAUGE_BINS * sizeof(struct kernel_bin), &s->bins, fault);
  return status;
}

/* ---- contents ---- */

static enum status fill(struct bench_scene *s, struct kernel_buffer *buffer, const void *bytes, size_t size,
                        struct fault *fault) {
  return s->backend->memory.upload(s->context, buffer, 0, bytes, size)
             ? fault_set(fault, STATUS_INTERNAL, "benchmark: a buffer cannot be filled")
             : STATUS_OK;
}

/* A print: bars, spots and a little noise. */
static uint8_t print_at(double x, double y, uint32_t noise) {
  int column = (int)floor(x / 23), row = (int)floor(y / 31);
  int value = (column * 7 + row * 13) % 5 < 2 ? 70 : 190;
  if (hypot(x - 23 * column - 11, y - 31 * row - 15) < 5) value = 130;
  return (uint8_t)(value + (int)(noise >> 29) - 3);
}

static const double TURN = 3 * 3.14159265358979 / 180, SIZE = 1.02;

/* From golden to photo, about the middle. */
static void place_of(const struct bench_scene *s, double x, double y, double *px, double *py) {
  double dx = x - s->width / 2.0, dy = y - s->height / 2.0;
  *px = s->width / 2.0 + SIZE * (cos(TURN) * dx - sin(TURN) * dy);
  *py = s->height / 2.0 + SIZE * (sin(TURN) * dx + cos(TURN) * dy);
}

static enum status fill_pictures(struct bench_scene *s, struct fault *fault) {
  size_t size = (size_t)s->width * (size_t)s->height;
  uint8_t *golden = malloc(size), *photo = malloc(size);
  enum status status = golden && photo ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "benchmark: out of memory");
  uint32_t noise = 1;
  for (int32_t y = 0; y < s->height && !status; y++)
    for (int32_t x = 0; x < s->width; x++) {
      double dx = x - s->width / 2.0, dy = y - s->height / 2.0;
      double gx = s->width / 2.0 + (cos(TURN) * dx + sin(TURN) * dy) / SIZE;
      double gy = s->height / 2.0 + (-sin(TURN) * dx + cos(TURN) * dy) / SIZE;
      size_t at = (size_t)y * (size_t)s->width + (size_t)x;
      noise = noise * 1664525 + 1013904223;
      golden[at] = print_at(x, y, noise);
      noise = noise * 1664525 + 1013904223;
      /* A smear on one in some thousand cells is what the comparison finds. */
      photo[at] = ((int)(gx / 40) * 31 + (int)(gy / 40) * 17) % 997 == 5 ? 255 : print_at(gx, gy, noise);
    }
  if (!status) status = fill(s, s->golden.buffer, golden, size, fault);
  if (!status) status = fill(s, s->photo.buffer, photo, size, fault);
  if (!status) memset(golden, 1, size);
  if (!status) status = fill(s, s->zones.buffer, golden, size, fault);
  if (!status) memset(golden, 128, size);
  if (!status) status = fill(s, s->tint.buffer, golden, (size_t)s->half.width * (size_t)s->half.height, fault);
  free(golden);
  free(photo);
  return status;
}

/* Squares side by side, numbered from 1. */
static enum status fill_cells(struct bench_scene *s, struct fault *fault) {
  const struct kernel_image *cells = &s->cells;
  size_t size = (size_t)cells->width * (size_t)cells->height * sizeof(uint16_t);
  int32_t columns = (cells->width + BENCH_CELL_SIDE - 1) / BENCH_CELL_SIDE;
  uint16_t *number = malloc(size), *to = number;
  if (!number) return fault_set(fault, STATUS_MEMORY, "benchmark: out of memory");
  for (int32_t y = 0; y < cells->height; y++)
    for (int32_t x = 0; x < cells->width; x++)
      *to++ = (uint16_t)(1 + y / BENCH_CELL_SIDE * columns + x / BENCH_CELL_SIDE);
  enum status status = fill(s, cells->buffer, number, size, fault);
  free(number);
  return status;
}

/* A grid over width x height pixels of `scale` golden pixels each: places, or pairs of scale and shift that change
 * nothing (`pairs` of them; 0: places). */
static enum status make_grid(struct bench_scene *s, int32_t width, int32_t height, double scale, int pairs,
                             struct kernel_buffer **buffer, struct fault *fault) {
  int32_t columns = KERNEL_NODES(width), rows = KERNEL_NODES(height), values = pairs ? 2 * pairs : 2;
  size_t size = (size_t)columns * (size_t)rows * (size_t)values * sizeof(int32_t);
  int32_t *grid = malloc(size), *to = grid;
  if (!grid) return fault_set(fault, STATUS_MEMORY, "benchmark: out of memory");
  for (int32_t j = 0; j < rows; j++)
    for (int32_t i = 0; i < columns; i++) {
      double x, y;
      place_of(s, (i * KERNEL_CELL + 0.5) * scale - 0.5, (j * KERNEL_CELL + 0.5) * scale - 0.5, &x, &y);
      for (int k = 0; k < pairs; k++) *to++ = 4096, *to++ = 0;
      if (!pairs) {
        *to++ = (int32_t)floor(((x + 0.5) / scale - 0.5) * 65536 + 0.5);
        *to++ = (int32_t)floor(((y + 0.5) / scale - 0.5) * 65536 + 0.5);
      }
    }
  enum status status = take(s, size, buffer, fault);
  if (!status) status = fill(s, *buffer, grid, size, fault);
  free(grid);
  return status;
}

enum status bench_scene_open(const struct kernel_backend *backend, int32_t width, int32_t height, struct bench_scene *s,
                             struct fault *fault) {
  s->backend = backend, s->width = width, s->height = height;
  if (backend->open(&s->context)) return fault_set(fault, STATUS_MEMORY, "benchmark: out of memory");
  int32_t half_width = (width + 1) / 2, half_height = (height + 1) / 2;
  enum status status = take_images(s, fault);
  if (!status) status = fill_pictures(s, fault);
  if (!status) status = fill_cells(s, fault);
  if (!status) status = make_grid(s, width, height, 1, 0, &s->place, fault);
  if (!status) status = make_grid(s, width, height, 1, 1, &s->light, fault);
  if (!status) status = make_grid(s, width, height, 1, 1, &s->tile_light, fault);
  if (!status) status = make_grid(s, half_width, half_height, 2, 0, &s->half_place, fault);
  if (!status) status = make_grid(s, half_width, half_height, 2, 4, &s->half_light, fault);
  return status;
}

void bench_scene_close(struct bench_scene *s) {
  if (!s->context) return;
  for (size_t i = 0; i < s->owned_count; i++) s->backend->memory.release(s->context, s->owned[i]);
  s->backend->close(s->context);
  memset(s, 0, sizeof *s);
}
