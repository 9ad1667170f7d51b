/* assay run, through the built program: table, JSON lines, files, order, resuming. */
#include "tests/cli/run_place.h"
#include "tests/cli/scene.h"
#include "tests/support.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static size_t count_files(const char *folder, const char *ending) {
  DIR *open = opendir(folder);
  assert_non_null(open);
  size_t count = 0;
  for (struct dirent *entry; (entry = readdir(open));) {
    size_t length = strlen(entry->d_name);
    if (length > strlen(ending) && !strcmp(entry->d_name + length - strlen(ending), ending)) count++;
  }
  closedir(open);
  return count;
}

static void the_table_names_each_photo_and_sums_up(void **state) {
  const struct run_place *place = *state;
  struct program_end end =
      RUN("run", place->golden, place->photos, "--factory", "North", "--shift", "night", "--lot", "L1");
  ASSERT_EXIT(end, 1);
  ASSERT_HAS(end.out, "/photos/0.jpg");
  ASSERT_HAS(end.out, "FAIL");
  ASSERT_HAS(end.out, "North    night       4       3       1             0      25.0 %\n");
  assert_null(strstr(end.out, "\033"));
  program_end_free(&end);
}

static void json_lines_are_in_the_order_given_and_cite_the_golden(void **state) {
  const struct run_place *place = *state;
  const char *spotted = run_place_path("photos/2.jpg"), *good = run_place_path("photos/0.jpg");
  struct program_end end = RUN("run", place->golden, spotted, good, "--json", "--lot", "L9", "--line", "4");
  ASSERT_EXIT(end, 1);
  json_t *lines = run_lines(end.out);
  assert_int_equal(json_array_size(lines), 2);
  assert_string_equal(run_text(lines, "0.photo"), spotted);
  assert_string_equal(run_text(lines, "0.verdict"), "fail");
  assert_string_equal(run_text(lines, "0.reasons.0.code"), "region");
  assert_string_equal(run_text(lines, "1.photo"), good);
  assert_string_equal(run_text(lines, "1.verdict"), "pass");
  assert_string_equal(run_text(lines, "1.golden.name"), "print");
  assert_string_equal(run_text(lines, "1.job.lot"), "L9");
  assert_string_equal(run_text(lines, "1.job.line"), "4");
  json_decref(lines);
  program_end_free(&end);
  end = RUN("run", place->golden, good);
  ASSERT_EXIT(end, 0);
  program_end_free(&end);
}

static void two_runs_and_any_number_of_threads_give_the_same_bytes(void **state) {
  const struct run_place *place = *state;
  static const char *const threads[] = {"1", "1", "2"};
  char *before = NULL;
  for (size_t i = 0; i < 3; i++) {
    struct program_end end = RUN("run", place->golden, place->photos, "--json", "--threads", threads[i]);
    ASSERT_EXIT(end, 1);
    char *now = run_comparable(end.out);
    if (before) assert_string_equal(now, before);
    free(before);
    before = now;
    program_end_free(&end);
  }
  free(before);
}

static void the_out_folder_holds_results_summary_and_pictures_of_what_failed(void **state) {
  const struct run_place *place = *state;
  const char *out = run_place_path("deep/out");
  struct program_end end = RUN("run", place->golden, place->photos, "--out", out, "--json");
  ASSERT_EXIT(end, 1);
  char *results = program_read(run_place_path("deep/out/results.jsonl"), NULL);
  assert_string_equal(results, end.out);
  free(results);
  char *text = program_read(run_place_path("deep/out/summary.json"), NULL);
  json_t *summary = run_lines(text);
  assert_int_equal(json_integer_value(json_object_get(json_array_get(summary, 0), "photos")), RUN_PLACE_PHOTOS);
  assert_int_equal(json_integer_value(json_object_get(json_array_get(summary, 0), "fail")), 1);
  json_decref(summary);
  free(text);
  assert_int_equal(count_files(run_place_path("deep/out/pictures"), ".png"), 1);
  program_end_free(&end);
}

/* Number of photos that two outputs of results have byte for byte the same, timing included: judged once. */
static size_t count_same_lines(const char *before, const char *after) {
  size_t same = 0;
  while (*before && *after) {
    size_t length = strcspn(before, "\n") + 1;
    if (strncmp(before, after, length) != 0) break;
    same++;
    before += length;
    after += length;
  }
  return same;
}

static void a_lot_is_judged_and_reported_with_a_golden_that_has_no_spec(void **state) {
  const struct run_place *place = *state;
  const char *out = run_place_path("out"), *page = run_place_path("report.html");
  struct program_end end = RUN("run", place->golden, place->photos, "--lot", "L1", "--out", out);
  ASSERT_EXIT(end, 1);
  program_end_free(&end);
  end = RUN("lot", "judge", out, "--size", "500", "--golden", place->golden);
  ASSERT_EXIT(end, 2);
  ASSERT_HAS(end.out, "lot L1, factory unknown: held");
  ASSERT_HAS(end.out, "photograph 46 more units: the sample is 50");
  ASSERT_HAS(end.err, "has no aql in its spec; level II and AQLs of 0 (critical), 2.5 (major) and 4.0 (minor)");
  program_end_free(&end);
  end = RUN("lot", "report", out, "--size", "500", "--out", page, "--golden", place->golden);
  ASSERT_EXIT(end, 2);
  program_end_free(&end);
}

