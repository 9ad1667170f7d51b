/* The comparison tests against a few values of R 4.2, and where they have no answer. r_test.c asks R itself, for many
 * more. */
#include "engine/statistics/components.h"
#include "engine/statistics/means.h"
#include "engine/statistics/studentized_range.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define NEAR(value, expected, tolerance) near(#value, value, expected, tolerance)
static void near(const char *what, double value, double expected, double tolerance) {
  if (!(fabs(value - expected) <= tolerance)) fail_msg("%s is %.12g; expected %.12g", what, value, expected);
}

static struct moments moments_of(const double *values, size_t count) {
  struct moments moments = {0};
  for (size_t i = 0; i < count; i++) moments_add(&moments, values[i]);
  return moments;
}

static const double first[] = {24.1, 25.3, 23.8, 24.9, 25.0, 24.4}, second[] = {25.9, 26.4, 24.8, 27.1, 26.0},
                    third[] = {24.0, 24.2, 24.1, 24.3, 23.9, 24.2, 24.1};

static void means_are_compared_without_equal_spreads(void **state) {
  (void)state;
  struct moments groups[] = {moments_of(first, 6), moments_of(second, 5), moments_of(third, 7)};
  struct mean_test test;
  assert_true(mean_welch(&groups[0], &groups[1], &test));
  NEAR(test.statistic, -3.28850406995, 1e-10);
  NEAR(test.df2, 6.92348611154, 1e-10);
  NEAR(test.p, 0.0135404708592, 1e-12);
  assert_true(mean_welch_groups(groups, 3, &test));
  NEAR(test.statistic, 13.1718332115, 1e-9);
  NEAR(test.df2, 6.27480036507, 1e-10);
  NEAR(test.p, 0.0056760905578, 1e-12);
  struct mean_pair pair;
  assert_true(mean_games_howell(&groups[0], &groups[2], 3, 0.95, &pair));
  NEAR(pair.df, 5.46580318007, 1e-10);
  NEAR(pair.p, 0.213942128685, 1e-7);
  NEAR((pair.interval.upper - pair.interval.lower) / 2, 0.761592417701, 1e-5);
  struct interval interval = mean_interval(&groups[0], 0.95);
  NEAR(interval.lower, 23.9771385139, 1e-9);
  NEAR(interval.upper, 25.1895281528, 1e-9);
}

static void the_studentized_range_is_harters(void **state) {
  (void)state;
  NEAR(studentized_range_upper(3.5, 3, 10), 0.0771033108387, 1e-8);
  NEAR(studentized_range_upper(3.5, 3, INFINITY), 0.0355570418634, 1e-8);
  NEAR(studentized_range_upper(8, 10, 30), 0.000139799170011, 1e-8);
  NEAR(studentized_range_upper_quantile(0.05, 4, 20), 3.95829346145, 1e-6);
  NEAR(studentized_range_upper_quantile(0.01, 3, 60), 4.28219836165, 1e-6);
  /* Two groups: the square root of two times Student's t. */
  NEAR(studentized_range_upper(2.228138851986 * M_SQRT2, 2, 10), 0.05, 1e-9);
  assert_true(studentized_range_upper(0, 3, 5) == 1 && studentized_range_upper(INFINITY, 3, 5) == 0);
  assert_true(isnan(studentized_range_upper(1, 1, 5)) && isnan(studentized_range_upper(1, 3, 0)));
  assert_true(isnan(studentized_range_upper_quantile(0, 3, 5)) && isnan(studentized_range_upper(NAN, 3, 5)));
}

static void what_has_no_spread_has_no_test(void **state) {
  (void)state;
  const struct moments one = {1, 5, 0}, flat = {4, 5, 0}, spread = {4, 5, 3};
  struct mean_test test;
  struct mean_pair pair;
  assert_false(mean_welch(&one, &spread, &test));
  assert_false(mean_welch(&flat, &flat, &test));
  assert_true(mean_welch(&flat, &spread, &test));
  assert_true(test.p == 1);
  const struct moments groups[] = {flat, spread};
  assert_false(mean_welch_groups(groups, 2, &test));
  assert_false(mean_welch_groups(groups + 1, 1, &test));
  assert_false(mean_games_howell(&one, &spread, 3, 0.95, &pair));
  assert_true(isnan(mean_interval(&one, 0.95).lower) && isnan(spread_interval(&one, 0.95).lower));
}

