/* The log of `assay bench accuracy lots`: a lot that was judged is found again, another one is not. */
#include "cli/bench/lots_tally.h"

#include "tests/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct lots_key key = {{"board", "1", "5"}, "5", "20", 2027, 200};

static void a_logged_lot_is_found_with_its_numbers_and_no_other(void **state) {
  (void)state;
  char *folder = support_folder(), *path = support_text("%s/log", folder);
  struct lots_tally tally = {.photos = 200, .unjudged = 1, .false_regions = 3}, found = {0};
  tally.right[97] = 4, tally.alarm[LOTS_SURE - 1] = 3;
  tally.planted[1][2] = 40, tally.found[1][2] = 39;
  struct fault fault = {0};
  assert_false(lots_log_find(path, &key, &found));
  assert_int_equal(lots_log_add(path, &key, &tally, &fault), STATUS_OK);
  assert_true(lots_log_find(path, &key, &found));
  assert_int_equal(found.photos, 200);
  assert_int_equal(found.unjudged, 1);
  assert_int_equal(found.false_regions, 3);
  assert_int_equal(found.right[97], 4);
  assert_int_equal(found.alarm[LOTS_SURE - 1], 3);
  assert_int_equal(found.planted[1][2], 40);
  assert_int_equal(found.found[1][2], 39);
  struct lots_key others[] = {key, key, key, key};
  others[0].seed++, others[1].photos--, others[2].row.goldens = "20", others[3].min_contrast = "21";
  for (int i = 0; i < 4; i++) assert_false(lots_log_find(path, &others[i], &found));
  free(path);
  support_remove(folder);
}

static void a_line_that_was_cut_short_is_passed_over(void **state) {
  (void)state;
  char *folder = support_folder(), *path = support_text("%s/log", folder);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fputs("{\"product\":\"board\",\"megapixels\":\"1\"\n", file);
  fclose(file);
  struct lots_tally tally = {.photos = 7}, found = {0};
  struct fault fault = {0};
  assert_false(lots_log_find(path, &key, &found));
  assert_int_equal(lots_log_add(path, &key, &tally, &fault), STATUS_OK);
  assert_true(lots_log_find(path, &key, &found));
  free(path);
  support_remove(folder);
}

static void the_share_of_pairs_that_confidence_ranks_rightly_is_told(void **state) {
  (void)state;
  struct lots_tally tally = {.photos = 1}, more = {.photos = 1};
  tally.right[90] = 3;
  assert_true(isnan(lots_tally_ranked(&tally)));
  more.right[50] = 1, more.alarm[50] = 1, more.alarm[60] = 1;
  lots_tally_add(&tally, &more);
  /* 3 found ones over both false, one over none and level with one: 6.5 of 8. */
  assert_true(fabs(lots_tally_ranked(&tally) - 6.5 / 8) < 1e-12);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_share_of_pairs_that_confidence_ranks_rightly_is_told),
      cmocka_unit_test(a_logged_lot_is_found_with_its_numbers_and_no_other),
      cmocka_unit_test(a_line_that_was_cut_short_is_passed_over),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
