/* Work out, results in. */
#include "ipc/broker_private.h"
#include "ipc/clock.h"
#include "ipc/events.h"
#include "models/json_plain.h"
#include "models/result.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  ASSIGN_BATCH = 256,
  LEASE_SILENCES = 4,   /* a lease lasts so many silences unless renewed */
  OTHERS_SILENCES = 8,  /* so long a suspect is kept for workers that have not lost it */
  FAILURES_IN_A_ROW = 3 /* a worker that handed so many back is not trusted with more than one at a time */
};

void broker_ready(struct broker *broker, struct peer *peer, const json_t *header) {
  (void)broker;
  peer->credit += json_integer_value(json_object_get(header, "credit"));
  if (peer->credit > PROTOCOL_MAX_WORKER_CREDIT) peer->credit = PROTOCOL_MAX_WORKER_CREDIT;
}

/* --- Results --- */

static bool names_verdict(const char *word, size_t size) {
  char name[24];
  enum verdict verdict;
  if (!word || size >= sizeof name) return false;
  memcpy(name, word, size);
  name[size] = 0;
  return verdict_parse(name, &verdict);
}

/* By a tree of all of it, where json_plain does not know. */
static bool is_odd_result(const char *line, size_t size, struct fault *fault) {
  json_error_t error;
  json_t *json = json_loadb(line, size, JSON_REJECT_DUPLICATES, &error);
  const char *word = json_string_value(json_object_get(json, "verdict"));
  bool good = word && names_verdict(word, strlen(word));
  if (!good) fault_set(fault, STATUS_INVALID, "no result with a verdict: %s", json ? "verdict" : error.text);
  json_decref(json);
  return good;
}

static bool is_result(const char *line, size_t size, struct fault *fault) {
  if (!size || size > PROTOCOL_MAX_LINE || memchr(line, '\n', size)) {
    fault_set(fault, STATUS_INVALID, "a result must be one line of 1 to %d bytes", PROTOCOL_MAX_LINE);
    return false;
  }
  const struct json_slice text = {line, size};
  struct json_slice word;
  if (json_plain(text) && json_plain_string(text, "verdict", &word) && names_verdict(word.at, word.size)) return true;
  return is_odd_result(line, size, fault);
}

static bool store_result(struct broker *broker, struct peer *peer, const char *id, const char *line, size_t size) {
  struct fault fault = {0};
  enum store_finished finished = STORE_UNKNOWN_JOB;
  if (!is_result(line, size, &fault)) {
    struct fault cause = {0};
    fault_set(&cause, STATUS_INVALID, "its worker sent a result that is none: %.900s", fault.text);
    broker->may_wait = broker->may_suspect = broker->outcomes_changed = true;
    broker_tell_lost(broker, peer, id, cause.text);
    return broker_stored(broker, store_lose(broker->store, peer->id, id, cause.text, clock_wall_ms(), NULL, &fault),
                         &fault);
  }
  if (!broker_stored(broker, store_finish(broker->store, id, line, size, clock_wall_ms(), &finished, &fault), &fault))
    return false;
  if (finished == STORE_STORED) {
    peer->done++;
    peer->in_a_row = 0;
    broker->outcomes_changed = true;
    atomic_fetch_add(&broker->figures.jobs_done, 1);
    EVENT(EVENT_DEBUG, "job_done", json_pack("{s:s, s:s}", "job", id, "worker", peer->name));
  } else if (finished == STORE_DOUBLE) {
    atomic_fetch_add(&broker->figures.results_doubled, 1);
  }
  return true;
}

void broker_done(struct broker *broker, struct peer *peer, const struct message *message) {
  const json_t *jobs = json_object_get(message->header, "jobs");
  size_t count = json_array_size(jobs);
  if (message->frame_count != count) {
    broker_error(broker, &peer->route, ERROR_BAD_MESSAGE, "DONE: expected as many frames as jobs", MESSAGE_DONE);
    return;
  }
  if (!broker_change(broker, peer)) return;
  for (size_t i = 0; i < count; i++) {
    size_t size;
    const char *id = json_string_value(json_array_get(jobs, i)), *line = message_bytes(message, i, &size);
    if (!store_result(broker, peer, id, line, size)) return;
    peer_release(peer, id);
  }
  broker_post(broker, &peer->route, MESSAGE_STORED, json_pack("{s:O}", "jobs", jobs));
}

