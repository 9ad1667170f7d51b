/* A broker, a worker or a client as a process, for the tests that kill them.
 *
 *   peer broker STORE ENDPOINT [LIMIT|- [DATABASE]]   LIMIT: bytes that a file may have, in place of a full disk
 *   peer worker ENDPOINT CACHE THREADS
 *   peer keep ENDPOINT CACHE THREADS          a worker that is started again whenever it dies
 *   peer client ENDPOINT GOLDEN SHA256 FOLDER|- COUNT PREFIX FILE
 *                                             photos as files of FOLDER, or as bytes; results to FILE by position
 *   peer golden FOLDER                        makes a golden, prints its SHA-256
 *
 * Broker and worker write one byte to standard output when they are ready, and end on SIGTERM. */
#include "tests/ipc/bench.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

static int fail(const struct fault *fault) {
  fprintf(stderr, "peer: %s\n", fault->text);
  return 1;
}

static void say_ready(void) {
  if (write(1, ".", 1) != 1) exit(1);
}

static int stop_signal(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &set, NULL);
  return signalfd(-1, &set, SFD_CLOEXEC);
}

static int run_broker(void *context, char **arguments, struct fault *fault) {
  const char *const endpoint = arguments[1];
  struct broker *broker;
  bool limited = arguments[2] && strcmp(arguments[2], "-") != 0;
  if (limited) {
    struct rlimit limit = {strtoul(arguments[2], NULL, 10), RLIM_INFINITY};
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  struct broker_options options = {.context = context,
                                   .store = arguments[0],
                                   .database = arguments[2] ? arguments[3] : NULL,
                                   .endpoints = &endpoint,
                                   .endpoint_count = 1,
                                   .times = &bench_times,
                                   .stop_fd = stop_signal()};
  if (broker_open(&options, &broker, fault)) return fail(fault);
  say_ready();
  enum status status = broker_run(broker, fault);
  broker_close(broker);
  return status ? fail(fault) : 0;
}

static int run_worker(void *context, char **arguments, struct fault *fault) {
  struct worker_options options = {.context = context,
                                   .endpoint = arguments[0],
                                   .cache = arguments[1],
                                   .judge = &bench_judge,
                                   .threads = atoi(arguments[2]),
                                   .times = &bench_times,
                                   .stop_fd = stop_signal()};
  say_ready();
  return worker_run(&options, fault) ? fail(fault) : 0;
}

static pid_t kept;

static void end_kept(int signal) {
  (void)signal;
  if (kept > 0) kill(kept, SIGKILL);
  _exit(0);
}

static int keep(char **arguments) {
  signal(SIGTERM, end_kept);
  say_ready();
  if (!freopen("/dev/null", "w", stdout)) return 1; /* no one reads that the others are ready */
  for (;;) {
    int end;
    kept = fork();
    if (!kept) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      execl(BENCH_PEER, BENCH_PEER, "worker", arguments[0], arguments[1], arguments[2], (char *)NULL);
      _exit(127);
    }
    while (waitpid(kept, &end, 0) < 0 && errno == EINTR) {
    }
    if (!WIFSIGNALED(end)) return 1;
  }
}

static int run_client(void *context, char **arguments, struct fault *fault) {
  struct bench_set set;
  const char *folder = strcmp(arguments[3], "-") ? arguments[3] : NULL;
  bench_set_init(&set, arguments[1], arguments[2], folder, atoll(arguments[4]), arguments[5]);
  struct client_run run = bench_run(&set);
  enum status status = bench_client(context, arguments[0], &run, fault);
  FILE *file = status ? NULL : fopen(arguments[6], "w");
  for (int64_t i = 0; file && i < set.count; i++) fprintf(file, "%s\n", set.lines[i]);
  bool written = file && !fclose(file);
  bench_set_free(&set);
  if (status) return fail(fault);
  return written ? 0 : 1;
}

int main(int argc, char **argv) {
  struct fault fault = {0};
  void *context = NULL;
  int code = 64;
  prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that dies leaves nothing behind */
  if (argc >= 5 && !strcmp(argv[1], "keep")) return keep(argv + 2);
  if (argc == 3 && !strcmp(argv[1], "golden")) {
    char sha256[DIGEST_CHARS + 1];
    bench_golden(argv[2], sha256);
    return puts(sha256) < 0;
  }
  if (socket_context_open(&context, &fault)) return fail(&fault);
  if (argc >= 4 && !strcmp(argv[1], "broker")) code = run_broker(context, argv + 2, &fault);
  if (argc == 5 && !strcmp(argv[1], "worker")) code = run_worker(context, argv + 2, &fault);
  if (argc == 9 && !strcmp(argv[1], "client")) code = run_client(context, argv + 2, &fault);
  socket_context_close(context);
  return code;
}
