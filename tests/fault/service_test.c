/* The same where broker, worker and client are processes of their own: one of them has the fault; what ends is started
 * again, and the two photos have their results in the end. */
#include "tests/fault/place.h"
#include "tests/support.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum part { SERVE, WORKER, SUBMIT, PARTS };

enum { FEW = 5, TRIES = 4 };

static const char *const part_names[PARTS] = {"serve", "worker", "submit"};

static struct {
  char *endpoint, *data, *out[PARTS], *err[PARTS];
  pid_t process[PARTS];
} service;

static void start(enum part part, const struct trial *trial, const char *log) {
  const char *const lines[PARTS][14] = {[SERVE] = {"serve", "--data", service.data, "--listen", service.endpoint, NULL},
                                        [WORKER] = {"worker", "--broker", service.endpoint, "--threads", "1", NULL},
                                        [SUBMIT] = {"submit", place.golden, place.photo[0], place.photo[1], "--broker",
                                                    service.endpoint, "--wait", "--json", "--send", "bytes", NULL}};
  service.process[part] = trial_start(trial, log, lines[part], service.out[part], service.err[part]);
}

/* The next part that ends, and how. */
static enum part wait_for_one(int *code) {
  struct pollfd files[PARTS];
  for (int part = 0; part < PARTS; part++)
    files[part] =
        (struct pollfd){.fd = service.process[part] ? pidfd_open(service.process[part], 0) : -1, .events = POLLIN};
  assert_true(poll(files, PARTS, -1) > 0);
  enum part ended = PARTS;
  for (int part = 0; part < PARTS; part++) {
    if (files[part].fd < 0) continue;
    if (files[part].revents) ended = (enum part)part;
    close(files[part].fd);
  }
  *code = trial_wait(service.process[ended]);
  service.process[ended] = 0;
  return ended;
}

static char *misbehaved(const struct trial *trial, enum part part, int code) {
  char *wrong = trial_misbehaved(trial, code, service.err[part]);
  if (!wrong && !code && part != SUBMIT) wrong = strdup("ends by itself as if all were well");
  char *said = wrong ? support_text("%s: %s", part_names[part], wrong) : NULL;
  free(wrong);
  return said;
}

static char *stop(const struct trial *trial, enum part part) {
  if (!service.process[part]) return NULL;
  kill(service.process[part], SIGTERM);
  int code = trial_wait(service.process[part]);
  service.process[part] = 0;
  /* Without the pipe for it, the signal does what it always does. */
  if (trial && !strcmp(trial->name, "pipe2") && code == 128 + SIGTERM) return NULL;
  char *wrong = trial_misbehaved(trial, code, service.err[part]);
  /* It takes one SIGTERM with a handler, and a second one as every program does. */
  const char *how = code == 128 + SIGTERM ? "stopped, not by us alone" : "stopped";
  char *said = wrong ? support_text("%s, %s: %s", part_names[part], how, wrong) : NULL;
  free(wrong);
  return said;
}

/* What the store gives is what a quiet run gives. The call that fails may be the broker's in this: then it says so. */
static char *check_store(const struct trial *trial) {
  const char *const arguments[] = {"results", "--json", "--broker", service.endpoint, NULL};
  int code = trial_run(NULL, NULL, arguments, place.out, place.err);
  if (trial && code > 2) code = trial_run(NULL, NULL, arguments, place.out, place.err);
  char *found = place_results(place.out), *wrong = NULL;
  if (code > 2 || !place_good(trial, found)) wrong = support_text("other results (%d): %s", code, found);
  free(found);
  return wrong;
}

/* One submission of the two photos, while `victim` has the fault. */
static void go_through(enum part victim, const struct trial *trial, const char *log) {
  char *wrong = NULL;
  int code, tries = 1;
  place_clean();
  for (int part = 0; part < PARTS; part++)
    start((enum part)part, part == (int)victim ? trial : NULL, part == (int)victim ? log : NULL);
  while (!wrong) {
    enum part ended = wait_for_one(&code);
    /* Who has no fault says what it sees of the other's: a broker that is gone, a store that failed. */
    wrong = misbehaved(ended == (enum part)victim ? trial : NULL, ended, code);
    if (ended == SUBMIT && code <= 2) break;
    if (!wrong && ++tries > TRIES) wrong = support_text("%s has ended too often (%d)", part_names[ended], code);
    if (!wrong) start(ended, NULL, NULL);
  }
  if (!wrong) wrong = check_store(trial);
  for (int part = PARTS - 1; part >= 0; part--) {
    char *also = stop(trial, (enum part)part);
    if (wrong)
      free(also);
    else
      wrong = also;
  }
  if (trial)
    place_report(part_names[victim], trial, wrong);
  else if (wrong)
    fail_msg("%s without a fault: %s", part_names[victim], wrong);
}

static void each_call_of(enum part victim) {
  size_t happened = 0;
  remove(place.log);
  go_through(victim, NULL, place.log);
  struct trials trials = trials_read(place.log, PLACE_STRIDE, FEW);
  for (size_t i = 0; i < trials.count; i++) {
    remove(place.log);
    go_through(victim, &trials.items[i], place.log);
    happened += trial_happened(place.log);
  }
  size_t bad = place_wrongs();
  print_message("%s: %zu calls failed in turn, %zu of them badly\n", part_names[victim], happened, bad);
  assert_true(happened > trials.count / 2);
  free(trials.items);
  assert_int_equal(bad, 0);
}

static void a_broker_under_a_fault_loses_nothing(void **state) {
  (void)state;
  each_call_of(SERVE);
}

static void a_worker_under_a_fault_loses_nothing(void **state) {
  (void)state;
  each_call_of(WORKER);
}

static void a_client_under_a_fault_can_begin_again(void **state) {
  (void)state;
  each_call_of(SUBMIT);
}

static int set_up(void **state) {
  place_set_up(state);
  service.endpoint = support_text("ipc://%s/made/b", place.folder);
  service.data = place_path("made/data");
  for (int part = 0; part < PARTS; part++) {
    service.out[part] = support_text("%s/made/%s.out", place.folder, part_names[part]);
    service.err[part] = support_text("%s/made/%s.err", place.folder, part_names[part]);
  }
  return 0;
}

static int tear_down(void **state) {
  for (int part = 0; part < PARTS; part++) {
    if (service.process[part]) free(stop(NULL, (enum part)part));
    free(service.out[part]);
    free(service.err[part]);
  }
  free(service.endpoint);
  free(service.data);
  return place_tear_down(state);
}

int main(int argc, char **argv) {
  if (argc > 1) cmocka_set_test_filter(argv[1]);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_broker_under_a_fault_loses_nothing),
      cmocka_unit_test(a_worker_under_a_fault_loses_nothing),
      cmocka_unit_test(a_client_under_a_fault_can_begin_again),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
