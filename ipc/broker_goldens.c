/* Goldens that workers cannot open by path: asked from a client that has them, kept beside the store. */
#include "ipc/broker_private.h"
#include "ipc/bundle.h"
#include "ipc/clock.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ASK_AGAIN_MS = 5000, TIMES_ASKED = 12, MAX_ASKS = 256, KEEP_COPY_MS = 10000, MOST_COPIES = 4 };

/* A golden in memory. libzmq counts who still has a frame to send: all the workers that ask for it when a shift begins
 * are sent the same one. */
struct golden_copy {
  struct golden_copy *next;
  char sha256[DIGEST_CHARS + 1];
  int64_t sent; /* clock_ms */
  json_t *header;
  zmq_msg_t *frames;
  size_t count;
};

static struct golden_ask *find_ask(struct broker *broker, const char *sha256) {
  for (struct golden_ask *ask = broker->asks; ask; ask = ask->next)
    if (!strcmp(ask->sha256, sha256)) return ask;
  return NULL;
}

static struct golden_ask *add_ask(struct broker *broker, const char *sha256) {
  size_t count = 0;
  for (struct golden_ask *ask = broker->asks; ask; ask = ask->next) count++;
  struct golden_ask *ask = count < MAX_ASKS ? calloc(1, sizeof *ask) : NULL;
  if (!ask) return NULL;
  memcpy(ask->sha256, sha256, sizeof ask->sha256);
  ask->next = broker->asks;
  broker->asks = ask;
  return ask;
}

static void drop_ask(struct broker *broker, struct golden_ask *ask) {
  struct golden_ask **link = &broker->asks;
  while (*link != ask) link = &(*link)->next;
  *link = ask->next;
  free(ask->waiting);
  free(ask);
}

static void free_copy(struct golden_copy *copy) {
  if (!copy) return;
  for (size_t i = 0; i < copy->count; i++) zmq_msg_close(&copy->frames[i]);
  free(copy->frames);
  json_decref(copy->header);
  free(copy);
}

/* Those that were sent last before `before`, and those behind the `most` newest. */
static void drop_copies(struct broker *broker, int64_t before, size_t most) {
  size_t kept = 0;
  for (struct golden_copy **link = &broker->copies; *link;) {
    struct golden_copy *copy = *link;
    if (copy->sent >= before && kept < most) {
      link = &copy->next;
      kept++;
      continue;
    }
    *link = copy->next;
    free_copy(copy);
  }
}

void goldens_free(struct broker *broker) {
  while (broker->asks) drop_ask(broker, broker->asks);
  drop_copies(broker, INT64_MAX, 0);
}

static bool can_send(const struct peer *peer, const char *sha256) {
  for (size_t i = 0; i < MAX_PEER_GOLDENS; i++)
    if (!strcmp(peer->goldens[i], sha256)) return true;
  return false;
}

/* Asks one client that has it; false where there is none. */
static bool ask_client(struct broker *broker, struct golden_ask *ask) {
  for (struct peer *peer = broker->peers; peer; peer = peer->next_peer) {
    if (peer->worker || peer->gone || !can_send(peer, ask->sha256)) continue;
    ask->asked = clock_ms();
    ask->times_asked++;
    broker_tell(broker, &peer->route, MESSAGE_GOLDEN_WANTED, json_pack("{s:s}", "sha256", ask->sha256));
    return true;
  }
  return false;
}

static bool is_kept(struct broker *broker, const char *sha256) {
  char *folder = NULL;
  if (asprintf(&folder, "%s/goldens/%s", store_folder(broker->store), sha256) < 0) return false;
  bool kept = bundle_is(folder, sha256);
  free(folder);
  return kept;
}

void broker_golden_known(struct broker *broker, struct peer *peer, const char *sha256, bool wanted) {
  if (!can_send(peer, sha256))
    memcpy(peer->goldens[peer->golden_count++ % MAX_PEER_GOLDENS], sha256, sizeof *peer->goldens);
  else if (!wanted || find_ask(broker, sha256))
    return;
  if (!wanted || is_kept(broker, sha256)) return;
  struct golden_ask *ask = add_ask(broker, sha256);
  if (ask) ask_client(broker, ask);
}

static void tell_missing(struct broker *broker, const struct route *to, const char *sha256, const char *text) {
  broker_tell(broker, to, MESSAGE_GOLDEN_MISSING,
              json_pack("{s:s, s:o}", "sha256", sha256, "text", message_text(text)));
}

static void free_bytes(void *bytes, void *unused) {
  (void)unused;
  free(bytes);
}

/* Takes the bundle's bytes over. */
static struct golden_copy *copy_of(struct bundle *bundle) {
  struct golden_copy *copy = calloc(1, sizeof *copy);
  if (!copy || !(copy->header = bundle_header(bundle)) || !(copy->frames = calloc(bundle->count, sizeof *copy->frames)))
    goto fail;
  memcpy(copy->sha256, bundle->sha256, sizeof copy->sha256);
  for (; copy->count < bundle->count; copy->count++) {
    struct span *span = &bundle->spans[copy->count];
    if (zmq_msg_init_data(&copy->frames[copy->count], (void *)(uintptr_t)span->bytes, span->size, free_bytes, NULL))
      goto fail;
    *span = (struct span){0};
  }
  return copy;
fail:
  free_copy(copy);
  return NULL;
}

