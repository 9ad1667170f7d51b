#include "models/json_plain.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static bool is_plain(const char *text, size_t size) {
  return json_plain((struct json_slice){text, size});
}

static bool jansson_takes(const char *text, size_t size) {
  json_t *json = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
  const bool taken = json_is_object(json);
  json_decref(json);
  return taken;
}

static void the_common_run_is_plain(void **state) {
  (void)state;
  static const char *const texts[] = {
      "{}",
      " {\"a\" : [ ] , \"b\":{ } }\n",
      "{\"verdict\":\"pass\",\"score\":98.25,\"reasons\":[],\"golden\":null,\"follow\":true,\"end\":false}",
      "{\"homography\":[1,0,-12.5,0,1.0,3.3,1e-7,0,1],\"at\":-0,\"x\":1E+20}",
      "{\"text\":\"a \\\"quoted\\\" \\\\ word\\n \xC3\xA4 \xF0\x9F\x8D\x8E\"}",
      "{\"a\":{\"b\":{\"c\":[[{\"d\":1}]]}}}",
      NULL};
  for (int i = 0; texts[i]; i++) {
    assert_true(is_plain(texts[i], strlen(texts[i])));
    assert_true(jansson_takes(texts[i], strlen(texts[i])));
  }
}

static void what_is_no_json_or_out_of_the_common_run_is_not_plain(void **state) {
  (void)state;
  static const char *const texts[] = {"",
                                      "[]",
                                      "null",
                                      "{",
                                      "{\"a\"}",
                                      "{\"a\":}",
                                      "{\"a\":1,}",
                                      "{\"a\":1}}",
                                      "{\"a\":[1,]}",
                                      "{\"a\":[1}",
                                      "{a:1}",
                                      "{\"a\":01}",
                                      "{\"a\":.5}",
                                      "{\"a\":1.}",
                                      "{\"a\":-}",
                                      "{\"a\":+1}",
                                      "{\"a\":1e}",
                                      "{\"a\":1e999}",
                                      "{\"a\":99999999999999999999}",
                                      "{\"a\":nul}",
                                      "{\"a\":\"b}",
                                      "{\"a\":\"\\x\"}",
                                      "{\"a\":\"\\u0000\"}",
                                      "{\"a\":\"\x01\"}",
                                      "{\"a\":\"\xFF\"}",
                                      "{\"a\":\"\xC0\x80\"}",
                                      "{\"a\":1,\"a\":2}",
                                      "{\"a\":1,\"\\u0061\":2}",
                                      "{\"a\":[[[[[[[[1]]]]]]]]}",
                                      NULL};
  for (int i = 0; texts[i]; i++) assert_false(is_plain(texts[i], strlen(texts[i])));
  assert_false(is_plain("{\"a\":\"\0\"}", 9));
}

/* Each prefix, and each byte replaced by each other: what is plain is JSON. */
static void what_is_plain_is_taken_by_jansson(void **state) {
  (void)state;
  static const char text[] = "{\"a\":[1.5e3,-2,\"\\n\xC3\xA4\"],\"b\":{\"a\":true,\"c\":null}}";
  char changed[sizeof text];
  for (size_t size = 0; size < sizeof text - 1; size++) assert_false(is_plain(text, size));
  for (size_t at = 0; at < sizeof text - 1; at++)
    for (int byte = 0; byte < 256; byte++) {
      memcpy(changed, text, sizeof text);
      changed[at] = (char)byte;
      if (is_plain(changed, sizeof text - 1)) assert_true(jansson_takes(changed, sizeof text - 1));
    }
}

static void a_member_is_found_at_the_top_alone(void **state) {
  (void)state;
  static const char text[] = "{\"x\":{\"verdict\":\"no\"},\"y\":[\"verdict\",\"no\"],\"verdict\" : \"pass\"}";
  const struct json_slice object = {text, sizeof text - 1};
  struct json_slice value;
  assert_true(json_plain(object));
  assert_true(json_plain_string(object, "verdict", &value));
  assert_int_equal(value.size, 4);
  assert_memory_equal(value.at, "pass", 4);
  assert_false(json_plain_string(object, "x", &value));
  assert_false(json_plain_string(object, "z", &value));
  const struct json_slice escaped = {"{\"verdict\":\"p\\n\"}", 17};
  assert_true(json_plain(escaped));
  assert_false(json_plain_string(escaped, "verdict", &value));
  assert_false(json_plain_string((struct json_slice){"{}", 2}, "verdict", &value));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_common_run_is_plain),
      cmocka_unit_test(what_is_no_json_or_out_of_the_common_run_is_not_plain),
      cmocka_unit_test(what_is_plain_is_taken_by_jansson),
      cmocka_unit_test(a_member_is_found_at_the_top_alone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
