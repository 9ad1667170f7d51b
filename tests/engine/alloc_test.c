/* Every allocation of a golden's opening and of a photo's judging fails in turn: each says so, or the result is the
 * same as ever; nothing leaks (the sanitizers' build would tell). */
#include "engine/inspect.h"
#include "tests/alloc.h"
#include "tests/engine/small_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* All photos' results as written, or NULL and the status. */
static enum status judge(const struct small_set *set, bool align, char **lines, struct fault *fault) {
  struct inspector *inspector;
  struct inspection *work = NULL;
  *lines = NULL;
  enum status status = inspector_open(&set->golden, NULL, &inspector, fault);
  if (!status) status = inspection_open(inspector, &work, fault);
  if (!status) status = small_set_judge(set, work, align, lines, fault);
  inspection_close(work);
  inspector_close(inspector);
  return status;
}

static void fail_each(const struct small_set *set, bool align) {
  char *expected, *lines;
  struct fault fault = {0};
  if (judge(set, align, &expected, &fault)) fail_msg("%s", fault.text);
  if (!expected) return;
  assert_non_null(strstr(expected, align ? "\"ok\"" : "\"fail\""));
  if (!align) assert_non_null(strstr(expected, "\"pass\""));
  /* Under sanitizers not each. */
  const size_t step = SLOW_BUILD && !getenv("ASSAY_TEST_ALL") ? 3 : 1;
  for (size_t n = 1;; n += step) {
    memset(&fault, 0, sizeof fault);
    alloc_fail_at(n);
    enum status status = judge(set, align, &lines, &fault);
    bool failed = alloc_has_failed();
    alloc_fail_at(0);
    bool said = status == STATUS_MEMORY && strstr(fault.text, "memory");
    bool same = !status && lines && !strcmp(lines, expected);
    if (failed ? !said && !same : !same)
      fail_msg("allocation %zu: status %d, \"%s\"\n%s\nexpected\n%s", n, (int)status, fault.text, lines ? lines : "",
               expected);
    free(lines);
    if (failed) continue;
    print_message("fewer than %zu allocations\n", n);
    assert_true(n > 50);
    break;
  }
  free(expected);
}

static void of_judging(void **state) {
  (void)state;
  struct small_set set;
  small_set_make(&set);
  fail_each(&set, false);
  small_set_end(&set);
}

static void of_aligning(void **state) {
  (void)state;
  struct small_set set;
  small_set_make(&set);
  fail_each(&set, true);
  small_set_end(&set);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(of_judging), cmocka_unit_test(of_aligning)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
