#include "models/digest.h"
#include "models/golden.h"
#include "models/golden_build.h"
#include "tests/models/golden_place.h"
#include "tests/support.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void revised(const struct golden_revise *how) {
  struct fault fault = {0};
  if (golden_revise(how, &fault)) fail_msg("%s", fault.text);
}

static struct golden *opened(const struct place *place) {
  struct golden *golden;
  struct fault fault = {0};
  if (golden_open(place->golden, &golden, &fault)) fail_msg("%s", fault.text);
  return golden;
}

static void a_golden_behind_a_link_is_revised_where_it_lies(void **state) {
  (void)state;
  struct place place = place_make();
  place_created(&place);
  char *link = support_text("%s/link", place.folder);
  assert_int_equal(symlink("golden", link), 0);
  const struct golden_revise how = {.path = link, .by = "Bob", .why = "again"};
  revised(&how);
  struct golden *golden = opened(&place);
  assert_int_equal(golden->version, 2);
  golden_close(golden);
  char target[16] = "";
  assert_int_equal(readlink(link, target, sizeof target - 1), 6);
  assert_string_equal(target, "golden");
  free(link);
  place_end(&place);
}

static const char *field(const json_t *history, size_t index, const char *key) {
  return json_string_value(json_object_get(json_array_get(history, index), key));
}

static void a_revision_keeps_what_it_does_not_change(void **state) {
  (void)state;
  struct place place = place_make();
  place_created(&place);
  char *before = place_read(&place, "golden.yaml");
  const struct golden_revise how = {.path = place.golden, .by = "Bob", .why = "signed off again"};
  revised(&how);
  struct golden *golden = opened(&place);
  assert_int_equal(golden->version, 2);
  assert_int_equal(golden->photo_count, 2);
  assert_memory_equal(golden->photos[0].bytes, "first photo", 11);
  assert_memory_equal(golden->masks[0].bytes, "mask", 4);
  char *after = place_read(&place, "golden.yaml");
  assert_string_equal(after, before);
  free(before);
  free(after);
  golden_close(golden);
  place_end(&place);
}

static void a_revision_may_change_the_spec_and_add_photos_and_masks(void **state) {
  (void)state;
  struct place place = place_make();
  place_created(&place);
  char *third = support_text("%s/front.jpg.png", place.folder), *folder = support_text("%s/new", place.folder);
  support_write(third, "third photo", 11);
  const char text[] = "tolerance: {absolute: 21}\nzones: [{name: body, mask: body.png}]\n";
  const char *const photos[] = {third, place.first};
  const struct golden_revise how = {.path = place.golden,
                                    .spec_text = text,
                                    .spec_size = strlen(text),
                                    .photos = photos,
                                    .photo_count = 2,
                                    .mask_folder = place.folder,
                                    .by = "Bob",
                                    .why = "wider"};
  char *mask = support_text("%s/body.png", place.folder);
  support_write(mask, "another mask", 12);
  revised(&how);
  struct golden *golden = opened(&place);
  assert_string_equal(golden->spec.name, "carton");
  assert_true(golden->spec.tolerance.absolute == 21);
  assert_int_equal(golden->photo_count, 4);
  assert_memory_equal(golden->photos[0].bytes, "first photo", 11);
  assert_memory_equal(golden->photos[2].bytes, "third photo", 11);
  assert_non_null(strstr(golden->photos[3].path, "photos/front-2.jpg"));
  assert_memory_equal(golden->masks[0].bytes, "another mask", 12);
  golden_close(golden);
  free(mask);
  free(folder);
  free(third);
  place_end(&place);
}

