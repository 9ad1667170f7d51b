/* What the tests of ipc/ share: a golden, photos, a judge of their own, brokers and workers on threads or as processes.
 */
#ifndef ASSAY_TESTS_IPC_BENCH_H
#define ASSAY_TESTS_IPC_BENCH_H

#include "ipc/broker.h"
#include "ipc/client.h"
#include "ipc/judge.h"
#include "ipc/worker.h"
#include "models/digest.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

/* Short, so that tests are quick; long enough for a sanitizer on a busy machine. */
extern const struct ipc_times bench_times;

/* Tells a photo's verdict from its bytes and nothing else, after reading the golden's own bytes. A photo whose bytes
 * begin with "SLOW" takes 3 ms, with "KILL" kills the process, with "WAIT" waits for bench_open_gate, with "FAIL" is
 * handed back. */
extern const struct judge bench_judge;
extern atomic_int bench_judged; /* photos that were judged in this process */
void bench_close_gate(void);
void bench_open_gate(void);
void bench_await_at_gate(void); /* until a photo waits there; fails the test after a minute */

/* A golden folder with a seal, as `sha256`. */
void bench_golden(const char *folder, char sha256[DIGEST_CHARS + 1]);

/* A set of photos: N of them are handed in, results are kept by position. */
struct bench_set {
  const char *golden; /* folder */
  char sha256[DIGEST_CHARS + 1];
  const char *prefix; /* how the photos' bytes begin */
  int killer;         /* this one begins with "KILL"; -1: none */
  const char *folder; /* where the photos are files; NULL: they are sent as bytes */
  int64_t count, given;
  char **lines, **states;                                 /* by position; NULL: none came */
  int64_t doubles;                                        /* outcomes beyond the first of a position */
  void (*each)(struct bench_set *set, int64_t delivered); /* called after an outcome, may be NULL */
  int64_t delivered;
};
void bench_set_init(struct bench_set *set, const char *golden, const char *sha256, const char *folder, int64_t count,
                    const char *prefix);
void bench_set_free(struct bench_set *set);
struct client_run bench_run(struct bench_set *set);
enum status bench_next(void *set, struct client_job *job, bool *end, struct fault *fault);
enum status bench_outcome(void *set, const struct client_outcome *outcome, struct fault *fault);

/* A broker or a worker on a thread of this process. */
struct bench_side {
  pthread_t thread;
  int stop_fd;
  struct broker *broker;
  struct worker_options worker;
  enum status status;
  struct fault fault;
};
void bench_start_broker(struct bench_side *side, void *context, const char *store, const char *endpoint);
void bench_start_judging(struct bench_side *side, void *context, const char *endpoint, const struct judge *judge);
void bench_start_worker(struct bench_side *side, void *context, const char *endpoint, const char *cache, int threads);
void bench_stop(struct bench_side *side); /* checks that it ended well */

/* tests/ipc/peer.c as a process. The broker is ready when this returns. `folder` is its working folder. */
pid_t bench_spawn(const char *folder, const char *const *arguments);
void bench_kill(pid_t process, int signal); /* and waits for its end */

/* Closes it at the end of a test, or ends the process: one that failed leaves sockets open, for which the context would
 * wait for ever. */
void bench_close_context(void *context);

enum status bench_client(void *context, const char *endpoint, struct client_run *run, struct fault *fault);

#endif
