/* The scale from targets in drawn photos whose camera is known. */
#include "cli/bench/plane.h"
#include "engine/measure/marker.h"
#include "engine/measure/scale_find.h"
#include "tests/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WIDTH = 1200, HEIGHT = 900, SMALL_WIDTH = 400, SMALL_HEIGHT = 300, MOST_SHAPES = 64 };

/* A scene of one target on a white sheet. */
struct scene {
  struct plane_shape shapes[MOST_SHAPES];
  size_t count;
  uint8_t codes[MOST_SHAPES][MARKER_MAX_BITS * MARKER_MAX_BITS], board[256];
};

static void add_code(struct scene *scene, const char *dictionary, int id, double left, double top, double size) {
  uint8_t *cells = scene->codes[scene->count];
  int side;
  assert_int_equal(marker_cells(dictionary, id, cells, &side, NULL), STATUS_OK);
  for (int i = 0; i < side * side; i++) cells[i] = cells[i] ? 215 : 40;
  scene->shapes[scene->count++] = (struct plane_shape){
      .left = left, .top = top, .width = size, .height = size, .cells = cells, .columns = side, .rows = side};
}

static void add_board(struct scene *scene, int columns, int rows, double square) {
  for (int i = 0; i < columns * rows; i++) scene->board[i] = (i % columns + i / columns) % 2 ? 215 : 40;
  scene->shapes[scene->count++] = (struct plane_shape){
      .width = columns * square, .height = rows * square, .cells = scene->board, .columns = columns, .rows = rows};
}

static void add_sheet(struct scene *scene, double width, double height) {
  scene->shapes[scene->count++] = (struct plane_shape){
      .left = -0.25 * width, .top = -0.25 * height, .width = 1.5 * width, .height = 1.5 * height, .value = 215};
}

static uint8_t *photograph(const struct plane_camera *camera, const struct scene *scene, double blur, double noise,
                           uint64_t seed) {
  const size_t count = (size_t)camera->width * (size_t)camera->height;
  float *values = malloc(count * sizeof *values);
  uint8_t *pixels = malloc(count);
  assert_true(values && pixels);
  assert_int_equal(plane_draw(camera, scene->shapes, scene->count, 130, values, NULL), STATUS_OK);
  assert_int_equal(plane_blur(camera, values, blur, NULL), STATUS_OK);
  plane_expose(camera, values, noise, seed, pixels);
  free(values);
  return pixels;
}

static bool find_in(const char *text, const struct calibration *calibration, uint8_t *pixels, int width, int height,
                    struct scale *scale, char why[256]) {
  struct spec spec;
  struct fault fault = {0};
  bool found = false;
  if (spec_parse(text, strlen(text), "spec", &spec, &fault)) fail_msg("%s", fault.text);
  const struct image photo = {.planes = {{pixels, width, height, (size_t)width}},
                              .width = width,
                              .height = height,
                              .full_width = width,
                              .full_height = height,
                              .reduction = 1};
  const struct pose pose = pose_identity();
  const struct scale_request request = {.spec = &spec, .calibration = calibration, .photo = &photo, .pose = &pose};
  why[0] = 0;
  if (scale_find(&request, scale, &found, why, 256, &fault)) fail_msg("%s", fault.text);
  spec_free(&spec);
  return found;
}

static bool find(const char *text, const struct calibration *calibration, uint8_t *pixels, struct scale *scale,
                 char why[256]) {
  return find_in(text, calibration, pixels, WIDTH, HEIGHT, scale, why);
}

/* The distance of two points of the world by the scale. */
static double measured(const struct scale *scale, const struct plane_camera *camera, const double *a, const double *b,
                       double z) {
  double u, v, u2, v2;
  struct pose_point p, q;
  plane_project(camera, a[0], a[1], z, &u, &v);
  plane_project(camera, b[0], b[1], z, &u2, &v2);
  assert_true(scale_point(scale, u, v, &p) && scale_point(scale, u2, v2, &q));
  return hypot(q.x - p.x, q.y - p.y);
}

