#include "engine/solve.h"
#include "tests/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* -1..1 */
static double number(uint64_t *random) {
  return (double)(support_random(random) >> 11) * 0x1p-52 - 1;
}

/* A = M M' + 0.1 I is positive definite. */
static void fill(uint64_t *random, size_t n, double *a, double *x, double *b) {
  double m[SOLVE_MAX * SOLVE_MAX];
  for (size_t i = 0; i < n * n; i++) m[i] = number(random);
  for (size_t i = 0; i < n; i++) x[i] = 10 * number(random);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) {
      a[i * n + j] = i == j ? 0.1 : 0;
      for (size_t k = 0; k < n; k++) a[i * n + j] += m[i * n + k] * m[j * n + k];
    }
  for (size_t i = 0; i < n; i++) {
    b[i] = 0;
    for (size_t j = 0; j < n; j++) b[i] += a[i * n + j] * x[j];
  }
}

static void systems_of_every_size_are_solved(void **state) {
  (void)state;
  uint64_t random = 3;
  for (size_t n = 1; n <= SOLVE_MAX; n++) {
    double a[SOLVE_MAX * SOLVE_MAX], x[SOLVE_MAX], b[SOLVE_MAX];
    fill(&random, n, a, x, b);
    /* Only the lower triangle is read. */
    for (size_t i = 0; i < n; i++)
      for (size_t j = i + 1; j < n; j++) a[i * n + j] = NAN;
    assert_true(solve_symmetric(a, b, n, b));
    for (size_t i = 0; i < n; i++) assert_true(fabs(b[i] - x[i]) < 1e-7);
  }
}

static void the_last_unknown_alone_and_the_inverse_are_those_of_the_system(void **state) {
  (void)state;
  uint64_t random = 5;
  for (size_t n = 1; n <= SOLVE_MAX; n++) {
    double a[SOLVE_MAX * SOLVE_MAX], x[SOLVE_MAX], b[SOLVE_MAX], inverse[SOLVE_MAX * SOLVE_MAX];
    struct solved_last last;
    fill(&random, n, a, x, b);
    for (size_t i = 0; i < n; i++)
      for (size_t j = i + 1; j < n; j++) a[i * n + j] = NAN;
    assert_true(solve_last(a, b, n, &last) && solve_inverse(a, n, inverse));
    assert_true(fabs(last.x - x[n - 1]) < 1e-7);
    assert_true(fabs(last.variance / solve_variance(a, n, n - 1) - 1) < 1e-9);
    for (size_t i = 0; i < n; i++) {
      double sum = 0;
      for (size_t j = 0; j < n; j++) sum += inverse[i * n + j] * b[j];
      assert_true(fabs(sum - x[i]) < 1e-6);
    }
  }
}

static void what_is_not_positive_definite_is_refused_untouched(void **state) {
  (void)state;
  const double singular[] = {1, 0, 2, 4}, negative[] = {-1, 0, 0, 1}, unknown[] = {NAN, 0, 0, 1}, zero[] = {0};
  const double *bad[] = {singular, negative, unknown};
  for (int i = 0; i < 3; i++) {
    double x[2] = {5, 6};
    assert_false(solve_symmetric(bad[i], (const double[]){1, 2}, 2, x));
    assert_true(x[0] == 5 && x[1] == 6);
    double inverse[4] = {5, 6, 7, 8};
    struct solved_last last;
    assert_false(solve_last(bad[i], (const double[]){1, 2}, 2, &last));
    assert_false(solve_inverse(bad[i], 2, inverse));
    assert_true(inverse[0] == 5 && inverse[3] == 8);
  }
  double x = 5;
  assert_false(solve_symmetric(zero, (const double[]){1}, 1, &x));
  assert_true(x == 5);
}

static void too_many_unknowns_are_refused(void **state) {
  (void)state;
  static double a[(SOLVE_MAX + 1) * (SOLVE_MAX + 1)], b[SOLVE_MAX + 1];
  for (size_t i = 0; i <= SOLVE_MAX; i++) a[i * (SOLVE_MAX + 2)] = 1;
  assert_false(solve_symmetric(a, b, SOLVE_MAX + 1, b));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(systems_of_every_size_are_solved),
      cmocka_unit_test(the_last_unknown_alone_and_the_inverse_are_those_of_the_system),
      cmocka_unit_test(what_is_not_positive_definite_is_refused_untouched),
      cmocka_unit_test(too_many_unknowns_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