static void a_job_that_is_done_is_not_done_again(void **state) {
  const struct run_place *place = *state;
  const char *out = run_place_path("out"), *zero = run_place_path("photos/0.jpg"),
             *one = run_place_path("photos/1.jpg");
  struct program_end first = RUN("run", place->golden, zero, one, "--out", out, "--json");
  ASSERT_EXIT(first, 0);
  struct program_end second =
      RUN("run", place->golden, zero, one, run_place_path("photos/3.jpg"), "--out", out, "--json");
  ASSERT_EXIT(second, 0);
  assert_int_equal(count_same_lines(first.out, second.out), 2);
  json_t *lines = run_lines(second.out);
  assert_int_equal(json_array_size(lines), 3);
  json_decref(lines);
  program_end_free(&first);
  program_end_free(&second);
}

static void ctrl_c_stops_cleanly_and_the_same_command_goes_on(void **state) {
  const struct run_place *place = *state;
  enum { MANY = 60 };
  const char *many = run_place_path("many"), *out = run_place_path("out"), *fifo = run_place_path("fifo");
  mkdir(many, 0777);
  for (int i = 0; i < MANY; i++) {
    char *name = support_text("%03d.jpg", i);
    scene_write(many, name, 1000 + i, i % 5, i % 3, false);
    free(name);
  }
  assert_int_equal(mkfifo(fifo, 0600), 0);
  const char *const arguments[] = {"run", place->golden, many, "--out", out, "--json", "--threads", "1", NULL};
  const char *said = run_place_path("said");
  pid_t child = program_start(arguments, fifo, said);
  FILE *results = fopen(fifo, "r");
  assert_non_null(results);
  /* The first line says that it works; then it is asked to stop. */
  char *line = NULL;
  size_t capacity = 0;
  assert_true(getline(&line, &capacity, results) > 0);
  assert_int_equal(kill(child, SIGINT), 0);
  size_t printed = 1;
  while (getline(&line, &capacity, results) > 0) printed++;
  free(line);
  fclose(results);
  assert_int_equal(program_wait(child), 130);
  assert_true(printed < MANY);
  char *words = program_read(said, NULL);
  ASSERT_HAS(words, "same command");
  free(words);
  char *before = program_read(run_place_path("out/results.jsonl"), NULL);
  struct program_end end = program_run(arguments);
  ASSERT_EXIT(end, 0);
  json_t *lines = run_lines(end.out);
  assert_int_equal(json_array_size(lines), MANY);
  json_decref(lines);
  assert_int_equal(count_same_lines(before, end.out), printed);
  free(before);
  program_end_free(&end);
}

static void a_folder_that_another_run_works_in_is_left_as_it_is(void **state) {
  const struct run_place *place = *state;
  const char *out = run_place_path("out"), *kept = run_place_path("out/results.jsonl");
  struct program_end end = RUN("run", place->golden, place->photos, "--out", out);
  ASSERT_EXIT(end, 1);
  program_end_free(&end);
  char *before = program_read(kept, NULL);
  int other = open(run_place_path("out/store/broker.lock"), O_RDWR | O_CLOEXEC);
  assert_int_equal(flock(other, LOCK_EX | LOCK_NB), 0);
  end = RUN("run", place->golden, run_place_path("photos/0.jpg"), "--out", out);
  ASSERT_EXIT(end, 69);
  assert_string_equal(end.out, "");
  char *after = program_read(kept, NULL);
  assert_string_equal(after, before);
  close(other);
  free(before);
  free(after);
  program_end_free(&end);
}

static void a_closed_output_is_an_io_error(void **state) {
  const struct run_place *place = *state;
  const struct program_how how = {.out = "closed"};
  const char *const arguments[] = {"run", place->golden, place->photos, "--json", NULL};
  struct program_end end = program_run_how(&how, arguments);
  ASSERT_EXIT(end, 74);
  program_end_free(&end);
}

static void wrong_usage_is_told_before_anything_is_done(void **state) {
  const struct run_place *place = *state;
  const char *manifest = run_place_path("list.csv");
  support_write(manifest, "photo\n", 6);
  const char *const cases[][8] = {
      {"run"},
      {"run", place->golden},
      {"run", place->golden, place->photos, "--manifest", manifest},
      {"run", place->golden, place->photos, "--threads", "none"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct program_end end = program_run(cases[i]);
    ASSERT_EXIT(end, 64);
    assert_string_equal(end.out, "");
    program_end_free(&end);
  }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, run_place_set_up, run_place_tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(the_table_names_each_photo_and_sums_up),
      TEST(json_lines_are_in_the_order_given_and_cite_the_golden),
      TEST(two_runs_and_any_number_of_threads_give_the_same_bytes),
      TEST(the_out_folder_holds_results_summary_and_pictures_of_what_failed),
      TEST(a_lot_is_judged_and_reported_with_a_golden_that_has_no_spec),
      TEST(a_job_that_is_done_is_not_done_again),
      TEST(ctrl_c_stops_cleanly_and_the_same_command_goes_on),
      TEST(a_folder_that_another_run_works_in_is_left_as_it_is),
      TEST(a_closed_output_is_an_io_error),
      TEST(wrong_usage_is_told_before_anything_is_done),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
