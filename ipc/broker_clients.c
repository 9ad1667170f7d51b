/* Jobs in, outcomes out. */
#include "ipc/broker_private.h"
#include "ipc/clock.h"
#include "ipc/events.h"
#include "models/blobs.h"

#include <stdlib.h>
#include <string.h>

enum { STREAM_BATCH = 500 };
#define STREAM_BYTES ((size_t)8 << 20)

/* --- Submitting --- */

/* One SUBMIT being looked through: the jobs that are good, and the answer. */
struct intake {
  struct broker *broker;
  struct peer *peer;
  const struct message *message;
  size_t next_frame;
  struct job *jobs;
  struct store_entry *entries;
  size_t count;
  json_t *positions, *refused;
};

static void refuse_job(struct intake *in, json_int_t position, const char *code, const char *text) {
  json_array_append_new(in->refused,
                        json_pack("{s:I, s:s, s:o}", "position", position, "code", code, "text", message_text(text)));
}

/* The bytes of a photo go to disk before the job is stored that needs them. */
static bool keep_photo(struct intake *in, const struct job *job, json_int_t position, size_t frame) {
  char id[DIGEST_CHARS + 1];
  struct fault fault = {0};
  size_t size;
  const void *bytes = message_bytes(in->message, frame, &size);
  digest_blake2b(bytes, size, id);
  if (strcmp(id, job->photo_id)) {
    refuse_job(in, position, ERROR_BAD_PHOTO, "the photo's bytes are not those of its photo_id");
    return false;
  }
  atomic_fetch_add(&in->broker->figures.photo_bytes, (long long)size);
  enum status status = blob_put(store_folder(in->broker->store), id, bytes, size, &fault);
  if (status) refuse_job(in, position, ERROR_STORE_FAILED, fault.text);
  return !status;
}

static const char *check_job(const struct job *job) {
  if (!*job->id) return "id: missing";
  if (!*job->golden_sha256) return "golden_sha256: missing";
  return NULL;
}

static bool has_photo(const struct intake *in, const struct job *job) {
  return *job->photo_id && !blob_settle(store_folder(in->broker->store), job->photo_id, NULL);
}

static void take_job(struct intake *in, const json_t *item) {
  struct fault fault = {0};
  json_int_t position = json_integer_value(json_object_get(item, "position"));
  const char *how = json_string_value(json_object_get(item, "photo"));
  bool as_bytes = !strcmp(how, PHOTO_AS_BYTES), in_parts = !strcmp(how, PHOTO_IN_PARTS);
  const char *path = json_string_value(json_object_get(item, "path"));
  struct job *job = &in->jobs[in->count];
  size_t frame = in->next_frame;
  if (as_bytes) in->next_frame++;
  if (job_from_json(json_object_get(item, "job"), job, &fault)) {
    refuse_job(in, position, ERROR_BAD_JOB, fault.text);
    return;
  }
  const char *wrong = check_job(job);
  if (!wrong && !as_bytes && !in_parts && !path) wrong = "path: missing";
  /* What the client could not read itself is read by no one. */
  bool is_read = path && *job->photo_id;
  if (!wrong && !as_bytes && !in_parts && is_read && !broker_may_read(in->broker, in->peer, path, &fault))
    wrong = fault.text;
  if (wrong) refuse_job(in, position, ERROR_BAD_JOB, wrong);
  if (!wrong && in_parts && !has_photo(in, job)) {
    wrong = "the photo has not come in parts, or is gone again";
    refuse_job(in, position, ERROR_BAD_PHOTO, wrong);
  }
  if (wrong || (as_bytes && !keep_photo(in, job, position, frame))) {
    job_free(job);
    return;
  }
  in->entries[in->count++] =
      (struct store_entry){.job = job,
                           .position = position,
                           .priority = (int32_t)json_integer_value(json_object_get(item, "priority")),
                           .path = as_bytes || in_parts ? NULL : path};
  /* The worker may come to another broker, which does not know this client. */
  broker_golden_known(in->broker, in->peer, job->golden_sha256,
                      as_bytes || in_parts || store_is_shared(in->broker->store));
}

