/* Who is connected. */
#include "ipc/broker_private.h"

#include <stdlib.h>
#include <string.h>

static struct peer **bucket_of(struct broker *broker, const struct route *route) {
  uint32_t hash = 2166136261u;
  for (size_t i = 0; i < route->size; i++) hash = (hash ^ route->bytes[i]) * 16777619u;
  return &broker->buckets[hash % PEER_BUCKETS];
}

static bool same_route(const struct route *a, const struct route *b) {
  return a->size == b->size && !memcmp(a->bytes, b->bytes, a->size);
}

struct peer *peer_find(struct broker *broker, const struct route *route) {
  for (struct peer *peer = *bucket_of(broker, route); peer; peer = peer->next)
    if (same_route(&peer->route, route)) return peer->gone || peer->cut ? NULL : peer;
  return NULL;
}

struct peer *peer_find_worker(struct broker *broker, const char *id) {
  for (struct peer *peer = broker->peers; peer; peer = peer->next_peer)
    if (peer->worker && !peer->gone && !strcmp(peer->id, id)) return peer;
  return NULL;
}

struct peer *peer_add(struct broker *broker, const struct route *route) {
  struct peer *peer = calloc(1, sizeof *peer);
  if (!peer) return NULL;
  peer->route = *route;
  struct peer **bucket = bucket_of(broker, route);
  peer->next = *bucket;
  *bucket = peer;
  peer->next_peer = broker->peers;
  broker->peers = peer;
  broker->peer_count++;
  return peer;
}

static void unlink_from_bucket(struct broker *broker, struct peer *peer) {
  struct peer **link = bucket_of(broker, &peer->route);
  while (*link != peer) link = &(*link)->next;
  *link = peer->next;
}

void peers_forget_gone(struct broker *broker) {
  for (struct peer **link = &broker->peers; *link;) {
    struct peer *peer = *link;
    if (!peer->gone) {
      link = &peer->next_peer;
      continue;
    }
    *link = peer->next_peer;
    unlink_from_bucket(broker, peer);
    broker->peer_count--;
    blob_draft_close(peer->upload);
    free(peer->held);
    free(peer);
  }
}

void peers_free(struct broker *broker) {
  for (struct peer *peer = broker->peers; peer; peer = peer->next_peer) peer->gone = true;
  peers_forget_gone(broker);
}

void peer_cut(struct peer *peer) {
  if (peer->worker)
    peer->cut = true;
  else
    peer->gone = true;
}

bool peer_hold(struct peer *peer, const char *id) {
  for (size_t i = 0; i < peer->held_count; i++)
    if (!strcmp(peer->held[i], id)) return true;
  if (peer->held_count == peer->held_room) {
    size_t room = peer->held_room ? 2 * peer->held_room : 16;
    void *more = realloc(peer->held, room * sizeof *peer->held);
    if (!more) return false;
    peer->held = more;
    peer->held_room = room;
  }
  memcpy(peer->held[peer->held_count++], id, sizeof *peer->held);
  return true;
}

bool peer_release(struct peer *peer, const char *id) {
  for (size_t i = 0; i < peer->held_count; i++) {
    if (strcmp(peer->held[i], id)) continue;
    memcpy(peer->held[i], peer->held[--peer->held_count], sizeof *peer->held);
    if (!peer->held_count) peer->alone = false;
    return true;
  }
  return false;
}
