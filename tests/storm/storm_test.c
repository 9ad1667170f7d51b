/* The service under a storm: whatever dies, every job has one result, that of a quiet run. ASSAY_TEST_ALL=1: 10,000
 * jobs and five minutes; ASSAY_STORM_SEED=N: another storm; ASSAY_STORM_JOBS=N: so many jobs. */
#include "tests/cli/program.h"
#include "tests/postgres.h"
#include "tests/storm/net.h"
#include "tests/storm/storm.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { WORKERS = 3, CLIENTS = 2, SHORT_SECONDS = 12 };

static struct storm storm;

static int set_up(void **state) {
  const char *seed = getenv("ASSAY_STORM_SEED");
  const bool all = getenv("ASSAY_TEST_ALL") != NULL;
  const char *jobs = getenv("ASSAY_STORM_JOBS");
  storm = (struct storm){.folder = support_folder(),
                         .seed = seed ? strtoull(seed, NULL, 10) : 20260301,
                         .seconds = all          ? 310
                                    : SLOW_BUILD ? 10
                                                 : 20,
                         .kill_every = 2,
                         .patience = all ? 3600 : 200,
                         .jobs = jobs         ? atoll(jobs)
                                 : all        ? 10000
                                 : SLOW_BUILD ? 60
                                              : 240,
                         .per_submission = all ? 250 : 20};
  storm_photos(&storm);
  *state = &storm;
  return 0;
}

/* What a test that failed has left is kept, to be looked at. */
static int tear_down(void **state) {
  (void)state;
  storm_kill_all(&storm);
  return 0;
}

static void add(enum storm_kind kind, const char *within, const char *const *words) {
  const char *all[STORM_WORDS];
  size_t count = 0;
  if (within)
    for (const char *const *word = (const char *const[]){"ip", "netns", "exec", within, NULL}; *word; word++)
      all[count++] = *word;
  for (; *words && count < STORM_WORDS - 1; words++) all[count++] = *words;
  all[count] = NULL;
  storm_add(&storm, kind, all);
}

/* Every job has one result, that of a quiet run. `endpoint` can be reached from here. */
static void weather(const char *endpoint) {
  storm_run(&storm);
  storm_check_store(&storm, (const char *const[]){"--broker", endpoint});
  storm_stop(&storm);
  storm_compare(&storm);
  char *folder = (char *)(uintptr_t)storm.folder;
  support_remove(folder);
}

static void shorten(void) {
  if (storm.seconds > SHORT_SECONDS && !getenv("ASSAY_TEST_ALL")) storm.seconds = SHORT_SECONDS;
}

/* One client hands in paths, the other bytes. */
static const char *const send[CLIENTS] = {"path", "bytes"};

static void every_job_has_one_result_on_sqlite(void **state) {
  (void)state;
  char *data = support_text("%s/data", storm.folder), *endpoint = support_text("ipc://%s/b", storm.folder);
  char *golden = support_text("%s/golden", storm.folder);
  add(STORM_BROKER, NULL, (const char *const[]){ASSAY_PROGRAM, "serve", "--data", data, "--listen", endpoint, NULL});
  for (int i = 0; i < WORKERS; i++)
    add(STORM_WORKER, NULL,
        (const char *const[]){ASSAY_PROGRAM, "worker", "--broker", endpoint, "--threads", "1", NULL});
  for (int i = 0; i < CLIENTS; i++)
    add(STORM_CLIENT, NULL,
        (const char *const[]){ASSAY_PROGRAM, "submit", golden, "--broker", endpoint, "--send", send[i], NULL});
  weather(endpoint);
  free(golden);
  free(endpoint);
  free(data);
}

/* --- Over a bad line, which is cut once --- */

static struct storm_net net;

static void cut_once(struct storm *weathered, double seconds) {
  static bool is_cut;
  const double from = weathered->seconds / 3, until = from + (getenv("ASSAY_TEST_ALL") ? 20 : 6);
  bool wanted = seconds > from && seconds < until;
  if (wanted == is_cut) return;
  storm_net_cut(&net, wanted);
  is_cut = wanted;
}

static int tear_down_net(void **state) {
  int code = tear_down(state);
  storm_net_close(&net);
  return code;
}

