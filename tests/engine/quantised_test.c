/* What whole steps of values leave unknown. */
#include "engine/quantised.h"
#include "tests/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct steps fine = {{0, 0}, true}, coarse = {{2, 2.125}, true}, exact = {{0.5, 0.375}, false};
static const double grey[3] = {156, 156, 156};

/* As the logarithm of light, by a numeric derivative of its own: 2.4 ln((v + 14) / 269), but for the floor. */
static double logarithm_of(double levels) {
  return 2.4 * log((156 + levels + 14.025) / (156 + 14.025));
}

static void a_change_within_the_steps_is_nothing(void **state) {
  (void)state;
  const struct quantised steps = quantised_of(fine, 1, fine);
  double change[3] = {logarithm_of(0.6), logarithm_of(0.6), logarithm_of(0.6)};
  quantised_beyond(&steps, grey, change);
  for (int k = 0; k < 3; k++) assert_float_equal(change[k], 0, 1e-9);
}

static void a_change_beyond_the_steps_is_left_less_by_them(void **state) {
  (void)state;
  const struct quantised steps = quantised_of(fine, 1, fine);
  double change[3] = {logarithm_of(5), logarithm_of(5), logarithm_of(5)};
  quantised_beyond(&steps, grey, change);
  for (int k = 0; k < 3; k++) assert_float_equal(change[k], logarithm_of(5 - sqrt(0.5)), 0.002);
}

/* 3 levels of Cr and 6 of Cb: the first is within the coarse steps of chroma, the other is not. */
static void each_of_luma_and_chroma_has_its_own_steps(void **state) {
  (void)state;
  const struct quantised steps = quantised_of(coarse, 1, coarse);
  assert_true(steps.half[1] > 1.6 && steps.half[1] < 1.8 && steps.coarse == 2.125);
  const double blue = 1.772 * 6, green = -0.344136 * 6;
  double change[3] = {0, logarithm_of(green), logarithm_of(blue)};
  quantised_beyond(&steps, grey, change);
  assert_float_equal(change[2], logarithm_of(blue * (1 - steps.half[1] / 6)), 0.004);
  double red[3] = {logarithm_of(1.402 * 1.5), logarithm_of(-0.714136 * 1.5), 0};
  quantised_beyond(&steps, grey, red);
  for (int k = 0; k < 3; k++) assert_float_equal(red[k], 0, 0.002);
}

static void a_mean_of_goldens_is_surer_and_coarse_steps_are_less_sure(void **state) {
  (void)state;
  static const double light[3] = {0.33, 0.33, 0.33};
  const struct quantised one = quantised_of(coarse, 1, coarse), five = quantised_of(coarse, 5, coarse),
                         plain = quantised_of(fine, 1, fine);
  assert_true(quantised_variance(&five, light) < quantised_variance(&one, light));
  assert_true(quantised_variance(&plain, light) < 0.3 * quantised_variance(&one, light));
}

static void the_file_s_own_means_are_surer_than_those_of_whole_levels(void **state) {
  (void)state;
  const struct quantised known = quantised_of(exact, 1, exact),
                         rounded = quantised_of((struct steps){{0.5, 0.375}, true}, 1, exact);
  for (int k = 0; k < 3; k++) assert_true(known.half[k] < 0.7 * rounded.half[k] && known.half[k] > 0.5 * 0.375);
}

/* Cr is said to have changed by 0.5 levels more, and by 5. */
static void a_place_follows_others_within_its_steps_and_as_far_as_they_are_sure(void **state) {
  (void)state;
  static const double sure[2] = {0.01, 0.01}, unsure[2] = {100, 100}, none[2] = {0, 0}, same[2] = {1, 1};
  const double red[2] = {0.5, 5};
  double left[2];
  for (int i = 0; i < 2; i++) {
    struct quantised steps = quantised_of(coarse, 1, coarse);
    const double half = steps.half[2];
    double other[3] = {logarithm_of(1.402 * red[i]), logarithm_of(-0.714136 * red[i]), 0};
    quantised_follow(&steps, grey, sure, none, other);
    left[i] = other[0] / logarithm_of(1.402), assert_true(steps.half[2] < 0.05 * half && steps.half[0] > 1);
    assert_float_equal(other[2], 0, 0.002);
  }
  assert_float_equal(left[0], 0.5, 0.02);
  assert_float_equal(left[1], quantised_of(coarse, 1, coarse).half[2], 0.05);
  for (int i = 0; i < 2; i++) {
    struct quantised steps = quantised_of(coarse, 1, coarse);
    double other[3] = {logarithm_of(1.402), logarithm_of(-0.714136), 0};
    quantised_follow(&steps, grey, i ? sure : unsure, i ? same : none, other);
    for (int k = 0; k < 3; k++) assert_float_equal(other[k], 0, 1e-4);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_change_within_the_steps_is_nothing),
      cmocka_unit_test(a_change_beyond_the_steps_is_left_less_by_them),
      cmocka_unit_test(each_of_luma_and_chroma_has_its_own_steps),
      cmocka_unit_test(a_mean_of_goldens_is_surer_and_coarse_steps_are_less_sure),
      cmocka_unit_test(the_file_s_own_means_are_surer_than_those_of_whole_levels),
      cmocka_unit_test(a_place_follows_others_within_its_steps_and_as_far_as_they_are_sure),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
