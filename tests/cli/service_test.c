/* serve, worker, submit, status and results as processes of their own. */
#include "tests/cli/run_broker.h"
#include "tests/cli/run_place.h"
#include "tests/support.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void jobs_are_kept_once_also_over_a_kill_of_the_broker(void **state) {
  const struct run_place *place = *state;
  char *endpoint = support_text("ipc://%s/b", place->folder);
  pid_t broker = run_broker_start(endpoint);
  for (int i = 0; i < 2; i++) {
    struct program_end end = RUN("submit", place->golden, place->photos, "--broker", endpoint, "--json");
    ASSERT_EXIT(end, 0);
    json_t *lines = run_lines(end.out);
    assert_int_equal(strlen(run_text(lines, "0.submission")), 32);
    assert_int_equal(json_integer_value(json_object_get(json_array_get(lines, 0), "accepted")), RUN_PLACE_PHOTOS);
    json_decref(lines);
    program_end_free(&end);
  }
  assert_int_equal(run_broker_jobs(endpoint, "waiting"), RUN_PLACE_PHOTOS);
  assert_int_equal(kill(broker, SIGKILL), 0);
  assert_int_equal(program_wait(broker), 128 + SIGKILL);
  broker = run_broker_start(endpoint);
  assert_int_equal(run_broker_jobs(endpoint, "waiting"), RUN_PLACE_PHOTOS);
  struct program_end end = RUN("results", "--json", "--broker", endpoint);
  ASSERT_EXIT(end, 0);
  assert_string_equal(end.out, "");
  program_end_free(&end);
  run_broker_stop(broker);
  free(endpoint);
}

static void a_worker_judges_what_was_submitted_and_the_results_can_be_read_again(void **state) {
  const struct run_place *place = *state;
  char *endpoint = support_text("ipc://%s/b", place->folder);
  pid_t broker = run_broker_start(endpoint);
  const char *pictures = run_place_path("pictures");
  pid_t worker = program_start(
      (const char *const[]){"worker", "--broker", endpoint, "--threads", "1", "--pictures", pictures, NULL},
      run_place_path("worker.out"), run_place_path("worker.err"));
  static const char *const ways[] = {"path", "bytes"};
  for (size_t i = 0; i < 2; i++) {
    struct program_end end = RUN("submit", place->golden, place->photos, "--broker", endpoint, "--json", "--wait",
                                 "--send", ways[i], "--lot", ways[i]);
    ASSERT_EXIT(end, 1);
    json_t *lines = run_lines(end.out);
    assert_int_equal(json_array_size(lines), RUN_PLACE_PHOTOS);
    json_decref(lines);
    program_end_free(&end);
  }
  assert_int_equal(run_broker_jobs(endpoint, "done"), 2 * RUN_PLACE_PHOTOS);
  struct program_end all = RUN("results", "--json", "--broker", endpoint);
  ASSERT_EXIT(all, 1);
  json_t *lines = run_lines(all.out);
  assert_int_equal(json_array_size(lines), 2 * RUN_PLACE_PHOTOS);
  json_decref(lines);
  program_end_free(&all);
  run_broker_stop(worker);
  run_broker_stop(broker);
  free(endpoint);
}

static void what_waits_is_cancelled_and_tried_again_by_command(void **state) {
  const struct run_place *place = *state;
  char *endpoint = support_text("ipc://%s/b", place->folder), submission[33];
  pid_t broker = run_broker_start(endpoint);
  struct program_end end = RUN("submit", place->golden, place->photos, "--broker", endpoint, "--json");
  ASSERT_EXIT(end, 0);
  json_t *lines = run_lines(end.out);
  snprintf(submission, sizeof submission, "%s", run_text(lines, "0.submission"));
  json_decref(lines);
  program_end_free(&end);
  end = RUN("cancel", submission, "--broker", endpoint, "--json");
  ASSERT_EXIT(end, 0);
  lines = run_lines(end.out);
  assert_int_equal(json_integer_value(json_object_get(json_array_get(lines, 0), "cancelled")), RUN_PLACE_PHOTOS);
  json_decref(lines);
  program_end_free(&end);
  assert_int_equal(run_broker_jobs(endpoint, "cancelled"), RUN_PLACE_PHOTOS);
  end = RUN("retry", submission, "--broker", endpoint);
  ASSERT_EXIT(end, 0);
  ASSERT_HAS(end.out, "jobs retried");
  program_end_free(&end);
  assert_int_equal(run_broker_jobs(endpoint, "waiting"), RUN_PLACE_PHOTOS);
  end = RUN("status", "0123456789abcdef0123456789abcdef", "--broker", endpoint);
  ASSERT_EXIT(end, 65);
  ASSERT_HAS(end.err, "has no job of it");
  program_end_free(&end);
  end = RUN("cancel", "0123456789abcdef0123456789abcdef", "--broker", endpoint);
  ASSERT_EXIT(end, 65);
  ASSERT_HAS(end.err, "no submission of yours");
  program_end_free(&end);
  run_broker_stop(broker);
  free(endpoint);
}