/* Its standard uncertainty from the scale's modes. */
static double deviation(const struct scale *scale, const struct plane_camera *camera, const double *a, const double *b,
                        double z) {
  double sum = 0, value = measured(scale, camera, a, b, z);
  for (int i = 0; i < scale->mode_count; i++) {
    struct scale varied;
    scale_vary(scale, i, 1, &varied);
    const double change = measured(&varied, camera, a, b, z) - value;
    sum += change * change;
  }
  return sqrt(sum);
}

/* Lengths all over a plane: the worst share of the truth by which one is off, and by which times its expanded
 * uncertainty (95.45 %). Points lie within `reach` mm of (x, y). */
struct worst {
  double share, expanded;
};
static struct worst compare(const struct scale *scale, const struct plane_camera *camera, double x, double y,
                            double reach, double z) {
  struct worst worst = {0, 0};
  for (int i = 0; i < 60; i++) {
    const double a[2] = {x + reach * cos(i * 1.3), y + reach * sin(i * 1.3)};
    const double b[2] = {x + reach * (0.2 + 0.013 * i) * cos(i * 2.9 + 2),
                         y + reach * (0.2 + 0.013 * i) * sin(i * 2.9 + 2)};
    const double truth = hypot(b[0] - a[0], b[1] - a[1]), error = fabs(measured(scale, camera, a, b, z) - truth);
    worst.share = fmax(worst.share, error / truth);
    worst.expanded = fmax(worst.expanded, error / (2 * deviation(scale, camera, a, b, z)));
  }
  return worst;
}

static const char aruco[] = "scale: {source: marker, marker: aruco, dictionary: 4x4_50, id: 7, size: 40}\n";

static void aruco_scene(struct scene *scene) {
  *scene = (struct scene){.count = 0};
  add_sheet(scene, 40, 40);
  add_code(scene, "4x4_50", 7, 0, 0, 40);
}

/* A marker of an eighth of the photo's width, seen under 15 degrees: lengths within one marker's width of it. */
static void a_code_gives_the_plane_under_perspective(void **state) {
  (void)state;
  static const double axes[] = {0, 50, 90, 140};
  for (size_t i = 0; i < 4; i++) {
    const struct plane_camera camera = plane_camera(WIDTH, HEIGHT, 1500, 20, 20, 400, 15, axes[i], 10.0 * (double)i);
    struct scene scene;
    aruco_scene(&scene);
    uint8_t *pixels = photograph(&camera, &scene, 0.9, 2, i + 1);
    struct scale scale;
    char why[256];
    if (!find(aruco, NULL, pixels, &scale, why)) fail_msg("%s", why);
    assert_string_equal(scale.unit, "mm");
    const struct worst near = compare(&scale, &camera, 20, 20, 60, 0), far = compare(&scale, &camera, 20, 20, 130, 0);
    if (!(near.share < 0.001)) fail_msg("axis %g: a length is %.4f %% off", axes[i], 100 * near.share);
    /* The worst of 120 lengths of one photo, all of which lean on the same eight numbers. */
    if (!(near.expanded < 2 && far.expanded < 1.6))
      fail_msg("axis %g: %.2f and %.2f times the uncertainty", axes[i], near.expanded, far.expanded);
    free(pixels);
  }
}

