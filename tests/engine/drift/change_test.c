/* Change points: found where they are, and their 95 % intervals hold the truth as often as they say. */
#include "engine/drift/change.h"
#include "engine/drift/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { LONGEST = 4000 };
static double series[LONGEST];

static int times(int few) {
  const char *all = getenv("ASSAY_TEST_ALL");
  return all && *all == '1' ? 10 * few : few;
}

/* Level 0 up to `onset`, then `slope` a unit over `length` units, then level; a step has length 1. */
static void draw(size_t count, size_t onset, double slope, size_t length, uint64_t *seed) {
  for (size_t i = 0; i < count; i++) {
    double far = i > onset ? fmin((double)(i - onset), (double)length) : 0;
    series[i] = slope * far + drift_normal(seed);
  }
}

/* Of 95 % intervals in `runs` runs, so many at least: four standard errors below. */
static int enough(int runs) {
  return (int)(0.95 * runs - 4 * sqrt(0.95 * 0.05 * runs));
}

static void steps_lie_within_their_intervals(void **state) {
  (void)state;
  static const struct {
    size_t count, onset;
    double size;
  } cases[] = {{400, 200, 1}, {400, 60, 1.5}, {2000, 1500, 0.5}, {300, 150, 3}};
  for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
    uint64_t seed = 100 + c;
    int runs = times(200), held = 0;
    for (int i = 0; i < runs; i++) {
      struct change change;
      draw(cases[c].count, cases[c].onset, cases[c].size, 1, &seed);
      assert_int_equal(change_find_step(series, cases[c].count, 1, &change, NULL), STATUS_OK);
      held += change.lower <= cases[c].onset && cases[c].onset <= change.upper;
      assert_true(fabs(change.size - cases[c].size) < 6 * change.size_error + 0.3);
    }
    assert_true(held >= enough(runs));
  }
}

static void ramps_are_known_and_lie_within_their_intervals(void **state) {
  (void)state;
  static const struct {
    size_t count, onset, length;
    double slope;
  } cases[] = {{2000, 700, 300, 0.02}, {1800, 900, 300, -0.02}, {900, 500, 600, 0.01}, {2400, 1200, 300, 0.02}};
  for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
    uint64_t seed = 200 + c;
    int runs = times(120), held = 0, wide = 0, end_known = 0;
    for (int i = 0; i < runs; i++) {
      struct change change;
      draw(cases[c].count, cases[c].onset, cases[c].slope, cases[c].length, &seed);
      assert_int_equal(change_find(series, cases[c].count, 1, &change, NULL), STATUS_OK);
      assert_int_equal(change.model, CHANGE_RAMP);
      end_known += change.goes_on == (cases[c].onset + cases[c].length > cases[c].count);
      held += change.lower <= cases[c].onset && cases[c].onset <= change.upper;
      wide += change.upper - change.lower > 200;
      assert_true(fabs(change.sigma - 1) < 0.15);
    }
    assert_true(held >= enough(runs));
    assert_true(wide < runs / 20);
    assert_true(end_known > runs - runs / 20);
  }
}

/* Of the series that show too few units on the way to tell it from a step, many are told as one: the interval holds the
 * onset all the same. */
static void ramps_of_few_units_lie_within_their_intervals(void **state) {
  (void)state;
  static const struct {
    size_t count, length;
    double size;
  } cases[] = {{120, 15, 5}, {90, 15, 5}, {120, 8, 4}, {120, 60, 5}, {1200, 30, 2}};
  for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
    uint64_t seed = 250 + c;
    int runs = times(400), held = 0, wide = 0;
    for (int i = 0; i < runs; i++) {
      struct change change;
      size_t onset = (size_t)((0.2 + 0.4 * drift_uniform(&seed)) * (double)cases[c].count);
      draw(cases[c].count, onset, cases[c].size / (double)cases[c].length, cases[c].length, &seed);
      assert_int_equal(change_find(series, cases[c].count, 1, &change, NULL), STATUS_OK);
      held += change.lower <= onset && onset <= change.upper;
      wide += change.upper - change.lower > cases[c].length + 40;
    }
    assert_true(held >= enough(runs));
    assert_true(wide < runs / 20);
  }
}

static void a_step_is_not_taken_for_a_ramp(void **state) {
  (void)state;
  uint64_t seed = 300;
  int ramps = 0, runs = times(200);
  for (int i = 0; i < runs; i++) {
    struct change change;
    draw(600, 250, 2, 1, &seed);
    assert_int_equal(change_find(series, 600, 1, &change, NULL), STATUS_OK);
    ramps += change.model == CHANGE_RAMP;
  }
  assert_true(ramps <= runs / 20);
}

static void rates_lie_within_their_intervals(void **state) {
  (void)state;
  uint64_t seed = 400;
  int runs = times(200), held = 0;
  for (int i = 0; i < runs; i++) {
    struct rate_change change;
    for (size_t k = 0; k < 2000; k++) series[k] = drift_uniform(&seed) < (k > 600 ? 0.03 : 0.01);
    change_find_rate(series, 2000, 100, 10000, 1, &change);
    held += change.lower <= 600 && 600 <= change.upper;
    assert_true(change.lower <= change.onset && change.onset <= change.upper);
    assert_true(change.after > 0.015);
    assert_true(fabs(change.before - 0.01) < 0.005);
  }
  assert_true(held >= enough(runs));
}

static void nothing_moves_in_a_constant_series(void **state) {
  (void)state;
  for (size_t i = 0; i < 50; i++) series[i] = 3;
  struct change change;
  assert_int_equal(change_find(series, 50, 1, &change, NULL), STATUS_OK);
  assert_true(change.size == 0 && change.before == 3 && change.gain == 0);
  struct rate_change rate;
  for (size_t i = 0; i < 50; i++) series[i] = 0;
  change_find_rate(series, 50, 0, 0, 1, &rate);
  assert_true(rate.gain == 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(steps_lie_within_their_intervals),
      cmocka_unit_test(ramps_are_known_and_lie_within_their_intervals),
      cmocka_unit_test(ramps_of_few_units_lie_within_their_intervals),
      cmocka_unit_test(a_step_is_not_taken_for_a_ramp),
      cmocka_unit_test(rates_lie_within_their_intervals),
      cmocka_unit_test(nothing_moves_in_a_constant_series),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
