/* A camera's calibration, from drawn boards whose camera is known. */
#include "cli/bench/plane.h"
#include "engine/measure/board.h"
#include "engine/measure/scale.h"
#include "tests/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { COLUMNS = 9, ROWS = 6, POINTS = COLUMNS * ROWS, VIEWS = 12, WIDTH = 800, HEIGHT = 600 };

#define SQUARE 20.0
#define FOCAL 900.0

/* The distance of the photo's corner from its middle, in focal lengths. */
static double corner_radius(void) {
  return hypot(0.5 * WIDTH, 0.5 * HEIGHT) / FOCAL;
}

/* Barrel distortion: at the photo's corner a point lies 2 % nearer to the middle. */
static struct plane_camera distorting(double x, double y, double distance, double tilt, double axis) {
  struct plane_camera camera = plane_camera(WIDTH, HEIGHT, FOCAL, x, y, distance, tilt, axis, 0.05 * axis - 8);
  camera.k1 = -0.02 / (corner_radius() * corner_radius());
  return camera;
}

/* The board's squares, whose first inner corner is at (0, 0), and its white rim. */
static void photograph(const struct plane_camera *camera, uint64_t seed, uint8_t *pixels) {
  uint8_t cells[(COLUMNS + 1) * (ROWS + 1)];
  struct plane_shape shapes[2];
  plane_board(COLUMNS, ROWS, SQUARE, 35, 220, cells, shapes);
  float *values = malloc(sizeof(float) * WIDTH * HEIGHT);
  assert_non_null(values);
  assert_int_equal(plane_draw(camera, shapes, 2, 120, values, NULL), STATUS_OK);
  assert_int_equal(plane_blur(camera, values, 0.8, NULL), STATUS_OK);
  plane_expose(camera, values, 2, seed, pixels);
  free(values);
}

/* Boards that together reach the photo's corners. */
static struct plane_camera view(int index) {
  static const double places[VIEWS][2] = {{0.5, 0.5},   {0.25, 0.25}, {0.75, 0.25}, {0.25, 0.75},
                                          {0.75, 0.75}, {0.5, 0.5},   {0.5, 0.25},  {0.5, 0.75},
                                          {0.25, 0.5},  {0.75, 0.5},  {0.5, 0.5},   {0.4, 0.6}};
  const double distance = 600 + 12 * (index % 4);
  /* The board's middle is at the share of the photo named above: the camera looks that much beside it. */
  const double x = 4 * SQUARE - (places[index][0] - 0.5) * WIDTH * distance / FOCAL;
  const double y = 2.5 * SQUARE - (places[index][1] - 0.5) * HEIGHT * distance / FOCAL;
  return distorting(x, y, distance, index ? 20 + index % 3 * 6 : 0, 37 * index);
}

static struct calibration c;

static int calibrate(void **state) {
  (void)state;
  struct pose_point *corners = calloc((size_t)VIEWS * POINTS, sizeof *corners);
  uint8_t *pixels = malloc((size_t)WIDTH * HEIGHT);
  c = (struct calibration){.width = WIDTH, .height = HEIGHT, .columns = COLUMNS, .rows = ROWS, .square_mm = SQUARE};
  struct fault fault = {0};
  c.photos = calloc(VIEWS, sizeof *c.photos);
  assert_true(corners && pixels && c.photos);
  for (int i = 0; i < VIEWS; i++) {
    const struct plane_camera camera = view(i);
    const struct plane luma = {pixels, WIDTH, HEIGHT, WIDTH};
    bool found;
    photograph(&camera, (uint64_t)i + 1, pixels);
    assert_int_equal(board_find(&luma, COLUMNS, ROWS, true, corners + c.photo_count * POINTS, &found, &fault),
                     STATUS_OK);
    c.photo_count += found;
  }
  assert_true(c.photo_count >= VIEWS - 1);
  for (size_t i = 0; i < c.photo_count; i++) {
    c.photos[i].path = strdup("drawn");
    memset(c.photos[i].id, 'a', sizeof c.photos[i].id - 1);
  }
  if (board_calibrate(corners, c.photo_count, false, &c, &fault)) fail_msg("%s", fault.text);
  free(corners);
  free(pixels);
  return 0;
}

static int forget(void **state) {
  (void)state;
  calibration_free(&c);
  return 0;
}

static struct lens lens_of(const struct calibration *calibration) {
  struct lens lens;
  memcpy(lens.value, calibration->lens, sizeof lens.value);
  return lens;
}

static void the_camera_is_found_within_its_uncertainty(void **state) {
  (void)state;
  const double truth[] = {FOCAL, FOCAL, 0.5 * (WIDTH - 1), 0.5 * (HEIGHT - 1)};
  assert_true(c.residual_px < 0.02);
  for (int i = 0; i < 4; i++) {
    const double deviation = sqrt(c.covariance[i * (CALIBRATION_VALUES + 1)]);
    if (!(fabs(c.lens[i] - truth[i]) < 4 * deviation && deviation < 1.5))
      fail_msg("value %d: %g +- %g; expected %g", i, c.lens[i], deviation, truth[i]);
  }
}

