#include "datasets/number.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void assert_near(double value, double expected, double tolerance) {
  if (!(fabs(value - expected) <= tolerance)) fail_msg("%.17g, expected %.17g", value, expected);
}

static void functions_agree_with_the_mathematical_library(void **state) {
  (void)state;
  for (int i = -300; i <= 300; i++) {
    double x = i * 0.11;
    assert_near(number_exp(x) / exp(x), 1, 1e-13);
    assert_near(number_sin(x), sin(x), 1e-12);
    assert_near(number_cos(x), cos(x), 1e-12);
    assert_near(number_log(exp(x)), x, 1e-12);
  }
  assert_near(number_pow(0.5, 2.4), pow(0.5, 2.4), 1e-14);
  assert_near(number_pow(0, 2.4), 0, 0);
}

static void the_normal_quantile_inverts_the_distribution(void **state) {
  (void)state;
  static const double probabilities[] = {1e-9, 0.001, 0.02, 0.3, 0.5, 0.77, 0.999};
  for (int i = 0; i < 7; i++) {
    double x = number_normal_quantile(probabilities[i]);
    assert_near(erfc(-x / sqrt(2)) / 2 / probabilities[i], 1, 1e-8);
  }
}

static void srgb_goes_there_and_back(void **state) {
  (void)state;
  for (int i = 0; i <= 255; i++) assert_near(number_to_srgb(number_to_linear(i / 255.0)) * 255, i, 1e-4);
  assert_near(number_to_linear(0.5), 0.214041, 1e-6);
}

static void a_stream_is_its_own_and_always_the_same(void **state) {
  (void)state;
  struct random a = random_stream(1, 'P', 7), b = random_stream(1, 'P', 7), c = random_stream(1, 'P', 8);
  uint64_t first = random_bits(&a);
  assert_true(first == random_bits(&b));
  assert_false(first == random_bits(&c));
}

static void normal_numbers_have_mean_0_and_deviation_1(void **state) {
  (void)state;
  struct random random = random_stream(3, 0, 0);
  double sum = 0, squares = 0;
  enum { COUNT = 20000 };
  for (int i = 0; i < COUNT; i++) {
    double x = random_normal(&random);
    sum += x, squares += x * x;
  }
  assert_near(sum / COUNT, 0, 0.03);
  assert_near(squares / COUNT, 1, 0.05);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(functions_agree_with_the_mathematical_library),
      cmocka_unit_test(the_normal_quantile_inverts_the_distribution),
      cmocka_unit_test(srgb_goes_there_and_back),
      cmocka_unit_test(a_stream_is_its_own_and_always_the_same),
      cmocka_unit_test(normal_numbers_have_mean_0_and_deviation_1),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
