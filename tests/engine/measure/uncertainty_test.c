#include "engine/measure/uncertainty.h"
#include "engine/statistics/distributions.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void student_s_factor_is_that_of_the_distribution(void **state) {
  (void)state;
  double p = normal_cdf(2);
  for (int v = 1; v < 400; v++) assert_true(fabs(student_factor(v) - student_quantile(p, v)) < 2e-4);
  assert_true(student_factor(7.9) == student_factor(7) && student_factor(INFINITY) == 2);
  assert_true(student_factor(0.2) == student_factor(1) && student_factor(NAN) == student_factor(1));
}

/* JCGM 100:2008, H.1.6: the end gauge's effective degrees of freedom are 16. */
static void the_gum_s_end_gauge_has_its_degrees_of_freedom(void **state) {
  (void)state;
  struct budget b = {0};
  budget_add(&b, "standard", 25, 18);
  budget_add(&b, "comparison", 5.8, 24);
  budget_add(&b, "comparator, random", 3.9, 5);
  budget_add(&b, "comparator, systematic", 6.7, 8);
  budget_add(&b, "expansion", 2.9, 50);
  budget_add(&b, "temperature", 16.6, 2);
  budget_combine(&b);
  assert_true(fabs(b.u - 32) < 0.5);
  assert_in_range((int)b.freedom, 16, 17);
}

static void causes_of_one_name_are_one_line(void **state) {
  (void)state;
  struct budget b = {0};
  budget_add(&b, "scale", 3, INFINITY);
  budget_add(&b, "scale", 4, 9);
  budget_add(&b, "pose", 0, 1);
  assert_int_equal(b.count, 1);
  assert_true(b.line[0].u == 5 && b.line[0].freedom == 9);
}

static void iso_14253_judges_outside_the_uncertainty(void **state) {
  (void)state;
  static const struct {
    double value, lower, upper;
    enum verdict guarded, simple;
  } cases[] = {
      {10, 9, 11, VERDICT_PASS, VERDICT_PASS},           {10.9, 9, 11, VERDICT_CANNOT_JUDGE, VERDICT_PASS},
      {11.1, 9, 11, VERDICT_CANNOT_JUDGE, VERDICT_FAIL}, {11.3, 9, 11, VERDICT_FAIL, VERDICT_FAIL},
      {8.7, 9, 11, VERDICT_FAIL, VERDICT_FAIL},          {9.1, 9, 11, VERDICT_CANNOT_JUDGE, VERDICT_PASS},
      {9.1, NAN, 11, VERDICT_PASS, VERDICT_PASS},        {11.1, 9, NAN, VERDICT_PASS, VERDICT_PASS},
      {5, NAN, NAN, VERDICT_PASS, VERDICT_PASS},         {NAN, 9, 11, VERDICT_CANNOT_JUDGE, VERDICT_CANNOT_JUDGE},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_int_equal(limits_verdict(cases[i].value, 0.2, cases[i].lower, cases[i].upper, RULE_GUARDED),
                     cases[i].guarded);
    assert_int_equal(limits_verdict(cases[i].value, 0.2, cases[i].lower, cases[i].upper, RULE_SIMPLE), cases[i].simple);
  }
}

static void a_limit_is_a_use_of_one(void **state) {
  (void)state;
  assert_true(limits_use(10, 9, 11) == 0 && limits_use(11, 9, 11) == 1 && limits_use(8, 9, 11) == 2);
  assert_true(limits_use(3, NAN, 6) == 0.5 && limits_use(6, 3, NAN) == 0.5 && limits_use(7, NAN, NAN) == 0);
  assert_true(limits_use(3, 3, 3) == 0 && limits_use(4, 3, 3) == 2 && limits_use(0, 2, NAN) == 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(student_s_factor_is_that_of_the_distribution),
      cmocka_unit_test(the_gum_s_end_gauge_has_its_degrees_of_freedom),
      cmocka_unit_test(causes_of_one_name_are_one_line),
      cmocka_unit_test(iso_14253_judges_outside_the_uncertainty),
      cmocka_unit_test(a_limit_is_a_use_of_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