/* Whether the fault is the worker's own: another one judges what it is given. */
static bool others_succeed(const struct broker *broker, const struct peer *peer) {
  for (const struct peer *other = broker->peers; other; other = other->next_peer)
    if (other != peer && other->worker && !other->gone && !other->cut && other->done && !other->in_a_row) return true;
  return false;
}

static void note_failure(struct broker *broker, struct peer *peer, const char *error) {
  peer->lost++;
  peer->in_a_row++;
  peer->rest_until = clock_ms() + broker->times.silence_ms;
  if (peer->in_a_row == FAILURES_IN_A_ROW && others_succeed(broker, peer))
    EVENT(EVENT_WARNING, "worker_fails",
          json_pack("{s:o, s:o, s:s}", "who", broker_who(peer), "error", message_text(error), "effect",
                    "it handed back all it got while others judge: one job at a time, with pauses"));
}

void broker_return(struct broker *broker, struct peer *peer, const json_t *header) {
  if (!broker_change(broker, peer)) return;
  size_t index;
  const json_t *item, *jobs = json_object_get(header, "jobs");
  json_t *stored = json_array();
  json_array_foreach((json_t *)jobs, index, item) {
    struct fault fault = {0};
    const char *id = json_string_value(json_object_get(item, "job"));
    const char *error = json_string_value(json_object_get(item, "error"));
    bool lost = json_is_true(json_object_get(item, "lost"));
    /* It stops: what it gives back, and what else waits, is no longer for it. */
    if (!lost) peer->credit = 0;
    if (lost) broker_tell_lost(broker, peer, id, error);
    if (lost) note_failure(broker, peer, error);
    enum status status = lost ? store_lose(broker->store, peer->id, id, error, clock_wall_ms(), NULL, &fault)
                              : store_give_back(broker->store, peer->id, &id, 1, &fault);
    if (!broker_stored(broker, status, &fault)) break;
    peer_release(peer, id);
    json_array_append_new(stored, json_string(id));
  }
  broker->may_wait = broker->may_suspect = broker->outcomes_changed = true;
  broker_post(broker, &peer->route, MESSAGE_STORED, json_pack("{s:o}", "jobs", stored));
}

/* --- Work --- */

static void fail_for_memory(struct broker *broker) {
  struct fault fault = {0};
  broker_stored(broker, fault_set(&fault, STATUS_MEMORY, "the broker is out of memory"), &fault);
}

static int64_t count_workers(const struct broker *broker) {
  int64_t count = 0;
  for (const struct peer *peer = broker->peers; peer; peer = peer->next_peer)
    count += peer->worker && !peer->gone && !peer->cut;
  return count;
}

/* Leases to one worker; returns how many, or less than `limit` where there are no more. */
static size_t lease_to(struct broker *broker, struct peer *peer, bool suspects, size_t limit) {
  struct fault fault = {0};
  struct store_lessee who = {.id = peer->id, .name = peer->name, .workers = count_workers(broker)};
  struct store_leased leased[ASSIGN_BATCH];
  size_t count = 0;
  if (limit > ASSIGN_BATCH) limit = ASSIGN_BATCH;
  int64_t now = clock_wall_ms(), until = now + (int64_t)LEASE_SILENCES * broker->times.silence_ms;
  who.wait_ms = (int64_t)OTHERS_SILENCES * broker->times.silence_ms;
  if (!broker_change(broker, peer)) return 0;
  if (!broker_stored(broker, store_lease(broker->store, &who, suspects, limit, now, until, leased, &count, &fault),
                     &fault))
    return 0;
  for (size_t i = 0; i < count; i++)
    if (!peer_hold(peer, leased[i].id)) fail_for_memory(broker);
  if (count) broker_post_work(broker, peer, leased, count);
  atomic_fetch_add(&broker->figures.jobs_leased, (long long)count);
  for (size_t i = 0; i < count; i++) store_leased_free(&leased[i]);
  peer->credit -= (int64_t)count;
  if (suspects && count) peer->alone = true;
  return count;
}

/* Suspects wait for a while after a loss: a worker is not kept free for one that must not be given out yet. */
static void look_for_suspects(struct broker *broker) {
  struct fault fault = {0};
  bool found;
  int64_t at = 0;
  broker->suspect_at = 0;
  if (!broker_change(broker, NULL) ||
      !broker_stored(broker, store_next_suspect(broker->store, &found, &at, &fault), &fault))
    return;
  int64_t left = at - clock_wall_ms();
  broker->may_suspect = found && (left <= 0 || left > STORE_HOLD_MOST_MS);
  if (found && !broker->may_suspect) broker->suspect_at = at;
}

