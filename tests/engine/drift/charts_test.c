/* The charts against published worked examples, to the last digit that the source gives. */
#include "engine/drift/constants.h"
#include "engine/drift/cusum.h"
#include "engine/drift/ewma.h"
#include "engine/drift/run_rules.h"
#include "engine/drift/shewhart.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* Rounded as the source rounds it. */
#define assert_given(value, given, decimals)                                                                           \
  assert_true(fabs(round((value)*pow(10, decimals)) - round((given)*pow(10, decimals))) < 0.5)
#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Montgomery, Introduction to Statistical Quality Control, 6th ed. (2009), appendix VI; also ISO 7870-2, table 2. */
static void factors_are_those_of_the_tables(void **state) {
  (void)state;
  static const struct {
    int n;
    double c4, d2, d3;
  } rows[] = {{2, 0.7979, 1.128, 0.853},  {3, 0.8862, 1.693, 0.888},  {4, 0.9213, 2.059, 0.880},
              {5, 0.9400, 2.326, 0.864},  {6, 0.9515, 2.534, 0.848},  {8, 0.9650, 2.847, 0.820},
              {10, 0.9727, 3.078, 0.797}, {15, 0.9823, 3.472, 0.756}, {25, 0.9896, 3.931, 0.708}};
  for (size_t i = 0; i < COUNT(rows); i++) {
    assert_given(chart_c4(rows[i].n), rows[i].c4, 4);
    assert_given(chart_d2(rows[i].n), rows[i].d2, 3);
    assert_true(fabs(chart_d3(rows[i].n) - rows[i].d3) < 1.05e-3); /* the table cuts some instead of rounding */
  }
}

/* NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2: flow rates of ten batches. */
static void individuals_are_those_of_nist(void **state) {
  (void)state;
  static const double flow[] = {49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1};
  struct chart_pair pair = chart_individuals(flow, COUNT(flow));
  assert_given(pair.location.centre, 50.81, 2);
  assert_given(pair.spread.centre, 1.8778, 4);
  /* The source takes d2 = 1.128; the exact factor moves the limits by less than 0.002. */
  assert_given(50.81 + 3 * pair.spread.centre / 1.128, 55.8041, 4);
  assert_true(fabs(pair.location.upper - 55.8041) < 2e-3);
  assert_true(fabs(pair.location.lower - 45.8159) < 2e-3);
  assert_true(fabs(pair.spread.upper - 3.267 * 1.8778) < 2e-3);
  assert_true(pair.spread.lower == 0);
}

/* Montgomery, example 6.3: inside diameters of piston rings, 25 subgroups of five, in mm. */
static const double rings[25][5] = {{74.030, 74.002, 74.019, 73.992, 74.008}, {73.995, 73.992, 74.001, 74.011, 74.004},
                                    {73.988, 74.024, 74.021, 74.005, 74.002}, {74.002, 73.996, 73.993, 74.015, 74.009},
                                    {73.992, 74.007, 74.015, 73.989, 74.014}, {74.009, 73.994, 73.997, 73.985, 73.993},
                                    {73.995, 74.006, 73.994, 74.000, 74.005}, {73.985, 74.003, 73.993, 74.015, 73.988},
                                    {74.008, 73.995, 74.009, 74.005, 74.004}, {73.998, 74.000, 73.990, 74.007, 73.995},
                                    {73.994, 73.998, 73.994, 73.995, 73.990}, {74.004, 74.000, 74.007, 74.000, 73.996},
                                    {73.983, 74.002, 73.998, 73.997, 74.012}, {74.006, 73.967, 73.994, 74.000, 73.984},
                                    {74.012, 74.014, 73.998, 73.999, 74.007}, {74.000, 73.984, 74.005, 73.998, 73.996},
                                    {73.994, 74.012, 73.986, 74.005, 74.007}, {74.006, 74.010, 74.018, 74.003, 74.000},
                                    {73.984, 74.002, 74.003, 74.005, 73.997}, {74.000, 74.010, 74.013, 74.020, 74.003},
                                    {73.982, 74.001, 74.015, 74.005, 73.996}, {74.004, 73.999, 73.990, 74.006, 74.009},
                                    {74.010, 73.989, 73.990, 74.009, 74.014}, {74.015, 74.008, 73.993, 74.000, 74.010},
                                    {73.982, 73.984, 73.995, 74.017, 74.013}};

