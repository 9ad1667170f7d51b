/* The broker: takes jobs from clients, keeps them in the store, gives them to workers, keeps the results and streams
 * them to whoever asked. PROTOCOL.md is its contract with the peers. */
#ifndef ASSAY_IPC_BROKER_H
#define ASSAY_IPC_BROKER_H

#include "ipc/socket.h"
#include "models/status.h"

#include <stddef.h>

struct broker_options {
  void *context;     /* of libzmq; outlives the broker */
  const char *store; /* folder; one broker at a time */
  const char *const *endpoints;
  size_t endpoint_count;
  const char *name;              /* for people; NULL: host and process */
  const struct ipc_times *times; /* NULL: defaults */
  int stop_fd;                   /* the broker ends when it can be read (a pipe or an eventfd); -1: never */
};

struct broker;

/* Opens the store and listens: when it returns, peers may connect. STATUS_UNAVAILABLE where another broker has the
 * store or an endpoint. */
enum status broker_open(const struct broker_options *options, struct broker **broker, struct fault *fault);

/* The endpoint as it is listened at (tcp://HOST:* gets its port). */
const char *broker_endpoint(const struct broker *broker, size_t index);

/* Serves until stop_fd can be read, then answers what has arrived, says BYE and returns STATUS_OK. A store that fails
 * is told to the peers concerned and does not end it. Not before broker_open, and by one thread. */
enum status broker_run(struct broker *broker, struct fault *fault);
void broker_close(struct broker *broker);

#endif
