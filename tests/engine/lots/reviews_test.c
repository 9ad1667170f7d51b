/* What people decided about findings: the last decision holds, what was overruled does not count, and the rest stays.
 */
#include "engine/lots/reviews.h"
#include "tests/engine/lots/sample.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { REGIONS = 3 };
static const double peaks[REGIONS] = {2, 5, 3};
static const int numbers[REGIONS] = {3, 1, 2};

/* A photo that fails by three regions; the text of its zone is its place. */
static struct row row_of(struct row_region regions[REGIONS]) {
  static const char *const zones[REGIONS] = {"a", "b", "c"};
  for (int i = 0; i < REGIONS; i++) regions[i] = (struct row_region){.peak = peaks[i], .zone = zones[i]};
  return (struct row){.job_id = "job",
                      .verdict = VERDICT_FAIL,
                      .score = 10,
                      .reasons = 1U << REASON_REGION,
                      .reason = "3 places differ",
                      .regions = regions,
                      .region_count = REGIONS};
}

static struct review decided(int region, bool overruled, size_t order) {
  return (struct review){.job = "job", .region = region, .overruled = overruled, .order = order};
}

static struct row_region *kept; /* of the last apply */

static void apply(const struct review *items, size_t count, struct row *row) {
  struct reviews reviews = {.items = (struct review *)(uintptr_t)items, .count = count};
  free(kept);
  assert_true(reviews_apply(&reviews, row));
  kept = reviews.kept;
}

static void numbers_go_by_strength_and_stay_when_others_are_overruled(void **state) {
  (void)state;
  struct row_region regions[REGIONS];
  struct row row = row_of(regions);
  for (size_t i = 0; i < REGIONS; i++) assert_int_equal(row_region_number(&row, i), numbers[i]);
  const struct review items[] = {decided(1, true, 0)};
  apply(items, 1, &row);
  assert_int_equal(row.region_count, 2);
  assert_string_equal(row.regions[0].zone, "a");
  assert_string_equal(row.regions[1].zone, "c");
  assert_int_equal(row_region_number(&row, 0), 3);
  assert_int_equal(row_region_number(&row, 1), 2);
  assert_int_equal(row.verdict, VERDICT_FAIL);
  assert_int_equal(row.overruled, 1);
}

static void the_last_decision_holds(void **state) {
  (void)state;
  struct row_region regions[REGIONS];
  struct row row = row_of(regions);
  const struct review items[] = {decided(1, true, 0), decided(1, false, 2), decided(2, false, 1), decided(2, true, 3)};
  const struct reviews reviews = {.items = (struct review *)(uintptr_t)items, .count = 4};
  assert_false(review_holds(&reviews, 0));
  assert_true(review_holds(&reviews, 1));
  apply(items, 4, &row);
  assert_int_equal(row.region_count, 2);
  assert_int_equal(row.reviewed, 2);
  assert_int_equal(row.overruled, 1);
  assert_string_equal(row.regions[1].zone, "b");
}

static const struct review all[] = {{.job = "job", .region = 1, .overruled = true},
                                    {.job = "job", .region = 2, .overruled = true, .order = 1},
                                    {.job = "job", .region = 3, .overruled = true, .order = 2}};

static void a_photo_that_failed_by_nothing_else_passes_without_a_score(void **state) {
  (void)state;
  struct row_region regions[REGIONS];
  struct row row = row_of(regions);
  apply(all, 3, &row);
  assert_int_equal(row.verdict, VERDICT_PASS);
  assert_int_equal(row.region_count, 0);
  assert_int_equal(row.reasons, 0);
  assert_string_equal(row.reason, "");
  assert_true(isnan(row.score));
}

static void a_dimension_that_fails_is_not_overruled_with_the_regions(void **state) {
  (void)state;
  struct row_region regions[REGIONS];
  struct row row = row_of(regions);
  const struct row_dimension dimension = {.name = "d", .verdict = VERDICT_FAIL};
  row.dimensions = &dimension;
  row.dimension_count = 1;
  apply(all, 3, &row);
  assert_int_equal(row.verdict, VERDICT_FAIL);
  struct row unjudged = row_of(regions);
  unjudged.verdict = VERDICT_CANNOT_JUDGE;
  apply(all, 3, &unjudged);
  assert_int_equal(unjudged.verdict, VERDICT_CANNOT_JUDGE);
}

static void other_jobs_are_left_alone(void **state) {
  (void)state;
  static const char *const others[] = {"", "jo", "joc", "joba"};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    struct row_region regions[REGIONS];
    struct row row = row_of(regions);
    row.job_id = others[i];
    apply(all, 3, &row);
    assert_int_equal(row.region_count, REGIONS);
    assert_ptr_equal(row.regions, regions);
  }
}

static void a_decision_says_who_why_and_about_what_or_is_refused(void **state) {
  (void)state;
  char *result = sample_line(&(struct sample){
      .number = 4, .lot = "L-7", .verdict = VERDICT_FAIL, .defect = true, .class_ = CLASS_STAIN, .at = {30, 40}});
  struct review_entry entry = {.job = "j", .region = 1, .overruled = true, .who = "Mei", .why = "\"edge\"", .at = "t"};
  struct fault fault = {0};
  char *line = NULL;
  assert_int_equal(review_write(&entry, result, &line, &fault), STATUS_OK);
  static const char *const parts[] = {"\"decision\":\"overruled\"",
                                      "\"who\":\"Mei\"",
                                      "\"why\":\"\\\"edge\\\"\"",
                                      "\"class\":\"stain\"",
                                      "\"lot\":\"L-7\"",
                                      "\"golden_box\":[30,40,10,10]",
                                      "\"from\":null",
                                      "\"whole_zone\":false}"};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    if (!strstr(line, parts[i])) fail_msg("%s is not in %s", parts[i], line);
  free(line);
  const struct {
    int region;
    const char *who, *why;
  } bad[] = {{0, "w", "y"}, {2, "w", "y"},    {1, "", "y"},    {1, NULL, "y"},
             {1, "w", " "}, {1, "w", "a\nb"}, {1, "\xff", "y"}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    entry.region = bad[i].region, entry.who = bad[i].who, entry.why = bad[i].why;
    assert_int_equal(review_write(&entry, result, &line, &fault), STATUS_INVALID);
    assert_null(line);
  }
  free(result);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_go_by_strength_and_stay_when_others_are_overruled),
      cmocka_unit_test(the_last_decision_holds),
      cmocka_unit_test(a_photo_that_failed_by_nothing_else_passes_without_a_score),
      cmocka_unit_test(a_dimension_that_fails_is_not_overruled_with_the_regions),
      cmocka_unit_test(other_jobs_are_left_alone),
      cmocka_unit_test(a_decision_says_who_why_and_about_what_or_is_refused),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  free(kept);
  return failed;
}
