/* golden create, check, show, history and spec, through the built program. */
#include "tests/cli/program.h"
#include "tests/cli/scene.h"
#include "tests/support.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
  char *folder, *golden, *first, *second;
};

static int set_up(void **state) {
  struct place *place = calloc(1, sizeof *place);
  if (!place) return 1;
  place->folder = support_folder();
  place->golden = support_text("%s/golden", place->folder);
  place->first = support_text("%s/first.jpg", place->folder);
  place->second = support_text("%s/second.jpg", place->folder);
  scene_write(place->folder, "first.jpg", 1, 0, 0, false);
  scene_write(place->folder, "second.jpg", 2, 3, -2, false);
  *state = place;
  return 0;
}

static int tear_down(void **state) {
  struct place *place = *state;
  support_remove(place->folder);
  free(place->golden);
  free(place->first);
  free(place->second);
  free(place);
  return 0;
}

static char *write_spec(const struct place *place, const char *text) {
  char *path = support_text("%s/spec.yaml", place->folder);
  support_write(path, text, strlen(text));
  return path;
}

static json_t *parse_line(const char *line) {
  assert_int_equal(line[strlen(line) - 1], '\n');
  json_t *json = json_loads(line, 0, NULL);
  assert_non_null(json);
  return json;
}

static const char *text_at(const json_t *json, const char *key) {
  const char *text = json_string_value(json_object_get(json, key));
  return text ? text : "";
}

static void what_is_created_is_sound_and_can_be_shown(void **state) {
  const struct place *place = *state;
  char *spec = write_spec(place, "name: other\nzones:\n  - {name: date, polygon: [[10, 10], [60, 10], [60, 40]], "
                                 "ignore: true}\n");
  struct program_end end = RUN("golden", "create", place->golden, "--name", "label", "--photo", place->first,
                               place->second, "--spec", spec, "--by", "Mei", "--why", "first sample", "--json");
  ASSERT_EXIT(end, 0);
  json_t *created = parse_line(end.out);
  assert_string_equal(text_at(created, "name"), "label");
  assert_int_equal(json_integer_value(json_object_get(created, "version")), 1);
  assert_int_equal(strlen(text_at(created, "sha256")), 64);
  program_end_free(&end);

  end = RUN("golden", "check", place->golden, "--json");
  ASSERT_EXIT(end, 0);
  json_t *report = parse_line(end.out);
  assert_true(json_is_true(json_object_get(report, "ok")));
  assert_string_equal(text_at(report, "sha256"), text_at(created, "sha256"));
  json_decref(report);
  program_end_free(&end);

  end = RUN("golden", "show", place->golden, "--json");
  ASSERT_EXIT(end, 0);
  json_t *shown = parse_line(end.out);
  assert_string_equal(text_at(shown, "sha256"), text_at(created, "sha256"));
  assert_int_equal(json_array_size(json_object_get(shown, "photos")), 2);
  assert_string_equal(text_at(json_array_get(json_object_get(shown, "zones"), 0), "name"), "date");
  const json_t *tolerance = json_array_get(json_object_get(shown, "tolerance"), 0);
  assert_true(json_number_value(json_object_get(tolerance, "bright")) > 5);
  json_decref(shown);
  program_end_free(&end);

  end = RUN("golden", "history", place->golden, "--json");
  ASSERT_EXIT(end, 0);
  json_t *seal = parse_line(end.out);
  assert_string_equal(text_at(seal, "who"), "Mei");
  assert_string_equal(text_at(seal, "why"), "first sample");
  json_decref(seal);
  program_end_free(&end);

  end = RUN("golden", "history", place->golden);
  ASSERT_EXIT(end, 0);
  ASSERT_HAS(end.out, "first sample");
  program_end_free(&end);
  json_decref(created);
  free(spec);
}

static void an_existing_folder_is_refused_and_left_alone(void **state) {
  const struct place *place = *state;
  struct program_end end = RUN("golden", "create", place->golden, "--name", "a", "--photo", place->first);
  ASSERT_EXIT(end, 0);
  program_end_free(&end);
  end = RUN("golden", "create", place->golden, "--name", "b", "--photo", place->second);
  ASSERT_EXIT(end, 65);
  ASSERT_HAS(end.err, place->golden);
  program_end_free(&end);
  end = RUN("golden", "show", place->golden);
  ASSERT_EXIT(end, 0);
  ASSERT_HAS(end.out, "golden     a, version 1");
  program_end_free(&end);
}

static void a_photo_changed_after_sealing_is_named(void **state) {
  const struct place *place = *state;
  struct program_end end = RUN("golden", "create", place->golden, "--name", "a", "--photo", place->first);
  ASSERT_EXIT(end, 0);
  program_end_free(&end);
  char *photos = support_text("%s/photos", place->golden);
  scene_write(photos, "first.jpg", 9, 0, 0, true);
  free(photos);
  static const char *const commands[] = {"check", "show"};
  for (size_t i = 0; i < 2; i++) {
    end = RUN("golden", commands[i], place->golden);
    ASSERT_EXIT(end, 65);
    ASSERT_HAS(end.err, "first.jpg");
    program_end_free(&end);
  }
  end = RUN("golden", "check", place->golden, "--json");
  ASSERT_EXIT(end, 65);
  json_t *report = parse_line(end.out);
  assert_true(json_is_false(json_object_get(report, "ok")));
  json_decref(report);
  program_end_free(&end);
}