static struct golden_copy *find_copy(struct broker *broker, const char *sha256, struct fault *fault) {
  for (struct golden_copy *copy = broker->copies; copy; copy = copy->next)
    if (!strcmp(copy->sha256, sha256)) return copy;
  struct bundle bundle;
  char *folder = NULL;
  drop_copies(broker, 0, MOST_COPIES - 1);
  if (asprintf(&folder, "%s/goldens/%s", store_folder(broker->store), sha256) < 0) folder = NULL;
  enum status status = folder ? bundle_read(folder, sha256, &bundle, fault) : STATUS_MEMORY;
  free(folder);
  struct golden_copy *copy = status ? NULL : copy_of(&bundle);
  if (!status) bundle_free(&bundle);
  if (copy) {
    copy->next = broker->copies;
    broker->copies = copy;
  } else if (!status || status == STATUS_MEMORY) {
    fault_set(fault, STATUS_MEMORY, "the broker is out of memory");
  }
  return copy;
}

static void send_golden(struct broker *broker, const struct route *to, const char *sha256) {
  struct fault fault = {0};
  struct golden_copy *copy = find_copy(broker, sha256, &fault);
  if (!copy) {
    tell_missing(broker, to, sha256, fault.text);
    return;
  }
  copy->sent = clock_ms();
  struct peer *peer = peer_find(broker, to);
  if (message_send_shared(broker->socket, to, MESSAGE_GOLDEN, copy->header, copy->frames, copy->count, &fault) && peer)
    peer_cut(peer);
}

void broker_golden_request(struct broker *broker, struct peer *peer, const json_t *header) {
  const char *sha256 = json_string_value(json_object_get(header, "sha256"));
  if (is_kept(broker, sha256)) {
    send_golden(broker, &peer->route, sha256);
    return;
  }
  struct golden_ask *ask = find_ask(broker, sha256);
  if (!ask) ask = add_ask(broker, sha256);
  struct route *more = ask ? realloc(ask->waiting, (ask->waiting_count + 1) * sizeof *more) : NULL;
  if (!more) {
    tell_missing(broker, &peer->route, sha256, "the broker has no room to ask for it");
    return;
  }
  ask->waiting = more;
  ask->waiting[ask->waiting_count++] = peer->route;
  if (ask->asked || ask_client(broker, ask)) return;
  if (store_is_shared(broker->store)) {
    /* Another broker may just be getting it from its client. */
    ask->asked = clock_ms();
    return;
  }
  tell_missing(broker, &peer->route, sha256,
               "the worker cannot open it by path, the broker has no copy, and no client that has it is connected");
  drop_ask(broker, ask);
}

static void answer_waiting(struct broker *broker, const char *sha256, const char *missing) {
  struct golden_ask *ask = find_ask(broker, sha256);
  if (!ask) return;
  for (size_t i = 0; i < ask->waiting_count; i++)
    if (missing)
      tell_missing(broker, &ask->waiting[i], sha256, missing);
    else
      send_golden(broker, &ask->waiting[i], sha256);
  drop_ask(broker, ask);
}

/* Who sent it, and who had approved it: that stands in its seal. */
static void note_golden(struct broker *broker, const struct peer *peer, const struct message *message,
                        const char *sha256) {
  size_t size;
  const char *bytes = message_bytes(message, 0, &size);
  json_t *seal = json_loadb(bytes, size, 0, NULL);
  audit_write(broker->audit, "golden", broker_who(peer),
              json_pack("{s:s, s:s*, s:s*, s:s*, s:s*}", "sha256", sha256, "approved_by",
                        json_string_value(json_object_get(seal, "who")), "approved_at",
                        json_string_value(json_object_get(seal, "when")), "why",
                        json_string_value(json_object_get(seal, "why")), "golden",
                        json_string_value(json_object_get(seal, "name"))));
  json_decref(seal);
}

void broker_golden(struct broker *broker, struct peer *peer, const struct message *message) {
  struct fault fault = {0};
  const char *sha256 = json_string_value(json_object_get(message->header, "sha256"));
  if (!find_ask(broker, sha256)) return; /* another client was quicker */
  char *parent = NULL;
  if (asprintf(&parent, "%s/goldens", store_folder(broker->store)) < 0) return;
  enum status status = bundle_keep(parent, message, &fault);
  if (status)
    broker_error(broker, &peer->route, status == STATUS_IO ? ERROR_STORE_FAILED : ERROR_BAD_GOLDEN, fault.text,
                 MESSAGE_GOLDEN);
  else
    note_golden(broker, peer, message, sha256);
  answer_waiting(broker, sha256, status ? fault.text : NULL);
  free(parent);
}

void broker_golden_missing(struct broker *broker, struct peer *peer, const json_t *header) {
  const char *sha256 = json_string_value(json_object_get(header, "sha256"));
  for (size_t i = 0; i < MAX_PEER_GOLDENS; i++)
    if (!strcmp(peer->goldens[i], sha256)) *peer->goldens[i] = 0;
  struct golden_ask *ask = find_ask(broker, sha256);
  if (ask && !ask_client(broker, ask))
    answer_waiting(broker, sha256, json_string_value(json_object_get(header, "text")));
}

void broker_watch_goldens(struct broker *broker, int64_t now) {
  drop_copies(broker, now - KEEP_COPY_MS, MOST_COPIES);
  for (struct golden_ask *ask = broker->asks; ask;) {
    struct golden_ask *next = ask->next;
    if (store_is_shared(broker->store) && is_kept(broker, ask->sha256))
      answer_waiting(broker, ask->sha256, NULL);
    else if (now - ask->asked > ASK_AGAIN_MS && (ask->times_asked >= TIMES_ASKED || !ask_client(broker, ask)))
      answer_waiting(broker, ask->sha256, "no client that has it is connected any more, or it does not answer");
    ask = next;
  }
}