/* Each look is a line; Ctrl-C is how it ends. */
static void status_can_be_watched_until_it_is_stopped(void **state) {
  const struct run_place *place = *state;
  char *endpoint = support_text("ipc://%s/b", place->folder), line[4096];
  pid_t broker = run_broker_start(endpoint);
  const char *fifo = run_place_path("looks");
  assert_int_equal(mkfifo(fifo, 0600), 0);
  pid_t watch = program_start((const char *const[]){"status", "--watch", "--json", "--broker", endpoint, NULL}, fifo,
                              run_place_path("watch.err"));
  FILE *looks = fopen(fifo, "r");
  assert_non_null(looks);
  long long before = -1;
  for (int i = 0; i < 2; i++) {
    assert_non_null(fgets(line, sizeof line, looks));
    json_t *json = json_loads(line, 0, NULL);
    long long ms = json_integer_value(json_object_get(json_object_get(json, "since_start"), "ms"));
    assert_true(ms > before);
    before = ms;
    json_decref(json);
  }
  assert_int_equal(kill(watch, SIGINT), 0);
  assert_int_equal(program_wait(watch), 0);
  fclose(looks);
  run_broker_stop(broker);
  free(endpoint);
}

static char *make_key(const char *name, const char *role, const char *list) {
  char *path = strdup(run_place_path("%s", name));
  struct program_end end = RUN("keygen", path);
  ASSERT_EXIT(end, 0);
  char *line = support_text("%s %s", role, end.out);
  FILE *file = fopen(list, "a");
  assert_non_null(file);
  assert_true(fputs(line, file) >= 0);
  assert_int_equal(fclose(file), 0);
  free(line);
  program_end_free(&end);
  return path;
}

static void over_tcp_the_service_works_with_keys_made_by_keygen(void **state) {
  const struct run_place *place = *state;
  const char *fifo = run_place_path("listening"), *data = run_place_path("data");
  char line[1024], endpoint[128], *err = strdup(run_place_path("serve.err"));
  assert_int_equal(mkfifo(fifo, 0600), 0);
  pid_t broker = program_start(
      (const char *const[]){"serve", "--json", "--data", data, "--listen", "tcp://127.0.0.1:*", "--log", "json", NULL},
      fifo, err);
  FILE *said = fopen(fifo, "r");
  assert_non_null(said);
  assert_non_null(fgets(line, sizeof line, said));
  fclose(said);
  json_t *json = json_loads(line, 0, NULL);
  snprintf(endpoint, sizeof endpoint, "%s", json_string_value(json_array_get(json_object_get(json, "listening"), 0)));
  char *key = strdup(json_string_value(json_object_get(json, "key"))), *list = support_text("%s/allow", data);
  json_decref(json);
  char *desk = make_key("desk.key", "client", list), *bench = make_key("worker.key", "worker", list);
  /* Goldens that come from the broker are kept without being asked to. */
  char *cache = strdup(run_place_path("cache")), *goldens = support_text("%s/assay/goldens", cache);
  setenv("XDG_CACHE_HOME", cache, 1);
  pid_t worker = program_start((const char *const[]){"worker", "--broker", endpoint, "--key", bench, "--broker-key",
                                                     key, "--threads", "1", NULL},
                               run_place_path("worker.out"), run_place_path("worker.err"));
  struct program_end end = RUN("submit", place->golden, place->photos, "--broker", endpoint, "--key", desk,
                               "--broker-key", key, "--json", "--wait");
  ASSERT_EXIT(end, 1);
  json_t *lines = run_lines(end.out);
  assert_int_equal(json_array_size(lines), RUN_PLACE_PHOTOS);
  json_decref(lines);
  program_end_free(&end);
  assert_int_equal(rmdir(goldens), -1);
  assert_int_equal(errno, ENOTEMPTY);
  end = RUN("status", "--submissions", "5", "--broker", endpoint, "--key", desk, "--broker-key", key, "--json");
  ASSERT_EXIT(end, 0);
  lines = run_lines(end.out);
  assert_string_equal(run_text(lines, "0.submissions.0.client"), "desk.key");
  json_t *listed = json_object_get(json_array_get(json_object_get(json_array_get(lines, 0), "submissions"), 0), "jobs");
  assert_int_equal(json_integer_value(json_object_get(listed, "done")), RUN_PLACE_PHOTOS);
  json_decref(lines);
  program_end_free(&end);
  end = RUN("status", "--submissions", "5", "--broker", endpoint, "--key", desk, "--broker-key", key);
  ASSERT_HAS(end.out, "handed in");
  program_end_free(&end);
  /* What is not there is sent by no one, and has a result all the same. */
  end =
      RUN("submit", place->golden, "not-there.jpg", "--broker", endpoint, "--key", desk, "--broker-key", key, "--wait");
  ASSERT_EXIT(end, 2);
  ASSERT_HAS(end.out, "could not be read where it was handed in");
  program_end_free(&end);
  end = RUN("status", "--broker", endpoint, "--insecure");
  ASSERT_EXIT(end, 69);
  program_end_free(&end);
  end = RUN("status", "--broker", endpoint);
  ASSERT_EXIT(end, 64);
  ASSERT_HAS(end.err, "--insecure");
  program_end_free(&end);
  run_broker_stop(worker);
  run_broker_stop(broker);
  char *log = program_read(err, NULL);
  ASSERT_HAS(log, "\"event\":\"submitted\"");
  ASSERT_HAS(log, "\"key_name\":\"desk.key\"");
  for (char *rest = log, *one; (one = strsep(&rest, "\n"));) {
    json_t *event = *one ? json_loads(one, 0, NULL) : json_object();
    assert_non_null(event); /* also what is said to people */
    json_decref(event);
  }
  char *texts[] = {err, key, list, desk, bench, log, cache, goldens};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) free(texts[i]);
}

