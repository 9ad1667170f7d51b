/* A service for a benchmark: `assay serve` and `assay worker` of this program, as processes of their own, in a new
 * folder. The broker listens at ipc:// and, with keys, at tcp://127.0.0.1. */
#ifndef ASSAY_CLI_BENCH_REMOTE_H
#define ASSAY_CLI_BENCH_REMOTE_H

#include "cli/service.h"
#include "models/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct remote {
  char *folder, *key; /* our key's file */
  char *ipc, *tcp;    /* where the broker listens */
  char *broker_key;
  pid_t broker, worker;
};

/* All zero beforehand; the caller ends with remote_close in either case. `parent`: folder of the new folder. */
enum status remote_open(struct remote *remote, const char *parent, struct fault *fault);
void remote_close(struct remote *remote);

/* The options of one that connects, over tcp:// with keys or over ipc://. */
struct service_options remote_access(const struct remote *remote, bool tcp);

/* A worker with so many threads; remote_stop_worker ends it. */
enum status remote_start_worker(struct remote *remote, bool tcp, size_t threads, const char *backend,
                                struct fault *fault);
void remote_stop_worker(struct remote *remote);

/* Seconds of processor time of this process, the broker and the worker so far. */
double remote_processor(const struct remote *remote);

#endif
