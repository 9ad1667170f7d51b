/* The tick's transaction, and what waits for its end to be sent. */
#include "ipc/broker_private.h"
#include "ipc/clock.h"
#include "ipc/events.h"

#include <stdlib.h>

static void fail_store(struct broker *broker, const struct fault *fault) {
  if (broker->store_failed) return;
  broker->store_failed = true;
  broker->store_fault = *fault;
  atomic_fetch_add(&broker->figures.store_failures, 1);
  atomic_store(&broker->figures.store_failing, 1);
  EVENT(EVENT_ERROR, "store_failed", json_pack("{s:s}", "error", fault->text));
}

bool broker_change(struct broker *broker, struct peer *peer) {
  if (peer) peer->touched = true;
  if (broker->store_failed) return false;
  if (broker->in_transaction) return true;
  struct fault fault = {0};
  if (store_begin(broker->store, &fault)) {
    fail_store(broker, &fault);
    return false;
  }
  broker->in_transaction = true;
  return true;
}

bool broker_stored(struct broker *broker, enum status status, const struct fault *fault) {
  if (status) fail_store(broker, fault);
  return !status;
}

static struct outgoing *post(struct broker *broker, const struct route *to, enum message_kind kind, bool whole) {
  struct outgoing *out = whole ? calloc(1, sizeof *out) : NULL;
  if (!out) {
    static const struct fault no_memory = {STATUS_MEMORY, "the broker is out of memory"};
    fail_store(broker, &no_memory);
    return NULL;
  }
  out->to = *to;
  out->kind = kind;
  *broker->outbox_end = out;
  broker->outbox_end = &out->next;
  return out;
}

struct outgoing *broker_post(struct broker *broker, const struct route *to, enum message_kind kind, json_t *header) {
  struct outgoing *out = post(broker, to, kind, header);
  if (out)
    out->header = header;
  else
    json_decref(header);
  return out;
}

struct outgoing *broker_post_text(struct broker *broker, const struct route *to, enum message_kind kind,
                                  struct text *header) {
  struct outgoing *out = post(broker, to, kind, !header->failed);
  if (!out) text_free(header);
  if (out) out->text = *header;
  *header = (struct text){0};
  return out;
}

void broker_tell(struct broker *broker, const struct route *to, enum message_kind kind, json_t *header) {
  if (!message_send(broker->socket, to, kind, header, NULL, 0, NULL)) return;
  struct peer *peer = peer_find(broker, to);
  if (peer) peer_cut(peer);
}

void broker_tell_text(struct broker *broker, const struct route *to, enum message_kind kind, struct text *header) {
  if (!message_send_text(broker->socket, to, kind, header, NULL, 0, NULL)) return;
  struct peer *peer = peer_find(broker, to);
  if (peer) peer_cut(peer);
}

void broker_error(struct broker *broker, const struct route *to, const char *code, const char *text, int about) {
  broker_tell(broker, to, MESSAGE_ERROR,
              json_pack("{s:s, s:o, s:i}", "code", code, "text", message_text(text), "about", about));
}

void broker_send_outbox(struct broker *broker, bool send) {
  for (struct outgoing *out = broker->outbox; out;) {
    struct outgoing *next = out->next;
    if (!send)
      json_decref(out->header);
    else if (out->kind == MESSAGE_WORK)
      broker_send_work(broker, out);
    else if (out->header)
      broker_tell(broker, &out->to, out->kind, out->header);
    else
      broker_tell_text(broker, &out->to, out->kind, &out->text);
    text_free(&out->text);
    free(out);
    out = next;
  }
  broker->outbox = NULL;
  broker->outbox_end = &broker->outbox;
}

void broker_commit(struct broker *broker) {
  struct fault fault = {0};
  int64_t began = clock_us();
  if (broker->in_transaction && !broker->store_failed) {
    if (store_commit(broker->store, &fault)) fail_store(broker, &fault);
    atomic_fetch_add(&broker->figures.commits, 1);
    atomic_fetch_add(&broker->figures.commit_us, clock_us() - began);
    if (!broker->store_failed && broker->probed) {
      atomic_store(&broker->figures.store_failing, 0);
      EVENT(EVENT_WARNING, "store_works_again", json_object());
    }
  }
  if (broker->store_failed && broker->in_transaction) store_rollback(broker->store);
  broker->in_transaction = broker->probed = false;
  broker_send_outbox(broker, !broker->store_failed);
  for (struct peer *peer = broker->peers; peer; peer = peer->next_peer) {
    if (peer->touched && broker->store_failed) {
      /* What passes is nothing to end for: the peer greets anew, and sends again what was not acknowledged. */
      bool passes = broker->store_fault.status == STATUS_UNAVAILABLE;
      if (!passes) broker_error(broker, &peer->route, ERROR_STORE_FAILED, broker->store_fault.text, 0);
      if (passes || peer->worker) peer_cut(peer);
    }
    peer->touched = false;
  }
  if (broker->store_failed) broker->may_wait = broker->may_suspect = true;
  if (broker->store_failed && broker->options.ends_with_store && broker->store_fault.status == STATUS_IO)
    broker->store_lost = true;
  broker->store_failed = false;
}