static void a_store_of_an_older_assay_is_brought_up_to_date_and_the_log_names_the_copy(void **state) {
  const struct run_place *place = *state;
  char *data = support_text("%s/old", place->folder), *path = support_text("%s/store.db", data);
  char *fifo = strdup(run_place_path("old.listening")), *err = strdup(run_place_path("old.err")), line[1024];
  char *script = program_read(ASSAY_SOURCE_DIR "/tests/models/store_schema_2.sql", NULL);
  sqlite3 *db;
  assert_int_equal(mkdir(data, 0777), 0);
  assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
  assert_int_equal(sqlite3_exec(db, script, NULL, NULL, NULL), SQLITE_OK);
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
  assert_int_equal(mkfifo(fifo, 0600), 0);
  pid_t broker = program_start((const char *const[]){"serve", "--json", "--data", data, NULL}, fifo, err);
  FILE *said = fopen(fifo, "r");
  assert_non_null(said);
  assert_non_null(fgets(line, sizeof line, said));
  fclose(said);
  run_broker_stop(broker);
  char *log = program_read(err, NULL), *copy = support_text("copy=%s/store.db.schema-2", data);
  ASSERT_HAS(log, copy);
  ASSERT_HAS(log, "stopping");
  assert_int_equal(access(copy + strlen("copy="), F_OK), 0);
  char *texts[] = {data, path, fifo, err, script, log, copy};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) free(texts[i]);
}

static void without_a_broker_the_service_is_not_there(void **state) {
  const struct run_place *place = *state;
  char *endpoint = support_text("ipc://%s/none", place->folder);
  struct program_end end = RUN("status", "--broker", endpoint);
  ASSERT_EXIT(end, 69);
  ASSERT_HAS(end.err, endpoint);
  program_end_free(&end);
  end = RUN("status", "--broker", "http://nowhere");
  ASSERT_EXIT(end, 64);
  program_end_free(&end);
  end = RUN("status", "not-an-id", "--broker", endpoint);
  ASSERT_EXIT(end, 64);
  program_end_free(&end);
  free(endpoint);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, run_place_set_up, run_place_tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(jobs_are_kept_once_also_over_a_kill_of_the_broker),
      TEST(a_worker_judges_what_was_submitted_and_the_results_can_be_read_again),
      TEST(what_waits_is_cancelled_and_tried_again_by_command),
      TEST(status_can_be_watched_until_it_is_stopped),
      TEST(over_tcp_the_service_works_with_keys_made_by_keygen),
      TEST(a_store_of_an_older_assay_is_brought_up_to_date_and_the_log_names_the_copy),
      TEST(without_a_broker_the_service_is_not_there),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
