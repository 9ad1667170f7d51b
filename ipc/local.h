/* Broker, worker and client in one process, over inproc://, for `assay run`. */
#ifndef ASSAY_IPC_LOCAL_H
#define ASSAY_IPC_LOCAL_H

#include "ipc/client.h"
#include "ipc/judge.h"

struct local_options {
  const char *store; /* folder, kept: the same jobs again go on where they were; NULL: one of its own, removed */
  const struct judge *judge;
  int threads; /* that judge; 0: as many as processors */
  const struct ipc_times *times;
  int stop_fd; /* when it can be read, ends with STATUS_STOPPED after the photos in work are stored; -1: never */
};

/* client_submit against a broker and a worker of its own. Ends with STATUS_IO where the store cannot be written, as on
 * a full disk; what was stored before is kept. */
enum status local_run(const struct local_options *options, struct client_run *run, struct fault *fault);

#endif
