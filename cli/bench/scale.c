#include "cli/bench/figures.h"
#include "cli/bench/plane.h"
#include "engine/measure/board.h"
#include "engine/measure/marker.h"
#include "engine/measure/scale_find.h"
#include "engine/measure/uncertainty.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A code of 40 mm on a white sheet, in the middle of the world. */
#define SIZE 40.0
static const char spec_text[] = "scale: {source: marker, marker: aruco, dictionary: 4x4_50, id: 7, size: 40}\n";

struct bench {
  struct spec spec;
  uint8_t code[MARKER_MAX_BITS * MARKER_MAX_BITS];
  int side;
  struct plane_shape shapes[2];
  float *values; /* of the camera in hand */
  uint8_t *pixels;
  struct plane_camera camera;
  const struct calibration *calibration;
  uint64_t seed;
  struct fault *fault;
};

static double between(struct bench *b, double low, double high) {
  b->seed ^= b->seed >> 12, b->seed ^= b->seed << 25, b->seed ^= b->seed >> 27;
  return low + (high - low) * (double)(b->seed * 0x2545F4914F6CDD1Du >> 11) / 9007199254740992.0;
}

static enum status bench_open(struct bench *b) {
  enum status status = spec_parse(spec_text, sizeof spec_text - 1, "benchmark", &b->spec, b->fault);
  if (!status) status = marker_cells(b->spec.marker.dictionary, (int)b->spec.marker.id, b->code, &b->side, b->fault);
  for (int i = 0; i < b->side * b->side; i++) b->code[i] = b->code[i] ? 200 : 50;
  b->shapes[0] = (struct plane_shape){.left = -SIZE, .top = -SIZE, .width = 2 * SIZE, .height = 2 * SIZE, .value = 200};
  b->shapes[1] = (struct plane_shape){.left = -SIZE / 2,
                                      .top = -SIZE / 2,
                                      .width = SIZE,
                                      .height = SIZE,
                                      .cells = b->code,
                                      .columns = b->side,
                                      .rows = b->side};
  return status;
}

static enum status draw(struct bench *b, const struct plane_shape *shapes, size_t count, double blur) {
  const size_t pixels = (size_t)b->camera.width * (size_t)b->camera.height;
  float *values = realloc(b->values, pixels * sizeof *values);
  if (values) b->values = values;
  uint8_t *bytes = realloc(b->pixels, pixels);
  if (bytes) b->pixels = bytes;
  if (!values || !bytes) return fault_set(b->fault, STATUS_MEMORY, "benchmark: out of memory");
  enum status status = plane_draw(&b->camera, shapes, count, 130, b->values, b->fault);
  return status ? status : plane_blur(&b->camera, b->values, blur, b->fault);
}

static enum status find_scale(struct bench *b, double noise, struct scale *scale) {
  char why[256] = "";
  bool found = false;
  const int width = b->camera.width, height = b->camera.height;
  plane_expose(&b->camera, b->values, noise, ++b->seed, b->pixels);
  const struct image photo = {.planes = {{b->pixels, width, height, (size_t)width}},
                              .width = width,
                              .height = height,
                              .full_width = width,
                              .full_height = height,
                              .reduction = 1};
  const struct pose pose = pose_identity();
  const struct scale_request request = {
      .spec = &b->spec, .calibration = b->calibration, .photo = &photo, .pose = &pose};
  enum status status = scale_find(&request, scale, &found, why, sizeof why, b->fault);
  if (!status && !found) status = fault_set(b->fault, STATUS_INTERNAL, "benchmark: the marker is not found: %s", why);
  return status;
}

struct length {
  double ends[4]; /* mm: x, y of one end and of the other */
};

static double measured(const struct bench *b, const struct scale *scale, const struct length *length) {
  double u, v, u2, v2;
  struct pose_point p = {NAN, NAN}, q = {NAN, NAN};
  plane_project(&b->camera, length->ends[0], length->ends[1], 0, &u, &v);
  plane_project(&b->camera, length->ends[2], length->ends[3], 0, &u2, &v2);
  if (!scale_point(scale, u, v, &p) || !scale_point(scale, u2, v2, &q)) return NAN;
  return hypot(q.x - p.x, q.y - p.y);
}

