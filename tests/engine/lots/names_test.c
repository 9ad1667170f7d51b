#include "engine/lots/id_set.h"
#include "engine/lots/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void each_text_has_one_number_in_the_order_of_coming(void **state) {
  (void)state;
  struct names names = {0};
  uint32_t number;
  assert_false(names_find(&names, "x", &number));
  for (int round = 0; round < 2; round++)
    for (uint32_t i = 0; i < 5000; i++) {
      char text[16];
      snprintf(text, sizeof text, "%u", i * 7919);
      assert_true(names_add(&names, i == 17 ? NULL : text, &number));
      assert_int_equal(number, i);
    }
  assert_int_equal(names.count, 5000);
  assert_true(names_find(&names, NULL, &number));
  assert_int_equal(number, 17);
  assert_null(names_text(&names, 17));
  assert_string_equal(names_text(&names, 2), "15838");
  assert_false(names_find(&names, "", &number));
  names_free(&names);
}

static void an_id_is_known_from_its_second_coming(void **state) {
  (void)state;
  struct id_set set = {0};
  for (int round = 0; round < 2; round++)
    for (size_t i = 0; i < 5000; i++) {
      /* The low half alone, which chooses the slot, does not tell them apart. */
      const struct id128 id = {i, i / 3};
      size_t index;
      bool known;
      assert_true(id_set_add(&set, &id, &index, &known));
      assert_int_equal(index, i);
      assert_int_equal(known, round);
    }
  id_set_free(&set);
}

static void an_id_is_read_from_the_first_digits(void **state) {
  (void)state;
  struct id128 id;
  assert_false(id128_parse("0123456789abcdefFEDCBA9876543210", &id));
  assert_true(id128_parse("0123456789abcdeffedcba9876543210ff", &id));
  assert_true(id.high == 0x0123456789abcdef && id.low == 0xfedcba9876543210);
  assert_false(id128_parse("0123456789abcdeffedcba987654321", &id));
  assert_false(id128_parse("", &id));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_text_has_one_number_in_the_order_of_coming),
      cmocka_unit_test(an_id_is_known_from_its_second_coming),
      cmocka_unit_test(an_id_is_read_from_the_first_digits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
