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

static void assert_help(const char *const *words, size_t n) {
  const char *arguments[6] = {NULL};
  memcpy(arguments, words, n * sizeof *words);
  arguments[n] = "--help";
  struct program_end end = program_run(arguments);
  ASSERT_EXIT(end, 0);
  ASSERT_HAS(end.out, "usage: assay ");
  ASSERT_HAS(end.out, "--json");
  ASSERT_HAS(end.out, "\nexample:\n  assay ");
  assert_string_equal(end.err, "");
  program_end_free(&end);
}

static void every_command_in_the_list_has_help_with_an_example(void **state) {
  (void)state;
  struct program_end list = RUN("--help");
  ASSERT_EXIT(list, 0);
  size_t count = 0;
  char *lines = NULL;
  for (char *line = strtok_r(list.out, "\n", &lines); line; line = strtok_r(NULL, "\n", &lines)) {
    char *end_of_name = strstr(line + strspn(line, " "), "  "), *rest = NULL;
    if (line[0] != ' ' || !end_of_name) continue;
    *end_of_name = 0;
    const char *words[4];
    size_t n = 0;
    for (char *word = strtok_r(line, " ", &rest); word && n < 4; word = strtok_r(NULL, " ", &rest)) words[n++] = word;
    assert_help(words, n);
    count++;
  }
  assert_true(count > 40);
  program_end_free(&list);
}

static void a_mistyped_command_is_answered_with_the_one_meant(void **state) {
  (void)state;
  struct program_end end = RUN("golden", "creat", "--name", "x");
  ASSERT_EXIT(end, 64);
  ASSERT_HAS(end.err, "no command \"golden creat\"; did you mean assay golden create?");
  program_end_free(&end);
  end = RUN("reprot", "results.jsonl");
  ASSERT_EXIT(end, 64);
  ASSERT_HAS(end.err, "no command \"reprot\"; did you mean assay lot report?");
  program_end_free(&end);
  end = RUN("run", "--mainfest", "photos.csv");
  ASSERT_EXIT(end, 64);
  ASSERT_HAS(end.err, "unknown option --mainfest; did you mean --manifest?");
  program_end_free(&end);
  end = RUN("run", "--no-such-option");
  ASSERT_EXIT(end, 64);
  ASSERT_HAS(end.err, "unknown option --no-such-option; --help lists");
  assert_string_equal(end.out, "");
  program_end_free(&end);
}

static void a_family_lists_its_commands(void **state) {
  (void)state;
  struct program_end end = RUN("lot", "--help");
  ASSERT_EXIT(end, 0);
  ASSERT_HAS(end.out, "  lot judge ");
  assert_string_equal(end.err, "");
  program_end_free(&end);
  end = RUN("lot");
  ASSERT_EXIT(end, 64);
  ASSERT_HAS(end.err, "  lot judge ");
  assert_string_equal(end.out, "");
  program_end_free(&end);
  end = RUN("lot", "photograph");
  ASSERT_EXIT(end, 64);
  ASSERT_HAS(end.err, "  lot judge ");
  ASSERT_HAS(end.err, "no command \"lot photograph\"\n");
  program_end_free(&end);
}

static void help_with_a_command_is_that_commands_help(void **state) {
  (void)state;
  struct program_end by_word = RUN("help", "lot", "plan"), by_option = RUN("lot", "plan", "--help");
  ASSERT_EXIT(by_word, 0);
  assert_string_equal(by_word.out, by_option.out);
  program_end_free(&by_word);
  program_end_free(&by_option);
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
      cmocka_unit_test(a_mistyped_command_is_answered_with_the_one_meant),
      cmocka_unit_test(a_family_lists_its_commands),
      cmocka_unit_test(help_with_a_command_is_that_commands_help),
      cmocka_unit_test(the_version_is_printed),
      cmocka_unit_test(an_output_that_is_closed_or_full_is_an_io_error),
      cmocka_unit_test(doctor_says_whether_all_is_well),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
