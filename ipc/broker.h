/* The broker: takes jobs from clients, keeps them in the store, gives them to workers, keeps the results and streams
 * them to whoever asked. PROTOCOL.md is its contract with the peers. */
#ifndef ASSAY_IPC_BROKER_H
#define ASSAY_IPC_BROKER_H

#include "ipc/allow.h"
#include "ipc/figures.h"
#include "ipc/guard.h"
#include "ipc/roots.h"
#include "ipc/socket.h"
#include "models/status.h"

#include <stddef.h>

struct broker_options {
  void *context;        /* of libzmq; outlives the broker */
  const char *store;    /* folder; one broker at a time, unless there is a database */
  const char *database; /* a PostgreSQL URI: any number of brokers share it and the folder; NULL: none */
  const char *const *endpoints;
  size_t endpoint_count;
  const char *name;                       /* for people; NULL: host and process */
  const struct ipc_times *times;          /* NULL: defaults */
  const struct socket_security *security; /* NULL: no tcp:// */
  struct allow_list *allow;  /* whose keys have which roles, where `security` has keys; who comes without a key (ipc://,
                                inproc://, insecure) may do everything */
  struct guard *guard;       /* watches the broker's socket; NULL: nobody does */
  const struct roots *roots; /* where photos by path may lie, for all clients; NULL: anywhere for local ones, nowhere
                                for those of tcp:// */
  bool audit;                /* keep audit.jsonl in the store's folder */
  void (*beat)(void *context); /* called about every heartbeat by the broker's thread; may be NULL */
  void *beat_context;
  bool ends_with_store; /* a store that cannot be written ends the broker, which otherwise goes on and tries again */
  bool workers_die_with_it; /* they are threads of its process: who has the store knows that those before are gone, and
                               what they had is lost at once */
  int stop_fd;              /* the broker ends when it can be read (a pipe or an eventfd); -1: never */
};

struct broker;

/* Opens the store and listens: when it returns, peers may connect. STATUS_UNAVAILABLE where another broker has the
 * store or an endpoint. */
enum status broker_open(const struct broker_options *options, struct broker **broker, struct fault *fault);

/* The endpoint as it is listened at (tcp://HOST:* gets its port). */
const char *broker_endpoint(const struct broker *broker, size_t index);

/* Lives as long as the broker. */
const struct broker_figures *broker_figures(const struct broker *broker);

/* Serves until stop_fd can be read, then answers what has arrived, says BYE and returns STATUS_OK. A store that fails
 * is told to the peers concerned, and ends it with STATUS_IO where `ends_with_store` says so. Not before broker_open,
 * and by one thread. */
enum status broker_run(struct broker *broker, struct fault *fault);
void broker_close(struct broker *broker);

#endif
