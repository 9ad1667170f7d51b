/* assay lot capability, driven as users do. */
#include "tests/cli/program.h"
#include "tests/engine/lots/sample.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void an_interval_below_zero_is_shown_whole(void **state) {
  (void)state;
  char *folder = support_folder(), *path = support_text("%s/results.jsonl", folder);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  for (int i = 0; i < 30; i++)
    sample_write(file, &(struct sample){.number = i + 1,
                                        .lot = "A",
                                        .dimension_count = 1,
                                        .dimensions = {{.name = "hole",
                                                        .unit = "mm",
                                                        .value = 5 + 0.01 * (i % 3),
                                                        .lower = 4.8,
                                                        .upper = 4.9,
                                                        .verdict = VERDICT_FAIL}}});
  assert_int_equal(fclose(file), 0);
  struct program_end end = RUN("lot", "capability", path);
  ASSERT_EXIT(end, 0);
  ASSERT_HAS(end.out, "hole");
  ASSERT_HAS(end.out, " [-");
  assert_null(strstr(end.out, "\xE2\x80\xA6")); /* what a cell that is cut ends with */
  program_end_free(&end);
  free(path);
  support_remove(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(an_interval_below_zero_is_shown_whole)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
