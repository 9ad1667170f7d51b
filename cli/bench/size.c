/* A part that is 2 % too large, measured by each source of scale: what the product is cannot make its own scale. */
#include "cli/bench/figures.h"
#include "cli/bench/plane.h"
#include "engine/inspect.h"
#include "engine/measure/marker.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 1200, HEIGHT = 900, MARKS = 40, SHAPES = MARKS + 8 };

#define FOCAL 1500.0
#define DISTANCE 320.0
#define PX_PER_MM (FOCAL / DISTANCE)
#define PART_WIDTH 100.0
#define PART_HEIGHT 60.0
#define HOLE 20.0
#define REFERENCE 40.0

/* The part in the middle of the world, a marker to its right and a disc of known size to its left. */
struct scene {
  struct plane_shape shapes[SHAPES];
  size_t count;
  uint8_t code[MARKER_MAX_BITS * MARKER_MAX_BITS];
};

static void add(struct scene *scene, double x, double y, double width, double height, double value, bool disc) {
  scene->shapes[scene->count++] = (struct plane_shape){
      .disc = disc, .left = x - width / 2, .top = y - height / 2, .width = width, .height = height, .value = value};
}

static uint64_t next_random(uint64_t *state) {
  *state ^= *state >> 12, *state ^= *state << 25, *state ^= *state >> 27;
  return *state * 0x2545F4914F6CDD1Du >> 11;
}

static double any(uint64_t *state, double low, double high) {
  return low + (high - low) * (double)next_random(state) / 9007199254740992.0;
}

/* A printed plate with a hole; `size` 1.02 is 2 % too large. */
static void add_part(struct scene *scene, double size) {
  uint64_t seed = 77;
  add(scene, 0, 0, size * PART_WIDTH, size * PART_HEIGHT, 190, false);
  for (int i = 0; i < MARKS; i++) {
    const double x = any(&seed, -42, 42), y = any(&seed, -22, 22), w = any(&seed, 2, 9), h = any(&seed, 2, 9);
    add(scene, size * x, size * y, size * w, size * h, any(&seed, 80, 230), i % 3 == 0);
  }
  add(scene, 0, 0, size * (HOLE + 8), size * (HOLE + 8), 190, true);
  add(scene, 0, 0, size * HOLE, size * HOLE, 45, true);
}

static enum status make_scene(struct scene *scene, double size, struct fault *fault) {
  int side;
  enum status status = marker_cells("4x4_50", 7, scene->code, &side, fault);
  scene->count = 0;
  if (status) return status;
  for (int i = 0; i < side * side; i++) scene->code[i] = scene->code[i] ? 200 : 50;
  add(scene, 90, 0, 56, 56, 200, false);
  add(scene, 90, 0, 40, 40, 0, false);
  scene->shapes[scene->count - 1].cells = scene->code;
  scene->shapes[scene->count - 1].columns = scene->shapes[scene->count - 1].rows = side;
  add(scene, -90, 0, 56, 56, 200, false);
  add(scene, -90, 0, REFERENCE, REFERENCE, 50, true);
  add_part(scene, size);
  return STATUS_OK;
}

static enum status take_photo(const struct plane_camera *camera, double size, uint64_t seed, struct photo *photo,
                              struct fault *fault) {
  const size_t pixels = (size_t)WIDTH * HEIGHT;
  struct scene scene;
  char head[32];
  const int length = snprintf(head, sizeof head, "P5 %d %d 255\n", WIDTH, HEIGHT);
  float *values = calloc(pixels, sizeof *values);
  uint8_t *file = malloc((size_t)length + pixels);
  enum status status =
      values && file ? make_scene(&scene, size, fault) : fault_set(fault, STATUS_MEMORY, "benchmark: out of memory");
  if (!status) status = plane_draw(camera, scene.shapes, scene.count, 110, values, fault);
  if (!status) status = plane_blur(camera, values, 0.9, fault);
  if (!status) {
    memcpy(file, head, (size_t)length);
    plane_expose(camera, values, 2, seed, file + length);
    status = photo_from_bytes("drawn.pgm", file, (size_t)length + pixels, photo, fault);
  }
  free(values);
  free(file);
  return status;
}

/* ---- the golden ---- */

static double golden_x(double mm) {
  return 0.5 * (WIDTH - 1) + mm * PX_PER_MM;
}

static double golden_y(double mm) {
  return 0.5 * (HEIGHT - 1) + mm * PX_PER_MM;
}