static void answer(struct intake *in, const char *submission) {
  for (size_t i = 0; i < in->count; i++) {
    const struct store_entry *entry = &in->entries[i];
    if (entry->accepted == STORE_CONFLICT)
      refuse_job(in, entry->position, ERROR_CONFLICT, "the submission has another job at this position");
    else
      json_array_append_new(in->positions, json_integer(entry->position));
  }
  broker_post(
      in->broker, &in->peer->route, MESSAGE_ACCEPTED,
      json_pack("{s:s, s:O, s:O}", "submission", submission, "positions", in->positions, "refused", in->refused));
  in->broker->may_wait = in->broker->outcomes_changed = true;
  size_t accepted = json_array_size(in->positions), refused = json_array_size(in->refused);
  atomic_fetch_add(&in->broker->figures.jobs_accepted, (long long)accepted);
  atomic_fetch_add(&in->broker->figures.jobs_refused, (long long)refused);
  EVENT(EVENT_INFO, "submitted",
        json_pack("{s:o, s:s, s:I, s:I}", "who", broker_who(in->peer), "submission", submission, "accepted",
                  (json_int_t)accepted, "refused", (json_int_t)refused));
  audit_write(in->broker->audit, "submit", broker_who(in->peer),
              json_pack("{s:s, s:I, s:I}", "submission", submission, "accepted", (json_int_t)accepted, "refused",
                        (json_int_t)refused));
}

static size_t count_bytes(const json_t *jobs) {
  size_t index, count = 0;
  const json_t *item;
  json_array_foreach((json_t *)jobs, index, item) {
    count += !strcmp(json_string_value(json_object_get(item, "photo")), PHOTO_AS_BYTES);
  }
  return count;
}

void broker_submit(struct broker *broker, struct peer *peer, const struct message *message) {
  const json_t *jobs = json_object_get(message->header, "jobs");
  const char *submission = json_string_value(json_object_get(message->header, "submission"));
  size_t index, count = json_array_size(jobs);
  const json_t *item;
  struct fault fault = {0};
  if (count_bytes(jobs) != message->frame_count) {
    broker_error(broker, &peer->route, ERROR_BAD_MESSAGE, "SUBMIT: expected a frame for each photo sent as bytes",
                 MESSAGE_SUBMIT);
    return;
  }
  if (!broker_change(broker, peer)) return;
  struct intake in = {.broker = broker, .peer = peer, .message = message};
  in.jobs = calloc(count, sizeof *in.jobs);
  in.entries = calloc(count, sizeof *in.entries);
  in.positions = json_array();
  in.refused = json_array();
  if (in.jobs && in.entries && in.positions && in.refused) {
    json_array_foreach((json_t *)jobs, index, item) {
      take_job(&in, item);
    }
    enum status status = store_accept(broker->store, submission, broker_client_name(peer), in.entries, in.count,
                                      clock_wall_ms(), &fault);
    if (broker_stored(broker, status, &fault)) answer(&in, submission);
  } else {
    broker_stored(broker, fault_set(&fault, STATUS_MEMORY, "the broker is out of memory"), &fault);
  }
  for (size_t i = 0; i < in.count; i++) job_free(&in.jobs[i]);
  free(in.jobs);
  free(in.entries);
  json_decref(in.positions);
  json_decref(in.refused);
}

/* --- Streaming --- */

static struct subscription *find_subscription(struct peer *peer, const char *submission) {
  for (size_t i = 0; i < peer->subscription_count; i++) {
    struct subscription *subscription = &peer->subscriptions[i];
    if (submission ? !strcmp(subscription->submission, submission) : subscription->all) return subscription;
  }
  return NULL;
}

void broker_subscribe(struct broker *broker, struct peer *peer, const json_t *header) {
  const char *submission = json_string_value(json_object_get(header, "submission"));
  const char *order = json_string_value(json_object_get(header, "order"));
  bool by_position = order && !strcmp(order, ORDER_POSITION);
  bool follow = json_is_true(json_object_get(header, "follow"));
  if (by_position && (follow || !submission)) {
    broker_error(broker, &peer->route, ERROR_BAD_MESSAGE,
                 "SUBSCRIBE: order by position needs a submission and follow false", MESSAGE_SUBSCRIBE);
    return;
  }
  if (!submission && !(peer->roles & ALLOW_ADMIN)) {
    broker_error(broker, &peer->route, ERROR_NOT_ALLOWED,
                 "the results of all submissions are for admins; name a submission", MESSAGE_SUBSCRIBE);
    return;
  }
  struct subscription *subscription = find_subscription(peer, submission);
  if (!subscription && peer->subscription_count == MAX_SUBSCRIPTIONS) {
    broker_error(broker, &peer->route, ERROR_TOO_MANY, "SUBSCRIBE: at most 16 subscriptions at a time",
                 MESSAGE_SUBSCRIBE);
    return;
  }
  if (!subscription) subscription = &peer->subscriptions[peer->subscription_count++];
  *subscription = (struct subscription){.all = !submission,
                                        .order = by_position ? STORE_BY_POSITION : STORE_BY_COMPLETION,
                                        .after = json_integer_value(json_object_get(header, "after")),
                                        .credit = json_integer_value(json_object_get(header, "credit")),
                                        .follow = follow,
                                        .dirty = true};
  if (submission) snprintf(subscription->submission, sizeof subscription->submission, "%s", submission);
}