/* A suspect goes to a worker that has nothing else, and that gets nothing else until it is done: when the worker dies,
 * it is known what killed it. One worker at a time is kept free for that. True where the worker is taken by it. */
static bool assign_suspect(struct broker *broker, struct peer *peer) {
  if (!broker->may_suspect) return false;
  if (!*broker->draining || !peer_find_worker(broker, broker->draining))
    memcpy(broker->draining, peer->id, sizeof broker->draining);
  if (peer->held_count) return !strcmp(broker->draining, peer->id);
  if (!strcmp(broker->draining, peer->id)) *broker->draining = 0;
  if (lease_to(broker, peer, true, 1)) return true;
  *broker->draining = 0;
  /* None that is due, or another broker is about one: without looking when the next is, none would ever be again. */
  look_for_suspects(broker);
  return false;
}

/* A worker that cannot judge at all (its cache is full, its disk is gone) is always free, and would get most of what
 * waits. It gets one job at a time now and then, to see whether it can again, and no suspect. */
static bool is_failing(const struct broker *broker, const struct peer *peer) {
  return peer->in_a_row >= FAILURES_IN_A_ROW && others_succeed(broker, peer);
}

static bool assign_to(struct broker *broker, struct peer *peer) {
  if (peer->credit <= 0 || peer->alone || peer->gone || peer->cut) return false;
  const bool failing = is_failing(broker, peer);
  if (failing && !strcmp(broker->draining, peer->id)) *broker->draining = 0;
  if (failing && (peer->held_count || clock_ms() < peer->rest_until)) return false;
  if (!failing && assign_suspect(broker, peer)) return false;
  if (!broker->may_wait) return false;
  size_t limit = failing ? 1 : peer->credit < ASSIGN_BATCH ? (size_t)peer->credit : ASSIGN_BATCH;
  size_t count = lease_to(broker, peer, false, limit);
  if (count < limit) broker->may_wait = false;
  return count > 0;
}

void broker_assign(struct broker *broker) {
  if (broker->may_suspect && !*broker->draining) look_for_suspects(broker);
  for (struct peer *peer = broker->peers; peer && (broker->may_wait || broker->may_suspect); peer = peer->next_peer)
    if (peer->worker && !broker->store_failed) assign_to(broker, peer);
}

/* --- Watching --- */

static void tell_worker_lost(const struct peer *peer, const char *error) {
  if (!event_wanted(EVENT_WARNING)) return;
  json_t *jobs = json_array();
  for (size_t i = 0; i < peer->held_count; i++) json_array_append_new(jobs, json_string(peer->held[i]));
  event_tell(EVENT_WARNING, "worker_lost",
             json_pack("{s:o, s:s, s:o}", "who", broker_who(peer), "error", error, "jobs", jobs));
}

static void lose_worker(struct broker *broker, struct peer *peer) {
  struct fault fault = {0};
  char error[PROTOCOL_MAX_NAME + 96];
  snprintf(error, sizeof error, "worker %s was not heard of for %d ms", peer->name, broker->times.silence_ms);
  peer->gone = true;
  atomic_fetch_add(&broker->figures.jobs_lost, (long long)peer->held_count);
  tell_worker_lost(peer, error);
  if (!broker_change(broker, NULL)) return;
  broker_stored(broker, store_lose_worker(broker->store, peer->id, error, clock_wall_ms(), NULL, &fault), &fault);
  broker->may_wait = broker->may_suspect = broker->outcomes_changed = true;
}

static void renew(struct broker *broker, struct peer *peer, int64_t now) {
  struct fault fault = {0};
  if (!peer->held_count || now - peer->renewed < broker->times.silence_ms || !broker_change(broker, NULL)) return;
  int64_t until = clock_wall_ms() + (int64_t)LEASE_SILENCES * broker->times.silence_ms;
  broker_stored(broker, store_renew(broker->store, peer->id, until, &fault), &fault);
  peer->renewed = now;
}

void broker_watch_workers(struct broker *broker, int64_t now) {
  struct fault fault = {0};
  size_t lost = 0;
  for (struct peer *peer = broker->peers; peer; peer = peer->next_peer) {
    if (!peer->worker || peer->gone) continue;
    if (now - peer->seen > broker->times.silence_ms)
      lose_worker(broker, peer);
    else
      renew(broker, peer, now);
  }
  if (!broker_change(broker, NULL)) return;
  broker_stored(broker, store_expire(broker->store, clock_wall_ms(), &lost, &fault), &fault);
  if (lost) broker->may_wait = broker->may_suspect = broker->outcomes_changed = true;
}
