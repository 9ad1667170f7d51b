/* Handing in: a window of jobs that are sent and not acknowledged, and the outcomes that come back. */
#include "ipc/client_private.h"
#include "ipc/clock.h"
#include "models/utf8.h"

#include <stdlib.h>
#include <string.h>

enum { SUBMIT_BATCH = 200, SUBMIT_CREDIT = 1000, FILL_MS = 20 };
#define SUBMIT_BYTES ((size_t)16 << 20)

struct pending {
  struct pending *next;
  int64_t position, sent /* clock_ms; 0: not yet, or to be sent again */;
  struct text entry; /* of SUBMIT, written down */
  struct photo photo;
  bool by_path, in_parts, uploaded;
};

struct submitting {
  struct client *client;
  struct client_run *run;
  char submission[PROTOCOL_ID_CHARS + 1];
  struct pending *first, **end;
  size_t pending_count, pending_bytes;
  struct pending *uploading; /* whose photo goes in parts now */
  struct client_upload upload;
  bool all_given;
  uint8_t *seen; /* a bit a position: its outcome was delivered */
  size_t seen_size;
  int64_t after, taken;
  unsigned session;
};

static void free_pending(struct pending *pending) {
  text_free(&pending->entry);
  photo_free(&pending->photo);
  free(pending);
}

static bool mark_seen(struct submitting *in, int64_t position, bool *before) {
  size_t byte = (size_t)position / 8;
  uint8_t bit = (uint8_t)(1u << (position % 8));
  if (byte >= in->seen_size) {
    size_t size = 2 * byte + 64;
    uint8_t *more = realloc(in->seen, size);
    if (!more) return false;
    memset(more + in->seen_size, 0, size - in->seen_size);
    in->seen = more;
    in->seen_size = size;
  }
  *before = in->seen[byte] & bit;
  in->seen[byte] |= bit;
  return true;
}

/* --- Out --- */

/* A path that JSON cannot hold goes as bytes. */
static enum status load_where_needed(struct client_job *job, struct fault *fault) {
  if (!job->path || utf8_printable(job->path, strlen(job->path))) return STATUS_OK;
  photo_free(&job->photo);
  enum status status = photo_read(job->path, 0, &job->photo, fault);
  free(job->path);
  job->path = NULL;
  return status;
}

static void write_entry(struct text *text, const struct client_job *job, int64_t position, const char *photo) {
  text_put(text, "{\"position\":");
  text_json_integer(text, position);
  text_put(text, ",\"priority\":");
  text_json_integer(text, job->priority);
  text_put(text, ",\"photo\":\"");
  text_put(text, photo);
  if (job->path) text_put(text, "\",\"path\":");
  if (job->path) text_json_string(text, job->path);
  text_put(text, job->path ? ",\"job\":" : "\",\"job\":");
  job_write(&job->job, text);
  text_put(text, "}");
}

static enum status add_pending(struct submitting *in, struct client_job *job, struct fault *fault) {
  enum status status = load_where_needed(job, fault);
  if (!status) status = client_know_golden(in->client, &job->job, fault);
  struct pending *pending = status ? NULL : calloc(1, sizeof *pending);
  size_t part = (size_t)in->client->link.part_bytes;
  bool in_parts = !job->path && part && job->photo.size > part;
  const char *how = job->path ? PHOTO_BY_PATH : in_parts ? PHOTO_IN_PARTS : PHOTO_AS_BYTES;
  if (pending) write_entry(&pending->entry, job, in->run->submitted, how);
  if (!status && (!pending || pending->entry.failed)) status = fault_set(fault, STATUS_MEMORY, "out of memory");
  if (status) {
    if (pending) text_free(&pending->entry);
    free(pending);
    return status;
  }
  pending->position = in->run->submitted++;
  pending->by_path = job->path;
  pending->in_parts = in_parts;
  if (!job->path) {
    pending->photo = job->photo;
    job->photo = (struct photo){0};
  }
  *in->end = pending;
  in->end = &pending->next;
  in->pending_count++;
  in->pending_bytes += pending->photo.size;
  return STATUS_OK;
}