/* Points at random about the marker: the true length lies within twice the standard uncertainty in 94 to 97 %. */
static void the_uncertainty_of_the_map_holds(void **state) {
  (void)state;
  enum { PHOTOS = 150, LENGTHS = 8 };
  struct scene scene;
  aruco_scene(&scene);
  size_t inside = 0, photos = 0;
  uint64_t seed = 5;
  for (int i = 0; i < PHOTOS; i++) {
    const double tilt = (double)(support_random(&seed) % 250) / 10, axis = (double)(support_random(&seed) % 3600) / 10;
    const struct plane_camera camera =
        plane_camera(SMALL_WIDTH, SMALL_HEIGHT, 500, 25, 15, 300, tilt, axis, axis * 0.7);
    uint8_t *pixels = photograph(&camera, &scene, 0.8, 1 + i % 6, (uint64_t)i + 100);
    struct scale scale;
    char why[256];
    if (!find_in(aruco, NULL, pixels, SMALL_WIDTH, SMALL_HEIGHT, &scale, why)) {
      free(pixels);
      continue;
    }
    photos++;
    for (int k = 0; k < LENGTHS; k++) {
      double p[4];
      for (int j = 0; j < 4; j++) p[j] = -25 + (double)(support_random(&seed) % 1000) / 10;
      const double error = measured(&scale, &camera, p, p + 2, 0) - hypot(p[2] - p[0], p[3] - p[1]);
      inside += fabs(error) <= 2 * deviation(&scale, &camera, p, p + 2, 0);
    }
    free(pixels);
  }
  const double share = (double)inside / (double)(photos * LENGTHS);
  assert_true(photos > PHOTOS * 0.95);
  if (!(share > 0.93 && share < 0.98)) fail_msg("%.2f %% of %zu lengths", 100 * share, photos * LENGTHS);
}

static void a_chessboard_gives_the_plane(void **state) {
  (void)state;
  const struct plane_camera camera = plane_camera(WIDTH, HEIGHT, 1500, 30, 20, 400, 15, 30, 100);
  struct scene scene = {.count = 0};
  add_sheet(&scene, 60, 40);
  add_board(&scene, 8, 6, 8);
  uint8_t *pixels = photograph(&camera, &scene, 0.9, 2, 3);
  struct scale scale;
  char why[256];
  if (!find("scale: {source: marker, marker: chessboard, columns: 7, rows: 5, square: 8}\n", NULL, pixels, &scale, why))
    fail_msg("%s", why);
  const struct worst near = compare(&scale, &camera, 30, 20, 80, 0);
  if (!(near.share < 0.0005 && near.expanded < 2)) fail_msg("%.4f %% %.2f", 100 * near.share, near.expanded);
  free(pixels);
}

/* Both ways in which boards with an even number of rows are printed. */
static void a_charuco_gives_the_plane_even_where_a_part_is_hidden(void **state) {
  (void)state;
  for (int first_white = 0; first_white < 2; first_white++) {
    const struct plane_camera camera = plane_camera(WIDTH, HEIGHT, 1500, 25, 30, 400, 15, 30, 20);
    struct scene scene = {.count = 0};
    int id = 0;
    add_sheet(&scene, 50, 60);
    add_board(&scene, 5, 6, 10);
    for (int i = 0; i < 30 && first_white; i++) scene.board[i] = scene.board[i] == 40 ? 215 : 40;
    for (int y = 0; y < 6; y++)
      for (int x = 0; x < 5; x++)
        if ((x + y) % 2 != first_white) add_code(&scene, "5x5_100", id++, x * 10 + 1.5, y * 10 + 1.5, 7);
    scene.shapes[scene.count++] =
        (struct plane_shape){.left = 31, .top = 41, .width = 40, .height = 30, .value = 180, .disc = true};
    uint8_t *pixels = photograph(&camera, &scene, 0.9, 2, 3);
    struct scale scale;
    char why[256];
    if (!find(
            "scale: {source: marker, marker: charuco, dictionary: 5x5_100, columns: 5, rows: 6, square: 10, size: 7}\n",
            NULL, pixels, &scale, why))
      fail_msg("%s", why);
    const struct worst near = compare(&scale, &camera, 25, 30, 80, 0);
    if (!(near.share < 0.001 && near.expanded < 2.2)) fail_msg("%.4f %% %.2f", 100 * near.share, near.expanded);
    free(pixels);
  }
}

