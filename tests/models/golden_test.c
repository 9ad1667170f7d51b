#include "models/digest.h"
#include "models/golden.h"
#include "models/golden_build.h"
#include "tests/models/golden_place.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void check_refused(const struct place *place, enum status expected, const char *words) {
  struct golden *golden;
  struct fault fault = {0};
  enum status status = golden_open(place->golden, &golden, &fault);
  if (status != expected || !strstr(fault.text, words)) fail_msg("\"%s\" lacks \"%s\"", fault.text, words);
  assert_null(golden);
  json_t *report;
  assert_int_equal(golden_check(place->golden, NULL, &report, NULL), expected);
  assert_false(json_is_true(json_object_get(report, "ok")));
  assert_true(json_array_size(json_object_get(report, "problems")) > 0);
  json_decref(report);
}

static void what_was_created_opens_with_the_same_bytes(void **state) {
  (void)state;
  struct place place = place_make();
  place_created(&place);
  struct golden *golden;
  assert_int_equal(golden_open(place.golden, &golden, NULL), STATUS_OK);
  assert_int_equal(golden->version, 1);
  assert_string_equal(golden->spec.name, "carton");
  assert_true(golden->spec.tolerance.absolute == 9);
  assert_int_equal(golden->photo_count, 2);
  assert_memory_equal(golden->photos[0].bytes, "first photo", 11);
  assert_memory_equal(golden->photos[1].bytes, "second photo", 12);
  assert_non_null(strstr(golden->photos[1].path, "/golden/photos/back_of_it.JPG"));
  assert_memory_equal(golden->masks[0].bytes, "mask", 4);
  char *seal = place_read(&place, "seal.json"), sha256[DIGEST_CHARS + 1];
  digest_sha256(seal, strlen(seal), sha256);
  assert_string_equal(golden->sha256, sha256);
  free(seal);
  golden_close(golden);
  place_end(&place);
}

static void what_lies_in_the_folder_without_being_sealed_is_told(void **state) {
  (void)state;
  struct place place = place_make();
  place_created(&place);
  const struct golden_revise how = {.path = place.golden, .by = "Bob", .why = "again"};
  assert_int_equal(golden_revise(&how, NULL), STATUS_OK);
  json_t *report;
  assert_int_equal(golden_check(place.golden, NULL, &report, NULL), STATUS_OK);
  assert_int_equal(json_array_size(json_object_get(report, "unsealed")), 0);
  json_decref(report);
  place_put(&place, "photos/front-2.jpg", "first photo");
  place_put(&place, "history/2.json", "{}");
  place_put(&place, ".notes", "");
  assert_int_equal(golden_check(place.golden, NULL, &report, NULL), STATUS_OK);
  const json_t *unsealed = json_object_get(report, "unsealed");
  static const char *const expected[] = {".notes", "history/2.json", "photos/front-2.jpg"};
  assert_int_equal(json_array_size(unsealed), 3);
  for (size_t i = 0; i < 3; i++) assert_string_equal(json_string_value(json_array_get(unsealed, i)), expected[i]);
  json_decref(report);
  place_end(&place);
}

