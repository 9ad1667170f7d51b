#include "kernels/kernels.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char *const names[] = {"avx512", "avx2", "baseline", "reference"};

static void a_level_has_the_name_it_is_asked_for_by(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const struct kernel_backend *level = kernel_cpu_level(names[i]);
    if (!level) continue;
    assert_string_equal(level->level, names[i]);
    assert_string_equal(level->name, "cpu");
  }
}

static void reference_and_baseline_are_everywhere(void **state) {
  (void)state;
  assert_ptr_equal(kernel_cpu_level("reference"), &kernel_cpu);
  assert_non_null(kernel_cpu_level("baseline"));
}

static void without_a_name_it_is_the_best_that_is_there(void **state) {
  (void)state;
  const struct kernel_backend *best = NULL;
  for (size_t i = 0; i < sizeof names / sizeof *names && !best; i++) best = kernel_cpu_level(names[i]);
  assert_ptr_equal(kernel_cpu_level(NULL), best);
}

static void what_is_no_level_is_not_there(void **state) {
  (void)state;
  assert_null(kernel_cpu_level("sse"));
  assert_null(kernel_cpu_level(""));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_level_has_the_name_it_is_asked_for_by),
      cmocka_unit_test(reference_and_baseline_are_everywhere),
      cmocka_unit_test(without_a_name_it_is_the_best_that_is_there),
      cmocka_unit_test(what_is_no_level_is_not_there),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
