/* How the program answers to wrong usage, to --help, and to an output that does not take what it prints. */
#include "tests/cli/program.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void without_a_command_it_lists_the_commands(void **state) {
  (void)state;
  struct program_end end = program_run((const char *const[]){NULL});
  ASSERT_EXIT(end, 64);
  ASSERT_HAS(end.err, "usage: assay COMMAND");
  assert_string_equal(end.out, "");
  program_end_free(&end);
}

static void an_unknown_command_is_wrong_usage(void **state) {
  (void)state;
  struct program_end end = RUN("judge");
  ASSERT_EXIT(end, 64);
  ASSERT_HAS(end.err, "no command \"judge\"");
  program_end_free(&end);
}

static void every_command_in_the_list_has_help_with_an_example(void **state) {
  (void)state;
  struct program_end list = RUN("--help");
  ASSERT_EXIT(list, 0);
  char *at = strstr(list.out, "commands:\n");
  assert_non_null(at);
  size_t count = 0;
  for (char *line = strchr(at, '\n') + 1; line[0] == ' '; line = strchr(line, '\n') + 1, count++) {
    char name[32] = {0}, *end_of_name = strstr(line + 2, "  "), *rest = NULL;
    const char *words[6] = {NULL};
    size_t n = 0;
    assert_true(end_of_name && end_of_name - line - 2 < (ptrdiff_t)sizeof name);
    memcpy(name, line + 2, (size_t)(end_of_name - line - 2));
    for (char *word = strtok_r(name, " ", &rest); word && n < 4; word = strtok_r(NULL, " ", &rest)) words[n++] = word;
    words[n] = "--help";
    struct program_end end = program_run(words);
    ASSERT_EXIT(end, 0);
    ASSERT_HAS(end.out, "usage: assay ");
    ASSERT_HAS(end.out, "--json");
    ASSERT_HAS(end.out, "\nexample:\n  assay ");
    assert_string_equal(end.err, "");
    program_end_free(&end);
    words[n] = "--no-such-option";
    struct program_end wrong = program_run(words);
    ASSERT_EXIT(wrong, 64);
    ASSERT_HAS(wrong.err, "unknown option --no-such-option");
    assert_string_equal(wrong.out, "");
    program_end_free(&wrong);
  }
  assert_true(count > 0);
  program_end_free(&list);
}

static void the_version_is_printed(void **state) {
  (void)state;
  struct program_end end = RUN("--version");
  ASSERT_EXIT(end, 0);
  assert_string_equal(end.out, "assay " ASSAY_VERSION "\n");
  program_end_free(&end);
}

static void an_output_that_is_closed_or_full_is_an_io_error(void **state) {
  (void)state;
  static const char *const outputs[] = {"closed", "/dev/full"};
  for (size_t i = 0; i < 2; i++) {
    const struct program_how how = {.out = outputs[i]};
    struct program_end end = program_run_how(&how, (const char *const[]){"--help", NULL});
    ASSERT_EXIT(end, 74);
    ASSERT_HAS(end.err, "standard output");
    program_end_free(&end);
    end = program_run_how(&how, (const char *const[]){"doctor", "--json", NULL});
    ASSERT_EXIT(end, 74);
    program_end_free(&end);
  }
}

static void doctor_says_whether_all_is_well(void **state) {
  (void)state;
  struct program_end end = RUN("doctor");
  ASSERT_EXIT(end, 0);
  ASSERT_HAS(end.out, "ok    assay       " ASSAY_VERSION);
  program_end_free(&end);
  const struct program_how how = {.environment = "TMPDIR=/nowhere/at/all"};
  end = program_run_how(&how, (const char *const[]){"doctor", "--json", NULL});
  ASSERT_EXIT(end, 1);
  ASSERT_HAS(end.out, "{\"ok\":false,");
  ASSERT_HAS(end.out, "/nowhere/at/all");
  program_end_free(&end);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(without_a_command_it_lists_the_commands),
      cmocka_unit_test(an_unknown_command_is_wrong_usage),
      cmocka_unit_test(every_command_in_the_list_has_help_with_an_example),
      cmocka_unit_test(the_version_is_printed),
      cmocka_unit_test(an_output_that_is_closed_or_full_is_an_io_error),
      cmocka_unit_test(doctor_says_whether_all_is_well),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