static void the_seal_is_written_byte_for_byte(void **state) {
  (void)state;
  struct place place = place_make();
  place_created(&place);
  char *seal = place_read(&place, "seal.json"), *when = strstr(seal, "\"when\": \"") + 9;
  char *expected =
      support_text("{\n  \"files\": [\n"
                   "    {\n      \"name\": \"golden.yaml\",\n      \"sha256\": "
                   "\"63555a4b8cef393b1eff91682094a57ca9fee84d8f650a63829a31edf3bb2fa7\",\n      \"size\": 92\n    },\n"
                   "    {\n      \"name\": \"photos/front.jpg\",\n      \"sha256\": "
                   "\"0fea0367afa2962538b3f8d456ed3466dff2e08c09bd4fa23e8ffea65909d08b\",\n      \"size\": 11\n    },\n"
                   "    {\n      \"name\": \"photos/back_of_it.JPG\",\n      \"sha256\": "
                   "\"56465c77b321069f39577693ce1d8d2fa8a95021f884ff90b4b35c603588aeb8\",\n      \"size\": 12\n    },\n"
                   "    {\n      \"name\": \"masks/body.png\",\n      \"sha256\": "
                   "\"48bf9b4f142ab45cac6f33cf99415bca6ca8e07608a031237aa76560fec2204b\",\n      \"size\": 4\n    }\n"
                   "  ],\n  \"format\": 1,\n  \"name\": \"carton\",\n"
                   "  \"photos\": [\n    \"photos/front.jpg\",\n    \"photos/back_of_it.JPG\"\n  ],\n"
                   "  \"previous\": null,\n  \"version\": 1,\n  \"when\": \"%.20s\",\n  \"who\": \"Ann\",\n"
                   "  \"why\": \"approved\"\n}\n",
                   when);
  assert_string_equal(seal, expected);
  assert_int_equal(when[19], 'Z');
  free(expected);
  free(seal);
  place_end(&place);
}

static void the_name_given_wins_over_the_spec_and_the_rest_of_it_stays(void **state) {
  (void)state;
  const char *const texts[][2] = {
      {"name: a\ntolerance: {edge: 1}\n", "name: \"x \\\"y\\\"\"\ntolerance: {edge: 1}\n"},
      {"# r\xC3\xA4\ntolerance: {edge: 1}\n", "# r\xC3\xA4\nname: \"x \\\"y\\\"\"\ntolerance: {edge: 1}\n"},
      {"\xEF\xBB\xBF# r\xC3\xA4\nname: 'b'   # old\n", "\xEF\xBB\xBF# r\xC3\xA4\nname: \"x \\\"y\\\"\"   # old\n"},
      {"{outside: ignore, name: b}\n", "{outside: ignore, name: \"x \\\"y\\\"\"}\n"},
      {"{outside: ignore}\n", "{name: \"x \\\"y\\\"\", outside: ignore}\n"},
      {"  outside: ignore\n  tolerance: {edge: 1}\n",
       "  name: \"x \\\"y\\\"\"\n  outside: ignore\n  tolerance: {edge: 1}\n"},
      {"# nothing", "# nothing\nname: \"x \\\"y\\\"\"\n"},
      {"", "name: \"x \\\"y\\\"\"\n"},
      {"---\r\noutside: ignore\r\n", "---\r\nname: \"x \\\"y\\\"\"\noutside: ignore\r\n"},
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    char *named;
    struct fault fault = {0};
    if (golden_spec_named(texts[i][0], strlen(texts[i][0]), "g", "x \"y\"", &named, &fault)) fail_msg("%s", fault.text);
    assert_string_equal(named, texts[i][1]);
    free(named);
  }
}

static void a_golden_without_a_spec_has_the_defaults(void **state) {
  (void)state;
  struct place place = place_make();
  assert_int_equal(place_create(&place, "carton", NULL, NULL, NULL), STATUS_OK);
  char *text = place_read(&place, "golden.yaml");
  assert_string_equal(text, "name: \"carton\"\n");
  free(text);
  place_end(&place);
}

static void the_spec_gives_the_name_where_none_is_given(void **state) {
  (void)state;
  struct place place = place_make();
  assert_int_equal(place_create(&place, NULL, NULL, NULL, NULL), STATUS_USAGE);
  assert_int_equal(place_create(&place, NULL, place.spec, NULL, NULL), STATUS_OK);
  struct golden *golden;
  assert_int_equal(golden_open(place.golden, &golden, NULL), STATUS_OK);
  assert_string_equal(golden->spec.name, "from-the-spec");
  golden_close(golden);
  place_end(&place);
}

