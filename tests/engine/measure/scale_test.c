#include "engine/measure/scale.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct lens barrel(void) {
  return (struct lens){{[LENS_FX] = 3000,
                        [LENS_FY] = 3010,
                        [LENS_CX] = 2000,
                        [LENS_CY] = 1500,
                        [LENS_K1] = -0.05,
                        [LENS_K2] = 0.01,
                        [LENS_P1] = 0.0005,
                        [LENS_P2] = -0.0003}};
}

static void a_fixture_maps_by_its_constant(void **state) {
  (void)state;
  struct scale scale = scale_fixture(0.1, 0);
  struct pose_point place;
  assert_true(scale_point(&scale, 20, 30, &place));
  assert_float_equal(place.x, 2, 1e-6);
  assert_float_equal(place.y, 3, 1e-6);
  assert_int_equal(scale.mode_count, 0);
  assert_float_equal(scale_step(&scale, 7, 8, 0.6, 0.8), 0.1, 1e-7);
}

static void a_mode_is_one_standard_deviation_of_the_map(void **state) {
  (void)state;
  struct scale scale = scale_fixture(0.1, 0.002), varied;
  struct pose_point before, after;
  assert_int_equal(scale.mode_count, 1);
  scale_vary(&scale, 0, 1, &varied);
  assert_true(scale_point(&scale, 100, 0, &before) && scale_point(&varied, 100, 0, &after));
  assert_float_equal(after.x / before.x - 1, 0.002, 1e-7);
}

static void what_the_lens_distorts_is_straightened(void **state) {
  (void)state;
  struct lens lens = barrel();
  for (double x = 0; x <= 4000; x += 500)
    for (double y = 0; y <= 3000; y += 500) {
      struct pose_point seen = lens_distort(&lens, x, y), back;
      assert_true(lens_straighten(&lens, seen.x, seen.y, &back));
      assert_float_equal(back.x, x, 1e-7);
      assert_float_equal(back.y, y, 1e-7);
    }
}

static void a_place_that_the_lens_cannot_show_is_refused(void **state) {
  (void)state;
  struct lens lens = barrel();
  struct pose_point back;
  lens.value[LENS_K1] = -5;
  assert_false(lens_straighten(&lens, 4000, 3000, &back));
}

static void golden_pixels_are_the_inverse_of_the_pose(void **state) {
  (void)state;
  struct pose pose = {{1.1, 0.1, 5, -0.05, 0.9, 7, 1e-5, 2e-5, 1}};
  struct scale scale;
  struct pose_point photo, golden;
  assert_true(scale_of_pose(&pose, &scale));
  assert_string_equal(scale.unit, "px");
  assert_true(pose_apply(&pose, 40, 50, &photo));
  assert_true(scale_point(&scale, photo.x, photo.y, &golden));
  assert_float_equal(golden.x, 40, 1e-9);
  assert_float_equal(golden.y, 50, 1e-9);
}

static void modes_have_an_end(void **state) {
  (void)state;
  struct scale scale = scale_pixels();
  struct scale_mode mode = {.name = "scale", .freedom = INFINITY};
  for (int i = 0; i < SCALE_MAX_MODES; i++) assert_true(scale_add_mode(&scale, &mode));
  assert_false(scale_add_mode(&scale, &mode));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_fixture_maps_by_its_constant),
      cmocka_unit_test(a_mode_is_one_standard_deviation_of_the_map),
      cmocka_unit_test(what_the_lens_distorts_is_straightened),
      cmocka_unit_test(a_place_that_the_lens_cannot_show_is_refused),
      cmocka_unit_test(golden_pixels_are_the_inverse_of_the_pose),
      cmocka_unit_test(modes_have_an_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
