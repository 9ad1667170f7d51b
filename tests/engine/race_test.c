/* Whole inspections on the CUDA backend, executed on the CPU with every access of every thread watched: two threads
 * that use the same memory without anything to order them, and memory that is read before it is written, end the
 * process (tests/cuda_on_cpu/watch.h). And the answer is the CPU's. */
#include "engine/inspect.h"
#include "tests/cuda_on_cpu/control.h"
#include "tests/engine/small_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *judge_on(struct small_set *set, const char *backend, size_t golden_photos) {
  const struct inspect_options options = {.backend = backend};
  struct inspector *inspector;
  struct inspection *work;
  struct fault fault = {0};
  char *lines;
  set->golden.photo_count = golden_photos;
  if (inspector_open(&set->golden, &options, &inspector, &fault) || inspection_open(inspector, &work, &fault) ||
      small_set_judge(set, work, false, &lines, &fault))
    fail_msg("%s", fault.text);
  inspection_close(work);
  inspector_close(inspector);
  return lines;
}

/* But for the name of the backend. */
static void assert_alike(char *cpu, char *cuda) {
  static const char name[] = "\"backend\":\"";
  for (char *a = cpu, *b = cuda; *a || *b;) {
    if (!strncmp(a, name, sizeof name - 1)) a = strchr(a + sizeof name - 1, '"'), b = strchr(b + sizeof name - 1, '"');
    assert_non_null(a);
    assert_non_null(b);
    assert_int_equal(*a++, *b++);
  }
}

static void assert_no_race(struct small_set *set, size_t golden_photos) {
  char *cpu = judge_on(set, "cpu", golden_photos);
  cuda_on_cpu_defer(golden_photos == 2);
  cuda_on_cpu_order(golden_photos == 2 ? CUDA_ON_CPU_RANDOM : CUDA_ON_CPU_FORWARD, 3);
  char *cuda = judge_on(set, "cuda", golden_photos);
  assert_alike(cpu, cuda);
  free(cuda);
  free(cpu);
  cuda_on_cpu_defer(false);
}

static void a_whole_inspection_has_no_race(void **state) {
  (void)state;
  struct small_set set;
  small_set_make(&set);
  for (size_t golden_photos = 1; golden_photos <= 2; golden_photos++) assert_no_race(&set, golden_photos);
  small_set_end(&set);
}

static void one_that_measures_and_tells_colours_has_no_race(void **state) {
  (void)state;
  struct small_set set;
  small_set_make_demanding(&set);
  for (size_t golden_photos = 1; golden_photos <= 2; golden_photos++) assert_no_race(&set, golden_photos);
  small_set_end(&set);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_whole_inspection_has_no_race),
                                     cmocka_unit_test(one_that_measures_and_tells_colours_has_no_race)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
