#include "ipc/local.h"

#include "ipc/broker.h"
#include "ipc/worker.h"

#include <errno.h>
#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

static const char endpoint[] = "inproc://assay";

/* One side that runs on a thread of its own until it is told to stop. */
struct side {
  pthread_t thread;
  bool started;
  int stop_fd;
  int failed_fd; /* written to where it ends with a failure: the client would wait in vain */
  struct broker *broker;
  struct worker_options worker;
  enum status status;
  struct fault fault;
};

static void wake(int fd) {
  uint64_t one = 1;
  while (write(fd, &one, sizeof one) < 0 && errno == EINTR) {
  }
}

static void *run_broker(void *argument) {
  struct side *side = argument;
  side->status = broker_run(side->broker, &side->fault);
  if (side->status) wake(side->failed_fd);
  return NULL;
}

static void *run_worker(void *argument) {
  struct side *side = argument;
  side->status = worker_run(&side->worker, &side->fault);
  if (side->status) wake(side->failed_fd);
  return NULL;
}

static enum status start(struct side *side, void *(*run)(void *), struct fault *fault) {
  int code = pthread_create(&side->thread, NULL, run, side);
  if (code) return fault_set(fault, STATUS_INTERNAL, "cannot start a thread: %s", strerror(code));
  side->started = true;
  return STATUS_OK;
}

static enum status stop(struct side *side, enum status status, struct fault *fault) {
  if (!side->started) return status;
  wake(side->stop_fd);
  pthread_join(side->thread, NULL);
  if ((status && status != STATUS_STOPPED) || !side->status) return status;
  if (fault) *fault = side->fault;
  return side->status;
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *where) {
  (void)info, (void)type, (void)where;
  return remove(path);
}

static enum status own_store(char **folder, struct fault *fault) {
  const char *base = getenv("TMPDIR");
  if (asprintf(folder, "%s/assay-run-XXXXXX", base && *base ? base : "/tmp") < 0) {
    *folder = NULL;
    return fault_set(fault, STATUS_MEMORY, "out of memory");
  }
  if (mkdtemp(*folder)) return STATUS_OK;
  enum status status = fault_set(fault, STATUS_IO, "%s: cannot make a folder: %s", *folder, strerror(errno));
  free(*folder);
  *folder = NULL;
  return status;
}

/* Readable when either of the two is; the second may be -1. */
static enum status either(int one, int other, int *both, struct fault *fault) {
  struct epoll_event event = {.events = EPOLLIN};
  *both = epoll_create1(EPOLL_CLOEXEC);
  if (*both >= 0 && !epoll_ctl(*both, EPOLL_CTL_ADD, one, &event) &&
      (other < 0 || !epoll_ctl(*both, EPOLL_CTL_ADD, other, &event)))
    return STATUS_OK;
  return fault_set(fault, STATUS_INTERNAL, "cannot make an epoll: %s", strerror(errno));
}

static enum status run_client(const struct local_options *options, void *context, int stop_fd, struct client_run *run,
                              struct fault *fault) {
  struct client *client = NULL;
  struct client_options client_options = {
      .context = context, .endpoint = endpoint, .times = options->times, .stop_fd = stop_fd};
  enum status status = client_open(&client_options, &client, fault);
  if (!status) status = client_submit(client, run, fault);
  client_close(client);
  return status;
}

enum status local_run(const struct local_options *options, struct client_run *run, struct fault *fault) {
  struct side broker = {.stop_fd = -1}, worker = {.stop_fd = -1};
  const char *const endpoints[] = {endpoint};
  void *context = NULL;
  char *own = NULL;
  int failed_fd = -1, client_stop_fd = -1;
  enum status status = options->store ? STATUS_OK : own_store(&own, fault);
  if (!status) status = socket_context_open(&context, fault);
  if (!status) {
    broker.stop_fd = eventfd(0, EFD_CLOEXEC);
    worker.stop_fd = eventfd(0, EFD_CLOEXEC);
    broker.failed_fd = worker.failed_fd = failed_fd = eventfd(0, EFD_CLOEXEC);
    if (broker.stop_fd < 0 || worker.stop_fd < 0 || failed_fd < 0)
      status = fault_set(fault, STATUS_INTERNAL, "cannot make an eventfd: %s", strerror(errno));
  }
  if (!status) status = either(failed_fd, options->stop_fd, &client_stop_fd, fault);
  struct broker_options broker_options = {.context = context,
                                          .store = options->store ? options->store : own,
                                          .endpoints = endpoints,
                                          .endpoint_count = 1,
                                          .times = options->times,
                                          .ends_with_store = true,
                                          .workers_die_with_it = true,
                                          .stop_fd = broker.stop_fd};
  worker.worker = (struct worker_options){.context = context,
                                          .endpoint = endpoint,
                                          .judge = options->judge,
                                          .threads = options->threads,
                                          .times = options->times,
                                          .stop_fd = worker.stop_fd};
  if (!status) status = broker_open(&broker_options, &broker.broker, fault);
  if (!status) status = start(&broker, run_broker, fault);
  if (!status) status = start(&worker, run_worker, fault);
  if (!status) status = run_client(options, context, client_stop_fd, run, fault);
  /* The worker first: what it has in work is still stored. */
  status = stop(&worker, status, fault);
  status = stop(&broker, status, fault);
  broker_close(broker.broker);
  socket_context_close(context);
  if (broker.stop_fd >= 0) close(broker.stop_fd);
  if (worker.stop_fd >= 0) close(worker.stop_fd);
  if (failed_fd >= 0) close(failed_fd);
  if (client_stop_fd >= 0) close(client_stop_fd);
  if (own) nftw(own, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
  free(own);
  return status;
}