void broker_credit(struct broker *broker, struct peer *peer, const json_t *header) {
  (void)broker;
  struct subscription *subscription = find_subscription(peer, json_string_value(json_object_get(header, "submission")));
  if (!subscription) return; /* it has ended meanwhile */
  subscription->credit += json_integer_value(json_object_get(header, "credit"));
  if (subscription->credit > PROTOCOL_MAX_CREDIT) subscription->credit = PROTOCOL_MAX_CREDIT;
  subscription->dirty = true;
}

struct batch {
  struct text header, lines;
  struct span spans[STREAM_BATCH]; /* of the lines: until all are there only their sizes */
  size_t count;
  int64_t after;
  bool by_position, cut;
};

static void write_result(struct text *header, const struct store_outcome *outcome) {
  text_put(header, "{\"sequence\":");
  text_json_integer(header, outcome->sequence);
  text_put(header, ",\"position\":");
  text_json_integer(header, outcome->position);
  text_put(header, ",\"job\":\"");
  text_put(header, outcome->id);
  text_put(header, "\",\"state\":\"");
  text_put(header, job_state_name(outcome->state));
  text_put(header, "\"}");
}

static bool add_to_batch(void *context, const struct store_outcome *outcome) {
  struct batch *batch = context;
  batch->cut = batch->count && batch->lines.size + outcome->size > STREAM_BYTES;
  if (batch->cut) return false;
  if (batch->count) text_put(&batch->header, ",");
  write_result(&batch->header, outcome);
  text_add(&batch->lines, outcome->line, outcome->size);
  batch->spans[batch->count++].size = outcome->size;
  batch->after = batch->by_position ? outcome->position : outcome->sequence;
  return !batch->lines.failed;
}

static void begin_batch(struct batch *batch, const char *submission) {
  text_put(&batch->header, "{\"submission\":");
  text_json_string(&batch->header, submission);
  text_put(&batch->header, ",\"results\":[");
}

static enum status send_results(struct broker *broker, const struct peer *peer, struct batch *batch, bool end,
                                struct fault *fault) {
  const char *at = batch->lines.bytes ? batch->lines.bytes : "";
  for (size_t i = 0; i < batch->count; at += batch->spans[i++].size) batch->spans[i].bytes = at;
  text_put(&batch->header, end ? "],\"end\":true}" : "],\"end\":false}");
  return message_send_text(broker->socket, &peer->route, MESSAGE_RESULTS, &batch->header, batch->spans, batch->count,
                           fault);
}

static void drop_subscription(struct peer *peer, struct subscription *subscription) {
  *subscription = peer->subscriptions[--peer->subscription_count];
}

/* False where the subscription has ended, or cannot go on in this tick. */
static bool stream_to(struct broker *broker, struct peer *peer, struct subscription *subscription) {
  struct fault fault = {0};
  const char *submission = subscription->all ? NULL : subscription->submission;
  size_t limit = subscription->credit < STREAM_BATCH ? (size_t)subscription->credit : STREAM_BATCH;
  struct batch *batch = calloc(1, sizeof *batch);
  if (!batch) return false;
  begin_batch(batch, submission);
  batch->by_position = subscription->order == STORE_BY_POSITION;
  enum status status = store_outcomes(broker->store, submission, subscription->order, subscription->after, limit,
                                      add_to_batch, batch, &fault);
  bool later = status == STATUS_UNAVAILABLE; /* with the next tick */
  bool stuck = later || batch->header.failed || batch->lines.failed;
  bool all_read = !status && !batch->cut && !stuck && batch->count < limit;
  bool end = all_read && !subscription->follow;
  if (status && !later) {
    broker_error(broker, &peer->route, ERROR_STORE_FAILED, fault.text, MESSAGE_SUBSCRIBE);
    subscription->dirty = false;
  } else if (!stuck && (batch->count || end)) {
    if (send_results(broker, peer, batch, end, &fault)) peer->gone = true;
    subscription->after = batch->count ? batch->after : subscription->after;
    subscription->credit -= (int64_t)batch->count;
    atomic_fetch_add(&broker->figures.outcomes_sent, (long long)batch->count);
  }
  if (all_read) subscription->dirty = false;
  text_free(&batch->header);
  text_free(&batch->lines);
  free(batch);
  return !end && !stuck;
}

