/* Against published studies. */
#include "engine/statistics/gauge_study.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { PARTS = 10, OPERATORS = 3, TRIALS = 3 };

/* AIAG, Measurement Systems Analysis, 4th edition, figure III-B 6a: ten parts, appraisers A, B, C, three trials. The
 * manual is sold, not public: its tables below are as they are quoted elsewhere. In public Minitab's help, "Example of
 * Crossed Gage R&R Study", analyses the same data (its worksheet Gageaiag). */
static const double aiag[PARTS * OPERATORS * TRIALS] = {
    0.29,  0.41,  0.64,  0.08,  0.25,  0.07,  0.04,  -0.11, -0.15, /* part 1 */
    -0.56, -0.68, -0.58, -0.47, -1.22, -0.68, -1.38, -1.13, -0.96, /* part 2 */
    1.34,  1.17,  1.27,  1.19,  0.94,  1.34,  0.88,  1.09,  0.67,  /* part 3 */
    0.47,  0.50,  0.64,  0.01,  1.03,  0.20,  0.14,  0.20,  0.11,  /* part 4 */
    -0.80, -0.92, -0.84, -0.56, -1.20, -1.28, -1.46, -1.07, -1.45, /* part 5 */
    0.02,  -0.11, -0.21, -0.20, 0.22,  0.06,  -0.29, -0.67, -0.49, /* part 6 */
    0.59,  0.75,  0.66,  0.47,  0.55,  0.83,  0.02,  0.01,  0.21,  /* part 7 */
    -0.31, -0.20, -0.17, -0.63, 0.08,  -0.34, -0.46, -0.56, -0.49, /* part 8 */
    2.26,  1.99,  2.01,  1.80,  2.12,  2.19,  1.77,  1.45,  1.87,  /* part 9 */
    -1.36, -1.25, -1.31, -1.68, -1.62, -1.50, -1.49, -1.77, -2.16, /* part 10 */
};

/* Houf and Berman, "Statistical Analysis of Power Module Thermal Test Equipment Performance", IEEE Transactions on
 * Components, Hybrids and Manufacturing Technology 11 (1988); also Burdick, Borror and Montgomery, Journal of Quality
 * Technology 35 (2003). Thermal impedance in 0.01 degrees C per W; its interaction is significant. In public: data and
 * results in the JASP verification project, chapter 10.1 (jasp-stats.github.io/jasp-verification-project), where JASP,
 * JMP, Minitab, R and a computation by hand agree; the data also in Vidakovic, Statistics for Bioengineering Sciences
 * (2011), example 11.14. */
static const double houf_berman[PARTS * OPERATORS * TRIALS] = {
    37, 38, 37, 41, 41, 40, 41, 42, 41, /* part 1 */
    42, 41, 43, 42, 42, 42, 43, 42, 43, /* part 2 */
    30, 31, 31, 31, 31, 31, 29, 30, 28, /* part 3 */
    42, 43, 42, 43, 43, 43, 42, 42, 42, /* part 4 */
    28, 30, 29, 29, 30, 29, 31, 29, 29, /* part 5 */
    42, 42, 43, 45, 45, 45, 44, 46, 45, /* part 6 */
    25, 26, 27, 28, 28, 30, 29, 27, 27, /* part 7 */
    40, 40, 40, 43, 42, 42, 43, 43, 41, /* part 8 */
    25, 25, 25, 27, 29, 28, 26, 26, 26, /* part 9 */
    35, 34, 34, 35, 35, 34, 35, 34, 35, /* part 10 */
};

static struct gauge_study analysed(const double *values, enum gauge_study_model model) {
  const struct gauge_study_input input = {
      .values = values, .parts = PARTS, .operators = OPERATORS, .trials = TRIALS, .model = model, .significance = 0.05};
  struct gauge_study study;
  struct fault fault = {0};
  if (gauge_study(&input, &study, &fault)) fail_msg("%s", fault.text);
  return study;
}

