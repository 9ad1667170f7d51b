/* What a spec says of tolerance: bright and dark apart, a scale, limit samples. */
#include "engine/reach.h"
#include "engine/remedian.h"
#include "tests/engine/picture.h"
#include "tests/engine/stage.h"
#include "tests/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WIDTH = 320, HEIGHT = 240, SIDE = 14, BRIGHT_X = 60, DARK_X = 220, PLACE_Y = 100 };

enum spots { NONE, SPOTS, EXCHANGED };
static struct photo golden[2], spotted;

/* A product with even ground where a light spot and a dark one may be. */
static struct photo take(enum spots spots, uint64_t seed) {
  struct picture p = picture_product(WIDTH, HEIGHT, 1, 5);
  static const float ground[1] = {130}, light[1] = {165}, dark[1] = {95};
  picture_box(&p, 40, 80, 60, 60, ground);
  picture_box(&p, 200, 80, 60, 60, ground);
  if (spots) {
    picture_box(&p, BRIGHT_X, PLACE_Y, SIDE, SIDE, spots == SPOTS ? light : dark);
    picture_box(&p, DARK_X, PLACE_Y, SIDE, SIDE, spots == SPOTS ? dark : light);
  }
  picture_blur(&p, 0.7);
  picture_noise(&p, 1.5, seed);
  struct photo photo = picture_photo(&p, "photo");
  picture_free(&p);
  return photo;
}

static bool found_at(const struct result *result, int x) {
  for (size_t i = 0; i < result->region_count; i++) {
    const int32_t *box = result->regions[i].golden_box;
    if (box[0] < x + SIDE && x < box[0] + box[2] && box[1] < PLACE_Y + SIDE && PLACE_Y < box[1] + box[3]) return true;
  }
  return false;
}

/* `photos` 1 and 2 make their limits by different operations. */
static void expect(const char *spec, size_t photos, bool bright, bool dark) {
  struct stage stage;
  stage_open(&stage, spec, golden, photos);
  struct result result = stage_judge(&stage, &spotted);
  if (found_at(&result, BRIGHT_X) != bright || found_at(&result, DARK_X) != dark) {
    result_tell(&result);
    fail_msg("%s, %zu photos: expected the bright spot %d, the dark one %d", spec, photos, bright, dark);
  }
  result_free(&result);
  stage_close(&stage);
}

static void bright_and_dark_have_limits_of_their_own(void **state) {
  (void)state;
  for (size_t photos = 1; photos <= 2; photos++) {
    expect("", photos, true, true);
    expect("tolerance: {dark: [60, 8]}\n", photos, true, false);
    expect("tolerance: {bright: [60, 8]}\n", photos, false, true);
    expect("tolerance: {absolute: 60, dark: [12, 8]}\n", photos, false, true);
    expect("zones: [{name: a, tolerance: {bright: [60, 8]}, polygon: [[40, 80], [100, 80], [100, 140], [40, 140]]}]\n",
           photos, false, true);
  }
}

static void a_scale_widens_all(void **state) {
  (void)state;
  expect("tolerance: {scale: 6}\n", 2, false, false);
  expect("tolerance: {scale: 6}\nzones: [{name: a, tolerance: {scale: 1}, polygon: [[40, 80], [100, 80], [100, 140], "
         "[40, 140]]}]\n",
         2, true, false);
}

static void a_limit_sample_widens_its_place_alone(void **state) {
  (void)state;
  for (size_t photos = 1; photos <= 2; photos++) {
    expect("approved: [{box: [60, 100, 14, 14], use: 4}]\n", photos, false, true);
    expect("approved: [{box: [220, 100, 14, 14], use: 4}]\n", photos, true, false);
    expect("approved: [{box: [220, 100, 14, 14], use: 1.05}]\n", photos, true, true);
    expect("approved: [{box: [-90, -90, 14, 14], use: 4}, {box: [310, 230, 99, 99], use: 4}]\n", photos, true, true);
  }
}

