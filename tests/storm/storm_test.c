/* The service under a storm: whatever dies, every job has one result, that of a quiet run. ASSAY_TEST_ALL=1: 10,000
 * jobs and five minutes; ASSAY_STORM_SEED=N: another storm. */
#include "tests/cli/program.h"
#include "tests/storm/storm.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { WORKERS = 3, CLIENTS = 2 };

static struct storm storm;

static int set_up(void **state) {
  const char *seed = getenv("ASSAY_STORM_SEED");
  const bool all = getenv("ASSAY_TEST_ALL") != NULL;
  storm = (struct storm){.folder = support_folder(),
                         .seed = seed ? strtoull(seed, NULL, 10) : 20260301,
                         .seconds = all ? 310 : 20,
                         .kill_every = 2,
                         .patience = all ? 1200 : 200,
                         .jobs = all          ? 10000
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

/* One client hands in paths, the other bytes. */
static void every_job_has_one_result_on_sqlite(void **state) {
  (void)state;
  char *data = support_text("%s/data", storm.folder), *endpoint = support_text("ipc://%s/b", storm.folder);
  char *golden = support_text("%s/golden", storm.folder);
  static const char *const send[CLIENTS] = {"path", "bytes"};
  storm_add(&storm, STORM_BROKER,
            (const char *const[]){ASSAY_PROGRAM, "serve", "--data", data, "--listen", endpoint, NULL});
  for (int i = 0; i < WORKERS; i++)
    storm_add(&storm, STORM_WORKER,
              (const char *const[]){ASSAY_PROGRAM, "worker", "--broker", endpoint, "--threads", "1", NULL});
  for (int i = 0; i < CLIENTS; i++)
    storm_add(&storm, STORM_CLIENT,
              (const char *const[]){ASSAY_PROGRAM, "submit", golden, "--broker", endpoint, "--send", send[i], NULL});
  storm_run(&storm);
  storm_check_store(&storm, (const char *const[]){"--broker", endpoint});
  storm_stop(&storm);
  storm_compare(&storm);
  free(golden);
  free(endpoint);
  free(data);
  char *folder = (char *)(uintptr_t)storm.folder;
  support_remove(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(every_job_has_one_result_on_sqlite, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
