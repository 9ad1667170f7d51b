/* What has arrived, and whose it is to handle. */
#include "ipc/broker_private.h"
#include "ipc/clock.h"
#include "ipc/events.h"

enum { TICK_MESSAGES = 512 /* at most so many are taken before the store commits */ };
#define TICK_BYTES ((size_t)128 << 20)

static void handle_client(struct broker *broker, struct peer *peer, const struct message *message) {
  switch (message->kind) {
  case MESSAGE_SUBMIT:
    broker_submit(broker, peer, message);
    return;
  case MESSAGE_SUBSCRIBE:
    broker_subscribe(broker, peer, message->header);
    return;
  case MESSAGE_CREDIT:
    broker_credit(broker, peer, message->header);
    return;
  case MESSAGE_STATUS_REQUEST:
    broker_status(broker, peer, message->header);
    return;
  case MESSAGE_PART:
    broker_part(broker, peer, message);
    return;
  case MESSAGE_CANCEL:
  case MESSAGE_RETRY:
    broker_control(broker, peer, message);
    return;
  case MESSAGE_GOLDEN:
    broker_golden(broker, peer, message);
    return;
  case MESSAGE_GOLDEN_MISSING:
    broker_golden_missing(broker, peer, message->header);
    return;
  default:
    broker_error(broker, &peer->route, ERROR_NOT_ALLOWED, "no message of a client", message->kind);
    return;
  }
}

static void handle_worker(struct broker *broker, struct peer *peer, const struct message *message) {
  switch (message->kind) {
  case MESSAGE_READY:
    broker_ready(broker, peer, message->header);
    return;
  case MESSAGE_DONE:
    broker_done(broker, peer, message);
    return;
  case MESSAGE_RETURN:
    broker_return(broker, peer, message->header);
    return;
  case MESSAGE_PART_REQUEST:
    broker_part_request(broker, peer, message->header);
    return;
  case MESSAGE_GOLDEN_REQUEST:
    broker_golden_request(broker, peer, message->header);
    return;
  default:
    broker_error(broker, &peer->route, ERROR_NOT_ALLOWED, "no message of a worker", message->kind);
    return;
  }
}

static void handle(struct broker *broker, const struct message *message) {
  if (message->kind == MESSAGE_HELLO) {
    broker_hello(broker, message);
    return;
  }
  struct peer *peer = peer_find(broker, &message->from);
  if (!peer) {
    if (message->kind != MESSAGE_BYE && message->kind != MESSAGE_ERROR)
      broker_error(broker, &message->from, ERROR_HELLO_FIRST, "not known here (any more); say HELLO", message->kind);
    return;
  }
  peer->seen = clock_ms();
  if (message->kind == MESSAGE_HEARTBEAT || message->kind == MESSAGE_ERROR) return;
  if (message->kind == MESSAGE_BYE) {
    broker_bye(broker, peer, message->header);
    return;
  }
  if (peer->worker)
    handle_worker(broker, peer, message);
  else
    handle_client(broker, peer, message);
}

static void refuse(struct broker *broker, const struct message *message, const struct fault *fault) {
  bool version = message->version && message->version != PROTOCOL_VERSION;
  struct peer *peer = fault->status == STATUS_MEMORY ? peer_find(broker, &message->from) : NULL;
  /* Nothing is wrong with the message, and not each is sent again: a new session sets both sides right. */
  if (peer) {
    EVENT(EVENT_ERROR, "message_lost", json_pack("{s:s, s:s}", "name", peer->name, "error", fault->text));
    peer_cut(peer);
    return;
  }
  atomic_fetch_add(&broker->figures.refused_messages, 1);
  EVENT(EVENT_WARNING, "message_refused",
        json_pack("{s:s, s:s, s:s}", "address", message->address, "key", message->user, "error", fault->text));
  broker_error(broker, &message->from, version ? ERROR_BAD_VERSION : ERROR_BAD_MESSAGE, fault->text, message->kind);
}

enum status broker_receive(struct broker *broker, bool *emptied, struct fault *fault) {
  size_t bytes = 0;
  *emptied = false;
  for (int i = 0; i < TICK_MESSAGES && bytes < TICK_BYTES && !broker->store_failed; i++) {
    struct message message;
    bool got;
    enum status status = message_receive(broker->socket, true, &message, &got, fault);
    if (status == STATUS_STOPPED || (status == STATUS_INTERNAL && !got)) return status;
    if (!status && !got) {
      *emptied = true;
      return STATUS_OK;
    }
    atomic_fetch_add(&broker->figures.messages, 1);
    bytes += message.size;
    if (broker->options.guard) guard_read(broker->options.guard, message.connection, message.size, message.parts);
    if (status)
      refuse(broker, &message, fault);
    else
      handle(broker, &message);
    message_free(&message);
  }
  return STATUS_OK;
}