static void the_history_is_a_chain_of_seals(void **state) {
  (void)state;
  struct place place = place_make();
  place_created(&place);
  char *seals[3];
  const struct golden_revise how = {.path = place.golden, .by = "Bob", .why = "again"};
  for (int i = 0; i < 3; i++) {
    if (i) revised(&how);
    seals[i] = place_read(&place, "seal.json");
  }
  json_t *history;
  assert_int_equal(golden_history(place.golden, &history, NULL), STATUS_OK);
  assert_int_equal(json_array_size(history), 3);
  for (size_t i = 0; i < 3; i++) {
    char sha256[DIGEST_CHARS + 1];
    digest_sha256(seals[i], strlen(seals[i]), sha256);
    assert_string_equal(field(history, i, "sha256"), sha256);
    assert_string_equal(field(history, i, "who"), i ? "Bob" : "Ann");
    assert_int_equal(json_integer_value(json_object_get(json_array_get(history, i), "version")), i + 1);
    if (i) assert_string_equal(field(history, i, "previous"), field(history, i - 1, "sha256"));
    free(seals[i]);
  }
  json_decref(history);
  json_t *report;
  assert_int_equal(golden_check(place.golden, NULL, &report, NULL), STATUS_OK);
  assert_true(json_is_true(json_object_get(report, "ok")));
  json_decref(report);
  place_end(&place);
}

static void a_revision_takes_over_what_is_not_sealed(void **state) {
  (void)state;
  struct place place = place_make();
  place_created(&place);
  char *folder = support_text("%s/inspection", place.golden);
  assert_int_equal(mkdir(folder, 0777), 0);
  place_put(&place, "inspection/results.jsonl", "{}");
  place_put(&place, "photos/more.jpg", "not approved");
  place_put(&place, "agreed.txt", "by telephone");
  const struct golden_revise how = {.path = place.golden, .by = "Bob", .why = "again"};
  revised(&how);
  revised(&how);
  static const char *const kept[][2] = {
      {"inspection/results.jsonl", "{}"}, {"photos/more.jpg", "not approved"}, {"agreed.txt", "by telephone"}};
  for (size_t i = 0; i < 3; i++) {
    char *text = place_read(&place, kept[i][0]);
    assert_string_equal(text, kept[i][1]);
    free(text);
  }
  struct golden *golden = opened(&place);
  assert_int_equal(golden->photo_count, 2);
  golden_close(golden);
  free(folder);
  place_end(&place);
}

static void a_broken_chain_is_found(void **state) {
  (void)state;
  struct place place = place_make();
  place_created(&place);
  const struct golden_revise how = {.path = place.golden, .by = "Bob", .why = "again"};
  revised(&how);
  revised(&how);
  char *first = place_read(&place, "history/1.json"), *path = support_text("%s/history/1.json", place.golden);
  place_put(&place, "history/1.json", "{}");
  json_t *history, *report;
  struct fault fault = {0};
  assert_int_equal(golden_history(place.golden, &history, &fault), STATUS_INVALID);
  assert_null(history);
  assert_non_null(strstr(fault.text, "golden/history/1.json: SHA-256 "));
  assert_non_null(strstr(fault.text, "as version 2 cites it"));
  assert_int_equal(golden_check(place.golden, NULL, &report, &fault), STATUS_INVALID);
  assert_int_equal(json_array_size(json_object_get(report, "problems")), 1);
  json_decref(report);
  unlink(path);
  assert_int_equal(golden_history(place.golden, &history, &fault), STATUS_INVALID);
  assert_non_null(strstr(fault.text, "golden/history/1.json: missing"));
  assert_int_equal(golden_revise(&how, &fault), STATUS_INVALID);
  struct golden *golden = opened(&place); /* the photos themselves are what was approved */
  assert_int_equal(golden->version, 3);
  golden_close(golden);
  free(first);
  free(path);
  place_end(&place);
}

