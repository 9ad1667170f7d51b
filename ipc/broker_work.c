/* WORK: what a worker is told of the jobs that it has leases of. The job is the text that the store has of it: it was
 * written by job_write, and nothing in it concerns the broker. */
#include "ipc/broker_private.h"
#include "ipc/clock.h"
#include "ipc/events.h"
#include "models/blobs.h"

#include <string.h>

/* One entry of WORK, to which more can be added. */
static void write_entry(struct text *text, const char *job, size_t job_size, const char *photo, int losses) {
  text_put(text, "{\"job\":");
  text_add(text, job, job_size);
  text_put(text, ",\"photo\":\"");
  text_put(text, photo);
  text_put(text, "\",\"losses\":");
  text_json_integer(text, losses);
}

static void begin_work(struct text *text) {
  text_put(text, text->size ? "," : "{\"jobs\":[");
}

static void post_with_blob(struct broker *broker, const struct peer *peer, const struct store_leased *leased) {
  struct text job = {0};
  text_put(&job, leased->header);
  struct outgoing *out = broker_post_text(broker, &peer->route, MESSAGE_WORK, &job);
  if (!out) return;
  memcpy(out->photo_id, leased->photo_id, sizeof out->photo_id);
  memcpy(out->job, leased->id, sizeof out->job);
  out->losses = leased->losses;
}

void broker_post_work(struct broker *broker, struct peer *peer, struct store_leased *leased, size_t count) {
  struct text by_path = {0};
  for (size_t i = 0; i < count; i++) {
    if (!leased[i].path) {
      post_with_blob(broker, peer, &leased[i]);
      continue;
    }
    begin_work(&by_path);
    write_entry(&by_path, leased[i].header, strlen(leased[i].header), PHOTO_BY_PATH, leased[i].losses);
    text_put(&by_path, ",\"path\":");
    text_json_string(&by_path, leased[i].path);
    text_put(&by_path, "}");
  }
  text_put(&by_path, "]}");
  /* A lease that the worker does not hear of would be renewed for ever: out of memory undoes it. */
  if (by_path.size > 2 || by_path.failed)
    broker_post_text(broker, &peer->route, MESSAGE_WORK, &by_path);
  else
    text_free(&by_path);
}

void broker_tell_lost(struct broker *broker, const struct peer *peer, const char *job, const char *error) {
  atomic_fetch_add(&broker->figures.jobs_lost, 1);
  EVENT(EVENT_WARNING, "job_lost",
        json_pack("{s:s, s:s, s:o}", "job", job, "worker", peer->name, "error", message_text(error)));
}

/* The blob that goes with a job cannot be had: the job counts as lost, and the worker never hears of it. */
static void lose_blob(struct broker *broker, struct peer *peer, const struct outgoing *out, const struct fault *cause) {
  struct fault fault = {0};
  peer_release(peer, out->job);
  peer->credit++;
  broker_tell_lost(broker, peer, out->job, cause->text);
  store_lose(broker->store, peer->id, out->job, cause->text, clock_wall_ms(), NULL, &fault);
  broker->may_suspect = broker->outcomes_changed = true;
}

static void send_in_parts(struct broker *broker, const struct outgoing *out, size_t size) {
  struct text header = {0};
  begin_work(&header);
  write_entry(&header, out->text.bytes, out->text.size, PHOTO_IN_PARTS, out->losses);
  text_put(&header, ",\"size\":");
  text_json_integer(&header, (int64_t)size);
  text_put(&header, "}]}");
  broker_tell_text(broker, &out->to, MESSAGE_WORK, &header);
}

static void send_whole(struct broker *broker, struct peer *peer, const struct outgoing *out) {
  struct fault fault = {0};
  struct photo photo;
  if (blob_get(store_folder(broker->store), out->photo_id, out->job, &photo, &fault)) {
    lose_blob(broker, peer, out, &fault);
    return;
  }
  struct text header = {0};
  begin_work(&header);
  write_entry(&header, out->text.bytes, out->text.size, PHOTO_AS_BYTES, out->losses);
  text_put(&header, "}]}");
  const struct span span = {photo.bytes ? photo.bytes : (const uint8_t *)"", photo.size};
  if (message_send_text(broker->socket, &out->to, MESSAGE_WORK, &header, &span, 1, &fault)) peer_cut(peer);
  photo_free(&photo);
}

void broker_send_work(struct broker *broker, struct outgoing *out) {
  struct peer *peer = peer_find(broker, &out->to);
  size_t size;
  if (!*out->photo_id)
    broker_tell_text(broker, &out->to, MESSAGE_WORK, &out->text);
  else if (!peer)
    return; /* its next HELLO does not list the job */
  else if (peer->parts && !blob_find(store_folder(broker->store), out->photo_id, &size, NULL) && size > PROTOCOL_PART)
    send_in_parts(broker, out, size);
  else
    send_whole(broker, peer, out);
}
