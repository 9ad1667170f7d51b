#include "datasets/pose.h"

#include "datasets/number.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct pose tilted = {
    .rotate = 0.2, .tilt = {0.03, -0.04}, .scale = 8, .centre = {1010, 730}, .distortion = 0.006};

static void assert_near(double value, double expected, double tolerance) {
  if (!(fabs(value - expected) <= tolerance)) fail_msg("%.12g, expected %.12g", value, expected);
}

static void the_centre_of_the_product_lies_where_the_pose_says(void **state) {
  (void)state;
  struct pose pose = tilted;
  pose.distortion = 0;
  struct mapping mapping;
  double photo[2];
  mapping_make(&mapping, &pose, 160, 120, 2000, 1500);
  mapping_project(&mapping, 80, 60, photo);
  assert_near(photo[0], 1010, 1e-9);
  assert_near(photo[1], 730, 1e-9);
}

static void without_tilt_a_millimetre_is_the_scale_and_turns_clockwise(void **state) {
  (void)state;
  struct pose pose = {.rotate = NUMBER_PI / 2, .scale = 8, .centre = {1000, 700}};
  struct mapping mapping;
  double photo[2];
  mapping_make(&mapping, &pose, 160, 120, 2000, 1500);
  mapping_project(&mapping, 90, 60, photo);
  assert_near(photo[0], 1000, 1e-6);
  assert_near(photo[1], 780, 1e-6);
}

static void projecting_there_and_back_is_the_identity(void **state) {
  (void)state;
  struct mapping mapping;
  mapping_make(&mapping, &tilted, 160, 120, 2000, 1500);
  for (int i = 0; i < 35; i++) {
    int column = i % 7, row = i / 7;
    double x = 160.0 * column / 6, y = 120.0 * row / 4, photo[2], back[2];
    mapping_project(&mapping, x, y, photo);
    mapping_unproject(&mapping, photo[0], photo[1], back);
    assert_near(back[0], x, 1e-9);
    assert_near(back[1], y, 1e-9);
  }
}

static void a_homography_is_found_again_from_its_points(void **state) {
  (void)state;
  static const double truth[9] = {0.9, -0.25, 130, 0.31, 1.1, -40, 1e-5, -3e-5, 1};
  double from[30][2], to[30][2], found[9];
  for (int i = 0; i < 30; i++) {
    int column = i % 6, row = i / 6;
    from[i][0] = 2000.0 * column / 5, from[i][1] = 1500.0 * row / 4;
    homography_apply(truth, from[i][0], from[i][1], to[i]);
  }
  double rms = homography_fit((const double(*)[2])from, (const double(*)[2])to, 30, found);
  assert_true(rms >= 0 && rms < 1e-8);
  for (int i = 0; i < 9; i++) assert_near(found[i], truth[i], 1e-9 * (1 + fabs(truth[i])));
}

static void too_few_points_give_no_homography(void **state) {
  (void)state;
  const double points[3][2] = {{0, 0}, {1, 0}, {0, 1}};
  double found[9];
  assert_true(homography_fit(points, points, 3, found) < 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_centre_of_the_product_lies_where_the_pose_says),
      cmocka_unit_test(without_tilt_a_millimetre_is_the_scale_and_turns_clockwise),
      cmocka_unit_test(projecting_there_and_back_is_the_identity),
      cmocka_unit_test(a_homography_is_found_again_from_its_points),
      cmocka_unit_test(too_few_points_give_no_homography),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
