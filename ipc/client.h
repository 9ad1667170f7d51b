/* A client of the broker: hands jobs in, waits for what comes of them, asks how things stand. One thread at a time a
 * client. A broker that restarts meanwhile is waited for, and what it had not acknowledged is sent again. */
#ifndef ASSAY_IPC_CLIENT_H
#define ASSAY_IPC_CLIENT_H

#include "ipc/protocol.h"
#include "ipc/socket.h"
#include "models/job.h"
#include "models/photo.h"
#include "models/status.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct client_options {
  void *context; /* of libzmq */
  const char *endpoint;
  const char *name;                       /* for people; NULL: host and process */
  const struct ipc_times *times;          /* NULL: defaults */
  const struct socket_security *security; /* NULL: no tcp:// */
  int connect_ms;                         /* how long the first answer may take; 0: 5000 */
  int patience_ms;                        /* how long a broker that was there may be away; 0: 60000 */
  int stop_fd;                            /* when it can be read, calls end with STATUS_STOPPED; -1: never */
};

struct client;

/* Does not wait: what is wrong with the broker shows at the first call. STATUS_USAGE for a bad endpoint. */
enum status client_open(const struct client_options *options, struct client **client, struct fault *fault);
void client_close(struct client *client);

/* One job to be handed in; the client takes over what it owns. All zero is none. */
struct client_job {
  struct job job;     /* with its id; golden_path is where the client finds the golden, should the broker ask for it */
  char *path;         /* of the photo, absolute, as the workers see it; NULL: the bytes of `photo` are sent */
  struct photo photo; /* used where path is NULL; its id must be job.photo_id */
  int32_t priority;
};

struct client_outcome {
  int64_t position;  /* of the job in the submission, from 0 in the order of handing in; -1 where all are read */
  int64_t sequence;  /* where to go on after this one */
  const char *job;   /* id */
  const char *state; /* "done", "set_aside" or "cancelled" */
  const char *line;  /* done: the result line; else the JSON object that tells what is known. Not ended by NUL */
  size_t size;
};

struct client_run {
  const char *submission; /* NULL: a new one; the same again goes on where it was */

  /* Gives the next job, or sets *end. It may take its time. */
  enum status (*next)(void *context, struct client_job *job, bool *end, struct fault *fault);
  /* Takes an outcome, once a position, in order of completion. NULL: do not wait, end when all are accepted. */
  enum status (*outcome)(void *context, const struct client_outcome *outcome, struct fault *fault);
  /* A job that the broker refused, and why (a code of protocol.h, and words). May be NULL. */
  void (*refused)(void *context, int64_t position, const char *code, const char *text);
  void *context;

  int64_t submitted, accepted, delivered, refusals; /* set by client_submit, also when it fails */
};

/* Hands in all jobs that `next` gives and, with `outcome`, waits until each has one. STATUS_UNAVAILABLE: no broker;
 * STATUS_IO: it cannot store; STATUS_STOPPED. What was accepted then is kept: handing the same jobs in again goes on.
 */
enum status client_submit(struct client *client, struct client_run *run, struct fault *fault);

struct client_query {
  const char *submission; /* NULL: outcomes of all */
  bool by_position;       /* with a submission, and without follow */
  int64_t after;          /* sequence, or position (-1: from the first) */
  bool follow;            /* go on until stopped; else end with what is there */
  enum status (*outcome)(void *context, const struct client_outcome *outcome, struct fault *fault);
  void *context;
};
enum status client_results(struct client *client, const struct client_query *query, struct fault *fault);

/* Cancels the jobs of a submission that wait and that no other submission asks for; what is in work is finished. */
enum status client_cancel(struct client *client, const char *submission, int64_t *cancelled, struct fault *fault);
/* Has jobs tried again that were set aside or cancelled: of a submission, or all that were set aside (NULL). */
enum status client_retry(struct client *client, const char *submission, int64_t *retried, struct fault *fault);

/* Waits for so long and keeps the session alive meanwhile; what comes is dropped. */
enum status client_pause(struct client *client, int64_t ms, struct fault *fault);

/* *status: the STATUS message of PROTOCOL.md, of all jobs or of one submission's; the caller ends with json_decref. */
enum status client_status(struct client *client, const char *submission, json_t **status, struct fault *fault);
/* The same of all jobs, with up to `limit` of the latest submissions (1 to PROTOCOL_MAX_SUBMISSIONS). */
enum status client_submissions(struct client *client, size_t limit, json_t **status, struct fault *fault);

#endif