/* The broker and one client on one side; the workers and the other client on the other. */
static void every_job_has_one_result_over_a_bad_line_that_is_cut(void **state) {
  (void)state;
  const struct storm_line_quality quality = {.delay_ms = "20", .jitter_ms = "10", .loss_percent = "2"};
  /* Under a sanitizer it would show nothing that the others do not. */
  if (SLOW_BUILD || !storm_net_open(&net, &quality)) {
    support_remove((char *)(uintptr_t)storm.folder);
    skip();
  }
  char *data = support_text("%s/data", storm.folder), *near = support_text("ipc://%s/b", storm.folder);
  char *golden = support_text("%s/golden", storm.folder);
  const char *far = "tcp://" STORM_NET_ADDRESS ":7420";
  storm.meanwhile = cut_once;
  shorten();
  add(STORM_BROKER, net.near,
      (const char *const[]){ASSAY_PROGRAM, "serve", "--data", data, "--listen", near, far, "--insecure", "--root",
                            storm.folder, NULL});
  for (int i = 0; i < WORKERS; i++)
    add(STORM_WORKER, net.far,
        (const char *const[]){ASSAY_PROGRAM, "worker", "--broker", far, "--insecure", "--root", storm.folder,
                              "--threads", "1", NULL});
  for (int i = 0; i < CLIENTS; i++)
    add(STORM_CLIENT, i ? net.far : net.near,
        (const char *const[]){ASSAY_PROGRAM, "submit", golden, "--broker", far, "--insecure", "--send", send[i], NULL});
  weather(near);
  free(golden);
  free(near);
  free(data);
}

/* --- Two brokers on PostgreSQL, which is killed once --- */

static struct postgres *postgres;

static int set_up_postgres(void **state) {
  postgres = postgres_start();
  return set_up(state);
}

static int tear_down_postgres(void **state) {
  int code = tear_down(state);
  if (postgres) postgres_end(postgres);
  postgres = NULL;
  return code;
}

static void restart_once(struct storm *weathered, double seconds) {
  static bool restarted;
  if (restarted || seconds < weathered->seconds / 2) return;
  postgres_kill(postgres);
  postgres_restart(postgres);
  restarted = true;
}

static void every_job_has_one_result_on_postgresql_with_two_brokers(void **state) {
  (void)state;
  if (!postgres) {
    support_remove((char *)(uintptr_t)storm.folder);
    skip();
  }
  char *data = support_text("%s/data", storm.folder), *database = postgres_fresh(postgres);
  char *golden = support_text("%s/golden", storm.folder);
  char *endpoints[2], *all;
  for (int i = 0; i < 2; i++) endpoints[i] = support_text("ipc://%s/b%d", storm.folder, i);
  all = support_text("%s,%s", endpoints[0], endpoints[1]);
  storm.meanwhile = restart_once;
  shorten();
  for (int i = 0; i < 2; i++)
    add(STORM_BROKER, NULL,
        (const char *const[]){ASSAY_PROGRAM, "serve", "--data", data, "--store", database, "--listen", endpoints[i],
                              NULL});
  for (int i = 0; i < WORKERS; i++)
    add(STORM_WORKER, NULL, (const char *const[]){ASSAY_PROGRAM, "worker", "--broker", all, "--threads", "1", NULL});
  for (int i = 0; i < CLIENTS; i++)
    add(STORM_CLIENT, NULL,
        (const char *const[]){ASSAY_PROGRAM, "submit", golden, "--broker", all, "--send", send[i], NULL});
  weather(all);
  for (int i = 0; i < 2; i++) free(endpoints[i]);
  free(all);
  free(database);
  free(golden);
  free(data);
}

int main(int argc, char **argv) {
  if (argc > 1) cmocka_set_test_filter(argv[1]);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(every_job_has_one_result_on_sqlite, set_up, tear_down),
      cmocka_unit_test_setup_teardown(every_job_has_one_result_over_a_bad_line_that_is_cut, set_up, tear_down_net),
      cmocka_unit_test_setup_teardown(every_job_has_one_result_on_postgresql_with_two_brokers, set_up_postgres,
                                      tear_down_postgres),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
