#include "models/library.h"

#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static double (*cosine)(double);
static const struct library_function there[] = {{"cos", &cosine}, {NULL, NULL}};
static const struct library_function not_there[] = {{"cos", &cosine}, {"no_such_function", &cosine}, {NULL, NULL}};

static void functions_that_were_found_can_be_called(void **state) {
  (void)state;
  struct fault fault;
  struct library library = {
      .file = "libm.so.6", .package = "libc6", .lost = "angles cannot be measured", .functions = there};
  assert_int_equal(library_need(&library, &fault), STATUS_OK);
  assert_true(cosine(0) == 1);
  assert_int_equal(library_need(&library, &fault), STATUS_OK);
}

static void what_is_lost_without_it_is_told_at_each_asking(void **state) {
  (void)state;
  struct library library = {
      .file = "libnothere.so.7", .package = "libnothere7", .lost = "nothing can be read", .functions = there};
  for (int i = 0; i < 2; i++) {
    struct fault fault = {0};
    assert_int_equal(library_need(&library, &fault), STATUS_UNAVAILABLE);
    assert_non_null(strstr(fault.text, "nothing can be read: libnothere.so.7 cannot be loaded"));
    assert_non_null(strstr(fault.text, "(Debian: libnothere7)"));
  }
  assert_int_equal(library_need(&library, NULL), STATUS_UNAVAILABLE);
}

static void a_function_that_it_has_not_is_named(void **state) {
  (void)state;
  struct fault fault = {0};
  assert_int_equal(library_load("libm.so.6", not_there, &fault), STATUS_UNAVAILABLE);
  assert_string_equal(fault.text, "libm.so.6 has no no_such_function");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(functions_that_were_found_can_be_called),
      cmocka_unit_test(what_is_lost_without_it_is_told_at_each_asking),
      cmocka_unit_test(a_function_that_it_has_not_is_named),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