/* `half`: half a unit of the last printed digit. */
#define ASSERT_PRINTED(value, printed, half)                                                                           \
  do {                                                                                                                 \
    if (!(fabs((value) - (printed)) <= (half) * (1 + 1e-9)))                                                           \
      fail_msg("%s is %.7g; the manual prints %g", #value, value, printed);                                            \
  } while (0)

static void the_manuals_table_of_variances_is_reproduced(void **state) {
  (void)state;
  struct gauge_study s = analysed(aiag, GAUGE_STUDY_AUTO);
  /* Table III-B 7. */
  assert_true(s.operator_.df == 2 && s.part.df == 9 && s.interaction.df == 18 && s.equipment.df == 60);
  assert_true(s.total.df == 89);
  ASSERT_PRINTED(s.operator_.sum, 3.1673, 5e-5);
  ASSERT_PRINTED(s.operator_.mean, 1.58363, 5e-6);
  ASSERT_PRINTED(s.operator_.f, 34.44, 5e-3);
  ASSERT_PRINTED(s.part.sum, 88.3619, 5e-5);
  ASSERT_PRINTED(s.part.mean, 9.81799, 5e-6);
  ASSERT_PRINTED(s.part.f, 213.52, 5e-3);
  ASSERT_PRINTED(s.interaction.sum, 0.3590, 5e-5);
  ASSERT_PRINTED(s.interaction.mean, 0.01994, 5e-6);
  ASSERT_PRINTED(s.interaction.f, 0.434, 5e-4);
  ASSERT_PRINTED(s.interaction.p, 0.974, 5e-4); /* Minitab's help prints it for the same data */
  ASSERT_PRINTED(s.equipment.sum, 2.7589, 5e-5);
  ASSERT_PRINTED(s.equipment.mean, 0.04598, 5e-6);
  ASSERT_PRINTED(s.total.sum, 94.6471, 5e-5);
}

static void the_manuals_components_are_reproduced(void **state) {
  (void)state;
  struct gauge_study s = analysed(aiag, GAUGE_STUDY_AUTO);
  assert_false(s.kept);
  /* Table III-B 8: variances, standard deviations, % of total variation, % contribution. */
  ASSERT_PRINTED(s.repeatability, 0.039973, 5e-7);
  ASSERT_PRINTED(sqrt(s.repeatability), 0.199933, 1e-6);
  ASSERT_PRINTED(s.reproducibility, 0.051455, 1e-6);
  ASSERT_PRINTED(sqrt(s.reproducibility), 0.226838, 1e-6);
  assert_true(s.interacting == 0);
  ASSERT_PRINTED(s.gauge, 0.091428, 1e-6);
  ASSERT_PRINTED(sqrt(s.gauge), 0.302373, 2e-6); /* the manual rounds in between */
  ASSERT_PRINTED(s.parts, 1.086446, 1e-6);
  ASSERT_PRINTED(sqrt(s.parts), 1.042327, 1e-6);
  ASSERT_PRINTED(s.whole, 1.177874, 2e-6);
  ASSERT_PRINTED(100 * sqrt(s.repeatability / s.whole), 18.4, 0.05);
  ASSERT_PRINTED(100 * sqrt(s.reproducibility / s.whole), 20.9, 0.05);
  ASSERT_PRINTED(100 * sqrt(s.gauge / s.whole), 27.9, 0.05);
  ASSERT_PRINTED(100 * sqrt(s.parts / s.whole), 96.0, 0.05);
  ASSERT_PRINTED(100 * s.gauge / s.whole, 7.8, 0.05);
  ASSERT_PRINTED(100 * s.parts / s.whole, 92.2, 0.05);
  ASSERT_PRINTED(s.categories, 4.861, 5e-4);
}

static void the_figures_of_minitabs_help_are_reproduced(void **state) {
  (void)state;
  struct gauge_study s = analysed(aiag, GAUGE_STUDY_AUTO);
  ASSERT_PRINTED(s.interaction.p, 0.974, 5e-4);
  ASSERT_PRINTED(100 * s.gauge / s.whole, 7.76, 5e-3);
  ASSERT_PRINTED(100 * s.parts / s.whole, 92.24, 5e-3);
  ASSERT_PRINTED(100 * sqrt(s.gauge / s.whole), 27.86, 5e-3);
  assert_int_equal((int)s.categories, 4);
}

static void a_study_with_interaction_is_reproduced(void **state) {
  (void)state;
  struct gauge_study s = analysed(houf_berman, GAUGE_STUDY_AUTO);
  assert_true(s.kept);
  ASSERT_PRINTED(s.part.mean, 437.33, 5e-3);
  ASSERT_PRINTED(s.operator_.mean, 19.63, 5e-3);
  ASSERT_PRINTED(s.interaction.mean, 2.70, 5e-3);
  ASSERT_PRINTED(s.equipment.mean, 0.51, 5e-3);
  ASSERT_PRINTED(s.parts, 48.29, 5e-3);
  ASSERT_PRINTED(s.reproducibility, 0.56, 5e-3);
  ASSERT_PRINTED(s.interacting, 0.73, 5e-3);
  ASSERT_PRINTED(s.repeatability, 0.51, 5e-3);
}

static void the_figures_of_five_programs_are_reproduced(void **state) {
  (void)state;
  struct gauge_study s = analysed(houf_berman, GAUGE_STUDY_AUTO);
  /* Tables 10.2 and 10.3 of the JASP verification project. */
  ASSERT_PRINTED(s.gauge, 1.804, 5e-4);
  ASSERT_PRINTED(s.repeatability, 0.511, 5e-4);
  ASSERT_PRINTED(s.reproducibility, 0.565, 5e-4);
  ASSERT_PRINTED(s.interacting, 0.728, 5e-4);
  ASSERT_PRINTED(s.parts, 48.293, 5e-4);
  ASSERT_PRINTED(s.whole, 50.096, 5e-4);
  ASSERT_PRINTED(100 * s.gauge / s.whole, 3.60, 5e-3);
  ASSERT_PRINTED(100 * s.repeatability / s.whole, 1.02, 5e-3);
  ASSERT_PRINTED(100 * s.reproducibility / s.whole, 1.13, 5e-3);
  ASSERT_PRINTED(100 * s.interacting / s.whole, 1.45, 5e-3);
  ASSERT_PRINTED(100 * s.parts / s.whole, 96.40, 5e-3);
}

static void the_interaction_is_kept_or_pooled_as_asked(void **state) {
  (void)state;
  struct gauge_study with = analysed(aiag, GAUGE_STUDY_WITH), without = analysed(houf_berman, GAUGE_STUDY_WITHOUT);
  assert_true(with.kept);
  assert_true(with.interacting == 0); /* its mean square is below the equipment's */
  ASSERT_PRINTED(with.repeatability, 0.04598, 5e-6);
  assert_false(without.kept);
  ASSERT_PRINTED(without.repeatability, (48.511111 + 30.666667) / 78, 1e-6);
}

static void large_values_lose_no_digits(void **state) {
  (void)state;
  double shifted[PARTS * OPERATORS * TRIALS];
  for (size_t i = 0; i < PARTS * OPERATORS * TRIALS; i++) shifted[i] = aiag[i] + 1e6;
  struct gauge_study s = analysed(shifted, GAUGE_STUDY_AUTO);
  ASSERT_PRINTED(s.equipment.sum, 2.7589, 5e-5);
  ASSERT_PRINTED(s.gauge, 0.091428, 1e-6);
}

static void one_operator_or_one_trial_leaves_repeatability_alone(void **state) {
  (void)state;
  struct gauge_study s;
  struct fault fault = {0};
  /* Two parts, one operator, two trials: means 2 and 5, squares within 0.5 + 0.5, between 9. */
  const double one_operator[] = {1.5, 2.5, 4.5, 5.5};
  const struct gauge_study_input repeats = {
      .values = one_operator, .parts = 2, .operators = 1, .trials = 2, .significance = 0.05};
  assert_int_equal(gauge_study(&repeats, &s, &fault), STATUS_OK);
  assert_false(s.kept);
  assert_float_equal(s.repeatability, 0.5, 1e-12);
  assert_float_equal(s.reproducibility, 0, 0);
  assert_float_equal(s.parts, (9 - 0.5) / 2, 1e-12);
  /* The same numbers, two operators who look once: their means are 3 and 4, what is left is exact. */
  const struct gauge_study_input single = {
      .values = one_operator, .parts = 2, .operators = 2, .trials = 1, .significance = 0.05};
  assert_int_equal(gauge_study(&single, &s, &fault), STATUS_OK);
  assert_float_equal(s.repeatability, 0, 1e-12);
  assert_float_equal(s.reproducibility, 0.5, 1e-12);
}

static void a_study_too_small_or_without_variation_is_refused(void **state) {
  (void)state;
  struct gauge_study s;
  struct fault fault = {0};
  const double same[] = {1, 1, 1, 1};
  struct gauge_study_input input = {.values = same, .parts = 1, .operators = 2, .trials = 2, .significance = 0.05};
  assert_int_equal(gauge_study(&input, &s, &fault), STATUS_INVALID);
  assert_non_null(strstr(fault.text, "1 part"));
  input.parts = 4, input.operators = 1, input.trials = 1;
  assert_int_equal(gauge_study(&input, &s, &fault), STATUS_INVALID);
  input.parts = 2, input.trials = 2;
  assert_int_equal(gauge_study(&input, &s, &fault), STATUS_INVALID);
  assert_non_null(strstr(fault.text, "the same"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_manuals_table_of_variances_is_reproduced),
      cmocka_unit_test(the_manuals_components_are_reproduced),
      cmocka_unit_test(the_figures_of_minitabs_help_are_reproduced),
      cmocka_unit_test(a_study_with_interaction_is_reproduced),
      cmocka_unit_test(the_figures_of_five_programs_are_reproduced),
      cmocka_unit_test(the_interaction_is_kept_or_pooled_as_asked),
      cmocka_unit_test(large_values_lose_no_digits),
      cmocka_unit_test(one_operator_or_one_trial_leaves_repeatability_alone),
      cmocka_unit_test(a_study_too_small_or_without_variation_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