static void a_failed_revision_leaves_the_golden_as_it_was(void **state) {
  (void)state;
  struct place place = place_make();
  place_created(&place);
  char *before = place_read(&place, "seal.json");
  const int entries = place_entries(place.folder);
  const char *const none[] = {"/none/at/all.jpg"};
  const char bad[] = "tolerance: {absolute: -3}\n", mask[] = "zones: [{name: a, mask: unknown.png}]\n";
  const struct golden_revise cases[] = {
      {.path = place.golden, .why = NULL},
      {.path = place.golden, .why = ""},
      {.path = place.golden, .why = "x", .photos = none, .photo_count = 1},
      {.path = place.golden, .why = "x", .spec_text = bad, .spec_size = strlen(bad)},
      {.path = place.golden, .why = "x", .spec_text = mask, .spec_size = strlen(mask)},
      {.path = place.golden, .why = "x", .key_file = "/none/at/all"},
      {.path = place.folder, .why = "x"},
      {.path = "/none/at/all", .why = "x"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct fault fault = {0};
    assert_int_not_equal(golden_revise(&cases[i], &fault), STATUS_OK);
    assert_true(strlen(fault.text) > 0);
    char *after = place_read(&place, "seal.json");
    assert_string_equal(after, before);
    assert_int_equal(place_entries(place.folder), entries);
    free(after);
  }
  place_put(&place, "photos/front.jpg", "changed");
  const struct golden_revise how = {.path = place.golden, .why = "x"};
  assert_int_equal(golden_revise(&how, NULL), STATUS_INVALID);
  free(before);
  place_end(&place);
}

/* Revises without end, until it is killed; a test that fails leaves nothing behind. */
static void revise_for_ever(const struct place *place) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const struct golden_revise how = {.path = place->golden, .by = "child", .why = "again"};
  while (!golden_revise(&how, NULL)) {
  }
  _exit(1);
}

static void assert_whole(const struct place *place) {
  struct fault fault = {0};
  json_t *history, *report;
  if (golden_history(place->golden, &history, &fault)) fail_msg("%s", fault.text);
  if (golden_check(place->golden, NULL, &report, &fault)) fail_msg("%s", fault.text);
  json_decref(history);
  json_decref(report);
}

static void whoever_opens_or_kills_meanwhile_finds_a_whole_golden(void **state) {
  (void)state;
  struct place place = place_make();
  place_created(&place);
  int64_t version = 1;
  for (int round = 0; round < 4; round++) {
    pid_t children[2];
    for (int i = 0; i < 2; i++) {
      children[i] = fork();
      assert_true(children[i] >= 0);
      if (!children[i]) revise_for_ever(&place);
    }
    const int64_t wanted = version + 3 + round;
    while (version < wanted) {
      struct golden *golden = opened(&place);
      assert_true(golden->version >= version);
      version = golden->version;
      golden_close(golden);
      assert_whole(&place);
    }
    for (int i = 0; i < 2; i++) kill(children[i], SIGKILL);
    for (int i = 0; i < 2; i++) {
      int how;
      assert_int_equal(waitpid(children[i], &how, 0), children[i]);
      assert_true(WIFSIGNALED(how));
    }
    json_t *report;
    assert_int_equal(golden_check(place.golden, NULL, &report, NULL), STATUS_OK);
    version = json_integer_value(json_object_get(report, "version"));
    json_decref(report);
  }
  json_t *history;
  assert_int_equal(golden_history(place.golden, &history, NULL), STATUS_OK);
  assert_int_equal(json_array_size(history), version);
  json_decref(history);
  place_end(&place);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_revision_keeps_what_it_does_not_change),
      cmocka_unit_test(a_revision_may_change_the_spec_and_add_photos_and_masks),
      cmocka_unit_test(a_golden_behind_a_link_is_revised_where_it_lies),
      cmocka_unit_test(the_history_is_a_chain_of_seals),
      cmocka_unit_test(a_revision_takes_over_what_is_not_sealed),
      cmocka_unit_test(a_broken_chain_is_found),
      cmocka_unit_test(a_failed_revision_leaves_the_golden_as_it_was),
      cmocka_unit_test(whoever_opens_or_kills_meanwhile_finds_a_whole_golden),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
