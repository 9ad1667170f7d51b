/* Against published figures and against the distribution that the intervals promise. */
#include "engine/statistics/capability.h"
#include "engine/statistics/distributions.h"
#include "tests/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ASSERT_PRINTED(value, printed, half)                                                                           \
  do {                                                                                                                 \
    if (!(fabs((value) - (printed)) <= (half))) fail_msg("%s is %.7g; printed is %g", #value, value, printed);         \
  } while (0)

/* Montgomery, Introduction to Statistical Quality Control, chapter "Process and Measurement System Capability
 * Analysis": limits 62 and 38, n = 20, s = 1.75; Cp = 2.29 (rounded before it goes on), 1.57 <= Cp <= 3.01. The book is
 * not public; its example is worked out again in public places, with chi-square 8.907 and 32.852 for 19 degrees. */
static void the_interval_of_cp_is_the_text_books(void **state) {
  (void)state;
  ASSERT_PRINTED((62.0 - 38.0) / (6 * 1.75), 2.29, 0.005);
  struct capability_index cp = capability_cp(2.29, 19, 0.95);
  ASSERT_PRINTED(cp.low, 1.57, 0.005);
  ASSERT_PRINTED(cp.high, 3.01, 0.005);
}

/* SAS/QC User's Guide, CAPABILITY procedure, example "Displaying a Confidence Interval for Cpk", with the data of its
 * sample program CAPSPEC1, both public at support.sas.com: amplification of 75 telephone amplifiers, limits 4 and 6 dB,
 * 90 % interval of Bissell's approximation: 0.328 to 0.496. */
static void the_interval_of_cpk_is_the_one_published_with_its_data(void **state) {
  (void)state;
  static const double decibels[] = {
      4.54, 4.87, 4.66, 4.90, 4.68, 5.22, 4.43, 5.14, 3.07, 4.22, 5.09, 3.41, 5.75, 5.16, 3.96, 5.37, 5.70, 4.11, 4.83,
      4.51, 4.57, 4.16, 5.73, 3.64, 5.48, 4.95, 4.57, 4.46, 4.75, 5.38, 5.19, 4.35, 4.98, 4.87, 3.53, 4.46, 4.57, 4.69,
      5.27, 4.67, 5.03, 4.50, 5.35, 4.55, 4.05, 6.63, 5.32, 5.24, 5.73, 5.08, 5.07, 5.42, 5.05, 5.70, 4.79, 4.34, 5.06,
      4.64, 4.82, 3.24, 4.79, 4.46, 3.84, 5.05, 5.46, 4.64, 6.13, 4.31, 4.81, 4.98, 4.95, 5.57, 4.11, 4.15, 5.95};
  const struct capability_input input = {
      .values = decibels, .count = sizeof decibels / sizeof *decibels, .lower = 4, .upper = 6, .confidence = 0.9};
  struct capability c;
  assert_int_equal(capability(&input, &c, NULL), STATUS_OK);
  ASSERT_PRINTED(c.ppk.low, 0.328, 5e-4);
  ASSERT_PRINTED(c.ppk.high, 0.496, 5e-4);
}

/* NIST/SEMATECH e-Handbook of Statistical Methods, 6.1.6: limits 20 and 8, mean 16, s = 2: Cp = 1.0, Cpk = 0.6667. */
static void the_handbooks_example_is_reproduced(void **state) {
  (void)state;
  /* Two values of mean 16 and standard deviation 2. */
  const double values[] = {16 - sqrt(2), 16 + sqrt(2)};
  const struct capability_input input = {.values = values, .count = 2, .lower = 8, .upper = 20, .confidence = 0.95};
  struct capability c;
  assert_int_equal(capability(&input, &c, NULL), STATUS_OK);
  ASSERT_PRINTED(c.mean, 16.0, 1e-12);
  ASSERT_PRINTED(c.pp.value, 1.0, 1e-12);
  ASSERT_PRINTED(c.ppk.value, 0.6667, 5e-5);
}

static void subgroups_give_the_spread_within(void **state) {
  (void)state;
  /* Two shifts that differ by 10: within each 1 and 3 about 2; 11 and 13 about 12. */
  const double values[] = {1, 11, 3, 13, 20};
  const size_t groups[] = {7, 3, 7, 3, 9};
  const struct capability_input input = {
      .values = values, .groups = groups, .count = 5, .lower = 0, .upper = 30, .confidence = 0.9};
  struct capability c;
  assert_int_equal(capability(&input, &c, NULL), STATUS_OK);
  ASSERT_PRINTED(c.within, sqrt(4.0 / 2), 1e-12);
  assert_true(c.within_df == 2 && c.overall_df == 4);
  ASSERT_PRINTED(c.cp.value, 30 / (6 * sqrt(2)), 1e-12);
  assert_true(c.cp.value > c.pp.value && c.cpk.value > c.ppk.value);
}

static void without_subgroups_it_is_the_moving_range(void **state) {
  (void)state;
  const double values[] = {1, 3, 2, 5};
  const struct capability_input input = {.values = values, .count = 4, .lower = NAN, .upper = 9, .confidence = 0.95};
  struct capability c;
  assert_int_equal(capability(&input, &c, NULL), STATUS_OK);
  ASSERT_PRINTED(c.within, 2.0 / 1.128, 1e-3);
  assert_true(isnan(c.cp.value) && isnan(c.pp.value));
  ASSERT_PRINTED(c.cpk.value, (9 - 2.75) / (3 * c.within), 1e-12);
}

/* A standard normal deviate by inversion. */
static double deviate(uint64_t *seed) {
  return normal_quantile(((double)(support_random(seed) >> 11) + 0.5) / 9007199254740992.0);
}

static void the_intervals_hold_the_true_index_as_often_as_they_say(void **state) {
  (void)state;
  enum { RUNS = 4000, N = 40 };
  uint64_t seed = 11;
  int cp = 0, cpk = 0, moving = 0;
  for (int run = 0; run < RUNS; run++) {
    double values[N];
    size_t groups[N];
    for (size_t i = 0; i < N; i++) values[i] = deviate(&seed), groups[i] = i / 4;
    struct capability_input input = {
        .values = values, .groups = groups, .count = N, .lower = -5, .upper = 3, .confidence = 0.95};
    struct capability c;
    assert_int_equal(capability(&input, &c, NULL), STATUS_OK);
    cp += c.cp.low <= 8.0 / 6 && 8.0 / 6 <= c.cp.high;
    cpk += c.ppk.low <= 1 && 1 <= c.ppk.high;
    input.groups = NULL;
    assert_int_equal(capability(&input, &c, NULL), STATUS_OK);
    moving += c.cp.low <= 8.0 / 6 && 8.0 / 6 <= c.cp.high;
  }
  ASSERT_PRINTED(cp / (double)RUNS, 0.95, 0.012);
  ASSERT_PRINTED(cpk / (double)RUNS, 0.95, 0.012);
  ASSERT_PRINTED(moving / (double)RUNS, 0.95, 0.012);
}

static void what_has_no_spread_or_no_limits_is_refused(void **state) {
  (void)state;
  const double values[] = {2, 2, 2};
  struct capability_input input = {.values = values, .count = 3, .lower = 1, .upper = 3, .confidence = 0.95};
  struct capability c;
  struct fault fault = {0};
  assert_int_equal(capability(&input, &c, &fault), STATUS_INVALID);
  assert_non_null(strstr(fault.text, "do not vary"));
  input.count = 1;
  assert_int_equal(capability(&input, &c, &fault), STATUS_INVALID);
  input.count = 3, input.lower = input.upper = NAN;
  assert_int_equal(capability(&input, &c, &fault), STATUS_INVALID);
  assert_non_null(strstr(fault.text, "no limits"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_interval_of_cp_is_the_text_books),
      cmocka_unit_test(the_interval_of_cpk_is_the_one_published_with_its_data),
      cmocka_unit_test(the_handbooks_example_is_reproduced),
      cmocka_unit_test(subgroups_give_the_spread_within),
      cmocka_unit_test(without_subgroups_it_is_the_moving_range),
      cmocka_unit_test(the_intervals_hold_the_true_index_as_often_as_they_say),
      cmocka_unit_test(what_has_no_spread_or_no_limits_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