static char *write_spec(const char *model, const char *scale) {
  const double left = golden_x(-PART_WIDTH / 2), right = golden_x(PART_WIDTH / 2), middle = golden_y(0);
  const double top = golden_y(-PART_HEIGHT / 2) - 6, bottom = golden_y(PART_HEIGHT / 2) + 6;
  char *text = NULL;
  const int length =
      asprintf(&text,
               "name: part\nalignment: {model: %s}\noutside: ignore\nscale: {%s}\nzones:\n"
               "  - {name: part, polygon: [[%g, %g], [%g, %g], [%g, %g], [%g, %g]]}\ndimensions:\n"
               "  - {name: left, gauge: line, box: {centre: [%g, %g], size: [36, 140], angle: 0}}\n"
               "  - {name: right, gauge: line, box: {centre: [%g, %g], size: [36, 140], angle: 0}}\n"
               "  - {name: hole, gauge: circle, centre: [%g, %g], radius: %g, search: 12}\n"
               "  - {name: known, gauge: circle, centre: [%g, %g], radius: %g, search: 20}\n"
               "  - {name: width, measure: distance, of: [left, right], unit: mm}\n"
               "  - {name: hole_width, measure: diameter, of: hole, unit: mm}\n",
               model, scale, left - 6, top, right + 6, top, right + 6, bottom, left - 6, bottom, left, middle, right,
               middle, golden_x(0), middle, HOLE / 2 * PX_PER_MM, golden_x(-90), middle, REFERENCE / 2 * PX_PER_MM);
  return length < 0 ? NULL : text;
}

static enum status make_golden(const char *model, const char *scale, struct golden *golden, struct fault *fault) {
  const struct plane_camera camera = plane_camera(WIDTH, HEIGHT, FOCAL, 0, 0, DISTANCE, 0, 0, 0);
  char *text = write_spec(model, scale);
  *golden = (struct golden){.version = 1};
  golden->photos = calloc(1, sizeof *golden->photos);
  golden->masks = calloc(1, sizeof *golden->masks);
  enum status status = text && golden->photos && golden->masks
                           ? spec_parse(text, strlen(text), "benchmark", &golden->spec, fault)
                           : fault_set(fault, STATUS_MEMORY, "benchmark: out of memory");
  if (!status) status = take_photo(&camera, 1, 1, &golden->photos[0], fault);
  if (!status) golden->photo_count = 1;
  free(text);
  return status;
}

static void free_golden(struct golden *golden) {
  for (size_t i = 0; i < golden->photo_count; i++) photo_free(&golden->photos[i]);
  free(golden->photos);
  free(golden->masks);
  spec_free(&golden->spec);
}

/* ---- by one source ---- */

/* A reference beside a tilted product is as sure as the alignment's perspective beyond the product, which its
 * uncertainty says. */

struct source {
  const char *name, *model, *scale;
  double bound;                /* of the error of the size, per cent */
  double distance, tilt, roll; /* of the camera of the photo; the golden's stands straight at DISTANCE */
};

static const struct source sources[] = {
    {"fixture", "rigid", "source: fixture, mm_per_px: 0.213333333333", 0.05, DISTANCE, 0, 0},
    {"marker", "homography", "source: marker, marker: aruco, dictionary: 4x4_50, id: 7, size: 40", 0.05, 335, 10, 12},
    {"reference", "similarity", "source: reference, of: known, length: 40", 0.05, 335, 0, 12},
    {"reference, tilted", "homography", "source: reference, of: known, length: 40", 0.3, 335, 10, 12},
};
enum { SOURCES = sizeof sources / sizeof *sources };

static enum status measure_with(const struct inspector *inspector, const struct source *source,
                                struct bench_figures *figures, struct fault *fault) {
  static const double truths[] = {PART_WIDTH, HOLE};
  const struct plane_camera camera =
      plane_camera(WIDTH, HEIGHT, FOCAL, 0, 0, source->distance, source->tilt, 40, source->roll);
  struct inspection *work = NULL;
  struct photo photo = {0};
  struct result result = {0};
  char what[96];
  enum status status = take_photo(&camera, 1.02, 5, &photo, fault);
  if (!status) status = inspection_open(inspector, &work, fault);
  if (!status) status = inspect_measure(work, &photo, &result, fault);
  for (size_t i = 0; i < 2 && !status; i++) {
    const struct dimension_result *d = i < result.dimension_count ? &result.dimensions[i] : NULL;
    if (!d || isnan(d->value)) {
      status = fault_set(fault, STATUS_INTERNAL, "benchmark: %s: not measured: %s", source->name,
                         result.reason_count ? result.reasons[0].text : "no reason");
      break;
    }
    snprintf(what, sizeof what, "2 %% too large, %s: %s reported too large by", source->name, d->name);
    status = bench_figures_add(figures, what, 100 * (d->value / truths[i] - 1), 2 - source->bound, 2 + source->bound,
                               "%", fault);
    snprintf(what, sizeof what, "2 %% too large, %s: error of %s, of its uncertainty", source->name, d->name);
    if (!status)
      status =
          bench_figures_add(figures, what, fabs(d->value - 1.02 * truths[i]) / d->uncertainty, NAN, 1.5, "", fault);
  }
  result_free(&result);
  inspection_close(work);
  photo_free(&photo);
  return status;
}

enum status bench_size(struct bench_figures *figures, struct fault *fault) {
  enum status status = STATUS_OK;
  for (int i = 0; i < SOURCES && !status; i++) {
    struct golden golden;
    struct inspector *inspector = NULL;
    const struct inspect_options options = {.backend = "cpu"};
    status = make_golden(sources[i].model, sources[i].scale, &golden, fault);
    if (!status) status = inspector_open(&golden, &options, &inspector, fault);
    if (!status) status = measure_with(inspector, &sources[i], figures, fault);
    inspector_close(inspector);
    free_golden(&golden);
  }
  return status;
}
