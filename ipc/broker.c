#include "ipc/broker.h"

#include "ipc/broker_private.h"
#include "ipc/clock.h"
#include "ipc/events.h"
#include "ipc/link.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum {
  CLIENT_PATIENCE = 10,      /* a client is forgotten after so many times the silence */
  STORE_PATIENCE_MS = 60000, /* for a database that is away when we start */
  STORE_PAUSE_MS = 500,
  BROKER_PATIENCE = 3 /* another broker on the same database is dead after so many */
};

static void count_peers(struct broker *broker) {
  int64_t clients = 0, workers = 0, held = 0;
  for (const struct peer *peer = broker->peers; peer; peer = peer->next_peer) {
    if (peer->gone) continue;
    clients += !peer->worker;
    workers += peer->worker;
    held += (int64_t)peer->held_count;
  }
  atomic_store(&broker->figures.clients, clients);
  atomic_store(&broker->figures.workers, workers);
  atomic_store(&broker->figures.held, held);
}

/* A transaction that changes nothing goes well on a full disk, too. */
static void probe(struct broker *broker) {
  struct fault fault = {0};
  if (!atomic_load(&broker->figures.store_failing) || !broker_change(broker, NULL)) return;
  enum status status = store_probe(broker->store, &fault);
  broker->probed = status != STATUS_LIMIT && broker_stored(broker, status, &fault);
}

/* A broker that stood still (its machine did, or a disk) heard nobody: that time is not the silence of the others,
 * whose heartbeats may have stood still with it. */
static void forgive(struct broker *broker, int64_t now) {
  for (struct peer *peer = broker->peers; peer; peer = peer->next_peer)
    peer->seen = clock_forgiven(peer->seen, broker->next_beat, now, broker->times.heartbeat_ms);
}

static void beat(struct broker *broker, bool emptied) {
  int64_t now = clock_ms();
  atomic_store(&broker->figures.beat, now);
  if (now < broker->next_beat) return;
  forgive(broker, now);
  broker->next_beat = now + broker->times.heartbeat_ms;
  for (struct peer *peer = broker->peers; peer; peer = peer->next_peer) {
    if (peer->gone || peer->cut) continue;
    if (!peer->worker && now - peer->seen > (int64_t)CLIENT_PATIENCE * broker->times.silence_ms)
      peer->gone = true;
    else
      broker_tell(broker, &peer->route, MESSAGE_HEARTBEAT, json_object());
  }
  /* Only who has been read to the end can be called silent. */
  if (emptied) broker_watch_workers(broker, now);
  broker_watch_goldens(broker, now);
  broker_watch_access(broker);
  if (broker->suspect_at && clock_wall_ms() >= broker->suspect_at) broker->may_suspect = true;
  probe(broker);
  count_peers(broker);
  if (broker->options.beat) broker->options.beat(broker->options.beat_context);
}

/* --- The other brokers of a shared store --- */

static void hear_news(struct broker *broker) {
  bool waiting, outcomes;
  store_news(broker->store, &waiting, &outcomes);
  if (waiting) broker->may_wait = broker->may_suspect = true;
  if (outcomes) broker->outcomes_changed = true;
}

/* Tells the others that we live, and takes over from those that do not. */
static void beat_to_brokers(struct broker *broker) {
  struct fault fault = {0};
  int64_t now = clock_ms(), silence = broker->times.silence_ms;
  bool forgotten = false;
  if (!store_is_shared(broker->store) || now < broker->next_store_beat) return;
  broker->next_store_beat = now + broker->times.heartbeat_ms;
  enum status status =
      store_beat(broker->store, now, BROKER_PATIENCE * silence, clock_wall_ms() + 2 * silence, &forgotten, &fault);
  /* We have stood still for so long that the others have our workers' leases: who is left greets anew. */
  for (struct peer *peer = broker->peers; peer && !status && forgotten; peer = peer->next_peer)
    if (peer->worker) peer_cut(peer);
}

static enum status tick(struct broker *broker, struct fault *fault) {
  bool emptied;
  enum status status = broker_receive(broker, &emptied, fault);
  if (status) return status;
  beat(broker, emptied);
  hear_news(broker);
  broker_assign(broker);
  broker_commit(broker);
  if (broker->store_lost) {
    *fault = broker->store_fault;
    return STATUS_IO;
  }
  beat_to_brokers(broker);
  broker_stream(broker);
  peers_forget_gone(broker);
  return STATUS_OK;
}

