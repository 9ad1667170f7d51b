/* Broker, worker and client as processes that are killed: nothing is lost, nothing is doubled. */
#include "ipc/message.h"
#include "models/store.h"
#include "tests/ipc/bench.h"
#include "tests/support.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { JOBS = 200 };

struct service {
  void *context;
  char *folder, *store, *endpoint, *golden, *photos, *cache;
  char sha256[DIGEST_CHARS + 1];
  pid_t broker, worker;
};

static pid_t start_broker(const struct service *service) {
  return bench_spawn(NULL, (const char *const[]){"broker", service->store, service->endpoint, NULL});
}

static pid_t start_worker(const struct service *service, const char *how) {
  /* In another folder: a relative golden path of the client leads nowhere. */
  return bench_spawn("/", (const char *const[]){how, service->endpoint, service->cache, "2", NULL});
}

static int set_up(void **state) {
  struct fault fault = {0};
  struct service *service = calloc(1, sizeof *service);
  assert_non_null(service);
  service->folder = support_folder();
  service->store = support_text("%s/store", service->folder);
  service->endpoint = support_text("ipc://%s/socket", service->folder);
  service->golden = support_text("%s/golden", service->folder);
  service->photos = support_text("%s/photos", service->folder);
  service->cache = support_text("%s/cache", service->folder);
  mkdir(service->photos, 0777);
  bench_golden(service->golden, service->sha256);
  assert_int_equal(socket_context_open(&service->context, &fault), STATUS_OK);
  service->broker = start_broker(service);
  *state = service;
  return 0;
}

static int tear_down(void **state) {
  struct service *service = *state;
  if (service->worker) bench_kill(service->worker, SIGTERM);
  bench_kill(service->broker, SIGTERM);
  bench_close_context(service->context);
  support_remove(service->folder);
  free(service->store);
  free(service->endpoint);
  free(service->golden);
  free(service->photos);
  free(service->cache);
  free(service);
  return 0;
}

/* What judging these photos gives when nothing happens. */
static void compare_with_quiet_run(const struct service *service, const struct bench_set *set) {
  struct bench_set quiet;
  struct fault fault = {0};
  void *golden = NULL;
  bench_set_init(&quiet, service->golden, service->sha256, NULL, set->count, set->prefix);
  quiet.killer = set->killer;
  assert_int_equal(bench_judge.open_golden(NULL, service->golden, service->sha256, &golden, &fault), STATUS_OK);
  for (int64_t i = 0; i < set->count; i++) {
    struct client_job job = {0};
    bool end = false;
    char *line = NULL;
    assert_int_equal(bench_next(&quiet, &job, &end, &fault), STATUS_OK);
    if (i != set->killer) {
      assert_int_equal(bench_judge.judge(NULL, golden, &job.photo, NULL, &job.job, &line, &fault), STATUS_OK);
      assert_non_null(set->lines[i]);
      assert_string_equal(set->states[i], "done");
      assert_string_equal(set->lines[i], line);
    }
    free(line);
    job_free(&job.job);
    photo_free(&job.photo);
  }
  bench_judge.close_golden(NULL, golden);
  bench_set_free(&quiet);
}

static struct store_counts counts_of(const struct service *service) {
  struct fault fault = {0};
  struct store *store;
  struct store_counts counts;
  assert_int_equal(store_open(service->store, &store, &fault), STATUS_OK);
  assert_int_equal(store_count(store, NULL, &counts, &fault), STATUS_OK);
  store_close(store);
  return counts;
}

static struct service *under_fire; /* what `each` callbacks act on */

static void run_set(struct service *service, struct bench_set *set) {
  struct fault fault = {0};
  struct client_run run = bench_run(set);
  under_fire = service;
  if (bench_client(service->context, service->endpoint, &run, &fault)) fail_msg("%s", fault.text);
  assert_int_equal(run.submitted, set->count);
  assert_int_equal(set->delivered, set->count);
  assert_int_equal(set->doubles, 0);
}

static void kill_worker(struct bench_set *set, int64_t delivered) {
  (void)set;
  if (delivered != 60) return;
  bench_kill(under_fire->worker, SIGKILL);
  under_fire->worker = start_worker(under_fire, "worker");
}

static void kill_broker(struct bench_set *set, int64_t delivered) {
  (void)set;
  if (delivered != 60) return;
  bench_kill(under_fire->broker, SIGKILL);
  under_fire->broker = start_broker(under_fire);
}

