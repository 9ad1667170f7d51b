/* A worker: asks the broker for jobs, judges them on its threads, sends the results until they are acknowledged. The
 * thread that calls worker_run keeps the heartbeats going however long a photo takes. */
#ifndef ASSAY_IPC_WORKER_H
#define ASSAY_IPC_WORKER_H

#include "ipc/judge.h"
#include "ipc/roots.h"
#include "ipc/socket.h"
#include "models/status.h"

struct worker_options {
  void *context; /* of libzmq */
  const char *endpoint;
  const char *name;  /* for people; NULL: host and process */
  const char *cache; /* folder for goldens that came over the wire; NULL: goldens by path only */
  const struct judge *judge;
  int threads;                   /* that judge; 0: as many as processors */
  int prefetch;                  /* jobs in hand at most; 0: as many as take about half a second, 2 to 256 a thread */
  const struct ipc_times *times; /* NULL: defaults */
  const struct socket_security *security; /* NULL: no tcp:// */
  const struct roots *roots;              /* where photos and goldens by path may lie; NULL: anywhere */
  int stop_fd;                            /* the worker ends when it can be read; -1: never */
};

/* Works until stop_fd can be read; then it gives back what it has not begun, finishes and delivers the rest, and
 * returns STATUS_OK. The same where the judge says STATUS_DEVICE, which is then returned. A broker that is not there,
 * or goes, is waited for as long as it takes; one that refuses us at first ends it with STATUS_UNAVAILABLE. */
enum status worker_run(const struct worker_options *options, struct fault *fault);

#endif
