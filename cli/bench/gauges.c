#include "cli/bench/bench.h"
#include "cli/bench/lab.h"
#include "cli/bench/photos.h"
#include "engine/inspect.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- a part that is 2 % too large, from its photo's bytes to its result ---- */

enum { WIDTH = 640, HEIGHT = 480 };

static const char part_spec[] =
    "name: part\nalignment: {model: rigid}\nscale: {source: fixture, mm_per_px: 0.1}\ndimensions:\n"
    "- {name: left, gauge: line, box: {centre: [120, 240], size: [40, 160]}}\n"
    "- {name: right, gauge: line, box: {centre: [520, 240], size: [40, 160]}}\n"
    "- {name: hole, gauge: circle, centre: [320, 200], radius: 50, search: 15}\n"
    "- {name: width, measure: distance, of: [left, right], unit: mm}\n"
    "- {name: bore, measure: diameter, of: hole, unit: mm}\n";

/* The part as a PGM, `size` times as large about the photo's middle. */
static enum status draw_part(struct bench_lab *lab, double size, const char *name, struct photo *photo,
                             struct fault *fault) {
  struct drawing *d = &lab->drawing;
  const struct pose pose = {{size, 0, 0.5 * WIDTH * (1 - size) + (size - 1) * 300, 0, size,
                             0.5 * HEIGHT * (1 - size) + (size - 1) * 200, 0, 0, 1}};
  struct draws marks = {7};
  enum status status = drawing_begin(d, WIDTH, HEIGHT, 2, fault);
  if (status) return status;
  drawing_rectangle(d, 320, 240, 400, 360, 0, &pose, 0.7);
  drawing_ellipse(d, 320, 200, 50, 50, 0, &pose, -0.7);
  for (int i = 0; i < 60; i++) {
    double x = draw_even(&marks, 160, 480), y = draw_even(&marks, 290, 400);
    drawing_rectangle(d, x, y, draw_even(&marks, 4, 24), draw_even(&marks, 4, 24), draw_even(&marks, 0, 3), &pose,
                      draw_even(&marks, -0.3, 0.3));
  }
  drawing_blur(d, 0.9);
  drawing_finish(d, 215, -150, 2, &lab->draws);
  char head[64];
  int length = snprintf(head, sizeof head, "P5\n%d %d\n255\n", WIDTH, HEIGHT);
  size_t pixels = (size_t)WIDTH * HEIGHT;
  uint8_t *bytes = malloc((size_t)length + pixels);
  if (!bytes) return fault_set(fault, STATUS_MEMORY, "benchmark: out of memory");
  memcpy(bytes, head, (size_t)length);
  memcpy(bytes + length, d->pixels, pixels);
  status = photo_from_bytes(name, bytes, (size_t)length + pixels, photo, fault);
  free(bytes);
  return status;
}

static enum status measure_part(const struct inspector *inspector, const struct photo *photo, double *values,
                                struct fault *fault) {
  struct inspection *inspection = NULL;
  struct result result = {0};
  enum status status = inspection_open(inspector, &inspection, fault);
  if (!status) status = inspect_measure(inspection, photo, &result, fault);
  for (size_t i = 0; i < 2 && !status; i++) {
    values[i] = i < result.dimension_count ? result.dimensions[i].value : NAN;
    if (isnan(values[i]))
      status = fault_set(fault, STATUS_INTERNAL, "benchmark: %s: %s", photo->path,
                         result.reason_count ? result.reasons[0].text : "nothing was measured");
  }
  result_free(&result);
  inspection_close(inspection);
  return status;
}

enum status bench_large_part(struct bench_figures *figures, struct fault *fault) {
  struct bench_lab lab;
  struct photo photos[2] = {{0}};
  struct golden golden = {.photos = photos, .photo_count = 1};
  struct inspector *inspector = NULL;
  double right[2], large[2];
  enum status status = bench_lab_open(&lab, fault);
  if (!status) status = spec_parse(part_spec, sizeof part_spec - 1, "benchmark", &golden.spec, fault);
  if (!status) status = draw_part(&lab, 1, "the golden part", &photos[0], fault);
  if (!status) status = draw_part(&lab, 1.02, "the part 2 % too large", &photos[1], fault);
  if (!status) status = inspector_open(&golden, NULL, &inspector, fault);
  if (!status) status = measure_part(inspector, &photos[0], right, fault);
  if (!status) status = measure_part(inspector, &photos[1], large, fault);
  if (!status)
    status = bench_figures_add(figures, "fixture, part 2 % too large: its width is too large by",
                               100 * (large[0] / right[0] - 1), 1.95, 2.05, "%", fault);
  if (!status)
    status = bench_figures_add(figures, "fixture, part 2 % too large: its bore is too large by",
                               100 * (large[1] / right[1] - 1), 1.95, 2.05, "%", fault);
  inspector_close(inspector);
  spec_free(&golden.spec);
  photo_free(&photos[0]);
  photo_free(&photos[1]);
  bench_lab_close(&lab);
  return status;
}

