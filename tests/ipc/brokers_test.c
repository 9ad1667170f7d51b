/* Several brokers on one PostgreSQL database, killed, and the database with them: nothing is lost, nothing doubled. */
#include "models/store.h"
#include "tests/ipc/bench.h"
#include "tests/postgres.h"
#include "tests/support.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { JOBS = 200 };

static struct postgres *postgres;

struct service {
  void *context;
  char *folder, *store, *database, *endpoints[2], *all, *golden, *photos, *cache;
  char sha256[DIGEST_CHARS + 1];
  pid_t brokers[2], workers[2];
};

static struct service *under_fire;

static void start_broker(struct service *service, int which) {
  service->brokers[which] = bench_spawn(
      NULL, (const char *const[]){"broker", service->store, service->endpoints[which], "-", service->database, NULL});
}

static void start_worker(struct service *service, int which, const char *endpoints) {
  service->workers[which] = bench_spawn("/", (const char *const[]){"worker", endpoints, service->cache, "2", NULL});
}

static int set_up(void **state) {
  struct fault fault = {0};
  struct service *service = calloc(1, sizeof *service);
  assert_non_null(service);
  service->folder = support_folder();
  service->store = support_text("%s/store", service->folder);
  service->database = postgres_fresh(postgres);
  for (int i = 0; i < 2; i++) service->endpoints[i] = support_text("ipc://%s/socket-%d", service->folder, i);
  service->all = support_text("%s,%s", service->endpoints[0], service->endpoints[1]);
  service->golden = support_text("%s/golden", service->folder);
  service->photos = support_text("%s/photos", service->folder);
  service->cache = support_text("%s/cache", service->folder);
  mkdir(service->photos, 0777);
  bench_golden(service->golden, service->sha256);
  assert_int_equal(socket_context_open(&service->context, &fault), STATUS_OK);
  for (int i = 0; i < 2; i++) start_broker(service, i);
  under_fire = *state = service;
  return 0;
}

static int tear_down(void **state) {
  struct service *service = *state;
  for (int i = 0; i < 2; i++)
    if (service->workers[i]) bench_kill(service->workers[i], SIGTERM);
  for (int i = 0; i < 2; i++)
    if (service->brokers[i]) bench_kill(service->brokers[i], SIGTERM);
  bench_close_context(service->context);
  support_remove(service->folder);
  for (int i = 0; i < 2; i++) free(service->endpoints[i]);
  free(service->store);
  free(service->database);
  free(service->all);
  free(service->golden);
  free(service->photos);
  free(service->cache);
  free(service);
  return 0;
}

/* Hands in through the first broker, with the workers at the second. */
static void all_results_once(struct service *service, const char *photos, void (*each)(struct bench_set *, int64_t)) {
  struct bench_set set;
  struct fault fault = {0};
  bench_set_init(&set, service->golden, service->sha256, photos, JOBS, "SLOW");
  set.each = each;
  char *other_way = support_text("%s,%s", service->endpoints[1], service->endpoints[0]);
  for (int i = 0; i < 2; i++) start_worker(service, i, other_way);
  free(other_way);
  struct client_run run = bench_run(&set);
  if (bench_client(service->context, service->all, &run, &fault)) fail_msg("%s", fault.text);
  assert_int_equal(run.submitted, JOBS);
  assert_int_equal(set.delivered, JOBS);
  assert_int_equal(set.doubles, 0);
  for (int i = 0; i < JOBS; i++) assert_string_equal(set.states[i], "done");
  struct store *store;
  struct store_counts counts;
  assert_int_equal(store_connect(service->store, service->database, &store, &fault), STATUS_OK);
  assert_int_equal(store_count(store, NULL, &counts, &fault), STATUS_OK);
  assert_int_equal(counts.done, JOBS);
  assert_int_equal(counts.leased + counts.waiting, 0);
  store_close(store);
  bench_set_free(&set);
}

static void work_given_in_at_one_broker_is_done_at_the_other(void **state) {
  struct service *service = *state;
  all_results_once(service, service->photos, NULL);
}

static void photos_sent_to_one_broker_are_had_from_the_other(void **state) {
  all_results_once(*state, NULL, NULL);
}

static void kill_clients_broker(struct bench_set *set, int64_t delivered) {
  (void)set;
  if (delivered != 60) return;
  bench_kill(under_fire->brokers[0], SIGKILL);
  under_fire->brokers[0] = 0;
}

static void the_clients_of_a_killed_broker_go_on_at_the_other(void **state) {
  struct service *service = *state;
  all_results_once(service, service->photos, kill_clients_broker);
}

static void kill_workers_broker(struct bench_set *set, int64_t delivered) {
  (void)set;
  if (delivered != 60) return;
  bench_kill(under_fire->brokers[1], SIGKILL);
  under_fire->brokers[1] = 0;
}

static void the_workers_of_a_killed_broker_go_on_at_the_other(void **state) {
  struct service *service = *state;
  all_results_once(service, service->photos, kill_workers_broker);
}

static void kill_workers_and_broker(struct bench_set *set, int64_t delivered) {
  kill_workers_broker(set, delivered);
  if (delivered != 60) return;
  bench_kill(under_fire->workers[0], SIGKILL);
  under_fire->workers[0] = 0;
}

/* Nobody but the other broker can know of the leases then. */
static void the_leases_of_a_killed_broker_and_worker_are_found_by_the_other(void **state) {
  struct service *service = *state;
  all_results_once(service, service->photos, kill_workers_and_broker);
}

static void restart_database(struct bench_set *set, int64_t delivered) {
  (void)set;
  if (delivered != 60) return;
  postgres_kill(postgres);
  postgres_restart(postgres);
}

static void a_restart_of_the_database_is_waited_for(void **state) {
  struct service *service = *state;
  all_results_once(service, service->photos, restart_database);
}

static void a_database_that_is_away_is_told_to_who_asks(void **state) {
  struct service *service = *state;
  struct fault fault = {0};
  struct client_options options = {
      .context = service->context, .endpoint = service->endpoints[0], .times = &bench_times, .stop_fd = -1};
  struct client *client;
  json_t *answer = NULL;
  assert_int_equal(client_open(&options, &client, &fault), STATUS_OK);
  assert_int_equal(client_status(client, NULL, &answer, &fault), STATUS_OK);
  json_decref(answer);
  postgres_kill(postgres);
  assert_int_equal(client_status(client, NULL, &answer, &fault), STATUS_IO);
  assert_non_null(strstr(fault.text, "cannot be reached"));
  postgres_restart(postgres);
  while (client_status(client, NULL, &answer, &fault) == STATUS_IO) usleep(10000);
  assert_non_null(answer);
  json_decref(answer);
  client_close(client);
}

int main(int argc, char **argv) {
  if (argc > 1) cmocka_set_test_filter(argv[1]);
  postgres = postgres_start();
  if (!postgres) return 0;
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(work_given_in_at_one_broker_is_done_at_the_other),
      TEST(photos_sent_to_one_broker_are_had_from_the_other),
      TEST(the_clients_of_a_killed_broker_go_on_at_the_other),
      TEST(the_workers_of_a_killed_broker_go_on_at_the_other),
      TEST(the_leases_of_a_killed_broker_and_worker_are_found_by_the_other),
      TEST(a_restart_of_the_database_is_waited_for),
      TEST(a_database_that_is_away_is_told_to_who_asks),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  postgres_end(postgres);
  return failed;
}