/* Fills the window for a short while: `next` may read whole photos, and the link must be kept alive meanwhile. */
static enum status fill_window(struct submitting *in, struct fault *fault) {
  const struct link *link = &in->client->link;
  int64_t until = clock_ms() + FILL_MS;
  enum status status = STATUS_OK;
  size_t fresh = 0;
  while (!status && !in->all_given && fresh < SUBMIT_BATCH && in->pending_count < (size_t)link->window_jobs &&
         in->pending_bytes < (size_t)link->window_bytes && clock_ms() < until) {
    struct client_job job = {0};
    status = in->run->next(in->run->context, &job, &in->all_given, fault);
    if (!status && !in->all_given) status = add_pending(in, &job, fault);
    fresh++;
    job_free(&job.job);
    free(job.path);
    photo_free(&job.photo);
  }
  return status;
}

static bool is_due(const struct submitting *in, const struct pending *pending, int64_t now) {
  if (pending->in_parts && !pending->uploaded) return false;
  return !pending->sent || now - pending->sent > in->client->link.times.resend_ms;
}

/* One photo after the other. */
static void upload_photos(struct submitting *in) {
  struct pending *pending = in->uploading;
  if (pending && in->upload.kept) {
    pending->uploaded = true;
    pending = NULL;
  }
  if (!pending) {
    for (pending = in->first; pending && !(pending->in_parts && !pending->uploaded);) pending = pending->next;
    in->upload = (struct client_upload){.photo = pending ? &pending->photo : NULL, .heard = clock_ms()};
    in->uploading = pending;
  }
  if (pending) client_upload_send(in->client, &in->upload);
}

static bool send_batch(struct submitting *in) {
  struct pending *batch[SUBMIT_BATCH];
  struct span photos[SUBMIT_BATCH];
  size_t count = 0, frames = 0, bytes = 0;
  int64_t now = clock_ms();
  struct text header = {0};
  text_put(&header, "{\"submission\":\"");
  text_put(&header, in->submission);
  text_put(&header, "\",\"jobs\":[");
  for (struct pending *p = in->first; p && count < SUBMIT_BATCH && bytes < SUBMIT_BYTES; p = p->next) {
    if (!is_due(in, p, now)) continue;
    if (count) text_put(&header, ",");
    text_add(&header, p->entry.bytes, p->entry.size);
    if (!p->by_path && !p->in_parts) {
      photos[frames++] = (struct span){p->photo.bytes ? p->photo.bytes : (const uint8_t *)"", p->photo.size};
      bytes += p->photo.size;
    }
    batch[count++] = p;
  }
  text_put(&header, "]}");
  bool sent = count && !link_send_text(&in->client->link, MESSAGE_SUBMIT, &header, photos, frames);
  text_free(&header);
  if (!sent) return false;
  for (size_t i = 0; i < count; i++) batch[i]->sent = now;
  return true;
}

/* False where it has to be tried again. */
static bool begin_session(struct submitting *in) {
  if (in->run->outcome &&
      link_send(&in->client->link, MESSAGE_SUBSCRIBE,
                json_pack("{s:s, s:s, s:I, s:i, s:b}", "submission", in->submission, "order", ORDER_COMPLETION, "after",
                          (json_int_t)in->after, "credit", SUBMIT_CREDIT, "follow", 1),
                NULL, 0))
    return false;
  in->session = in->client->link.session;
  in->taken = 0;
  in->uploading = NULL;
  for (struct pending *pending = in->first; pending; pending = pending->next) pending->sent = 0;
  return true;
}

/* --- In --- */

static bool drop_pending(struct submitting *in, int64_t position) {
  for (struct pending **link = &in->first; *link; link = &(*link)->next) {
    struct pending *pending = *link;
    if (pending->position != position) continue;
    *link = pending->next;
    if (!*link) in->end = link;
    in->pending_count--;
    in->pending_bytes -= pending->photo.size;
    free_pending(pending);
    return true;
  }
  return false;
}

static enum status take_accepted(struct submitting *in, const json_t *header, struct fault *fault) {
  size_t index;
  const json_t *item;
  if (strcmp(json_string_value(json_object_get(header, "submission")), in->submission)) return STATUS_OK;
  json_array_foreach(json_object_get(header, "positions"), index, item) {
    if (drop_pending(in, json_integer_value(item))) in->run->accepted++;
  }
  json_array_foreach(json_object_get(header, "refused"), index, item) {
    int64_t position = json_integer_value(json_object_get(item, "position"));
    const char *code = json_string_value(json_object_get(item, "code"));
    const char *text = json_string_value(json_object_get(item, "text"));
    if (!strcmp(code, ERROR_STORE_FAILED))
      return fault_set(fault, STATUS_IO, "%s: the service cannot store: %s", in->client->options.endpoint, text);
    if (!drop_pending(in, position)) continue;
    in->run->refusals++;
    if (in->run->refused) in->run->refused(in->run->context, position, code, text);
  }
  return STATUS_OK;
}