/* Creates with what cannot be a golden; nothing may be left behind. */
static void assert_refused(const struct place *place, const char *photo, const char *spec, const char *words) {
  struct program_end end =
      spec ? RUN("golden", "create", place->golden, "--name", "a", "--photo", place->first, photo, "--spec", spec)
           : RUN("golden", "create", place->golden, "--name", "a", "--photo", place->first, photo);
  ASSERT_EXIT(end, 65);
  ASSERT_HAS(end.err, words);
  assert_string_equal(end.out, "");
  assert_int_not_equal(access(place->golden, F_OK), 0);
  program_end_free(&end);
}

static void photos_that_cannot_be_compared_are_refused_before_the_folder_appears(void **state) {
  const struct place *place = *state;
  char *text = support_text("%s/text.jpg", place->folder), *none = support_text("%s/none.jpg", place->folder);
  support_write(text, "this is no photo", 16);
  assert_refused(place, text, NULL, "text.jpg");
  assert_refused(place, none, NULL, "none.jpg");
  free(text);
  free(none);
}

static void a_wrong_spec_is_refused_with_its_place(void **state) {
  const struct place *place = *state;
  static const char *const cases[][2] = {
      {"name: a\ncolor: red\n", "color"},
      {"alignment: {model: sometimes}\n", "sometimes"},
      {"zones: 7\n", "zones"},
      {"tolerance: {absolute: -3}\n", "absolute"},
      {"tolerance: {absolute: 1,5}\n", "5"},
      {"zones:\n  - {name: z, polygon: [[1, 1], [2, 1], [2, 2]], ignore: maybe}\n", "maybe"},
      {"tolerance: {absolute: nan}\n", "nan"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char *spec = write_spec(place, cases[i][0]);
    assert_refused(place, place->second, spec, cases[i][1]);
    assert_refused(place, place->second, spec, "spec.yaml:");
    free(spec);
  }
}

static void a_folder_that_is_no_golden_is_said_to_be_none(void **state) {
  const struct place *place = *state;
  static const char *const commands[] = {"check", "show", "history"};
  for (size_t i = 0; i < 3; i++) {
    struct program_end end = RUN("golden", commands[i], place->golden);
    ASSERT_EXIT(end, 65);
    ASSERT_HAS(end.err, place->golden);
    program_end_free(&end);
    end = RUN("golden", commands[i], place->folder);
    ASSERT_EXIT(end, 65);
    program_end_free(&end);
  }
}

static void the_schema_of_the_spec_is_printed(void **state) {
  (void)state;
  struct program_end help = RUN("golden", "spec", "--help"), plain = RUN("golden", "spec");
  ASSERT_EXIT(help, 0);
  ASSERT_EXIT(plain, 0);
  static const char *const keys[] = {"zones", "polygon", "outside", "alignment", "severity", "tolerance"};
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    ASSERT_HAS(help.out, keys[i]);
    ASSERT_HAS(plain.out, keys[i]);
  }
  program_end_free(&help);
  program_end_free(&plain);
}

static void the_schema_of_the_spec_is_a_json_line_a_key(void **state) {
  (void)state;
  struct program_end end = RUN("golden", "spec", "--json");
  bool seen = false;
  ASSERT_EXIT(end, 0);
  for (char *rest = end.out, *line; (line = strsep(&rest, "\n")) && *line;) {
    json_t *key = json_loads(line, 0, NULL);
    assert_non_null(key);
    assert_true(*text_at(key, "help"));
    seen |= !strcmp(text_at(key, "key"), "zones[].code.kind");
    json_decref(key);
  }
  assert_true(seen);
  program_end_free(&end);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static void a_name_is_the_specs_unless_one_is_given(void **state) {
  struct place *place = *state;
  char *spec = write_spec(place, "name: from-the-spec\n");
  struct program_end end = RUN("golden", "create", place->golden, "--photo", place->first);
  ASSERT_EXIT(end, 64);
  ASSERT_HAS(end.err, "expected one as an argument (--name NAME) or in the spec (name: NAME)");
  program_end_free(&end);
  end = RUN("golden", "create", place->golden, "--photo", place->first, "--spec", spec);
  ASSERT_EXIT(end, 0);
  ASSERT_HAS(end.out, "sealed golden from-the-spec, version 1");
  program_end_free(&end);
  free(spec);
}

static void a_golden_in_which_nothing_is_found_is_warned_of(void **state) {
  struct place *place = *state;
  char *spec =
      write_spec(place, "outside: ignore\nzones: [{name: a, polygon: [[0, 0], [12, 0], [12, 12], [0, 12]]}]\n");
  struct program_end end =
      RUN("golden", "create", place->golden, "--name", "a", "--photo", place->first, "--spec", spec);
  ASSERT_EXIT(end, 0);
  ASSERT_HAS(end.err, "not even this photo is found in itself");
  program_end_free(&end);
  free(spec);
  char *other = support_text("%s/other", place->folder);
  end = RUN("golden", "create", other, "--name", "a", "--photo", place->first);
  ASSERT_EXIT(end, 0);
  assert_string_equal(end.err, "");
  program_end_free(&end);
  free(other);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(what_is_created_is_sound_and_can_be_shown),
      TEST(a_name_is_the_specs_unless_one_is_given),
      TEST(a_golden_in_which_nothing_is_found_is_warned_of),
      TEST(an_existing_folder_is_refused_and_left_alone),
      TEST(a_photo_changed_after_sealing_is_named),
      TEST(photos_that_cannot_be_compared_are_refused_before_the_folder_appears),
      TEST(a_wrong_spec_is_refused_with_its_place),
      TEST(a_folder_that_is_no_golden_is_said_to_be_none),
      cmocka_unit_test(the_schema_of_the_spec_is_printed),
      cmocka_unit_test(the_schema_of_the_spec_is_a_json_line_a_key),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