/* Straightened points of a plane seen at right angles: all lengths have one scale, which a fixture or a marker gives,
 * right to 0.05 %. */
static void straightened_lengths_are_right(void **state) {
  (void)state;
  enum { LENGTHS = 200 };
  const struct lens lens = lens_of(&c);
  const struct plane_camera camera = distorting(0, 0, 500, 0, 0);
  const double reach = 0.45 * WIDTH * 500 / FOCAL;
  double straight[LENGTHS], mean = 0, distorted = 0, worst = 0;
  for (int i = 0; i < LENGTHS; i++) {
    const double x = reach * cos(i * 1.19), y = reach * HEIGHT / WIDTH * sin(i * 1.61);
    const double x2 = x - reach * (0.4 + 0.2 * (i % 5)) * (x > 0 ? 1 : -1), y2 = 0.5 * y;
    double u, v, u2, v2;
    struct pose_point a, b;
    plane_project(&camera, x, y, 0, &u, &v);
    plane_project(&camera, x2, y2, 0, &u2, &v2);
    assert_true(lens_straighten(&lens, u, v, &a) && lens_straighten(&lens, u2, v2, &b));
    const double truth = hypot(x2 - x, y2 - y), aspect = lens.value[LENS_FX] / lens.value[LENS_FY];
    straight[i] = hypot(b.x - a.x, (b.y - a.y) * aspect) / truth;
    mean += straight[i] / LENGTHS;
    distorted = fmax(distorted, fabs(hypot(u2 - u, v2 - v) * 500 / FOCAL / truth - 1));
  }
  for (int i = 0; i < LENGTHS; i++) worst = fmax(worst, fabs(straight[i] / mean - 1));
  if (!(worst < 0.0005)) fail_msg("worst length %.4f %% off", 100 * worst);
  assert_true(distorted > 0.01);
}

static void a_photo_without_the_board_shows_none(void **state) {
  (void)state;
  uint8_t *pixels = calloc(WIDTH, HEIGHT);
  const struct plane luma = {pixels, WIDTH, HEIGHT, WIDTH};
  struct pose_point corners[POINTS];
  bool found = true;
  assert_int_equal(board_find(&luma, COLUMNS, ROWS, true, corners, &found, NULL), STATUS_OK);
  assert_false(found);
  free(pixels);
}

static void the_file_gives_back_what_was_written(void **state) {
  (void)state;
  struct calibration back;
  struct fault fault = {0};
  size_t size, again;
  char *text = calibration_write(&c, &size), *second;
  assert_non_null(text);
  if (calibration_read(text, size, "camera.json", &back, &fault)) fail_msg("%s", fault.text);
  second = calibration_write(&back, &again);
  assert_string_equal(text, second);
  assert_float_equal(back.lens[0], c.lens[0], 1e-6);
  assert_float_equal(back.covariance[12], c.covariance[12], 1e-9 * fabs(c.covariance[12]));
  free(text);
  free(second);
  calibration_free(&back);
}

static void a_file_that_is_no_calibration_is_refused(void **state) {
  (void)state;
  static const struct {
    const char *good, *bad, *message;
  } cases[] = {
      {"\"format\": 1", "\"format\": 2", "format"},
      {"\"fx\"", "\"fz\"", "fx"},
      {"\"covariance\": [", "\"covariance\": [7,", "covariance"},
      {"\"photo_id\": \"a", "\"photo_id\": \"z", "photos"},
      {"\"rows\": 6", "\"rows\": 1", "rows"},
      {"\"width\"", "width", "not valid JSON"},
  };
  struct calibration back;
  struct fault fault = {0};
  size_t size;
  char *text = calibration_write(&c, &size);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *at = strstr(text, cases[i].good);
    assert_non_null(at);
    char *spoilt = support_text("%.*s%s%s", (int)(at - text), text, cases[i].bad, at + strlen(cases[i].good));
    assert_int_equal(calibration_read(spoilt, strlen(spoilt), "camera.json", &back, &fault), STATUS_INVALID);
    if (!strstr(fault.text, cases[i].message)) fail_msg("%s lacks %s", fault.text, cases[i].message);
    assert_null(back.photos);
    free(spoilt);
  }
  assert_int_equal(calibration_read("", 0, "camera.json", &back, &fault), STATUS_INVALID);
  assert_int_equal(calibration_read("{}", 2, "camera.json", &back, &fault), STATUS_INVALID);
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_camera_is_found_within_its_uncertainty),
      cmocka_unit_test(straightened_lengths_are_right),
      cmocka_unit_test(a_photo_without_the_board_shows_none),
      cmocka_unit_test(the_file_gives_back_what_was_written),
      cmocka_unit_test(a_file_that_is_no_calibration_is_refused),
  };
  return cmocka_run_group_tests(tests, calibrate, forget);
}
