#include "models/status.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void a_fault_keeps_its_status_and_its_text(void **state) {
  (void)state;
  struct fault fault = {0};
  assert_int_equal(fault_set(&fault, STATUS_INVALID, "line %d", 7), STATUS_INVALID);
  assert_int_equal(fault.status, STATUS_INVALID);
  assert_string_equal(fault.text, "line 7");
}

static void a_prefix_goes_before_the_text(void **state) {
  (void)state;
  struct fault fault = {0};
  fault_set(&fault, STATUS_IO, "no space left");
  assert_int_equal(fault_prefix(&fault, "%s", "out.png"), STATUS_IO);
  assert_string_equal(fault.text, "out.png: no space left");
}

static void a_text_that_is_too_long_is_cut(void **state) {
  (void)state;
  struct fault fault = {0};
  char longer[4000];
  memset(longer, 'x', sizeof longer - 1);
  longer[sizeof longer - 1] = 0;
  fault_set(&fault, STATUS_INVALID, "%s", longer);
  assert_int_equal(strlen(fault.text), sizeof fault.text - 1);
  fault_prefix(&fault, "%s", longer);
  assert_int_equal(strlen(fault.text), sizeof fault.text - 1);
}

static void exit_codes_are_those_of_sysexits(void **state) {
  (void)state;
  assert_int_equal(status_exit_code(STATUS_OK), 0);
  assert_int_equal(status_exit_code(STATUS_USAGE), 64);
  assert_int_equal(status_exit_code(STATUS_INVALID), 65);
  assert_int_equal(status_exit_code(STATUS_UNAVAILABLE), 69);
  assert_int_equal(status_exit_code(STATUS_INTERNAL), 70);
  assert_int_equal(status_exit_code(STATUS_DEVICE), 70);
  assert_int_equal(status_exit_code(STATUS_IO), 74);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_fault_keeps_its_status_and_its_text),
      cmocka_unit_test(a_prefix_goes_before_the_text),
      cmocka_unit_test(a_text_that_is_too_long_is_cut),
      cmocka_unit_test(exit_codes_are_those_of_sysexits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
