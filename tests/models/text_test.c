#include "models/number.h"
#include "models/text.h"
#include "models/utf8.h"
#include "tests/support.h"

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void check_fixed(double value, int decimals, const char *expected) {
  char text[NUMBER_CHARS];
  assert_int_equal(number_fixed(text, value, decimals), strlen(expected));
  if (*expected) assert_string_equal(text, expected);
}

static void check_significant(double value, const char *expected) {
  char text[NUMBER_CHARS];
  assert_int_equal(number_significant(text, value, 9), strlen(expected));
  if (*expected) assert_string_equal(text, expected);
}

static void numbers_are_short_and_never_minus_zero(void **state) {
  (void)state;
  check_fixed(98.25, 4, "98.25");
  check_fixed(98.249999999999, 4, "98.25");
  check_fixed(98, 2, "98.0");
  check_fixed(100, 0, "100.0");
  check_fixed(-0.0, 2, "0.0");
  check_fixed(-0.004, 2, "0.0");
  check_fixed(-0.006, 2, "-0.01");
  check_fixed(NAN, 2, "");
  check_fixed(-INFINITY, 2, "");
  check_significant(1, "1.0");
  check_significant(-0.0, "0.0");
  check_significant(1.0 / 3, "0.333333333");
  check_significant(-1.5e-12, "-1.5e-12");
  check_significant(1e300, "1e+300");
  check_significant(INFINITY, "");
}

static void the_largest_number_fits(void **state) {
  (void)state;
  char text[NUMBER_CHARS];
  assert_true(number_fixed(text, -1.7976931348623157e308, 9) > 308);
}

static void decimal_numbers_are_read(void **state) {
  (void)state;
  const struct {
    const char *text;
    double value;
  } right[] = {{"1", 1}, {"-2.5", -2.5}, {"+3", 3}, {".5", .5}, {"4.", 4}, {"1e3", 1000}, {"2.5E-1", .25}, {"007", 7}};
  for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
    double value = -1;
    assert_true(number_parse(right[i].text, strlen(right[i].text), &value));
    assert_true(value == right[i].value);
  }
}

static void what_only_looks_like_a_number_is_none(void **state) {
  (void)state;
  const char *const wrong[] = {"",   "1,5", "nan", ".nan", ".inf", "inf",   "0x10",  "1_000", " 1", "1 ",
                               "1e", ".",   "-",   "--1",  "1e+",  "1.2.3", "1e999", "0o7",   "1;", "\xD9\xA1"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    double value;
    assert_false(number_parse(wrong[i], strlen(wrong[i]), &value));
  }
}

static void a_locale_with_a_decimal_comma_changes_nothing(void **state) {
  (void)state;
  if (!setlocale(LC_ALL, "de_DE.UTF-8") && !setlocale(LC_ALL, "fr_FR.UTF-8")) {
    print_message("skipped: no locale with a decimal comma is installed\n");
    skip();
  }
  check_fixed(98.25, 4, "98.25");
  double value = 0;
  bool read = number_parse("2.5", 3, &value);
  setlocale(LC_ALL, "C");
  assert_true(read && value == 2.5);
}

static void strings_are_escaped(void **state) {
  (void)state;
  struct text text = {0};
  text_json_string(&text, "\"\\/\b\f\n\r\t\x01\x1F\x7F \xC3\xBC \xF0\x9F\x98\x80");
  text_json_string(&text, NULL);
  text_json_string(&text, "");
  char *json = text_take(&text);
  assert_string_equal(json, "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7F \xC3\xBC \xF0\x9F\x98\x80\"null\"\"");
  free(json);
}

/* As in table 3-8 of the Unicode standard: one U+FFFD for the longest beginning of a character. */
static void what_is_no_utf8_is_replaced(void **state) {
  (void)state;
  struct text text = {0};
  text_json_string(&text, "\x61\xF1\x80\x80\xE1\x80\xC2\x62\x80\x63\x80\xBF\x64\xED\xA0\x80\xC0\xAF");
  char *json = text_take(&text);
#define R "\xEF\xBF\xBD"
  assert_string_equal(json, "\"a" R R R "b" R "c" R R "d" R R R R R "\"");
  free(json);
}

static void printable_text_has_no_control_characters(void **state) {
  (void)state;
  assert_true(utf8_printable("a \xC3\xBC", 4));
  assert_true(utf8_printable("\xC2\xA0", 2));
  assert_false(utf8_printable("\xC2\x85", 2));
  assert_false(utf8_printable("a\n", 2));
  assert_false(utf8_printable("a\x7F", 2));
  assert_false(utf8_printable("a\0b", 3));
  assert_false(utf8_printable("\xC3", 1));
  char text[] = "a\x1B[31m\xFF";
  utf8_make_printable(text);
  assert_string_equal(text, "a?[31m?");
}

static void text_grows(void **state) {
  (void)state;
  struct text text = {0};
  for (int i = 0; i < 10000; i++) text_put(&text, "0123456789");
  assert_int_equal(text.size, 100000);
  char *whole = text_take(&text);
  assert_int_equal(strlen(whole), 100000);
  assert_int_equal(whole[99999], '9');
  free(whole);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_are_short_and_never_minus_zero),
      cmocka_unit_test(the_largest_number_fits),
      cmocka_unit_test(decimal_numbers_are_read),
      cmocka_unit_test(what_only_looks_like_a_number_is_none),
      cmocka_unit_test(a_locale_with_a_decimal_comma_changes_nothing),
      cmocka_unit_test(strings_are_escaped),
      cmocka_unit_test(what_is_no_utf8_is_replaced),
      cmocka_unit_test(printable_text_has_no_control_characters),
      cmocka_unit_test(text_grows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
