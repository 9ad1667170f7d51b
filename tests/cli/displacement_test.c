/* A label that moved on bent paper is found, with its displacement, and nothing else is. */
#include "tests/cli/program.h"
#include "tests/support.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void make_set(const char *folder) {
  pid_t child = fork();
  if (child == 0) {
    execl(ASSAY_SYNTH, "assay-synth", "--product", "label", "--seed", "88", "--count", "8", "--defects", "0",
          "--goldens", "3", "--megapixels", "0.6", "--bend", "3", "--loose", "0.6", "--threads", "2", "--out", folder,
          (char *)NULL);
    _exit(127);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child || status) fail_msg("assay-synth did not make %s", folder);
}

static void a_label_that_moved_is_found_with_its_displacement(void **state) {
  (void)state;
  char *folder = support_folder(), *set = support_text("%s/set", folder);
  make_set(set);
  struct program_end end = RUN("bench", "accuracy", "displacement", set, "--json");
  ASSERT_EXIT(end, 0);
  json_t *row = json_loads(end.out, 0, NULL);
  assert_non_null(row);
  print_message("%s", end.out);
  assert_int_equal(json_integer_value(json_object_get(row, "moved")), 4);
  assert_int_equal(json_integer_value(json_object_get(row, "named")), 4);
  assert_int_equal(json_integer_value(json_object_get(row, "false_moved")), 0);
  assert_int_equal(json_integer_value(json_object_get(row, "false_regions")), 0);
  assert_true(json_number_value(json_object_get(row, "largest_mm")) < 0.05);
  json_decref(row);
  program_end_free(&end);
  support_remove(folder);
  free(set);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_label_that_moved_is_found_with_its_displacement),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