static void rates_are_compared_exactly(void **state) {
  (void)state;
  NEAR(rate_fisher_p(3, 100, 12, 100), 0.0286713149732, 1e-12);
  NEAR(rate_odds_ratio(3, 100, 12, 100), 0.228314046964, 1e-4);
  struct interval odds = rate_odds_interval(3, 100, 12, 100, 0.95);
  NEAR(odds.lower, 0.0400470076278, 1e-4);
  NEAR(odds.upper, 0.884059938033, 1e-4);
  NEAR(rate_fisher_p(0, 30, 9, 30), 0.00193560331914, 1e-12);
  assert_true(rate_odds_ratio(0, 30, 9, 30) == 0 && rate_odds_interval(0, 30, 9, 30, 0.95).lower == 0);
  assert_true(rate_odds_interval(9, 30, 0, 30, 0.95).upper == INFINITY);
  NEAR(rate_poisson_p(11, 100, 23, 120), 0.167435764205, 1e-11);
  struct interval ratio = rate_poisson_ratio_interval(11, 100, 23, 120, 0.95);
  NEAR(ratio.lower, 0.252579502624, 1e-9);
  NEAR(ratio.upper, 1.22554242138, 1e-9);
  assert_true(rate_share_interval(0, 80, 0.95).lower == 0);
  NEAR(rate_share_interval(0, 80, 0.95).upper, 0.0450640350677, 1e-11);
  NEAR(rate_share_interval(5, 80, 0.95).lower, 0.020603072302, 1e-11);
  assert_true(rate_share_interval(0, 0, 0.95).upper == 1 && isnan(rate_share_interval(3, 2, 0.95).lower));
  assert_true(isnan(rate_fisher_p(5, 4, 1, 2)) && rate_fisher_p(0, 10, 0, 20) == 1);
  assert_true(isnan(rate_odds_ratio(0, 10, 0, 20)) && isnan(rate_poisson_p(1, 0, 2, 1)));
}

static void large_tables_are_no_harder(void **state) {
  (void)state;
  /* Far beyond what doubles can hold as binomial coefficients; the normal approximation is near enough to check. */
  double p = rate_fisher_p(10200, 500000, 9800, 500000);
  double z = 400 / sqrt(20000 * 0.98);
  NEAR(p, erfc(z / M_SQRT2), 1e-4);
  NEAR(rate_odds_ratio(10200, 500000, 9800, 500000), 10200.0 / 489800 / (9800.0 / 490200), 1e-6);
  assert_true(rate_fisher_p(0, 500000, 250000, 500000) < 1e-300);
}

static void many_comparisons_are_adjusted_by_holm(void **state) {
  (void)state;
  double p[] = {0.01, NAN, 0.04, 0.03, 0.005};
  assert_true(mean_holm(p, 5));
  NEAR(p[0], 0.03, 1e-15);
  assert_true(isnan(p[1]));
  NEAR(p[2], 0.06, 1e-15);
  NEAR(p[3], 0.06, 1e-15);
  NEAR(p[4], 0.02, 1e-15);
  assert_true(mean_holm(p, 0));
}

static void moments_can_be_merged(void **state) {
  (void)state;
  struct moments all = moments_of(first, 6), empty = {0}, left = moments_of(first, 2), right = moments_of(first + 2, 4);
  moments_merge(&left, &right);
  moments_merge(&left, &empty);
  moments_merge(&empty, &left);
  assert_int_equal(empty.count, 6);
  NEAR(empty.mean, all.mean, 1e-14);
  NEAR(empty.squares, all.squares, 1e-13);
}

/* Cells of unequal sizes with means that have no noise: the components follow by hand. */
static void variance_lies_where_it_was_put(void **state) {
  (void)state;
  const struct component_cell cells[] = {
      {0, {10, 1, 9}}, {0, {20, 1, 19}}, {1, {5, 5, 4}}, {1, {25, 5, 24}}, {2, {0, 0, 0}}};
  struct components components;
  assert_true(components_nested(cells, 5, &components));
  NEAR(components.within, 1, 1e-14);
  NEAR(components.inner, 0, 1e-14);
  /* Two groups of 30, means 1 and 5: between mean square 240; less what lies within and in the (negative) inner. */
  double k1 = (60 - 500.0 / 30 - 650.0 / 30) / 2, k2 = 500.0 / 30 + 650.0 / 30 - 1150.0 / 60;
  NEAR(components.outer, (240 - 1 + k2 / k1) / 30, 1e-12);
  const struct component_cell alone[] = {{0, {10, 1, 9}}, {0, {10, 3, 9}}};
  assert_true(components_nested(alone, 2, &components));
  assert_true(isnan(components.outer));
  NEAR(components.inner, (20 - 1) / 10.0, 1e-13);
  const struct component_cell single[] = {{0, {1, 1, 0}}, {1, {1, 3, 0}}};
  assert_false(components_nested(single, 2, &components));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(means_are_compared_without_equal_spreads),
      cmocka_unit_test(the_studentized_range_is_harters),
      cmocka_unit_test(what_has_no_spread_has_no_test),
      cmocka_unit_test(rates_are_compared_exactly),
      cmocka_unit_test(large_tables_are_no_harder),
      cmocka_unit_test(many_comparisons_are_adjusted_by_holm),
      cmocka_unit_test(moments_can_be_merged),
      cmocka_unit_test(variance_lies_where_it_was_put),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
