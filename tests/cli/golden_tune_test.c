/* golden approve and golden calibrate, through the built program. */
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
  char *folder, *golden, *photos[4], *spotted, *out;
};

static int set_up(void **state) {
  struct place *place = calloc(1, sizeof *place);
  if (!place) return 1;
  place->folder = support_folder();
  place->golden = support_text("%s/golden", place->folder);
  place->out = support_text("%s/out", place->folder);
  for (int i = 0; i < 4; i++) {
    char name[16] = {(char)('a' + i), '.', 'j', 'p', 'g', 0};
    scene_write(place->folder, name, i, i, -i, false);
    place->photos[i] = support_text("%s/%s", place->folder, name);
  }
  scene_write(place->folder, "spotted.jpg", 9, 2, 1, true);
  place->spotted = support_text("%s/spotted.jpg", place->folder);
  struct program_end made = RUN("golden", "create", place->golden, "--name", "a", "--photo", place->photos[0],
                                place->photos[1], place->photos[2]);
  ASSERT_EXIT(made, 0);
  program_end_free(&made);
  *state = place;
  return 0;
}

static int tear_down(void **state) {
  struct place *place = *state;
  support_remove(place->folder);
  for (int i = 0; i < 4; i++) free(place->photos[i]);
  free(place->golden), free(place->out), free(place->spotted), free(place);
  return 0;
}

static json_t *parse_line(const char *line) {
  json_t *json = json_loads(line, 0, NULL);
  assert_non_null(json);
  return json;
}

static void an_approved_finding_passes_from_then_on_and_nothing_else(void **state) {
  struct place *place = *state;
  struct program_end run =
      RUN("run", place->golden, place->spotted, place->photos[3], "--out", place->out, "--json", "--threads", "1");
  ASSERT_EXIT(run, 1);
  json_t *result = parse_line(strtok(run.out, "\n"));
  char *finding = support_text("%.12s:1", json_string_value(json_object_get(result, "photo_id")));
  char *none = support_text("%.12s:7", json_string_value(json_object_get(result, "photo_id")));
  struct program_end wrong =
      RUN("golden", "approve", place->golden, none, "--results", place->out, "--by", "me", "--why", "test");
  ASSERT_EXIT(wrong, 65);
  ASSERT_HAS(wrong.err, "none of number 7");
  struct program_end end = RUN("golden", "approve", place->golden, finding, "--results", place->out, "--by", "Mei",
                               "--why", "spot agreed", "--json");
  ASSERT_EXIT(end, 0);
  json_t *told = parse_line(end.out);
  assert_int_equal(json_integer_value(json_object_get(told, "version")), 2);
  struct program_end history = RUN("golden", "history", place->golden);
  ASSERT_HAS(history.out, "spot agreed");
  struct program_end again = RUN("run", place->golden, place->spotted, place->photos[3], "--json", "--threads", "1");
  ASSERT_EXIT(again, 0);
  struct program_end check = RUN("golden", "check", place->golden);
  ASSERT_EXIT(check, 0);
  program_end_free(&run), program_end_free(&wrong), program_end_free(&end), program_end_free(&history);
  program_end_free(&again), program_end_free(&check);
  json_decref(result), json_decref(told);
  free(finding), free(none);
}

static void a_finding_that_is_accepted_already_changes_nothing(void **state) {
  struct place *place = *state;
  struct program_end run = RUN("run", place->golden, place->spotted, "--out", place->out, "--json", "--threads", "1");
  json_t *result = parse_line(strtok(run.out, "\n"));
  char *finding = support_text("%.12s:1", json_string_value(json_object_get(result, "photo_id")));
  struct program_end first = RUN("golden", "approve", place->golden, finding, "--results", place->out, "--by", "Mei",
                                 "--why", "spot agreed", "--json");
  struct program_end again = RUN("golden", "approve", place->golden, finding, "--results", place->out, "--by", "Lin",
                                 "--why", "spot agreed once more", "--json");
  ASSERT_EXIT(first, 0);
  ASSERT_EXIT(again, 0);
  json_t *one = parse_line(first.out), *other = parse_line(again.out);
  assert_true(json_is_true(json_object_get(one, "new")));
  assert_true(json_is_false(json_object_get(other, "new")));
  assert_true(json_equal(json_object_get(one, "sha256"), json_object_get(other, "sha256")));
  program_end_free(&run), program_end_free(&first), program_end_free(&again);
  json_decref(result), json_decref(one), json_decref(other);
  free(finding);
}

static void what_names_no_finding_is_wrong_usage(void **state) {
  struct place *place = *state;
  static const char *const wrong[] = {"abc:1", "0123456789", "0123456789:0", "0123456789:x", "0123456789:"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    struct program_end end =
        RUN("golden", "approve", place->golden, wrong[i], "--results", place->folder, "--by", "me", "--why", "test");
    ASSERT_EXIT(end, 64);
    ASSERT_HAS(end.err, "expected PHOTO_ID:REGION");
    program_end_free(&end);
  }
}

static void calibration_says_how_far_the_good_photos_support_the_rate(void **state) {
  struct place *place = *state;
  /* Enough photos for 1 - 0.3^3 = 0.973: they may narrow the tolerance. */
  struct program_end loose =
      RUN("golden", "calibrate", place->golden, place->photos[3], "--rate", "0.7", "--json", "--dry-run");
  ASSERT_EXIT(loose, 0);
  json_t *narrow = parse_line(loose.out);
  assert_true(json_real_value(json_object_get(narrow, "scale")) < 1);
  assert_int_equal(json_integer_value(json_object_get(narrow, "version")), 1);
  struct program_end end = RUN("golden", "calibrate", place->golden, place->photos[3], "--rate", "0.2", "--json");
  ASSERT_EXIT(end, 0);
  json_t *told = parse_line(end.out);
  double scale = json_real_value(json_object_get(told, "scale"));
  assert_true(scale >= 1 && scale < 2);
  assert_int_equal(json_integer_value(json_object_get(told, "photos")), 3);
  assert_int_equal(json_integer_value(json_object_get(told, "alarms")), 0);
  assert_int_equal(json_integer_value(json_object_get(told, "version")), 2);
  /* 1 - 0.8^3 */
  double confidence = json_real_value(json_object_get(told, "confidence"));
  assert_true(confidence > 0.4879 && confidence < 0.4881);
  struct program_end run = RUN("run", place->golden, place->spotted, place->photos[3], "--json", "--threads", "1");
  ASSERT_EXIT(run, 1);
  ASSERT_HAS(run.out, "\"verdict\":\"pass\"");
  struct program_end usage = RUN("golden", "calibrate", place->golden, "--rate", "2");
  ASSERT_EXIT(usage, 64);
  program_end_free(&loose), program_end_free(&end), program_end_free(&run), program_end_free(&usage);
  json_decref(narrow), json_decref(told);
}

static void a_defective_photo_among_the_good_ones_is_not_calibrated_away(void **state) {
  struct place *place = *state;
  struct program_end end = RUN("golden", "calibrate", place->golden, place->spotted, "--rate", "0.2");
  ASSERT_EXIT(end, 65);
  ASSERT_HAS(end.err, "times the tolerance");
  program_end_free(&end);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(an_approved_finding_passes_from_then_on_and_nothing_else),
      TEST(a_finding_that_is_accepted_already_changes_nothing),
      TEST(what_names_no_finding_is_wrong_usage),
      TEST(calibration_says_how_far_the_good_photos_support_the_rate),
      TEST(a_defective_photo_among_the_good_ones_is_not_calibrated_away),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