/* Whatever else is allowed. */
static void a_zone_whose_print_must_be_the_same_stays_so(void **state) {
  (void)state;
  static const char zone[] = "zones: [{name: a, same_print: true, polygon: [[40, 80], [100, 80], [100, 140], [40, "
                             "140]]}]\n";
  for (size_t photos = 1; photos <= 2; photos++) {
    char *spec = support_text("tolerance: {absolute: 60, relative: 60, edge: 5, scale: 3}\n%s", zone);
    expect(spec, photos, true, false);
    free(spec);
    spec = support_text("approved: [{box: [60, 100, 14, 14], use: 4}, {box: [220, 100, 14, 14], use: 4}]\n%s", zone);
    expect(spec, photos, true, false);
    free(spec);
    expect("zones: [{name: a, same_print: true, tolerance: {absolute: 60}, polygon: [[40, 80], [100, 80], [100, 140], "
           "[40, 140]]}]\n",
           photos, false, true);
  }
  struct stage stage;
  struct photo exchanged = take(EXCHANGED, 4), differ[] = {golden[0], golden[1], golden[0], exchanged};
  char *spec = support_text("severity: [{class: print, zone: a, severity: critical}]\n%s", zone);
  stage_open(&stage, spec, golden, 1);
  struct result result = stage_judge(&stage, &spotted);
  for (size_t i = 0; i < result.region_count; i++) {
    bool same = !strcmp(result.regions[i].zone, "a");
    if (same) assert_int_equal(result.regions[i].class_, CLASS_PRINT);
    assert_int_equal(result.regions[i].severity, same ? SEVERITY_CRITICAL : SEVERITY_MAJOR);
  }
  result_free(&result);
  stage_close(&stage);
  /* What approved photos differ by is not learned there. */
  stage_open(&stage, spec, differ, 4);
  result = stage_judge(&stage, &spotted);
  if (!found_at(&result, BRIGHT_X)) result_tell(&result);
  assert_true(found_at(&result, BRIGHT_X));
  assert_false(found_at(&result, DARK_X));
  result_free(&result);
  stage_close(&stage);
  photo_free(&exchanged);
  free(spec);
}

/* With robust statistics a spot on one of five approved photos is no part of the golden. */
static void robust_statistics_pass_over_a_defect_in_few_photos(void **state) {
  (void)state;
  struct photo good[4];
  for (int i = 0; i < 4; i++) good[i] = take(NONE, 10 + (uint64_t)i);
  struct photo five[5] = {good[0], spotted, good[1], good[2], good[3]};
  for (int robust = 0; robust < 2; robust++) {
    struct stage stage;
    stage_open(&stage, robust ? "statistics: robust\n" : "statistics: standard\n", five, 5);
    struct result result = stage_judge(&stage, &spotted), clean = stage_judge(&stage, &good[1]);
    assert_int_equal(found_at(&result, BRIGHT_X), robust);
    assert_int_equal(found_at(&result, DARK_X), robust);
    if (clean.verdict != VERDICT_PASS) result_tell(&clean);
    assert_int_equal(clean.verdict, VERDICT_PASS);
    result_free(&result), result_free(&clean);
    stage_close(&stage);
  }
  for (int i = 0; i < 4; i++) photo_free(&good[i]);
}

static void the_remedian_is_the_median_of_few_and_near_it_for_many(void **state) {
  (void)state;
  static const int counts[] = {1, 2, 3, 5, 7, 20, 49, 200};
  uint64_t random = 4;
  for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
    struct remedian r = {.values = 0};
    uint16_t values[200], median;
    struct fault fault = {0};
    int below = 0;
    for (int i = 0; i < counts[k]; i++) {
      values[i] = (uint16_t)(10000 * support_uniform(&random));
      if (remedian_add(&r, &values[i], 1, &fault)) fail_msg("%s", fault.text);
    }
    remedian_take(&r, &median);
    for (int i = 0; i < counts[k]; i++) below += values[i] <= median;
    double rank = (double)below / counts[k];
    if (counts[k] <= REMEDIAN_BASE ? 2 * below != counts[k] + counts[k] % 2 : rank < 0.3 || rank > 0.7)
      fail_msg("%d values: rank %g", counts[k], rank);
    remedian_free(&r);
  }
}

