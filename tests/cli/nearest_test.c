/* What is near enough to be meant. */
#include "cli/nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *nearest_of(const char *given, const char *const *words) {
  struct nearest nearest = {0};
  for (; *words; words++) nearest_consider(&nearest, given, strlen(given), *words);
  return nearest.word;
}

static void one_slip_of_each_kind_is_near(void **state) {
  (void)state;
  static const char *const words[] = {"report", "retry", "results", NULL};
  static const char *const slips[] = {"repoort", "repot", "repirt", "reprot", "report"};
  for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
    const char *found = nearest_of(slips[i], words);
    assert_non_null(found);
    assert_string_equal(found, "report");
  }
}

static void a_swap_counts_once(void **state) {
  (void)state;
  struct nearest nearest = {0};
  nearest_consider(&nearest, "abdc", 4, "abcd");
  assert_int_equal(nearest.distance, 1);
}

static void the_nearest_wins_and_the_first_of_equals(void **state) {
  (void)state;
  static const char *const words[] = {"golden check", "golden create", NULL}, *const equal[] = {"rub", "rum", NULL};
  assert_string_equal(nearest_of("golden creat", words), "golden create");
  assert_string_equal(nearest_of("run", equal), "rub");
}

static void other_words_are_not_near(void **state) {
  (void)state;
  static const char *const words[] = {"out", "lot", "golden create", "measure", NULL};
  assert_null(nearest_of("zzz", words));
  assert_null(nearest_of("photograph", words));
  assert_null(nearest_of("", words));
}

static void words_too_long_for_the_table_are_left_out(void **state) {
  (void)state;
  char longest[64], longer[65];
  memset(longest, 'a', 63), longest[63] = 0;
  memset(longer, 'a', 64), longer[64] = 0;
  const char *const one[] = {longest, NULL}, *const other[] = {longer, NULL};
  assert_ptr_equal(nearest_of(longest, one), longest);
  assert_null(nearest_of(longest, other));
  assert_null(nearest_of(longer, one));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_slip_of_each_kind_is_near),
      cmocka_unit_test(a_swap_counts_once),
      cmocka_unit_test(the_nearest_wins_and_the_first_of_equals),
      cmocka_unit_test(other_words_are_not_near),
      cmocka_unit_test(words_too_long_for_the_table_are_left_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
