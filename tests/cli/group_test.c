/* Group images from photo to finding: drift that no single photo shows is found, and the halves of a good lot are
 * alike; with ASSAY_TEST_ALL=1 as many lots as assay bench group takes. */
#include "cli/bench/group_trial.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { PHOTOS = 40 };

static struct group_trial trial;
static const struct group_drift none = {0}, label = {.label_px = 1}, zone = {.zone_delta_e = 1.5};

static int set_up(void **state) {
  (void)state;
  struct fault fault = {0};
  const struct inspect_options how = {.backend = "cpu"};
  if (group_trial_open(&how, &trial, &fault)) fail_msg("%s", fault.text);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  group_trial_close(&trial);
  return 0;
}

static void make_lot(const struct group_drift *drift, uint64_t lot, struct group_image halves[2]) {
  struct fault fault = {0};
  int failed = 0;
  if (group_trial_lot(&trial, drift, lot, PHOTOS, halves, &failed, &fault)) fail_msg("%s", fault.text);
  assert_int_equal(failed, 0);
}

static void join(struct group_image halves[2]) {
  struct fault fault = {0};
  assert_int_equal(group_image_add(&halves[0], &halves[1], &fault), STATUS_OK);
}

static void compare(const struct group_image *a, const struct group_image *b, const struct group_drift *planted,
                    int *found, int *elsewhere) {
  struct fault fault = {0};
  if (group_trial_compare(&trial, a, b, planted, found, elsewhere, &fault)) fail_msg("%s", fault.text);
}

static void drop(struct group_image halves[2]) {
  group_image_free(&halves[0]);
  group_image_free(&halves[1]);
}

static void halves_are_alike_and_drift_is_found(void **state) {
  (void)state;
  struct group_image good[2], drifted[2];
  int found, elsewhere;
  make_lot(&none, 1, good);
  compare(&good[0], &good[1], &none, &found, &elsewhere);
  assert_int_equal(elsewhere, 0);
  join(good);
  make_lot(&label, 2, drifted);
  join(drifted);
  compare(NULL, &drifted[0], &label, &found, &elsewhere);
  assert_true(found > 0);
  drop(drifted);
  make_lot(&zone, 3, drifted);
  join(drifted);
  compare(&good[0], &drifted[0], &zone, &found, &elsewhere);
  assert_true(found > 0);
  assert_int_equal(elsewhere, 0);
  drop(drifted);
  drop(good);
}

static void halves_of_good_lots_are_alike(void **state) {
  (void)state;
  const char *all = getenv("ASSAY_TEST_ALL");
  if (!all || *all != '1') skip();
  for (uint64_t lot = 10; lot < 60; lot++) {
    struct group_image halves[2];
    int found, elsewhere;
    make_lot(&none, lot, halves);
    compare(&halves[0], &halves[1], &none, &found, &elsewhere);
    assert_int_equal(elsewhere, 0);
    drop(halves);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(halves_are_alike_and_drift_is_found),
                                     cmocka_unit_test(halves_of_good_lots_are_alike)};
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