static struct reach *reach(const char *spec, size_t photos, struct stage *stage, size_t *count) {
  struct reach *reaches;
  struct fault fault = {0};
  stage_open(stage, spec, golden, photos);
  if (reach_of(stage->inspector, &reaches, count, &fault)) fail_msg("%s", fault.text);
  return reaches;
}

static void how_far_the_tolerance_reaches_is_told_in_grey_levels_and_pixels(void **state) {
  (void)state;
  struct stage stage;
  size_t count;
  for (size_t photos = 1; photos <= 2; photos++) {
    struct reach *r =
        reach("tolerance: {absolute: 20, dark: [30, 8], edge: 1}\nzones: [{name: a, tolerance: {absolute: 40, "
              "dark: [50, 8]}, polygon: [[40, 80], [100, 80], [100, 140], [40, 140]]}]\n",
              photos, &stage, &count);
    assert_int_equal(count, 2);
    assert_string_equal(r[0].zone, "a");
    assert_null(r[1].zone);
    /* A flat pixel's own 5 x 5 range, of noise, adds a tenth of it and no more. */
    const double expected[4] = {40, 50, 20, 30}, found[4] = {r[0].bright, r[0].dark, r[1].bright, r[1].dark};
    for (int i = 0; i < 4; i++)
      if (!(found[i] >= expected[i] - 0.1 && found[i] < expected[i] + 2)) fail_msg("%d: %g", i, found[i]);
    assert_true(r[1].bright_most > r[1].bright);
    assert_true(r[1].displaced > 0.5 && r[1].displaced < 3);
    free(r);
    stage_close(&stage);
  }
}

static void the_smallest_spots_that_are_found_follow_the_tolerance(void **state) {
  (void)state;
  static const char *const specs[] = {"tolerance: {absolute: 12}\n", "tolerance: {absolute: 35}\n"};
  double least[2];
  for (int i = 0; i < 2; i++) {
    struct stage stage;
    size_t count;
    struct fault fault = {0};
    struct reach *r = reach(specs[i], 1, &stage, &count);
    if (reach_try(stage.inspector, r, count, &fault)) fail_msg("%s", fault.text);
    least[i] = r[0].found[3];
    assert_true(isnan(r[0].found[1]) || r[0].found[1] >= r[0].found[3]);
    free(r);
    stage_close(&stage);
  }
  assert_true(least[0] >= 11 && least[0] <= 30);
  assert_true(least[1] >= 30 && least[1] > least[0]);
}

static int open_photos(void **state) {
  (void)state;
  golden[0] = take(NONE, 1), golden[1] = take(NONE, 2), spotted = take(SPOTS, 3);
  return 0;
}

static int close_photos(void **state) {
  (void)state;
  photo_free(&golden[0]), photo_free(&golden[1]), photo_free(&spotted);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bright_and_dark_have_limits_of_their_own),
      cmocka_unit_test(a_scale_widens_all),
      cmocka_unit_test(a_limit_sample_widens_its_place_alone),
      cmocka_unit_test(a_zone_whose_print_must_be_the_same_stays_so),
      cmocka_unit_test(robust_statistics_pass_over_a_defect_in_few_photos),
      cmocka_unit_test(the_remedian_is_the_median_of_few_and_near_it_for_many),
      cmocka_unit_test(how_far_the_tolerance_reaches_is_told_in_grey_levels_and_pixels),
      cmocka_unit_test(the_smallest_spots_that_are_found_follow_the_tolerance),
  };
  return cmocka_run_group_tests(tests, open_photos, close_photos);
}