static void means_with_spread_are_those_of_the_piston_rings(void **state) {
  (void)state;
  double mean = 0, deviation = 0;
  for (size_t i = 0; i < COUNT(rings); i++) {
    mean += chart_mean(rings[i], 5) / COUNT(rings);
    deviation += chart_deviation(rings[i], 5) / COUNT(rings);
  }
  assert_given(mean, 74.001, 3);
  assert_given(deviation, 0.0094, 4);
  /* The source goes on from these rounded means. */
  struct chart_pair pair = chart_mean_deviation(74.001, 0.0094, 5);
  assert_given(pair.location.upper, 74.014, 3);
  assert_given(pair.location.lower, 73.988, 3);
  assert_given(pair.spread.upper, 0.0196, 4);
  assert_true(pair.spread.lower == 0);
}

/* Montgomery, example 6.1: flow width of resist, from the grand mean 1.5056 and the mean range 0.32521 of subgroups of
 * five. The source's factors A2 = 0.577 and D4 = 2.114 have three decimals. */
static void means_with_ranges_are_those_of_montgomery(void **state) {
  (void)state;
  double range = 0.32521, factor = 0.001 * range;
  struct chart_pair pair = chart_mean_range(1.5056, range, 5);
  assert_true(fabs(pair.location.upper - 1.69325) <= factor);
  assert_true(fabs(pair.location.lower - 1.31795) <= factor);
  assert_true(fabs(pair.spread.upper - 0.68749) <= factor);
  assert_true(pair.spread.lower == 0);
  assert_given(pair.sigma, 0.1398, 4);
}

/* NIST/SEMATECH e-Handbook, 6.3.2.4: weight 0.3, centre 50, s 2.0539. */
static void ewma_is_that_of_nist(void **state) {
  (void)state;
  static const double values[] = {52.0, 47.0, 53.0, 49.3, 50.1, 47.0, 51.0, 50.1, 51.2, 50.5,
                                  49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1};
  static const double given[] = {50.60, 49.52, 50.56, 50.18, 50.16, 49.21, 49.75, 49.85, 50.26, 50.33,
                                 50.11, 49.36, 49.52, 50.05, 49.38, 49.92, 50.73, 51.23, 51.94, 51.99};
  struct ewma ewma;
  ewma_begin(&ewma, 0.3, 3, 50, 2.0539);
  for (size_t i = 0; i < COUNT(values); i++) {
    ewma_add(&ewma, values[i]);
    assert_given(ewma.z, given[i], 2);
  }
  struct chart_limits limits = ewma_steady(&ewma);
  /* The source rounds the factor to 0.4201 (it is 0.42008) and gives 52.5884 and 47.4115. */
  assert_true(fabs(limits.upper - 52.5884) < 2e-4);
  assert_true(fabs(limits.lower - 47.4115) < 2e-4);
}

/* Montgomery, tables 9.1 and 9.2, 9.10: target 10, sigma 1; the last ten from a mean of 11. */
static const double shifted[] = {9.45,  7.99,  9.29,  11.66, 12.16, 10.18, 8.04,  11.46, 9.20,  10.34,
                                 9.03,  11.47, 10.51, 9.40,  10.08, 9.37,  10.62, 10.31, 8.52,  10.84,
                                 10.90, 9.33,  12.29, 11.50, 10.60, 11.08, 10.38, 11.62, 11.31, 10.52};