static enum status take_results(struct submitting *in, const struct message *message, struct fault *fault) {
  struct client_outcome outcome;
  const char *submission = json_string_value(json_object_get(message->header, "submission"));
  if (!submission || strcmp(submission, in->submission) || !in->run->outcome) return STATUS_OK;
  for (size_t i = 0; client_read_outcome(message, i, &outcome); i++) {
    bool before = true;
    in->taken++;
    if (outcome.sequence <= in->after) continue; /* of a session that has ended */
    in->after = outcome.sequence;
    /* A submission that goes on has outcomes of positions that this run has not reached yet: they come with them. */
    if (outcome.position < 0 || outcome.position > PROTOCOL_MAX_INTEGER / 2) continue;
    if (!mark_seen(in, outcome.position, &before)) return fault_set(fault, STATUS_MEMORY, "out of memory");
    if (before) continue;
    in->run->delivered++;
    enum status status = in->run->outcome(in->run->context, &outcome, fault);
    if (status) return status;
  }
  if (in->taken >= SUBMIT_CREDIT / 2 &&
      !link_send(&in->client->link, MESSAGE_CREDIT,
                 json_pack("{s:s, s:I}", "submission", in->submission, "credit", (json_int_t)in->taken), NULL, 0))
    in->taken = 0;
  return STATUS_OK;
}

static enum status receive_all(struct submitting *in, struct fault *fault) {
  enum status status = STATUS_OK;
  for (bool got = true; got && !status;) {
    struct message message;
    status = client_take(in->client, &message, &got, fault);
    if (!status && got && message.kind == MESSAGE_ACCEPTED) status = take_accepted(in, message.header, fault);
    if (!status && got && message.kind == MESSAGE_PART_TAKEN)
      status = client_upload_take(in->client, &in->upload, message.header, fault);
    if (!status && got && message.kind == MESSAGE_RESULTS) status = take_results(in, &message, fault);
    message_free(&message);
  }
  return status;
}

/* --- Running --- */

static bool is_finished(const struct submitting *in) {
  const struct client_run *run = in->run;
  return in->all_given && !in->pending_count && (!run->outcome || run->delivered + run->refusals >= run->submitted);
}

static enum status submit_all(struct submitting *in, struct fault *fault) {
  enum status status = STATUS_OK;
  struct client *client = in->client;
  while (!status && !is_finished(in)) {
    bool room = false;
    if (client->link.welcomed && (in->session == client->link.session || begin_session(in))) {
      size_t before = in->pending_count;
      status = fill_window(in, fault);
      room = in->pending_count > before;
      if (!status) upload_photos(in);
      while (!status && send_batch(in)) {
      }
    }
    if (!status && !is_finished(in)) status = client_wait(client, room ? 0 : 1000, fault);
    if (!status) status = receive_all(in, fault);
  }
  return status;
}

enum status client_submit(struct client *client, struct client_run *run, struct fault *fault) {
  struct fault unused;
  if (!fault) fault = &unused;
  struct submitting in = {.client = client, .run = run};
  in.end = &in.first;
  run->submitted = run->accepted = run->delivered = run->refusals = 0;
  if (run->submission)
    snprintf(in.submission, sizeof in.submission, "%s", run->submission);
  else
    link_random_id(in.submission);
  enum status status = submit_all(&in, fault);
  if (!status && client->sent_golden) {
    /* Its answer comes after the broker has taken the golden: we must not leave before. */
    json_t *ignored = NULL;
    status = client_status(client, NULL, &ignored, fault);
    if (status == STATUS_IO) status = STATUS_OK; /* that the store cannot tell is an answer, too */
    json_decref(ignored);
    client->sent_golden = false;
  }
  while (in.first) {
    struct pending *next = in.first->next;
    free_pending(in.first);
    in.first = next;
  }
  free(in.seen);
  return status;
}
