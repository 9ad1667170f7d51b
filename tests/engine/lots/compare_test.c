/* Groups that differ are found and rightly named; groups that do not are left alone. */
#include "engine/lots/compare.h"
#include "engine/statistics/distributions.h"
#include "tests/engine/lots/sample.h"
#include "tests/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void add(struct compare *compare, const struct sample *sample) {
  struct row_parser *parser = row_parser_new();
  struct fault fault = {0};
  if (compare_add(compare, sample_row(sample, parser), &fault)) fail_msg("%s", fault.text);
  row_parser_free(parser);
}

/* Photos in turn from two shifts and `factories` factories; the night's holes are larger by `shift`, and it has
 * scratches with probability `scratches` where the day has 1 %. */
struct season {
  int photos, factories;
  double shift, scratches, factory_step;
  uint64_t seed;
};

static void fill(struct compare *compare, const struct season *season) {
  static const char *const factories[] = {"North", "South", "West"};
  uint64_t random = season->seed;
  for (int i = 0; i < season->photos; i++) {
    bool night = i % 2, scratched = support_uniform(&random) < (night ? season->scratches : 0.01);
    int factory = i / 2 % season->factories;
    double hole = 2.2 + (night ? season->shift : 0) + factory * season->factory_step +
                  0.02 * normal_quantile(support_uniform(&random));
    char unit[16];
    snprintf(unit, sizeof unit, "U%d", i);
    add(compare, &(struct sample){.number = i,
                                  .lot = "L",
                                  .factory = factories[factory],
                                  .shift = night ? "night" : "day",
                                  .unit = unit,
                                  .score = 70 + 10 * support_uniform(&random),
                                  .verdict = scratched ? VERDICT_FAIL : VERDICT_PASS,
                                  .defect = scratched,
                                  .severity = SEVERITY_MINOR,
                                  .class_ = CLASS_SCRATCH,
                                  .dimension_count = 1,
                                  .dimensions = {{.name = "hole",
                                                  .unit = "mm",
                                                  .value = hole,
                                                  .uncertainty = 0.002,
                                                  .lower = 2.1,
                                                  .upper = 2.3,
                                                  .verdict = VERDICT_PASS}}});
  }
}

static struct compare_results work_out(struct compare *compare) {
  struct compare_results results;
  struct fault fault = {0};
  if (compare_end(compare, &fault) || compare_work_out(compare, &results, &fault)) fail_msg("%s", fault.text);
  return results;
}

static const struct compare_means_result *mean_of(const struct compare_results *results, const char *name) {
  for (size_t i = 0; i < results->mean_count; i++)
    if (!strcmp(results->means[i].measure->name, name)) return &results->means[i];
  fail_msg("no measure %s", name);
  return NULL;
}

static const struct compare_rate_result *rate_of(const struct compare_results *results, const char *name) {
  for (size_t i = 0; i < results->rate_count; i++)
    if (!strcmp(compare_kind_name(results->rates[i].rate.kind), name)) return &results->rates[i];
  fail_msg("no rate %s", name);
  return NULL;
}

static void a_shift_that_differs_is_found_with_how_much(void **state) {
  (void)state;
  struct compare compare = {.units = {.by = ROW_SHIFT, .across = true}};
  fill(&compare, &(struct season){.photos = 3000, .factories = 2, .shift = 0.01, .scratches = 0.04, .seed = 5});
  struct compare_results results = work_out(&compare);
  assert_int_equal(compare.units.count, 2);
  assert_string_equal(compare.units.items[1].name, "night");
  const struct compare_means_result *hole = mean_of(&results, "hole");
  assert_int_equal(hole->pairs.count, 1);
  assert_true(hole->pairs.items[0].differs && hole->pairs.items[0].p < 1e-6);
  assert_true(hole->pairs.items[0].range.lower < 0.01 && hole->pairs.items[0].range.upper > 0.01);
  struct compare_mean day = compare_mean(hole->measure, 0);
  assert_int_equal(day.moments.count, 1500);
  assert_true(day.mean.lower < 2.2 && day.mean.upper > 2.2);
  assert_true(day.spread.lower < 0.02 && day.spread.upper > 0.02);
  assert_true(day.cpk.low < 0.1 / 0.06 && day.cpk.high > 0.1 / 0.06);
  const struct compare_rate_result *scratch = rate_of(&results, "scratch");
  assert_true(scratch->pairs.items[0].differs);
  assert_true(scratch->pairs.items[0].range.lower < 4.1 && scratch->pairs.items[0].range.upper > 4.1);
  assert_true(rate_of(&results, "minor")->pairs.items[0].differs);
  /* The score is the same for both. */
  const struct compare_means_result *score = mean_of(&results, "score");
  assert_true(score->tested && !score->pairs.count);
  assert_true(isnan(compare_mean(score->measure, 0).cpk.value));
  compare_results_free(&results);
  compare_free(&compare);
}