/* ---- 200 gauges on 12 megapixels ---- */

enum { COLUMNS = 20, ROWS = 10, PITCH = 200 };

/* Discs of 20 px radius and squares with an edge of 40 lines by turns, a gauge each. */
static enum status draw_field(struct bench_lab *lab, struct spec_dimension *gauges, struct fault *fault) {
  struct drawing *d = &lab->drawing;
  enum status status = drawing_begin(d, 4000, 3000, 1, fault);
  if (status) return status;
  struct drawing tile = {0};
  status = drawing_begin(&tile, 2 * PITCH, PITCH, 2, fault);
  if (!status) {
    drawing_ellipse(&tile, 100.3, 100.4, 20, 20, 0, NULL, 1);
    drawing_rectangle(&tile, 300, 100, 100, 100, 0.1, NULL, 1);
    drawing_blur(&tile, 1);
    drawing_finish(&tile, 60, 120, 2, &lab->draws);
    for (int y = 0; y < d->height; y++)
      for (int x = 0; x < d->width; x++)
        d->pixels[(size_t)y * (size_t)d->width + (size_t)x] =
            tile.pixels[(size_t)(y % PITCH) * 2 * PITCH + (size_t)(x % (2 * PITCH))];
    for (int i = 0; i < ROWS * COLUMNS; i++) {
      double x = PITCH * (i % COLUMNS + 0.5), y = PITCH * (i / COLUMNS + 0.5);
      gauges[i] = (struct spec_dimension){.gauge = i % 2 ? GAUGE_LINE : GAUGE_CIRCLE, .contrast = 10};
      gauges[i].centre[0] = x, gauges[i].centre[1] = y, gauges[i].radius = 20, gauges[i].search = 8;
      gauges[i].box = (struct spec_gauge_box){{x + 50, y + 5}, {20, 40}, 0.1 * 57.29578};
    }
  }
  drawing_free(&tile);
  return status;
}

/* Milliseconds that the processor has worked for this program: what else runs on the machine counts less than by the
 * clock. */
static double processor_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

enum status bench_gauge_time(long runs, struct bench_figures *figures, struct fault *fault) {
  struct bench_lab lab;
  struct photo photos[2] = {{0}};
  static struct spec_dimension gauges[ROWS * COLUMNS];
  unsigned char *rgb = NULL;
  size_t rgb_size = 0, found = 0;
  double decode[32], measure[32];
  int count = runs < 9 ? 9 : runs > 31 ? 31 : (int)runs;
  enum status status = bench_lab_open(&lab, fault);
  if (!status) status = bench_photos_draw(12, photos, 2, 1, NULL, fault);
  if (!status) status = draw_field(&lab, gauges, fault);
  const struct plane plane = {lab.drawing.pixels, lab.drawing.width, lab.drawing.height, (size_t)lab.drawing.width};
  struct kernel_image luma;
  if (!status) status = device_upload_plane(&lab.device, &lab.memory, &plane, &luma, fault);
  for (int i = -1; i < count && !status; i++) {
    double ms = 0;
    double begin = processor_now();
    status = bench_decode(&photos[1], &rgb, &rgb_size, &ms, fault);
    const struct gauge_photo photo = {
        .device = &lab.device, .luma = &luma, .placement = &lab.placement, .scale = &lab.scale};
    double middle = processor_now();
    if (!status) status = gauges_measure(&lab.measuring, &photo, gauges, ROWS * COLUMNS, fault);
    if (i < 0) continue;
    decode[i] = middle - begin, measure[i] = processor_now() - middle;
  }
  for (size_t i = 0; i < lab.measuring.gauge_count; i++) found += lab.measuring.gauges[i].found;
  if (!status && found != ROWS * COLUMNS)
    status = fault_set(fault, STATUS_INTERNAL, "benchmark: %zu of 200 gauges were found", found);
  if (!status) {
    double plain = bench_median(decode, (size_t)count), took = bench_median(measure, (size_t)count);
    status = bench_figures_add(figures, "200 gauges on 12 megapixels: processor time", took, NAN, NAN, "ms", fault);
    if (!status)
      status = bench_figures_add(figures, "200 gauges on 12 megapixels: share of its plain decode", took / plain, NAN,
                                 0.1, "", fault);
  }
  free(rgb);
  photo_free(&photos[0]);
  photo_free(&photos[1]);
  bench_lab_close(&lab);
  return status;
}