static void kill_both(struct bench_set *set, int64_t delivered) {
  if (delivered == 60) bench_kill(under_fire->worker, SIGKILL);
  kill_broker(set, delivered);
  if (delivered == 60) under_fire->worker = start_worker(under_fire, "worker");
}

static void all_results_once(struct service *service, const char *photos, void (*each)(struct bench_set *, int64_t)) {
  struct bench_set set;
  bench_set_init(&set, service->golden, service->sha256, photos, JOBS, "SLOW");
  set.each = each;
  service->worker = start_worker(service, "worker");
  run_set(service, &set);
  compare_with_quiet_run(service, &set);
  assert_int_equal(counts_of(service).done, JOBS);
  bench_set_free(&set);
}

static void a_quiet_run_gives_every_result_by_path(void **state) {
  struct service *service = *state;
  all_results_once(service, service->photos, NULL);
}

static void a_quiet_run_gives_every_result_as_bytes(void **state) {
  all_results_once(*state, NULL, NULL);
}

static void a_killed_worker_loses_and_doubles_nothing(void **state) {
  struct service *service = *state;
  all_results_once(service, service->photos, kill_worker);
}

static void a_killed_broker_loses_and_doubles_nothing(void **state) {
  struct service *service = *state;
  all_results_once(service, service->photos, kill_broker);
}

static void a_killed_broker_loses_no_photo_that_came_as_bytes(void **state) {
  all_results_once(*state, NULL, kill_broker);
}

static void broker_and_worker_killed_lose_and_double_nothing(void **state) {
  struct service *service = *state;
  all_results_once(service, service->photos, kill_both);
}

static void stand_still(struct bench_set *set, int64_t delivered) {
  const struct timespec well_beyond_the_silence = {.tv_sec = 2 * bench_times.silence_ms / 1000};
  const pid_t both[] = {under_fire->broker, under_fire->worker};
  (void)set;
  if (delivered != 60) return;
  for (int i = 0; i < 2; i++) assert_int_equal(kill(both[i], SIGSTOP), 0);
  nanosleep(&well_beyond_the_silence, NULL);
  for (int i = 0; i < 2; i++) assert_int_equal(kill(both[i], SIGCONT), 0);
}

/* The broker goes on first, and has not heard the worker for as long as it has heard nobody. */
static void no_worker_is_thought_dead_where_the_machine_stood_still(void **state) {
  struct service *service = *state;
  struct client_options options = {
      .context = service->context, .endpoint = service->endpoint, .times = &bench_times, .stop_fd = -1};
  struct client *client;
  struct fault fault = {0};
  json_t *status, *past;
  all_results_once(service, service->photos, stand_still);
  assert_int_equal(client_open(&options, &client, &fault), STATUS_OK);
  if (client_status(client, NULL, &status, &fault)) fail_msg("%s", fault.text);
  past = json_object_get(status, "since_start");
  assert_int_equal(json_integer_value(json_object_get(past, "done")), JOBS);
  assert_int_equal(json_integer_value(json_object_get(past, "lost")), 0);
  json_decref(status);
  client_close(client);
}

static void a_job_that_kills_three_workers_is_set_aside_and_the_others_finish(void **state) {
  struct service *service = *state;
  struct bench_set set;
  bench_set_init(&set, service->golden, service->sha256, service->photos, 40, "SLOW");
  set.killer = 7;
  service->worker = start_worker(service, "keep");
  run_set(service, &set);
  compare_with_quiet_run(service, &set);
  assert_string_equal(set.states[7], "set_aside");
  json_t *known = json_loads(set.lines[7], 0, NULL);
  const json_t *losses = json_object_get(known, "losses");
  assert_int_equal(json_array_size(losses), STORE_MAX_LOSSES);
  assert_non_null(strstr(json_string_value(json_object_get(json_array_get(losses, 0), "error")), "not heard of"));
  json_decref(known);
  assert_int_equal(counts_of(service).done, 39);
  assert_int_equal(counts_of(service).set_aside, 1);
  bench_set_free(&set);
}

static void a_golden_that_the_worker_cannot_open_comes_from_the_client(void **state) {
  struct service *service = *state;
  struct bench_set set;
  char *here = getcwd(NULL, 0);
  assert_int_equal(chdir(service->folder), 0);
  for (int as_bytes = 0; as_bytes < 2; as_bytes++) {
    bench_set_init(&set, "golden", service->sha256, as_bytes ? NULL : service->photos, 10, as_bytes ? "ABCD" : "EFGH");
    if (!as_bytes) service->worker = start_worker(service, "worker");
    run_set(service, &set);
    for (int i = 0; i < 10; i++) assert_string_equal(set.states[i], "done");
    bench_set_free(&set);
  }
  char *cached = support_text("%s/%s/golden.yaml", service->cache, service->sha256);
  assert_int_equal(access(cached, R_OK), 0);
  free(cached);
  assert_int_equal(chdir(here), 0);
  free(here);
}