void broker_stream(struct broker *broker) {
  for (struct peer *peer = broker->peers; peer; peer = peer->next_peer) {
    for (size_t i = 0; i < peer->subscription_count && !peer->gone;) {
      struct subscription *subscription = &peer->subscriptions[i];
      if (broker->outcomes_changed) subscription->dirty = true;
      while (subscription->dirty && subscription->credit > 0 && !peer->gone)
        if (!stream_to(broker, peer, subscription)) break;
      bool ended = !subscription->follow && !subscription->dirty;
      if (ended)
        drop_subscription(peer, subscription);
      else
        i++;
    }
  }
  broker->outcomes_changed = false;
}

/* --- Status --- */

static json_t *describe_workers(const struct broker *broker, json_int_t *clients) {
  json_t *workers = json_array();
  int64_t now = clock_ms();
  *clients = 0;
  for (const struct peer *peer = broker->peers; peer; peer = peer->next_peer) {
    if (peer->gone) continue;
    if (!peer->worker) {
      ++*clients;
      continue;
    }
    json_array_append_new(workers,
                          json_pack("{s:s, s:s, s:I, s:I, s:I, s:I}", "id", peer->id, "name", peer->name, "holds",
                                    (json_int_t)peer->held_count, "done", (json_int_t)peer->done, "lost",
                                    (json_int_t)peer->lost, "seen_ms", (json_int_t)(now - peer->seen)));
  }
  return workers;
}

static json_t *describe_past(const struct broker *broker) {
  const struct broker_figures *f = &broker->figures;
  return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "ms", (json_int_t)(clock_ms() - broker->began), "accepted",
                   (json_int_t)atomic_load(&f->jobs_accepted), "refused", (json_int_t)atomic_load(&f->jobs_refused),
                   "done", (json_int_t)atomic_load(&f->jobs_done), "lost", (json_int_t)atomic_load(&f->jobs_lost),
                   "store_failures", (json_int_t)atomic_load(&f->store_failures));
}

static json_t *describe_counts(const struct store_counts *counts) {
  return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "waiting", (json_int_t)counts->waiting, "suspects",
                   (json_int_t)counts->suspects, "leased", (json_int_t)counts->leased, "done", (json_int_t)counts->done,
                   "set_aside", (json_int_t)counts->set_aside, "cancelled", (json_int_t)counts->cancelled);
}

/* The latest ones: an admin's are everybody's. *list stays NULL where none were asked for. */
static enum status list_submissions(struct broker *broker, const struct peer *peer, size_t limit, json_t **list,
                                    struct fault *fault) {
  const char *client = peer->roles & ALLOW_ADMIN ? NULL : broker_client_name(peer);
  struct store_submission *found = limit ? calloc(limit, sizeof *found) : NULL;
  size_t count;
  if (!limit) return STATUS_OK;
  if (!found) return fault_set(fault, STATUS_MEMORY, "the broker is out of memory");
  enum status status = store_submissions(broker->store, client, limit, found, &count, fault);
  if (!status) *list = json_array();
  for (size_t i = 0; i < count && !status; i++)
    json_array_append_new(*list, json_pack("{s:s, s:o, s:I, s:o}", "submission", found[i].id, "client",
                                           message_text(found[i].client), "at", (json_int_t)found[i].created, "jobs",
                                           describe_counts(&found[i].counts)));
  free(found);
  return status;
}

void broker_status(struct broker *broker, struct peer *peer, const json_t *header) {
  struct fault fault = {0};
  struct store_counts counts;
  const char *submission = json_string_value(json_object_get(header, "submission"));
  size_t limit = (size_t)json_integer_value(json_object_get(header, "submissions"));
  json_t *submissions = NULL;
  if (!broker_change(broker, NULL) ||
      !broker_stored(broker, store_count(broker->store, submission, &counts, &fault), &fault) ||
      !broker_stored(broker, list_submissions(broker, peer, limit, &submissions, &fault), &fault)) {
    broker_error(broker, &peer->route, ERROR_STORE_FAILED, broker->store_fault.text, MESSAGE_STATUS_REQUEST);
    return;
  }
  json_int_t clients;
  json_t *workers = describe_workers(broker, &clients);
  if (!broker_post(broker, &peer->route, MESSAGE_STATUS,
                   json_pack("{s:s, s:o, s:I, s:o, s:o, s:o*}", "broker", broker->name, "jobs",
                             describe_counts(&counts), "clients", clients, "workers", workers, "since_start",
                             describe_past(broker), "submissions", submissions)))
    broker_error(broker, &peer->route, ERROR_STORE_FAILED, broker->store_fault.text, MESSAGE_STATUS_REQUEST);
}
