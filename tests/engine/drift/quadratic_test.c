/* The tail of a sum of squares whose parts do not vary alike. */
#include "engine/drift/quadratic.h"

#include "engine/drift/random.h"
#include "engine/statistics/distributions.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void assert_close(double value, double expected, double share) {
  if (!(fabs(value / expected - 1) <= share)) fail_msg("%g, expected %g", value, expected);
}

static void parts_that_vary_alike_are_fisher_s(void **state) {
  (void)state;
  const double alike[QUADRATIC_AXES] = {2, 2, 2}, one[QUADRATIC_AXES] = {5, 0, 0};
  for (double ratio = 1.5; ratio < 40; ratio *= 1.5) {
    assert_close(quadratic_upper(alike, 13, ratio), f_upper(ratio, 3, 39), 0.05);
    assert_close(quadratic_upper(alike, INFINITY, ratio), chi_square_upper(3 * ratio, 3), 0.05);
    assert_close(quadratic_upper(one, 13, ratio), f_upper(ratio, 1, 13), 0.12);
  }
}

static double square_sum(int count, uint64_t *seed) {
  double sum = 0;
  for (int i = 0; i < count; i++) {
    double x = drift_normal(seed);
    sum += x * x;
  }
  return sum;
}

static void parts_that_do_not_are_as_simulated(void **state) {
  (void)state;
  const double values[QUADRATIC_AXES] = {0.38, 0.06, 0.03}, ratio = 6;
  enum { FREEDOM = 13, RUNS = 200000 };
  uint64_t seed = 1;
  int beyond = 0;
  for (int run = 0; run < RUNS; run++) {
    double sum = 0, estimate = 0;
    for (int i = 0; i < QUADRATIC_AXES; i++) {
      sum += values[i] * square_sum(1, &seed);
      estimate += values[i] * square_sum(FREEDOM, &seed) / FREEDOM;
    }
    beyond += sum > ratio * estimate;
  }
  assert_close(quadratic_upper(values, FREEDOM, ratio), (double)beyond / RUNS, 0.12);
}

static void what_is_no_more_than_expected_is_not_rare(void **state) {
  (void)state;
  const double values[QUADRATIC_AXES] = {3, 2, 1};
  assert_true(quadratic_upper(values, 13, 0) == 1);
  assert_true(quadratic_upper(values, 13, 1) == 1);
  assert_true(quadratic_upper(values, 13, 1.001) > 0.3);
  assert_true(quadratic_upper(values, 13, 1e9) < 1e-6);
}

static void characteristic_values_are_those_of_the_matrix(void **state) {
  (void)state;
  double turned[3][3] = {{2, 1, 0}, {1, 2, 0}, {0, 0, 5}}, even[3][3] = {{4, 0, 0}, {0, 4, 0}, {0, 0, 4}}, values[3];
  quadratic_values(turned, values);
  assert_true(fabs(values[0] - 5) < 1e-9 && fabs(values[1] - 3) < 1e-9 && fabs(values[2] - 1) < 1e-9);
  quadratic_values(even, values);
  for (int i = 0; i < 3; i++) assert_true(fabs(values[i] - 4) < 1e-9);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(parts_that_vary_alike_are_fisher_s),
      cmocka_unit_test(parts_that_do_not_are_as_simulated),
      cmocka_unit_test(what_is_no_more_than_expected_is_not_rare),
      cmocka_unit_test(characteristic_values_are_those_of_the_matrix),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