static double truth_of(const struct length *length) {
  return hypot(length->ends[2] - length->ends[0], length->ends[3] - length->ends[1]);
}

static double expanded(const struct bench *b, const struct scale *scale, const struct length *length) {
  double sum = 0;
  const double value = measured(b, scale, length);
  for (int i = 0; i < scale->mode_count; i++) {
    struct scale varied;
    scale_vary(scale, i, 1, &varied);
    const double change = measured(b, &varied, length) - value;
    sum += change * change;
  }
  return sqrt(sum) * student_factor(scale->mode_count ? scale->mode[0].freedom : INFINITY);
}

/* Both ends within `reach` mm of the marker's edge, at least a quarter of the marker apart. */
static struct length any_length(struct bench *b, double reach) {
  struct length length;
  do
    for (int i = 0; i < 4; i++) length.ends[i] = between(b, -SIZE / 2 - reach, SIZE / 2 + reach);
  while (truth_of(&length) < SIZE / 4);
  return length;
}

/* ---- perspective of 15 degrees, the marker an eighth of the photo's width ---- */

enum { POSES = 12, LENGTHS = 50, VIEWS_A_LEVEL = 48, OF_A_PHOTO = 4 };

static enum status under_perspective(struct bench *b, struct bench_figures *figures) {
  double worst = 0;
  enum status status = STATUS_OK;
  for (int i = 0; i < POSES && !status; i++) {
    /* 1600 px wide; 200 px for 40 mm at a focal length of 2000 px are 400 mm. */
    b->camera = plane_camera(1600, 1200, 2000, 0, 0, 400, 15, 30.0 * i + 7, 23.0 * i);
    struct scale scale;
    status = draw(b, b->shapes, 2, 0.9);
    if (!status) status = find_scale(b, 2, &scale);
    for (int k = 0; k < LENGTHS && !status; k++) {
      const struct length length = any_length(b, SIZE);
      worst = fmax(worst, fabs(measured(b, &scale, &length) / truth_of(&length) - 1));
    }
  }
  if (status) return status;
  return bench_figures_add(figures, "marker, 15 degrees: worst length within a marker's width", 100 * worst, NAN, 0.1,
                           "%", b->fault);
}

/* ---- the uncertainty ---- */

static enum status coverage(struct bench *b, long runs, double tilt, double noise, struct bench_figures *figures) {
  size_t inside = 0, all = 0;
  char what[96];
  enum status status = STATUS_OK;
  for (int i = 0; i < VIEWS_A_LEVEL && !status; i++) {
    b->camera = plane_camera(400, 300, 500, between(b, -8, 8), between(b, -8, 8), between(b, 260, 340), tilt,
                             between(b, 0, 360), between(b, 0, 360));
    status = draw(b, b->shapes, 2, between(b, 0.7, 1.4));
    for (long run = 0; run < (runs + 3) / 4 && !status; run++) {
      struct scale scale;
      status = find_scale(b, noise, &scale);
      if (status) break;
      for (int k = 0; k < OF_A_PHOTO; k++, all++) {
        const struct length length = any_length(b, 1.5 * SIZE);
        inside += fabs(measured(b, &scale, &length) - truth_of(&length)) <= expanded(b, &scale, &length);
      }
    }
  }
  if (status) return status;
  snprintf(what, sizeof what, "marker, %g degrees, noise %g: %zu lengths, true ones inside U", tilt, noise, all);
  return bench_figures_add(figures, what, 100 * (double)inside / (double)all, 94, 97, "%", b->fault);
}

/* ---- barrel distortion of 2 % ---- */

enum { COLUMNS = 9, ROWS = 6, POINTS = COLUMNS * ROWS, VIEWS = 15, WIDTH = 1600, HEIGHT = 1200 };
#define SQUARE 20.0
#define FOCAL 1800.0

/* At the photo's corner a point lies 2 % nearer to the middle. */
static void distort(struct plane_camera *camera) {
  const double corner = hypot(0.5 * WIDTH, 0.5 * HEIGHT) / FOCAL;
  camera->k1 = -0.02 / (corner * corner);
}