static void photo_names_are_made_safe_and_unique(void **state) {
  (void)state;
  struct place place = place_make();
  const char *const names[][2] = {{"a.jpg", "photos/a.jpg"},
                                  {"A.JPG", "photos/A-2.JPG"},
                                  {"\xC3\xBC b.png", "photos/___b.png"},
                                  {".hidden", "photos/_hidden"},
                                  {"no extension", "photos/no_extension"},
                                  {"x.averyveryverylongone", "photos/x.averyveryverylongone"}};
  struct golden_build build;
  assert_int_equal(golden_build_begin(&build, place.golden, NULL), STATUS_OK);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char *path = support_text("some/where/%s", names[i][0]);
    assert_int_equal(golden_build_add_photo(&build, path, "x", 1, NULL), STATUS_OK);
    assert_string_equal(build.seal.files[i].name, names[i][1]);
    free(path);
  }
  char *longest = support_text("%0300d.jpeg", 7);
  assert_int_equal(golden_build_add_photo(&build, longest, "x", 1, NULL), STATUS_OK);
  assert_int_equal(golden_build_add_photo(&build, longest, "x", 1, NULL), STATUS_OK);
  const char *last = build.seal.files[build.seal.file_count - 1].name;
  assert_string_equal(last + strlen(last) - 7, "-2.jpeg");
  free(longest);
  golden_build_end(&build);
  place_end(&place);
}

static void a_folder_that_is_there_is_refused_even_when_empty(void **state) {
  (void)state;
  struct place place = place_make();
  struct fault fault = {0};
  assert_int_equal(mkdir(place.golden, 0777), 0);
  assert_int_equal(place_create(&place, "carton", NULL, NULL, &fault), STATUS_INVALID);
  assert_non_null(strstr(fault.text, "is there already"));
  assert_int_equal(place_entries(place.golden), 0);
  assert_int_equal(place_entries(place.folder), 5);
  place_end(&place);
}

/* What another process makes meanwhile is not overwritten either. */
static void a_folder_that_comes_while_one_is_made_is_kept(void **state) {
  (void)state;
  struct place place = place_make();
  struct golden_build build;
  assert_int_equal(golden_build_begin(&build, place.golden, NULL), STATUS_OK);
  assert_int_equal(mkdir(place.golden, 0777), 0);
  assert_int_equal(golden_build_finish(&build, false, NULL), STATUS_INVALID);
  golden_build_end(&build);
  assert_int_equal(place_entries(place.golden), 0);
  assert_int_equal(place_entries(place.folder), 5);
  place_end(&place);
}

static void a_failure_leaves_nothing_behind(void **state) {
  (void)state;
  struct place place = place_make();
  const int before = place_entries(place.folder);
  struct fault fault = {0};
  char *mask = support_text("%s/body.png", place.folder), *none = support_text("%s/none", place.folder);
  unlink(mask);
  assert_int_equal(place_create(&place, "carton", place.spec, NULL, &fault), STATUS_MISSING);
  assert_non_null(strstr(fault.text, "body.png: no such file"));
  assert_int_equal(place_create(&place, "carton", NULL, none, &fault), STATUS_MISSING);
  assert_int_equal(place_create(&place, "two\nlines", NULL, NULL, &fault), STATUS_INVALID);
  unlink(place.second);
  assert_int_equal(place_create(&place, "carton", NULL, NULL, &fault), STATUS_MISSING);
  support_write(place.spec, "zones: 7\n", 9);
  assert_int_equal(place_create(&place, "carton", place.spec, NULL, &fault), STATUS_INVALID);
  assert_non_null(strstr(fault.text, "spec.yaml:1:8: zones: 7; expected"));
  assert_int_equal(place_entries(place.folder), before - 2);
  free(mask);
  free(none);
  place_end(&place);
}

/* Refuses, or not, as `context` says, and sees the golden whole. */
static enum status look(void *context, const struct golden *golden, struct fault *fault) {
  assert_int_equal(golden->photo_count, 1);
  assert_memory_equal(golden->photos[0].bytes, "first photo", 11);
  assert_string_equal(golden->spec.name, "carton");
  return *(bool *)context ? fault_set(fault, STATUS_INVALID, "it is of no use") : STATUS_OK;
}