/* A client is killed while the worker waits for its turn; another goes on with the same jobs. */
static void a_killed_client_can_go_on_with_the_same_jobs(void **state) {
  struct service *service = *state;
  char *file = support_text("%s/results", service->folder), count[16];
  snprintf(count, sizeof count, "%d", JOBS);
  const char *const client[] = {
      "client", service->endpoint, service->golden, service->sha256, service->photos, count, "SLOW", file, NULL};
  service->worker = start_worker(service, "worker");
  struct bench_set set;
  bench_set_init(&set, service->golden, service->sha256, service->photos, JOBS, "SLOW");
  pid_t process = fork();
  if (!process) {
    execl(BENCH_PEER, BENCH_PEER, client[0], client[1], client[2], client[3], client[4], client[5], client[6],
          client[7], (char *)NULL);
    _exit(127);
  }
  /* Some of its jobs are done: it is in the middle of its work. */
  struct client_options options = {
      .context = service->context, .endpoint = service->endpoint, .times = &bench_times, .stop_fd = -1};
  struct client *watcher;
  struct fault fault = {0};
  assert_int_equal(client_open(&options, &watcher, &fault), STATUS_OK);
  json_int_t done = 0;
  while (done < 20) {
    json_t *status;
    if (client_status(watcher, NULL, &status, &fault)) fail_msg("%s", fault.text);
    done = json_integer_value(json_object_get(json_object_get(status, "jobs"), "done"));
    json_decref(status);
  }
  client_close(watcher);
  bench_kill(process, SIGKILL);
  assert_true(access(file, F_OK) != 0);
  run_set(service, &set);
  compare_with_quiet_run(service, &set);
  assert_int_equal(counts_of(service).done, JOBS);
  bench_set_free(&set);
  free(file);
}

static void a_store_that_takes_no_more_is_told_to_the_client_and_works_again(void **state) {
  struct service *service = *state;
  struct fault fault = {0};
  struct bench_set set;
  bench_kill(service->broker, SIGTERM);
  service->broker =
      bench_spawn(NULL, (const char *const[]){"broker", service->store, service->endpoint, "120000", NULL});
  bench_set_init(&set, service->golden, service->sha256, service->photos, JOBS, "SLOW");
  struct client_run run = bench_run(&set);
  assert_int_equal(bench_client(service->context, service->endpoint, &run, &fault), STATUS_IO);
  assert_non_null(strstr(fault.text, service->store));
  bench_set_free(&set);
  bench_kill(service->broker, SIGTERM);
  service->broker = start_broker(service);
  all_results_once(service, service->photos, NULL);
}

static void a_second_broker_on_the_same_store_is_refused(void **state) {
  struct service *service = *state;
  struct fault fault = {0};
  struct broker *broker;
  const char *endpoint = "inproc://second";
  struct broker_options options = {
      .context = service->context, .store = service->store, .endpoints = &endpoint, .endpoint_count = 1, .stop_fd = -1};
  assert_int_equal(broker_open(&options, &broker, &fault), STATUS_UNAVAILABLE);
  assert_non_null(strstr(fault.text, "another assay run or assay serve"));
}

int main(int argc, char **argv) {
  if (argc > 1) cmocka_set_test_filter(argv[1]);
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(a_quiet_run_gives_every_result_by_path),
      TEST(a_quiet_run_gives_every_result_as_bytes),
      TEST(a_killed_worker_loses_and_doubles_nothing),
      TEST(a_killed_broker_loses_and_doubles_nothing),
      TEST(a_killed_broker_loses_no_photo_that_came_as_bytes),
      TEST(broker_and_worker_killed_lose_and_double_nothing),
      TEST(no_worker_is_thought_dead_where_the_machine_stood_still),
      TEST(a_job_that_kills_three_workers_is_set_aside_and_the_others_finish),
      TEST(a_golden_that_the_worker_cannot_open_comes_from_the_client),
      TEST(a_killed_client_can_go_on_with_the_same_jobs),
      TEST(a_store_that_takes_no_more_is_told_to_the_client_and_works_again),
      TEST(a_second_broker_on_the_same_store_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
