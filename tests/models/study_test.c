#include "models/study.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct study_columns plain = {.part = "part", .operator_ = "operator", .value = "value"};

static enum status read_text(const char *text, const struct study_columns *columns, struct studies *studies,
                             struct fault *fault) {
  char *folder = support_folder(), *path = support_text("%s/study.csv", folder);
  support_write(path, text, strlen(text));
  enum status status = studies_read(path, columns, studies, fault);
  free(path);
  support_remove(folder);
  return status;
}

static void values_stand_by_part_operator_and_trial(void **state) {
  (void)state;
  struct studies studies;
  struct fault fault = {0};
  static const char text[] =
      "value,trial,operator,part\r\n1,1,A,p\r\n2,1,B,p\r\n\r\n3,1,A,\"q, r\"\r\n4,1,B,\"q, r\"\r\n"
      "5,2,B,p\r\n6,2,A,p\r\n7,2,B,\"q, r\"\r\n-8e0,2,A,\"q, r\"";
  assert_int_equal(read_text(text, &plain, &studies, &fault), STATUS_OK);
  assert_int_equal(studies.count, 1);
  const struct study *study = studies.items;
  assert_int_equal(study->parts.count, 2);
  assert_int_equal(study->operators.count, 2);
  assert_int_equal(study->trials, 2);
  assert_string_equal(study->parts.items[1], "q, r");
  static const double values[] = {1, 6, 2, 5, 3, -8, 4, 7};
  for (size_t i = 0; i < 8; i++) assert_float_equal(study->values[i], values[i], 0);
  studies_free(&studies);
}

static void each_dimension_is_a_study_of_its_own(void **state) {
  (void)state;
  struct studies studies;
  struct fault fault = {0};
  const struct study_columns columns = {.part = "part", .value = "mm", .dimension = "of"};
  assert_int_equal(read_text("part,of,mm\n1,d,1\n1,r,2\n1,r,3\n", &columns, &studies, &fault), STATUS_OK);
  assert_int_equal(studies.count, 2);
  assert_string_equal(studies.items[1].name, "r");
  assert_int_equal(studies.items[0].trials, 1);
  assert_int_equal(studies.items[1].trials, 2);
  assert_int_equal(studies.items[1].operators.count, 1);
  studies_free(&studies);
}

static void errors_name_line_and_column(void **state) {
  (void)state;
  static const struct {
    const char *text, *expected;
  } cases[] = {
      {"", "no column part"},
      {"part,value\n1,1\n", ":1: no column operator"},
      {"part,operator,value,part\n", ":1: two columns are called part"},
      {"part,operator,value\n", "no measurements"},
      {"part,operator,value\n1,A\n", ":2: 2 fields; expected 3"},
      {"part,operator,value\n1,A,1\n1,A,\"1,5\"\n", ":3: value: 1,5; expected a number"},
      {"part,operator,value\n1,A,nan\n", ":2: value: nan; expected a number"},
      {"part,operator,value\n,A,1\n", ":2: part: expected 1 to"},
      {"part,operator,value\n1,A,1\n2,B,1\n", "part 1 by B was measured 0 times; expected 1"},
      {"part,operator,value\n1,A,1\n2,A,1\n2,A,1\n", "part 2 by A was measured 2 times; expected 1"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct studies studies;
    struct fault fault = {0};
    assert_int_equal(read_text(cases[i].text, &plain, &studies, &fault), STATUS_INVALID);
    if (!strstr(fault.text, cases[i].expected)) fail_msg("%s lacks: %s", fault.text, cases[i].expected);
    assert_null(studies.items);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values_stand_by_part_operator_and_trial),
      cmocka_unit_test(each_dimension_is_a_study_of_its_own),
      cmocka_unit_test(errors_name_line_and_column),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