static void say_bye(struct broker *broker) {
  for (struct peer *peer = broker->peers; peer; peer = peer->next_peer)
    broker_tell(broker, &peer->route, MESSAGE_BYE, json_object());
}

enum status broker_run(struct broker *broker, struct fault *fault) {
  struct fault unused;
  if (!fault) fault = &unused;
  enum status status = STATUS_OK;
  broker->next_beat = clock_ms();
  while (!status) {
    int64_t wait = broker->next_beat - clock_ms();
    int stop_fd = broker->stop_fd, news_fd = store_news_fd(broker->store);
    /* A descriptor that is not there is one that is never ready: the socket without any event asked for. */
    zmq_pollitem_t items[] = {
        {.socket = broker->socket, .events = ZMQ_POLLIN}, {.socket = broker->socket}, {.socket = broker->socket}};
    if (stop_fd >= 0) items[1] = (zmq_pollitem_t){.fd = stop_fd, .events = ZMQ_POLLIN};
    if (news_fd >= 0) items[2] = (zmq_pollitem_t){.fd = news_fd, .events = ZMQ_POLLIN};
    int ready = zmq_poll(items, 3, wait < 0 ? 0 : wait);
    if (ready < 0 && errno != EINTR) return fault_set(fault, STATUS_INTERNAL, "cannot wait: %s", zmq_strerror(errno));
    bool stop = ready > 0 && items[1].revents;
    if (stop)
      EVENT(EVENT_INFO, "stopping",
            json_pack("{s:s, s:I}", "broker", broker->name, "peers", (json_int_t)broker->peer_count));
    status = tick(broker, fault);
    if (stop) break;
  }
  say_bye(broker);
  return status;
}

/* --- Opening --- */

static enum status lock_store(struct broker *broker, const char *folder, struct fault *fault) {
  char *path = NULL;
  if (asprintf(&path, "%s/broker.lock", folder) < 0) return fault_set(fault, STATUS_MEMORY, "out of memory");
  broker->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  enum status status = STATUS_OK;
  if (broker->lock < 0)
    status = fault_set(fault, STATUS_IO, "%s: cannot open: %s", path, strerror(errno));
  else if (flock(broker->lock, LOCK_EX | LOCK_NB))
    status = errno == EWOULDBLOCK ? fault_set(fault, STATUS_UNAVAILABLE,
                                              "store %s: another assay run or assay serve works with it", folder)
                                  : fault_set(fault, STATUS_IO, "%s: cannot lock: %s", path, strerror(errno));
  free(path);
  return status;
}

static void tell_of_migration(const struct broker *broker, const struct broker_options *options) {
  const int from = store_migrated_from(broker->store);
  char *copy = NULL;
  if (!from) return;
  if (options->database || asprintf(&copy, "%s/store.db.schema-%d", options->store, from) < 0) copy = NULL;
  EVENT(EVENT_WARNING, "store_brought_up_to_date", json_pack("{s:i, s:s?}", "from_schema", from, "copy", copy));
  free(copy);
}

/* Workers that live on have some time to come back and keep what they hold. */
static enum status join_store(struct broker *broker, const struct broker_options *options, struct fault *fault) {
  const int64_t now = clock_wall_ms(), patience = options->workers_die_with_it ? -1 : 2 * broker->times.silence_ms;
  enum status status = store_join(broker->store, broker->id, broker->name, now + patience, fault);
  return status || !options->workers_die_with_it ? status : store_expire(broker->store, now, NULL, fault);
}

static enum status open_store(struct broker *broker, const struct broker_options *options, struct fault *fault) {
  enum status status = store_connect(options->store, options->database, &broker->store, fault);
  if (!status && !options->database) status = lock_store(broker, options->store, fault);
  if (status) return status;
  tell_of_migration(broker, options);
  link_random_id(broker->id);
  /* Who waits for longer is silent for the peers, which then do not hear why. */
  status = store_set_patience(broker->store, broker->times.silence_ms / 2, fault);
  if (!status) status = join_store(broker, options, fault);
  store_set_back_off(broker->store, broker->times.silence_ms / 4);
  if (status) *broker->id = 0;
  return status;
}