static void cusum_is_that_of_montgomery(void **state) {
  (void)state;
  static const double high[] = {0, 0,    0, 1.16, 2.82, 2.50, 0.04, 1.00, 0,    0,    0,    0.97, 0.98, 0,    0,
                                0, 0.12, 0, 0,    0.34, 0.74, 0,    1.79, 2.79, 2.89, 3.47, 3.35, 4.47, 5.28, 5.30};
  static const double low[] = {0.05, 1.56, 1.77, 0,    0, 0, 1.46, 0, 0.30, 0, 0.47, 0, 0, 0.10, 0,
                               0.13, 0,    0,    0.98, 0, 0, 0.17, 0, 0,    0, 0,    0, 0, 0,    0};
  struct cusum cusum;
  cusum_begin(&cusum, 10, 1, 0.5, 5);
  for (size_t i = 0; i < COUNT(shifted); i++) {
    assert_int_equal(cusum_add(&cusum, shifted[i]), i >= 28);
    assert_given(cusum.high, high[i], 2);
    assert_given(cusum.low, low[i], 2);
    /* The source: at period 29 the sum has stood above 0 for 7 periods, so the shift began after period 22. */
    if (i == 28) assert_int_equal(cusum.high_run, 7);
  }
}

static void ewma_is_that_of_montgomery(void **state) {
  (void)state;
  static const double given[] = {9.945,   9.7495,  9.70355, 9.8992,  10.1253, 10.1307, 9.92167, 10.0755,
                                 9.98796, 10.0232, 9.92384, 10.0785, 10.1216, 10.0495, 10.0525, 9.98426,
                                 10.0478, 10.074,  9.91864, 10.0108, 10.0997, 10.0227, 10.2495, 10.3745,
                                 10.3971, 10.4654, 10.4568, 10.5731, 10.6468, 10.6341};
  struct ewma ewma;
  ewma_begin(&ewma, 0.1, 2.7, 10, 1);
  for (size_t i = 0; i < COUNT(shifted); i++) {
    struct chart_limits limits = ewma_add(&ewma, shifted[i]);
    assert_true(fabs(ewma.z - given[i]) < 1e-4);
    assert_int_equal(ewma.z > limits.upper, i >= 28);
    if (i == 0) assert_given(limits.upper, 10.27, 2);
    if (i == 0) assert_given(limits.lower, 9.73, 2);
    if (i == 1) assert_given(limits.upper, 10.36, 2);
  }
  assert_given(ewma_steady(&ewma).upper, 10.62, 2);
  assert_given(ewma_steady(&ewma).lower, 9.38, 2);
}

/* Montgomery, example 7.1, also NIST/SEMATECH e-Handbook 6.3.3.2: defective cans or wafers in 30 samples of 50. */
static void share_of_defectives_is_that_of_montgomery(void **state) {
  (void)state;
  static const int defective[] = {12, 15, 8, 10, 4,  7,  16, 9,  14, 10, 5,  6, 17, 12, 22,
                                  8,  10, 5, 13, 11, 20, 18, 24, 15, 9,  12, 7, 13, 9,  6};
  int sum = 0;
  for (size_t i = 0; i < COUNT(defective); i++) sum += defective[i];
  assert_int_equal(sum, 347);
  struct chart_limits limits = chart_p(sum / 1500.0, 50);
  assert_given(limits.centre, 0.2313, 4);
  assert_given(limits.upper, 0.4102, 4);
  assert_given(limits.lower, 0.0524, 4);
}

/* Montgomery, example 7.4: defects of personal computers, 20 samples of five. */
static void defects_a_unit_are_those_of_montgomery(void **state) {
  (void)state;
  static const int defects[] = {10, 12, 8, 14, 10, 16, 11, 7, 10, 15, 9, 5, 7, 11, 12, 6, 8, 10, 7, 5};
  int sum = 0;
  for (size_t i = 0; i < COUNT(defects); i++) sum += defects[i];
  assert_int_equal(sum, 193);
  struct chart_limits limits = chart_u(sum / 100.0, 5);
  assert_given(limits.centre, 1.93, 2);
  assert_given(limits.upper, 3.79, 2);
  assert_given(limits.lower, 0.07, 2);
}