/* Boards that together reach the photo's edges. */
static struct plane_camera board_view(int index) {
  static const double places[5] = {0.5, 0.25, 0.75, 0.3, 0.7};
  const double distance = 600 + 12 * (index % 4), u = places[index % 5] - 0.5, v = places[(index / 2 + 1) % 5] - 0.5;
  const double x = (COLUMNS - 1) * SQUARE / 2 - u * WIDTH * distance / FOCAL;
  const double y = (ROWS - 1) * SQUARE / 2 - v * HEIGHT * distance / FOCAL;
  struct plane_camera camera =
      plane_camera(WIDTH, HEIGHT, FOCAL, x, y, distance, index ? 18 + index % 4 * 5 : 0, 37 * index, index - 7);
  distort(&camera);
  return camera;
}

static enum status see_board(struct bench *b, int index, struct pose_point *corners, bool *found) {
  uint8_t cells[(COLUMNS + 1) * (ROWS + 1)];
  struct plane_shape shapes[2];
  plane_board(COLUMNS, ROWS, SQUARE, 50, 200, cells, shapes);
  b->camera = board_view(index);
  enum status status = draw(b, shapes, 2, 0.9);
  if (status) return status;
  plane_expose(&b->camera, b->values, 2, (uint64_t)index + 1, b->pixels);
  const struct plane luma = {b->pixels, WIDTH, HEIGHT, WIDTH};
  return board_find(&luma, COLUMNS, ROWS, true, corners, found, b->fault);
}

static enum status calibrate(struct bench *b, struct calibration *made) {
  struct pose_point *corners = calloc((size_t)VIEWS * POINTS, sizeof *corners);
  *made = (struct calibration){.width = WIDTH, .height = HEIGHT, .columns = COLUMNS, .rows = ROWS, .square_mm = SQUARE};
  made->photos = calloc(VIEWS, sizeof *made->photos);
  enum status status =
      corners && made->photos ? STATUS_OK : fault_set(b->fault, STATUS_MEMORY, "benchmark: out of memory");
  for (int i = 0; i < VIEWS && !status; i++) {
    bool found = false;
    status = see_board(b, i, corners + made->photo_count * POINTS, &found);
    made->photo_count += found;
  }
  if (!status) status = board_calibrate(corners, made->photo_count, false, made, b->fault);
  free(corners);
  return status;
}

static enum status through_a_lens(struct bench *b, struct bench_figures *figures) {
  struct calibration made;
  double worst = 0, straight = 0;
  enum status status = calibrate(b, &made);
  for (int i = 0; i < POSES && !status; i++) {
    struct scale scale, flat;
    b->camera = plane_camera(WIDTH, HEIGHT, FOCAL, 0, 0, 300, i % 3 * 7.5, 30.0 * i, 23.0 * i);
    distort(&b->camera);
    status = draw(b, b->shapes, 2, 0.9);
    b->calibration = &made;
    if (!status) status = find_scale(b, 2, &scale);
    b->calibration = NULL;
    if (!status) status = find_scale(b, 2, &flat);
    for (int k = 0; k < LENGTHS && !status; k++) {
      const struct length length = any_length(b, SIZE);
      worst = fmax(worst, fabs(measured(b, &scale, &length) / truth_of(&length) - 1));
      straight = fmax(straight, fabs(measured(b, &flat, &length) / truth_of(&length) - 1));
    }
  }
  calibration_free(&made);
  if (!status)
    status = bench_figures_add(figures, "barrel distortion of 2 %, calibrated: worst length", 100 * worst, NAN, 0.05,
                               "%", b->fault);
  if (!status)
    status = bench_figures_add(figures, "barrel distortion of 2 %, not calibrated: worst length", 100 * straight, NAN,
                               NAN, "%", b->fault);
  return status;
}

enum status bench_scale(long runs, struct bench_figures *figures, struct fault *fault) {
  static const double tilts[] = {0, 10, 20}, noises[] = {1, 3, 8};
  struct bench b = {.seed = 20260301, .fault = fault};
  enum status status = bench_open(&b);
  if (!status) status = under_perspective(&b, figures);
  if (!status) status = through_a_lens(&b, figures);
  for (int i = 0; i < 9 && !status; i++) status = coverage(&b, runs, tilts[i / 3], noises[i % 3], figures);
  spec_free(&b.spec);
  free(b.values);
  free(b.pixels);
  return status;
}