/* What lies 30 mm above the marker looks 8 % too large from 400 mm. */
static void a_plane_above_the_marker_is_corrected_or_widens_the_uncertainty(void **state) {
  (void)state;
  const struct plane_camera camera = plane_camera(WIDTH, HEIGHT, 1500, 20, 20, 400, 12, 30, 15);
  struct calibration calibration = {
      .width = WIDTH, .height = HEIGHT, .lens = {1500, 1500, 0.5 * (WIDTH - 1), 0.5 * (HEIGHT - 1)}, .freedom = 1000};
  struct scene scene;
  struct scale scale;
  char why[256];
  aruco_scene(&scene);
  uint8_t *pixels = photograph(&camera, &scene, 0.9, 2, 3);
#define ARUCO_AND(more) "scale: {source: marker, marker: aruco, dictionary: 4x4_50, id: 7, size: 40, " more "}\n"
  assert_true(find(aruco, NULL, pixels, &scale, why));
  assert_true(compare(&scale, &camera, 20, 20, 60, 30).share > 0.07);
  assert_true(find(ARUCO_AND("height: 30, distance: 391.26"), NULL, pixels, &scale, why));
  assert_true(compare(&scale, &camera, 20, 20, 60, 30).share < 0.001);
  assert_true(find(ARUCO_AND("height: 30, calibration: c.json"), &calibration, pixels, &scale, why));
  struct worst known = compare(&scale, &camera, 20, 20, 60, 30);
  assert_true(known.share < 0.001 && known.expanded < 1.6);
  assert_true(find(ARUCO_AND("height_within: 40, distance: 391.26"), NULL, pixels, &scale, why));
  struct worst unknown = compare(&scale, &camera, 20, 20, 60, 30);
  assert_true(unknown.share > 0.07 && unknown.expanded < 1);
  const double a[] = {0, 0}, b[] = {40, 0};
  assert_true(find(ARUCO_AND("within: 1"), NULL, pixels, &scale, why));
  assert_float_equal(deviation(&scale, &camera, a, b, 0), 0.4 / sqrt(3), 0.005);
  free(pixels);
}

static void a_code_that_is_missing_doubled_or_hidden_is_refused_with_the_reason(void **state) {
  (void)state;
  const struct plane_camera camera = plane_camera(WIDTH, HEIGHT, 1500, 20, 20, 400, 5, 30, 0);
  struct scene scene;
  struct scale scale;
  char why[256];
  aruco_scene(&scene);
  uint8_t *pixels = photograph(&camera, &scene, 0.9, 2, 3);
  assert_false(
      find("scale: {source: marker, marker: aruco, dictionary: 4x4_50, id: 8, size: 40}\n", NULL, pixels, &scale, why));
  assert_non_null(strstr(why, "the marker 8 (4x4_50) is not seen"));
  struct calibration calibration = {.width = 640, .height = 480, .lens = {500, 500, 320, 240}, .freedom = 10};
  assert_false(find(aruco, &calibration, pixels, &scale, why));
  assert_non_null(strstr(why, "640 x 480"));
  free(pixels);
  add_code(&scene, "4x4_50", 7, 60, 0, 30);
  pixels = photograph(&camera, &scene, 0.9, 2, 3);
  assert_false(find(aruco, NULL, pixels, &scale, why));
  assert_non_null(strstr(why, "is seen 2 times"));
  free(pixels);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_code_gives_the_plane_under_perspective),
      cmocka_unit_test(the_uncertainty_of_the_map_holds),
      cmocka_unit_test(a_chessboard_gives_the_plane),
      cmocka_unit_test(a_charuco_gives_the_plane_even_where_a_part_is_hidden),
      cmocka_unit_test(a_plane_above_the_marker_is_corrected_or_widens_the_uncertainty),
      cmocka_unit_test(a_code_that_is_missing_doubled_or_hidden_is_refused_with_the_reason),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
