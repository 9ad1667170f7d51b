#include "models/spec_edit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct {
  const char *before, *after;
} scales[] = {
    {"", "tolerance: {scale: 1.25}\n"},
    {"name: a\nzones: []\n", "tolerance: {scale: 1.25}\nname: a\nzones: []\n"},
    {"name: a # kept\ntolerance: {absolute: 9}\n", "name: a # kept\ntolerance: {scale: 1.25, absolute: 9}\n"},
    {"tolerance: {scale: 2, edge: 1}\n", "tolerance: {scale: 1.25, edge: 1}\n"},
    {"tolerance:\n  absolute: 9\nname: \"\xC3\xA9\"\n",
     "tolerance:\n  scale: 1.25\n  absolute: 9\nname: \"\xC3\xA9\"\n"},
    {"name: \"\xC3\xA9\xC3\xA9\"\ntolerance:\n  edge: 1\n  scale: 3 # mine\n",
     "name: \"\xC3\xA9\xC3\xA9\"\ntolerance:\n  edge: 1\n  scale: 1.25 # mine\n"},
    {"{name: a}\n", "{tolerance: {scale: 1.25}, name: a}\n"},
};

static void a_scale_is_set_and_the_rest_stays(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
    char *edited;
    struct fault fault = {0};
    struct spec spec;
    if (spec_edit_scale(scales[i].before, strlen(scales[i].before), "f", 1.25, &edited, &fault))
      fail_msg("%zu: %s", i, fault.text);
    assert_string_equal(edited, scales[i].after);
    assert_int_equal(spec_parse(edited, strlen(edited), "f", &spec, &fault), STATUS_OK);
    assert_true(spec.tolerance.scale == 1.25);
    spec_free(&spec);
    free(edited);
  }
}

static void approvals_are_added_one_by_one(void **state) {
  (void)state;
  static const char *const texts[] = {"", "name: a\n", "{name: a}\n", "approved: []\n",
                                      "name: a\napproved:\n"
                                      "  - {box: [1, 2, 3, 4], use: 2}\n"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct spec_approval one = {{10, 20, 30, 40}, 1.5, "abc", ""}, two = {{5, 6, 7, 8}, 3, "def", "pin-hole"};
    char *first, *second;
    struct fault fault = {0};
    struct spec spec;
    if (spec_edit_approve(texts[i], strlen(texts[i]), "f", &one, &first, &fault)) fail_msg("%zu: %s", i, fault.text);
    if (spec_edit_approve(first, strlen(first), "f", &two, &second, &fault)) fail_msg("%zu: %s", i, fault.text);
    assert_int_equal(spec_parse(second, strlen(second), "f", &spec, &fault), STATUS_OK);
    assert_int_equal(spec.approval_count, i == 4 ? 3 : 2);
    assert_true(spec.approvals[0].box[3] == 8 && spec.approvals[0].use == 3 && spec.approvals[1].box[0] == 10);
    assert_string_equal(spec.approvals[1].photo, "abc");
    assert_string_equal(spec.approvals[0].class_, "pin-hole");
    assert_string_equal(spec.approvals[1].class_, "");
    spec_free(&spec);
    free(first), free(second);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_scale_is_set_and_the_rest_stays),
      cmocka_unit_test(approvals_are_added_one_by_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
