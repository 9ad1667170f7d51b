/* The threads of a worker that judge photos. Tasks go in and come out through queues; the thread that owns the socket
 * is woken when one comes out. */
#ifndef ASSAY_IPC_COMPUTE_H
#define ASSAY_IPC_COMPUTE_H

#include "ipc/goldens.h"
#include "ipc/judge.h"

#include <stdint.h>

enum task_state { TASK_FETCHING, TASK_QUEUED, TASK_FINISHED, TASK_SENT };

/* One job in a worker's hands. While it is queued it belongs to the threads. */
struct task {
  struct task *next;      /* in the queue that it is in */
  struct task *next_held; /* in the worker's list */
  struct job job;
  char *path; /* of the photo; NULL: `bytes` came with the job */
  uint8_t *bytes;
  size_t size, fetched;   /* of a photo in parts: how much is there */
  unsigned asked_session; /* of the link, that the next part was asked for in; 0: not yet */
  char *line;             /* the result; NULL: handed back, `fault` says why (STATUS_STOPPED: not begun) */
  struct fault fault;
  int64_t took_us;
  enum task_state state;
  int64_t sent; /* clock_ms */
};

void task_free(struct task *task);

struct compute;
enum status compute_open(const struct judge *judge, struct goldens *goldens, const struct roots *roots, int threads,
                         void (*wake)(void *context), void *context, struct compute **compute, struct fault *fault);
void compute_put(struct compute *compute, struct task *task);
struct task *compute_finished(struct compute *compute); /* all that have come out, a list; NULL: none */
struct task *compute_withdraw(struct compute *compute); /* all that were not begun, a list */
void compute_close(struct compute *compute); /* waits for what is being worked on; queued tasks stay the caller's */

#endif
