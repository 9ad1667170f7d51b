/* Who may do what: by the key that a connection has proved to have. */
#include "ipc/broker_private.h"
#include "ipc/clock.h"
#include "ipc/events.h"

#include <string.h>

static const char *role_names(unsigned roles) {
  static const char *const names[] = {"nothing",  "a client",           "a worker",           "a client or a worker",
                                      "an admin", "an admin or client", "an admin or worker", "anything"};
  return names[roles & 7];
}

static bool may_be(unsigned roles, bool worker) {
  return roles & (worker ? ALLOW_WORKER : ALLOW_CLIENT | ALLOW_ADMIN);
}

static bool find_roles(struct broker *broker, struct peer *peer) {
  struct allow_entry entry = {0};
  if (!peer->keyed) {
    peer->roles = ALLOW_CLIENT | ALLOW_WORKER | ALLOW_ADMIN;
    return true;
  }
  if (!broker->options.allow || !allow_list_find(broker->options.allow, peer->key, &entry)) return false;
  peer->roles = entry.roles;
  memcpy(peer->who, entry.name, sizeof peer->who);
  return true;
}

const char *broker_client_name(const struct peer *peer) {
  return peer->keyed && *peer->who ? peer->who : peer->name;
}

json_t *broker_who(const struct peer *peer) {
  char key[KEY_TEXT_CHARS + 1] = "";
  if (peer->keyed) key_encode(peer->key, key);
  return json_pack("{s:s, s:s*, s:s*, s:s*}", "name", peer->name, "key_name", peer->keyed ? peer->who : NULL, "key",
                   peer->keyed ? key : NULL, "address", *peer->address ? peer->address : NULL);
}

bool broker_admit(struct broker *broker, struct peer *peer, const struct message *message, bool worker) {
  peer->keyed = *message->user && key_decode(message->user, strlen(message->user), peer->key);
  memcpy(peer->address, message->address, sizeof peer->address);
  bool known = find_roles(broker, peer);
  if (known && may_be(peer->roles, worker)) return true;
  char text[256];
  if (known)
    snprintf(text, sizeof text, "the allow-list has this key (%s) as %s, not as %s", peer->who, role_names(peer->roles),
             worker ? "a worker" : "a client");
  else
    snprintf(text, sizeof text, "this key is not in the allow-list any more");
  atomic_fetch_add(&broker->figures.refused_messages, 1);
  EVENT(EVENT_WARNING, "peer_refused", json_pack("{s:o, s:s}", "who", broker_who(peer), "error", text));
  audit_write(broker->audit, "refused", broker_who(peer), json_pack("{s:s}", "error", text));
  broker_error(broker, &message->from, ERROR_NOT_ALLOWED, text, message->kind);
  return false;
}

static void give_back_all(struct broker *broker, struct peer *peer) {
  struct fault fault = {0};
  if (!peer->held_count || !broker_change(broker, NULL)) return;
  for (size_t i = 0; i < peer->held_count; i++) {
    const char *id = peer->held[i];
    if (!broker_stored(broker, store_give_back(broker->store, peer->id, &id, 1, &fault), &fault)) return;
  }
  broker->may_wait = broker->may_suspect = true;
}

void broker_watch_access(struct broker *broker) {
  if (!broker->options.allow) return;
  unsigned version = allow_list_version(broker->options.allow);
  if (version == broker->allow_version) return;
  broker->allow_version = version;
  for (struct peer *peer = broker->peers; peer; peer = peer->next_peer) {
    if (peer->gone || (find_roles(broker, peer) && may_be(peer->roles, peer->worker))) continue;
    EVENT(EVENT_WARNING, "peer_refused",
          json_pack("{s:o, s:s}", "who", broker_who(peer), "error", "its key is not in the allow-list any more"));
    broker_error(broker, &peer->route, ERROR_NOT_ALLOWED, "this key is not in the allow-list any more", 0);
    give_back_all(broker, peer);
    peer->gone = true;
  }
}

bool broker_may_read(const struct broker *broker, const struct peer *peer, const char *path, struct fault *fault) {
  const struct roots *roots = broker->options.roots;
  /* Of ipc:// libzmq tells "localhost:USER:GROUP:PROCESS", of tcp:// the number of the host, of inproc:// nothing. */
  bool remote = peer->keyed || (*peer->address && strncmp(peer->address, "localhost:", 10) != 0);
  if (!roots && remote) roots = broker->no_roots;
  return !roots_check(roots, path, fault);
}
