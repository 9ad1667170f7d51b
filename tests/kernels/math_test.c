#include "kernels/math.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

/* Against the long double functions of libm, which carry three more digits. */
static void assert_near(const char *name, double x, double found, long double expected, long double most) {
  long double off = fabsl((long double)found - expected);
  if (off <= most) return;
  fail_msg("%s(%.17g) = %.17g, expected %.20Lg: off by %.3Lg, at most %.3Lg", name, x, found, expected, off, most);
}

static void exp_is_right_to_its_last_digits(void **state) {
  (void)state;
  for (double x = -700; x <= 700; x += 0.0371) assert_near("exp", x, math_exp(x), expl(x), 4e-16L * expl(x));
  assert_true(math_exp(0) == 1 && math_exp(-800) == 0 && isinf(math_exp(710)) && isnan(math_exp(NAN)));
}

static void erf_is_right_to_its_last_digits(void **state) {
  (void)state;
  for (double x = -7; x <= 7; x += 0.00037) assert_near("erf", x, math_erf(x), erfl(x), 5e-16L);
  assert_true(math_erf(INFINITY) == 1 && math_erf(-INFINITY) == -1 && isnan(math_erf(NAN)));
}

static void sin_and_cos_are_right_to_their_last_digits(void **state) {
  (void)state;
  for (double x = -10000; x <= 10000; x += 0.0731) {
    assert_near("sin", x, math_sin(x), sinl(x), 3e-16L);
    assert_near("cos", x, math_cos(x), cosl(x), 3e-16L);
  }
  assert_true(math_sin(0) == 0 && math_cos(0) == 1 && isnan(math_sin(INFINITY)) && isnan(math_cos(NAN)));
}

static void atan2_is_right_all_round(void **state) {
  (void)state;
  for (double turn = -3.14; turn <= 3.14; turn += 0.00013) {
    double x = 3 * cos(turn), y = 3 * sin(turn);
    assert_near("atan2", turn, math_atan2(y, x), atan2l(y, x), 5e-16L);
  }
  assert_true(math_atan2(0, 0) == 0 && math_atan2(0, 2) == 0 && math_atan2(1, 0) == 0.5 * MATH_PI);
  assert_true(math_atan2(0, -1) == MATH_PI && isnan(math_atan2(NAN, 1)));
}

static void log_is_right_to_its_last_digits(void **state) {
  (void)state;
  for (double x = 1e-12; x < 1e12; x *= 1.00137) {
    long double expected = logl(x), most = 4e-16L * fabsl(expected);
    assert_near("log", x, math_log(x), expected, most > 2e-16L ? most : 2e-16L);
  }
  assert_true(math_log(1) == 0 && isinf(math_log(0)) && isnan(math_log(-1)) && isnan(math_log(NAN)));
}

static void cbrt_is_right_to_its_last_digits(void **state) {
  (void)state;
  for (double x = 1e-12; x < 1e12; x *= 1.00137) {
    assert_near("cbrt", x, math_cbrt(x), cbrtl(x), 4e-16L * cbrtl(x));
    assert_near("cbrt", -x, math_cbrt(-x), -cbrtl(x), 4e-16L * cbrtl(x));
  }
  assert_true(math_cbrt(0) == 0 && isnan(math_cbrt(NAN)) && math_cbrt(INFINITY) == INFINITY);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(exp_is_right_to_its_last_digits),
      cmocka_unit_test(erf_is_right_to_its_last_digits),
      cmocka_unit_test(sin_and_cos_are_right_to_their_last_digits),
      cmocka_unit_test(atan2_is_right_all_round),
      cmocka_unit_test(log_is_right_to_its_last_digits),
      cmocka_unit_test(cbrt_is_right_to_its_last_digits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