static void nothing_is_made_where_the_check_refuses(void **state) {
  (void)state;
  struct place place = place_make();
  const int before = place_entries(place.folder);
  bool refuse = true;
  const char *const photos[] = {place.first};
  const struct golden_create how = {
      .path = place.golden, .name = "carton", .photos = photos, .photo_count = 1, .check = look, .context = &refuse};
  struct fault fault = {0};
  assert_int_equal(golden_create(&how, &fault), STATUS_INVALID);
  assert_string_equal(fault.text, "it is of no use");
  assert_int_equal(place_entries(place.folder), before);
  refuse = false;
  assert_int_equal(golden_create(&how, &fault), STATUS_OK);
  assert_int_equal(place_entries(place.folder), before + 1);
  place_end(&place);
}

static void a_photo_changed_after_sealing_is_named(void **state) {
  (void)state;
  struct place place = place_make();
  place_created(&place);
  place_put(&place, "photos/front.jpg", "other photo");
  check_refused(&place, STATUS_INVALID, "golden/photos/front.jpg: changed after sealing: SHA-256 ");
  place_put(&place, "photos/front.jpg", "longer than before");
  check_refused(&place, STATUS_INVALID, "golden/photos/front.jpg: changed after sealing: 18 bytes; expected 11");
  place_end(&place);
}

static void every_other_change_is_named_too(void **state) {
  (void)state;
  struct place place = place_make();
  place_created(&place);
  char *mask = support_text("%s/masks/body.png", place.golden), *spec = place_read(&place, "golden.yaml");
  unlink(mask);
  check_refused(&place, STATUS_INVALID, "masks/body.png: is sealed but missing");
  support_write(mask, "mask", 4);
  place_put(&place, "golden.yaml", "name: carton\ntolerance: {absolute: -3}\n");
  check_refused(&place, STATUS_INVALID, "golden.yaml: changed after sealing");
  place_put(&place, "golden.yaml", spec);
  place_put(&place, "seal.json", "{}");
  check_refused(&place, STATUS_INVALID, "seal.json: format: expected 1");
  place_put(&place, "seal.json", "{\"format\": 1,");
  check_refused(&place, STATUS_INVALID, "seal.json:1:");
  free(spec);
  free(mask);
  place_end(&place);
}

static void what_is_no_golden_is_refused_in_words(void **state) {
  (void)state;
  struct place place = place_make();
  check_refused(&place, STATUS_MISSING, "no such folder; expected a golden");
  free(place.golden);
  place.golden = strdup(place.first);
  check_refused(&place, STATUS_MISSING, "not a folder; expected a golden");
  free(place.golden);
  place.golden = strdup(place.folder);
  check_refused(&place, STATUS_INVALID, "not a golden: it has no seal.json");
  place_end(&place);
}

/* Puts another name, of the same length or not, in place of the sealed photo's. */
static void rename_in_seal(const struct place *place, const char *name) {
  char *seal = place_read(place, "seal.json");
  const char *from = "photos/front.jpg", *at = seal;
  char *changed = support_text("%s", "");
  for (const char *next; (next = strstr(at, from)); at = next + strlen(from)) {
    char *more = support_text("%s%.*s%s", changed, (int)(next - at), at, name);
    free(changed);
    changed = more;
  }
  char *whole = support_text("%s%s", changed, at);
  place_put(place, "seal.json", whole);
  free(whole);
  free(changed);
  free(seal);
}

static void a_sealed_name_does_not_lead_out_of_the_folder(void **state) {
  (void)state;
  const char *const names[] = {"../front.jpg",
                               "photos/../../front.jpg",
                               "/etc/passwd",
                               "photos/a/b.jpg",
                               "photos/.hidden",
                               "photos/",
                               "seal.json",
                               "history/1.json",
                               "photos/a\\u0000b",
                               "photos/a\\nb",
                               ""};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    struct place place = place_make();
    place_created(&place);
    rename_in_seal(&place, names[i]);
    check_refused(&place, STATUS_INVALID, "seal.json");
    place_end(&place);
  }
}

