/* Planted drifts of synthetic seasons are found, named and dated, and nothing else is; a long version with
 * ASSAY_TEST_ALL=1 is what assay bench season prints. */
#include "cli/bench/season_trial.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static int seasons(int few, int all) {
  const char *asked = getenv("ASSAY_TEST_ALL");
  return asked && *asked == '1' ? all : few;
}

struct tally {
  int found, held, unplanted;
};

static struct tally look(int first, int count, bool in_control, double budget) {
  struct tally tally = {0};
  for (int seed = first; seed < first + count; seed++) {
    struct season_trial trial;
    struct fault fault = {0};
    const struct production_options how = {.seed = (uint64_t)seed, .photos = 600, .in_control = in_control};
    if (season_trial_run(&how, budget, &trial, &fault)) fail_msg("season %d: %s", seed, fault.text);
    for (int k = 0; k < PLANTS; k++) tally.found += trial.found[k], tally.held += trial.held[k];
    tally.unplanted += (int)trial.unplanted;
    season_trial_free(&trial);
  }
  return tally;
}

static void planted_drifts_are_found_named_and_dated(void **state) {
  (void)state;
  int count = seasons(3, 20);
  struct tally tally = look(1, count, false, 0.05);
  assert_true(tally.found >= 3 * count - 3);
  assert_true(60 * tally.held >= 53 * 3 * count);
  assert_true(tally.unplanted <= 1);
}

/* With a budget of 1 no more than one a season is to be expected; twice the root of that is allowed above. */
static void no_more_is_found_in_control_than_the_budget_says(void **state) {
  (void)state;
  int count = seasons(4, 100);
  struct tally tally = look(1000, count, true, 1);
  assert_true(tally.unplanted <= count + (count > 4 ? 20 : 4));
  tally = look(1000, count, true, 0.05);
  assert_true(tally.unplanted <= (count > 4 ? 12 : 1));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(planted_drifts_are_found_named_and_dated),
      cmocka_unit_test(no_more_is_found_in_control_than_the_budget_says),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