static void limits_that_are_given_stand_three_errors_off(void **state) {
  (void)state;
  /* Montgomery, example 6.3's rings with the true values 74 and 0.01. */
  struct chart_limits limits = chart_given(74, 0.01, 5);
  assert_given(limits.upper, 74.0134, 4);
  assert_given(limits.lower, 73.9866, 4);
}

static unsigned last_of(const double *points, size_t count, unsigned rules) {
  struct run_rules runs = {0};
  unsigned found = 0;
  for (size_t i = 0; i < count; i++) found = run_rules_add(&runs, rules, points[i]);
  return found;
}
#define LAST(...) last_of((const double[]){__VA_ARGS__}, sizeof((double[]){__VA_ARGS__}) / sizeof(double), ~0U)

static void each_rule_needs_its_last_point(void **state) {
  (void)state;
  assert_int_equal(LAST(0.2, -3.1), RULE_ONE_BEYOND_3);
  assert_int_equal(LAST(2.1, 0.1, 2.2), RULE_TWO_OF_THREE_BEYOND_2);
  assert_int_equal(LAST(2.1, 0.1, -2.2), 0);
  assert_int_equal(LAST(2.1, 2.2, 0.1), 0);
  assert_int_equal(LAST(-1.1, -1.2, 0.3, -1.4, -1.3), RULE_FOUR_OF_FIVE_BEYOND_1);
  assert_int_equal(LAST(-1.1, -1.2, 0.3, -0.4, -1.3), 0);
  assert_int_equal(LAST(.1, .2, .1, .2, .1, .1, .2, .1), RULE_EIGHT_ON_ONE_SIDE);
  assert_int_equal(LAST(.1, .2, .1, .2, .1, .1, .2, .1, .2), RULE_EIGHT_ON_ONE_SIDE | RULE_NINE_ON_ONE_SIDE);
  assert_int_equal(LAST(-.5, -.4, -.3, -.2, .1, .2), RULE_SIX_TREND);
  assert_int_equal(LAST(-.5, -.4, -.3, -.2, -.2, .2), 0);
  assert_int_equal(LAST(1.5, -.4, .6, -.5, .4, -.5, .4, -.5, .4, -.5, .4, -.5, .4, -.5), RULE_FOURTEEN_ALTERNATING);
  assert_int_equal(LAST(.1, .2, -.1, .2, -.1, -.1, .2, -.1, .1, .1, -.2, -.1, .2, .1, .3), RULE_FIFTEEN_WITHIN_1);
  assert_int_equal(LAST(1.1, -1.2, -1.1, 1.2, 1.1, -1.3, 1.2, -1.1), RULE_EIGHT_BEYOND_1);
  assert_int_equal(last_of((const double[]){4}, 1, RULE_SIX_TREND), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(factors_are_those_of_the_tables),
      cmocka_unit_test(individuals_are_those_of_nist),
      cmocka_unit_test(means_with_spread_are_those_of_the_piston_rings),
      cmocka_unit_test(means_with_ranges_are_those_of_montgomery),
      cmocka_unit_test(ewma_is_that_of_nist),
      cmocka_unit_test(cusum_is_that_of_montgomery),
      cmocka_unit_test(ewma_is_that_of_montgomery),
      cmocka_unit_test(share_of_defectives_is_that_of_montgomery),
      cmocka_unit_test(defects_a_unit_are_those_of_montgomery),
      cmocka_unit_test(limits_that_are_given_stand_three_errors_off),
      cmocka_unit_test(each_rule_needs_its_last_point),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
