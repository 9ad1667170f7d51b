/* Greeting: a peer begins a session, and a worker and the store agree on what it holds. */
#include "ipc/broker_private.h"
#include "ipc/clock.h"
#include "ipc/events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WINDOW_JOBS = 1000 /* that a client may have sent and not had acknowledged */ };
#define WINDOW_BYTES ((json_int_t)64 << 20)

struct reconciliation {
  struct peer *peer;
  const json_t *holding;
  char (*ids)[JOB_ID_CHARS + 1];
  size_t count, room;
  bool failed;
};

static bool is_listed(const json_t *list, const char *id) {
  size_t index;
  const json_t *item;
  json_array_foreach((json_t *)list, index, item) {
    if (!strcmp(json_string_value(item), id)) return true;
  }
  return false;
}

static void reconcile_lease(void *context, const char *id) {
  struct reconciliation *in = context;
  if (is_listed(in->holding, id)) {
    in->failed |= !peer_hold(in->peer, id);
    return;
  }
  if (in->count == in->room) {
    size_t room = in->room ? 2 * in->room : 16;
    void *more = realloc(in->ids, room * sizeof *in->ids);
    in->failed |= !more;
    if (!more) return;
    in->ids = more;
    in->room = room;
  }
  snprintf(in->ids[in->count++], sizeof *in->ids, "%s", id);
}

/* What the store thinks the worker has and what it has are made the same: a lease of what it has not (the message was
 * lost on the way) ends without counting. */
static bool end_unheard(struct broker *broker, struct peer *peer, const json_t *holding) {
  struct fault fault = {0};
  struct reconciliation in = {.peer = peer, .holding = holding};
  if (!broker_change(broker, peer)) return false;
  bool good = broker_stored(broker, store_leases(broker->store, peer->id, reconcile_lease, &in, &fault), &fault);
  for (size_t i = 0; i < in.count && good; i++) {
    const char *id = in.ids[i];
    good = broker_stored(broker, store_give_back(broker->store, peer->id, &id, 1, &fault), &fault);
  }
  if (in.failed) good = broker_stored(broker, fault_set(&fault, STATUS_MEMORY, "the broker is out of memory"), &fault);
  if (in.count) broker->may_wait = broker->may_suspect = true;
  free(in.ids);
  return good;
}

static void reconcile(struct broker *broker, struct peer *peer, const json_t *holding) {
  struct fault fault = {0};
  int64_t until = clock_wall_ms() + 4 * (int64_t)broker->times.silence_ms;
  if (end_unheard(broker, peer, holding))
    broker_stored(broker, store_take_over(broker->store, peer->id, until, &fault), &fault);
  peer->renewed = clock_ms();
}

void broker_bye(struct broker *broker, struct peer *peer, const json_t *header) {
  struct fault fault = {0};
  const json_t *holding = json_object_get(header, "holding");
  EVENT(EVENT_INFO, peer->worker ? "worker_left" : "client_left", broker_who(peer));
  peer->gone = true;
  if (!peer->worker) return;
  broker->may_wait = broker->may_suspect = broker->outcomes_changed = true;
  if (json_is_array(holding) && !end_unheard(broker, peer, holding)) return;
  if (!broker_change(broker, peer)) return;
  broker_stored(
      broker,
      store_lose_worker(broker->store, peer->id, "the worker left without a result", clock_wall_ms(), NULL, &fault),
      &fault);
}

void broker_hello(struct broker *broker, const struct message *message) {
  const json_t *header = message->header;
  bool worker = !strcmp(json_string_value(json_object_get(header, "role")), ROLE_WORKER);
  const char *id = json_string_value(json_object_get(header, "id"));
  struct peer *before = peer_find(broker, &message->from), *elsewhere = worker ? peer_find_worker(broker, id) : NULL;
  /* A second HELLO on a connection, or from another connection of the worker, begins anew. */
  if (before) before->gone = true;
  if (elsewhere) elsewhere->gone = true;
  peers_forget_gone(broker);
  struct peer *peer = peer_add(broker, &message->from);
  if (!peer) return;
  peer->worker = worker;
  peer->parts = json_is_true(json_object_get(header, "parts"));
  peer->seen = clock_ms();
  snprintf(peer->id, sizeof peer->id, "%s", id);
  snprintf(peer->name, sizeof peer->name, "%s", json_string_value(json_object_get(header, "name")));
  if (!broker_admit(broker, peer, message, worker)) {
    peer->gone = true;
    return;
  }
  EVENT(EVENT_INFO, worker ? "worker_came" : "client_came", broker_who(peer));
  if (worker) reconcile(broker, peer, json_object_get(header, "holding"));
  broker_post(broker, &peer->route, MESSAGE_WELCOME,
              json_pack("{s:s, s:i, s:i, s:i, s:I, s:i}", "broker", broker->name, "heartbeat_ms",
                        broker->times.heartbeat_ms, "silence_ms", broker->times.silence_ms, "window_jobs", WINDOW_JOBS,
                        "window_bytes", WINDOW_BYTES, "part_bytes", (int)PROTOCOL_PART));
}
