#include "cli/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct values {
  struct common_options common;
  bool flag;
  const char *text, *word;
  long number;
  struct words list;
};

static const struct option table[] = {
    {.name = "flag", .kind = OPTION_FLAG, .offset = offsetof(struct values, flag), .help = "h"},
    {.name = "text", .kind = OPTION_TEXT, .offset = offsetof(struct values, text), .argument = "TEXT", .help = "h"},
    {.name = "word",
     .kind = OPTION_WORD,
     .offset = offsetof(struct values, word),
     .argument = "one|two",
     .fallback = "two",
     .help = "h"},
    {.name = "number",
     .kind = OPTION_NUMBER,
     .offset = offsetof(struct values, number),
     .argument = "N",
     .help = "h",
     .least = -5,
     .most = 20},
    {.name = "list", .kind = OPTION_LIST, .offset = offsetof(struct values, list), .argument = "FILE", .help = "h"},
    {.name = NULL}};

static const struct operands any = {.usage = "A...", .least = 0, .most = SIZE_MAX};

/* Parses; the status, the values and the message stay in the arguments. */
static enum status parse(struct values *values, struct fault *fault, const char *const *words) {
  char *argv[16];
  int argc = 0;
  for (; words[argc]; argc++) argv[argc] = (char *)(uintptr_t)words[argc];
  memset(values, 0, sizeof *values);
  memset(fault, 0, sizeof *fault);
  return options_parse(table, &any, argc, argv, values, fault);
}
#define PARSE(...) parse(&values, &fault, (const char *const[]){__VA_ARGS__, NULL})

static void options_and_operands_are_read_in_any_order(void **state) {
  (void)state;
  struct values values;
  struct fault fault;
  assert_int_equal(PARSE("a", "--flag", "b", "--text", "x y", "--number=-5", "--json", "c"), STATUS_OK);
  assert_true(values.flag);
  assert_true(values.common.json);
  assert_string_equal(values.text, "x y");
  assert_int_equal(values.number, -5);
  assert_int_equal(values.common.operands.count, 3);
  assert_string_equal(values.common.operands.items[2], "c");
  options_free(table, &values);
}

static void what_is_not_given_has_its_default(void **state) {
  (void)state;
  struct values values;
  struct fault fault;
  assert_int_equal(PARSE("a"), STATUS_OK);
  assert_string_equal(values.word, "two");
  assert_string_equal(values.common.backend, "auto");
  assert_null(values.text);
  assert_null(values.common.cpu);
  assert_int_equal(values.number, 0);
  options_free(table, &values);
}

static void a_list_takes_words_up_to_the_next_option_and_may_come_again(void **state) {
  (void)state;
  struct values values;
  struct fault fault;
  assert_int_equal(PARSE("dir", "--list", "a", "b", "--flag", "--list=c"), STATUS_OK);
  assert_int_equal(values.list.count, 3);
  assert_string_equal(values.list.items[1], "b");
  assert_string_equal(values.list.items[2], "c");
  assert_int_equal(values.common.operands.count, 1);
  options_free(table, &values);
}

static void two_dashes_end_the_options(void **state) {
  (void)state;
  struct values values;
  struct fault fault;
  assert_int_equal(PARSE("--", "--flag", "--", "-x"), STATUS_OK);
  assert_false(values.flag);
  assert_int_equal(values.common.operands.count, 3);
  options_free(table, &values);
}

static void wrong_options_are_named_with_what_was_expected(void **state) {
  (void)state;
  static const struct {
    const char *words[4];
    const char *expected[2];
  } cases[] = {
      {{"--nothing"}, {"unknown option --nothing"}},
      {{"--nothing=3"}, {"unknown option --nothing;"}},
      {{"-x"}, {"unknown option -x"}},
      {{"--"
        "=x"},
       {"unknown option"}},
      {{"--text"}, {"--text needs a value", "TEXT"}},
      {{"--text", "--flag"}, {"--text needs a value", "TEXT"}},
      {{"--text="}, {"--text: empty", "TEXT"}},
      {{"--text", "a", "--text=b"}, {"--text is given twice"}},
      {{"--flag", "--flag"}, {"--flag is given twice"}},
      {{"--flag=yes"}, {"--flag takes no value", "yes"}},
      {{"--word", "three"}, {"--word: \"three\"", "one|two"}},
      {{"--word", "one|two"}, {"--word: \"one|two\"", "one|two"}},
      {{"--word", "on"}, {"--word: \"on\"", "one|two"}},
      {{"--number", "21"}, {"--number: \"21\"", "from -5 to 20"}},
      {{"--number", "1.5"}, {"--number: \"1.5\"", "whole number"}},
      {{"--number", " 1"}, {"--number: \" 1\"", "whole number"}},
      {{"--number", "99999999999999999999"}, {"--number", "whole number"}},
      {{"--list"}, {"--list needs a value", "FILE"}},
      {{"--threads", "0"}, {"--threads: \"0\"", "from 1 to"}},
      {{"--backend", "gpu"}, {"--backend: \"gpu\"", "auto|cpu|cuda"}},
      {{"--cpu", "sse"}, {"--cpu: \"sse\"", "reference|baseline|avx2|avx512"}},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct values values;
    struct fault fault;
    assert_int_equal(parse(&values, &fault, cases[i].words), STATUS_USAGE);
    for (int j = 0; j < 2 && cases[i].expected[j]; j++)
      if (!strstr(fault.text, cases[i].expected[j]))
        fail_msg("case %zu: \"%s\" does not say \"%s\"", i, fault.text, cases[i].expected[j]);
    options_free(table, &values);
  }
}

static void the_number_of_operands_is_checked(void **state) {
  (void)state;
  const struct operands two = {.usage = "A B", .least = 2, .most = 2};
  for (int count = 0; count < 4; count++) {
    char *argv[] = {"a", "b", "c"};
    struct values values = {.flag = false};
    struct fault fault = {0};
    enum status status = options_parse(table, &two, count, argv, &values, &fault);
    assert_int_equal(status, count == 2 ? STATUS_OK : STATUS_USAGE);
    if (count != 2) assert_non_null(strstr(fault.text, "A B"));
    options_free(table, &values);
  }
}

static void help_needs_nothing_else(void **state) {
  (void)state;
  const struct option required[] = {
      {.name = "must", .kind = OPTION_TEXT, .offset = offsetof(struct values, text), .argument = "X", .required = true},
      {.name = NULL}};
  const struct operands one = {.usage = "A", .least = 1, .most = 1};
  char *argv[] = {"--help", "a"};
  struct values values = {.flag = false};
  struct fault fault = {0};
  assert_int_equal(options_parse(required, &one, 1, argv, &values, &fault), STATUS_OK);
  assert_true(values.common.help);
  options_free(required, &values);
  memset(&values, 0, sizeof values);
  assert_int_equal(options_parse(required, &one, 1, argv + 1, &values, &fault), STATUS_USAGE);
  assert_string_equal(fault.text, "--must X is missing");
  options_free(required, &values);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(options_and_operands_are_read_in_any_order),
      cmocka_unit_test(what_is_not_given_has_its_default),
      cmocka_unit_test(a_list_takes_words_up_to_the_next_option_and_may_come_again),
      cmocka_unit_test(two_dashes_end_the_options),
      cmocka_unit_test(wrong_options_are_named_with_what_was_expected),
      cmocka_unit_test(the_number_of_operands_is_checked),
      cmocka_unit_test(help_needs_nothing_else),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
