/* What a storm needs before and after: photos and lists of them, and results to be compared. */
#include "tests/cli/program.h"
#include "tests/cli/scene.h"
#include "tests/storm/storm.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PHOTOS = 20, SPOTTED_EACH = 10 };

static void write_list(const struct storm *storm, const char *name, int64_t first, int64_t end) {
  char *path = support_text("%s/%s.csv", storm->folder, name);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fprintf(file, "photo,unit\n");
  for (int64_t i = first; i < end; i++) fprintf(file, "%d.jpg,%lld\n", (int)(i % PHOTOS), (long long)i);
  assert_int_equal(fclose(file), 0);
  free(path);
}

void storm_photos(struct storm *storm) {
  for (int i = 0; i < PHOTOS; i++) {
    char *name = support_text("%d.jpg", i);
    scene_write(storm->folder, name, i, i % 5 - 2, i % 7 - 3, i % SPOTTED_EACH == 3);
    free(name);
  }
  char *golden = support_text("%s/golden", storm->folder), *photo = support_text("%s/0.jpg", storm->folder);
  char *second = support_text("%s/1.jpg", storm->folder);
  struct program_end end =
      RUN("golden", "create", golden, "--name", "print", "--photo", photo, second, "--by", "storm");
  ASSERT_EXIT(end, 0);
  program_end_free(&end);
  free(second);
  free(photo);
  free(golden);
  write_list(storm, "list", 0, storm->jobs);
  for (int64_t n = 0; n * storm->per_submission < storm->jobs; n++) {
    char *name = support_text("list-%lld", (long long)n);
    int64_t first = n * storm->per_submission, last = first + storm->per_submission;
    write_list(storm, name, first, last < storm->jobs ? last : storm->jobs);
    free(name);
  }
}

static const char *job_of(const json_t *result) {
  const char *id = json_string_value(json_object_get(json_object_get(result, "job"), "id"));
  if (!id) fail_msg("a result without a job: %s", json_dumps(result, JSON_COMPACT));
  return id;
}

/* Adds the results of a text to `all`, by the job's id; fails the test where one is there already. */
static void add_results(json_t *all, const char *text, const char *from) {
  while (*text) {
    size_t length = strcspn(text, "\n");
    json_t *result = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
    if (!result || text[length] != '\n') fail_msg("%s: no line of JSON: %.*s", from, (int)length, text);
    json_object_del(result, "backend");
    json_object_del(result, "timing_ms");
    const char *id = job_of(result);
    if (json_object_get(all, id)) fail_msg("%s: a second result of job %s", from, id);
    json_object_set_new(all, id, result);
    text += length + 1;
  }
}

static void assert_same(const json_t *quiet, const json_t *stormy) {
  const char *id;
  const json_t *result;
  json_object_foreach((json_t *)quiet, id, result) {
    const json_t *other = json_object_get(stormy, id);
    if (!json_equal(result, other))
      fail_msg("job %s\nquiet:  %s\nstormy: %s", id, json_dumps(result, JSON_COMPACT),
               other ? json_dumps(other, JSON_COMPACT) : "nothing");
  }
  assert_int_equal(json_object_size(quiet), json_object_size(stormy));
}

void storm_compare(const struct storm *storm) {
  json_t *quiet = json_object(), *stormy = json_object();
  char *golden = support_text("%s/golden", storm->folder), *list = support_text("%s/list.csv", storm->folder);
  struct program_end end = RUN("run", golden, "--manifest", list, "--json");
  ASSERT_EXIT(end, 1);
  add_results(quiet, end.out, "quiet run");
  program_end_free(&end);
  for (int64_t n = 0; n * storm->per_submission < storm->jobs; n++) {
    char *path = support_text("%s/results-%lld.jsonl", storm->folder, (long long)n);
    char *text = program_read(path, NULL);
    add_results(stormy, text, path);
    free(text);
    free(path);
  }
  assert_int_equal(json_object_size(quiet), storm->jobs);
  assert_same(quiet, stormy);
  json_decref(quiet);
  json_decref(stormy);
  free(golden);
  free(list);
}

void storm_check_store(const struct storm *storm, const char *const *where) {
  struct program_end end = program_run((const char *const[]){"status", "--json", where[0], where[1], NULL});
  ASSERT_EXIT(end, 0);
  json_t *status = json_loads(end.out, 0, NULL);
  const json_t *counts = json_object_get(status, "jobs"), *count;
  const char *state;
  json_object_foreach((json_t *)counts, state, count) {
    if (json_integer_value(count) != (strcmp(state, "done") ? 0 : storm->jobs)) fail_msg("in the end: %s", end.out);
  }
  json_decref(status);
  program_end_free(&end);
  end = program_run((const char *const[]){"results", "--json", where[0], where[1], NULL});
  ASSERT_EXIT(end, 1);
  json_t *all = json_object();
  add_results(all, end.out, "the store");
  assert_int_equal(json_object_size(all), storm->jobs);
  json_decref(all);
  program_end_free(&end);
}
