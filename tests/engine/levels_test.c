/* Whole inspections, with all that can be asked of a photo: the same result at every level of the processor. */
#include "kernels/kernels.h"
#include "tests/engine/small_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *judge_at(const struct small_set *set, const char *level) {
  const struct inspect_options options = {.backend = "cpu", .cpu = level};
  struct inspector *inspector;
  struct inspection *work;
  struct fault fault = {0};
  char *lines;
  if (inspector_open(&set->golden, &options, &inspector, &fault) || inspection_open(inspector, &work, &fault) ||
      small_set_judge(set, work, false, &lines, &fault))
    fail_msg("%s: %s", level, fault.text);
  inspection_close(work);
  inspector_close(inspector);
  return lines;
}

static void assert_same_at_every_level(const struct small_set *set) {
  static const char *const levels[] = {"baseline", "avx2", "avx512"};
  char *reference = judge_at(set, "reference");
  for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
    if (!kernel_cpu_level(levels[i])) continue;
    char *lines = judge_at(set, levels[i]);
    if (strcmp(lines, reference) != 0) fail_msg("%s:\n%s\nreference:\n%s", levels[i], lines, reference);
    free(lines);
  }
  free(reference);
}

static void a_print_has_one_result(void **state) {
  (void)state;
  struct small_set set;
  small_set_make(&set);
  assert_same_at_every_level(&set);
  small_set_end(&set);
}

static void colours_parts_and_gauges_have_one_result(void **state) {
  (void)state;
  struct small_set set;
  small_set_make_demanding(&set);
  for (set.golden.photo_count = 1; set.golden.photo_count <= 2; set.golden.photo_count++)
    assert_same_at_every_level(&set);
  small_set_end(&set);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_print_has_one_result),
      cmocka_unit_test(colours_parts_and_gauges_have_one_result),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