static void links_in_a_golden_are_not_followed(void **state) {
  (void)state;
  struct place place = place_make();
  place_created(&place);
  char *photo = support_text("%s/photos/front.jpg", place.golden), *photos = support_text("%s/photos", place.golden);
  char *aside = support_text("%s/aside", place.folder);
  unlink(photo);
  assert_int_equal(symlink(place.first, photo), 0);
  check_refused(&place, STATUS_IO, "photos/front.jpg: a symbolic link");
  unlink(photo);
  assert_int_equal(link(place.first, photo), 0);
  assert_int_equal(rename(photos, aside), 0);
  assert_int_equal(symlink(aside, photos), 0);
  check_refused(&place, STATUS_INVALID, "its folder is a link");
  free(photo);
  free(photos);
  free(aside);
  place_end(&place);
}

static void a_name_that_differs_from_the_seal_is_refused(void **state) {
  (void)state;
  struct place place = place_make();
  struct golden_build build;
  assert_int_equal(golden_build_begin(&build, place.golden, NULL), STATUS_OK);
  build.seal.version = 1;
  strcpy(build.seal.name, "one");
  assert_int_equal(golden_build_add(&build, SEAL_SPEC, "name: two\n", 10, NULL), STATUS_OK);
  assert_int_equal(golden_build_add(&build, "photos/a.png", "x", 1, NULL), STATUS_OK);
  assert_int_equal(golden_build_seal(&build, NULL, "test", NULL, NULL), STATUS_OK);
  assert_int_equal(golden_build_finish(&build, false, NULL), STATUS_OK);
  golden_build_end(&build);
  check_refused(&place, STATUS_INVALID, "golden.yaml: name: two; expected one as in seal.json");
  place_end(&place);
}

static void check_reports_every_problem(void **state) {
  (void)state;
  struct place place = place_make();
  place_created(&place);
  place_put(&place, "photos/front.jpg", "x");
  place_put(&place, "photos/back_of_it.JPG", "x");
  place_put(&place, "masks/body.png", "x");
  json_t *report;
  struct fault fault = {0};
  assert_int_equal(golden_check(place.golden, NULL, &report, &fault), STATUS_INVALID);
  assert_non_null(strstr(fault.text, "photos/front.jpg"));
  assert_int_equal(json_array_size(json_object_get(report, "problems")), 3);
  assert_string_equal(json_string_value(json_object_get(report, "name")), "carton");
  assert_int_equal(json_integer_value(json_object_get(report, "version")), 1);
  assert_true(json_is_null(json_object_get(report, "signed_by")));
  json_decref(report);
  place_end(&place);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_was_created_opens_with_the_same_bytes),
      cmocka_unit_test(what_lies_in_the_folder_without_being_sealed_is_told),
      cmocka_unit_test(the_seal_is_written_byte_for_byte),
      cmocka_unit_test(the_name_given_wins_over_the_spec_and_the_rest_of_it_stays),
      cmocka_unit_test(a_golden_without_a_spec_has_the_defaults),
      cmocka_unit_test(the_spec_gives_the_name_where_none_is_given),
      cmocka_unit_test(photo_names_are_made_safe_and_unique),
      cmocka_unit_test(a_folder_that_is_there_is_refused_even_when_empty),
      cmocka_unit_test(a_folder_that_comes_while_one_is_made_is_kept),
      cmocka_unit_test(a_failure_leaves_nothing_behind),
      cmocka_unit_test(nothing_is_made_where_the_check_refuses),
      cmocka_unit_test(a_photo_changed_after_sealing_is_named),
      cmocka_unit_test(every_other_change_is_named_too),
      cmocka_unit_test(what_is_no_golden_is_refused_in_words),
      cmocka_unit_test(a_sealed_name_does_not_lead_out_of_the_folder),
      cmocka_unit_test(links_in_a_golden_are_not_followed),
      cmocka_unit_test(a_name_that_differs_from_the_seal_is_refused),
      cmocka_unit_test(check_reports_every_problem),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