static void groups_alike_are_left_alone_in_nearly_all_seeds(void **state) {
  (void)state;
  int found = 0;
  for (uint64_t seed = 1; seed <= 40; seed++) {
    struct compare compare = {.units = {.by = ROW_FACTORY, .across = true}};
    fill(&compare, &(struct season){.photos = 240, .factories = 3, .scratches = 0.01, .seed = seed});
    struct compare_results results = work_out(&compare);
    for (size_t i = 0; i < results.mean_count; i++)
      for (size_t j = 0; j < results.means[i].pairs.count; j++) found += results.means[i].pairs.items[j].differs;
    for (size_t i = 0; i < results.rate_count; i++)
      for (size_t j = 0; j < results.rates[i].pairs.count; j++) found += results.rates[i].pairs.items[j].differs;
    compare_results_free(&results);
    compare_free(&compare);
  }
  /* Two families at 5 %: four are expected, more than twelve come in one of 10,000 runs. */
  assert_in_range(found, 0, 12);
}

static void variance_between_factories_is_told_from_that_within(void **state) {
  (void)state;
  struct compare compare = {.units = {.by = ROW_FACTORY, .across = true}};
  fill(&compare, &(struct season){.photos = 3000, .factories = 3, .scratches = 0.01, .factory_step = 0.04, .seed = 9});
  struct compare_results results = work_out(&compare);
  const struct compare_means_result *hole = mean_of(&results, "hole");
  assert_true(hole->has_components);
  assert_true(fabs(hole->components.outer - 0.0016) < 0.0002);
  assert_true(fabs(hole->components.within - 0.0004) < 0.00004);
  assert_true(hole->components.inner < 0.00001);
  assert_int_equal(hole->pairs.count, 3);
  for (int i = 0; i < 3; i++) assert_true(hole->pairs.items[i].differs);
  compare_results_free(&results);
  compare_free(&compare);
}

static void many_groups_are_compared_each_with_the_others(void **state) {
  (void)state;
  struct compare compare = {.units = {.by = ROW_LOT, .across = true}};
  uint64_t random = 3;
  for (int i = 0; i < 1200; i++) {
    char lot[8];
    snprintf(lot, sizeof lot, "L%d", i % 12);
    add(&compare, &(struct sample){.number = i,
                                   .lot = lot,
                                   .dimension_count = 1,
                                   .dimensions = {{.name = "hole",
                                                   .unit = "mm",
                                                   .value = (i % 12 == 7 ? 2.25 : 2.2) +
                                                            0.02 * normal_quantile(support_uniform(&random)),
                                                   .lower = NAN,
                                                   .upper = NAN}}});
  }
  struct compare_results results = work_out(&compare);
  const struct compare_means_result *hole = mean_of(&results, "hole");
  assert_int_equal(hole->pairs.count, 12);
  size_t least = 0;
  for (size_t i = 0; i < 12; i++) {
    assert_true(hole->pairs.items[i].b == COMPARE_OTHERS);
    if (hole->pairs.items[i].p < hole->pairs.items[least].p) least = i;
  }
  assert_string_equal(compare.units.items[hole->pairs.items[least].a].name, "L7");
  assert_true(hole->pairs.items[least].differs);
  compare_results_free(&results);
  compare_free(&compare);
}

static void a_line_without_a_factory_is_not_a_factory_s_that_is_written_like_it(void **state) {
  (void)state;
  struct compare compare = {.units = {.by = ROW_LINE, .across = true}};
  static const struct {
    const char *factory, *line;
  } from[] = {{"F1", "A"}, {NULL, "F1 / A"}, {"F1", "A"}, {NULL, "F1 / A"}};
  for (int i = 0; i < 4; i++)
    add(&compare, &(struct sample){.number = i, .lot = "L", .factory = from[i].factory, .line = from[i].line});
  assert_int_equal(compare.units.count, 2);
  for (int i = 0; i < 2; i++) assert_int_equal(compare.units.items[i].units, 2);
  compare_free(&compare);
}

static void only_the_newest_version_of_a_golden_is_measured_by(void **state) {
  (void)state;
  struct compare compare = {.units = {.by = ROW_SHIFT, .across = true}};
  for (int i = 0; i < 8; i++)
    add(&compare, &(struct sample){.number = i,
                                   .shift = i % 2 ? "night" : "day",
                                   .version = 1 + i / 4,
                                   .score = 80,
                                   .dimension_count = 1,
                                   .dimensions = {{.name = "hole", .value = i, .lower = NAN, .upper = NAN}}});
  struct compare_results results = work_out(&compare);
  assert_int_equal(results.mean_count, 2); /* the score and the hole, once each */
  assert_int_equal(mean_of(&results, "hole")->measure->version, 2);
  assert_true(compare_mean(mean_of(&results, "hole")->measure, 0).moments.mean == 5);
  /* No spread, so that no test can be made. */
  assert_false(mean_of(&results, "score")->tested);
  compare_results_free(&results);
  compare_free(&compare);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_shift_that_differs_is_found_with_how_much),
      cmocka_unit_test(groups_alike_are_left_alone_in_nearly_all_seeds),
      cmocka_unit_test(variance_between_factories_is_told_from_that_within),
      cmocka_unit_test(many_groups_are_compared_each_with_the_others),
      cmocka_unit_test(a_line_without_a_factory_is_not_a_factory_s_that_is_written_like_it),
      cmocka_unit_test(only_the_newest_version_of_a_golden_is_measured_by),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