/* A database that is being restarted when we are is waited for. */
static enum status await_store(struct broker *broker, const struct broker_options *options, struct fault *fault) {
  const int64_t until = clock_ms() + STORE_PATIENCE_MS;
  bool told = false;
  for (;;) {
    enum status status = open_store(broker, options, fault);
    struct pollfd stop = {.fd = options->stop_fd, .events = POLLIN};
    if (status != STATUS_UNAVAILABLE || !options->database || clock_ms() > until) return status;
    store_close(broker->store);
    broker->store = NULL;
    if (!told) EVENT(EVENT_WARNING, "store_awaited", json_pack("{s:s}", "error", fault->text));
    told = true;
    if (poll(&stop, 1, STORE_PAUSE_MS) > 0) return status;
  }
}

static enum status listen_at(struct broker *broker, const char *endpoint, struct fault *fault) {
  enum status status = socket_bind(broker->socket, endpoint, broker->options.security, fault);
  if (status) return status;
  char actual[SOCKET_ENDPOINT_MAX];
  socket_endpoint(broker->socket, endpoint, actual);
  char *kept = strdup(actual);
  if (!kept) return fault_set(fault, STATUS_MEMORY, "out of memory");
  broker->endpoints[broker->endpoint_count++] = kept;
  return STATUS_OK;
}

static void name_broker(struct broker *broker, const char *name) {
  char host[200] = "localhost";
  gethostname(host, sizeof host - 1);
  if (name)
    snprintf(broker->name, sizeof broker->name, "%s", name);
  else
    snprintf(broker->name, sizeof broker->name, "%s:%ld", host, (long)getpid());
}

enum status broker_open(const struct broker_options *options, struct broker **opened, struct fault *fault) {
  *opened = NULL;
  struct fault unused;
  if (!fault) fault = &unused;
  struct broker *broker = calloc(1, sizeof *broker);
  if (!broker) return fault_set(fault, STATUS_MEMORY, "out of memory");
  broker->lock = -1;
  broker->options = *options;
  broker->began = clock_ms();
  /* Asked before its first round it is as well as it was when it began. */
  atomic_store(&broker->figures.beat, broker->began);
  broker->stop_fd = options->stop_fd;
  broker->outbox_end = &broker->outbox;
  broker->times = ipc_times_or_default(options->times);
  broker->may_wait = broker->may_suspect = true;
  name_broker(broker, options->name);
  enum status status = STATUS_OK;
  /* Without anyone who answers for keys libzmq would let every key in. */
  if (options->security && options->security->own && (!options->allow || !options->guard))
    status = fault_set(fault, STATUS_USAGE, "keys without an allow-list and a guard");
  broker->endpoints = calloc(options->endpoint_count + 1, sizeof *broker->endpoints);
  if (!broker->endpoints) status = fault_set(fault, STATUS_MEMORY, "out of memory");
  if (!status) status = await_store(broker, options, fault);
  if (!status && options->audit) status = audit_open(options->store, &broker->audit, fault);
  if (!status) status = roots_open(NULL, 0, &broker->no_roots, fault);
  if (!status && options->allow) broker->allow_version = allow_list_version(options->allow);
  if (!status) status = socket_router(options->context, &broker->socket, fault);
  if (!status && options->guard) status = guard_watch(options->guard, broker->socket, fault);
  for (size_t i = 0; i < options->endpoint_count && !status; i++)
    status = listen_at(broker, options->endpoints[i], fault);
  if (status) {
    broker_close(broker);
    return status;
  }
  *opened = broker;
  return STATUS_OK;
}

const char *broker_endpoint(const struct broker *broker, size_t index) {
  return index < broker->endpoint_count ? broker->endpoints[index] : NULL;
}

const struct broker_figures *broker_figures(const struct broker *broker) {
  return &broker->figures;
}

void broker_close(struct broker *broker) {
  if (!broker) return;
  broker_send_outbox(broker, false);
  peers_free(broker);
  goldens_free(broker);
  socket_close(broker->socket);
  if (*broker->id) store_leave(broker->store, NULL);
  store_close(broker->store);
  audit_close(broker->audit);
  roots_close(broker->no_roots);
  if (broker->lock >= 0) close(broker->lock);
  for (size_t i = 0; i < broker->endpoint_count; i++) free(broker->endpoints[i]);
  free(broker->endpoints);
  free(broker);
}
