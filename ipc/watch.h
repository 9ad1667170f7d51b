/* Watches the results of a store as they arrive, looks for drift (engine/drift/findings.h), and tells each new finding
 * once: on a ZeroMQ PUB socket, as two frames, "finding" and its line of JSON (PROTOCOL.md), and to a command.
 *
 * It looks at most once a second, and within five seconds of a result. All looks together have one budget of false
 * findings: a look at n results after one at m has the share ln(n / m) / ln(10^7 / 50), so that however often and long
 * it looks, the sum stays below the budget up to ten million results. What was found and how far it looked is in the
 * store: a service that is started again goes on. A finding is stored before it is told; killed in between, the service
 * tells it when it comes back. For the first second it tells nothing, so that those who had subscribed to the service
 * before find it again. */
#ifndef ASSAY_IPC_WATCH_H
#define ASSAY_IPC_WATCH_H

#include "ipc/socket.h"
#include "models/status.h"

struct watch_options {
  void *context;                          /* of libzmq; outlives the watch */
  const char *store;                      /* folder, which is there */
  const char *database;                   /* as in broker_options: of several brokers only one watches at a time */
  const char *endpoint;                   /* where findings are published; NULL: nowhere */
  const struct socket_security *security; /* of a tcp:// endpoint, to which every key of the allow-list may listen */
  const char *command; /* run by /bin/sh for each finding, with its line on standard input; NULL: none */
  double budget;
  int pause_ms; /* between looks; 0: 1000 */
  int stop_fd;  /* the watch ends when it can be read */
  /* What goes wrong without ending it (a store that is busy, a command that fails); may be NULL. */
  void (*note)(const char *text);
};

struct watch;

/* Opens the store and listens. STATUS_UNAVAILABLE where the endpoint cannot be had. */
enum status watch_open(const struct watch_options *options, struct watch **watch, struct fault *fault);
/* The endpoint as it is listened at; "" where there is none. */
const char *watch_endpoint(const struct watch *watch);
/* Runs on a thread of its own until stop_fd can be read. */
enum status watch_run(struct watch *watch, struct fault *fault);
void watch_close(struct watch *watch);

#endif
