#include "ipc/message.h"

#include "ipc/schema.h"
#include "models/utf8.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libzmq is not instrumented: ThreadSanitizer does not see that what was sent happened before what was received. */
#ifdef __SANITIZE_THREAD__
#include <stdatomic.h>
static atomic_int passed;
static void fence_send(void) {
  atomic_fetch_add_explicit(&passed, 1, memory_order_release);
}
static void fence_receive(void) {
  (void)atomic_load_explicit(&passed, memory_order_acquire);
}
#else
static void fence_send(void) {}
static void fence_receive(void) {}
#endif

enum status message_decode(struct span prefix, struct span header, int *kind, json_t **json, struct fault *fault) {
  *kind = 0;
  *json = NULL;
  const uint8_t *bytes = prefix.bytes;
  if (prefix.size != PROTOCOL_PREFIX_SIZE || memcmp(bytes, PROTOCOL_TAG, PROTOCOL_TAG_SIZE))
    return fault_set(fault, STATUS_INVALID, "no message of assay: the first frame must be 8 bytes and begin with %s",
                     PROTOCOL_TAG);
  *kind = bytes[6];
  if (bytes[5] != PROTOCOL_VERSION && *kind != MESSAGE_ERROR)
    return fault_set(fault, STATUS_INVALID, "protocol version %d is not spoken here, only version %d", bytes[5],
                     PROTOCOL_VERSION);
  const struct field *fields = schema_of(*kind);
  if (!fields || bytes[7]) return fault_set(fault, STATUS_INVALID, "no such kind of message: %d", *kind);
  if (header.size > PROTOCOL_MAX_HEADER)
    return fault_set(fault, STATUS_INVALID, "%s: the header has %zu bytes, at most %d are taken", schema_name(*kind),
                     header.size, PROTOCOL_MAX_HEADER);
  json_error_t error;
  *json = json_loadb(header.bytes, header.size, JSON_REJECT_DUPLICATES, &error);
  if (!*json && (json_error_code(&error) == json_error_out_of_memory || !*error.text))
    return fault_set(fault, STATUS_MEMORY, "%s: out of memory", schema_name(*kind));
  if (!*json)
    return fault_set(fault, STATUS_INVALID, "%s: the header is no JSON object: %s", schema_name(*kind), error.text);
  if (!schema_check(*json, fields, fault)) return STATUS_OK;
  json_decref(*json);
  *json = NULL;
  return fault_prefix(fault, "%s", schema_name(*kind));
}

void message_free(struct message *message) {
  json_decref(message->header);
  for (size_t i = 0; i < message->frame_count; i++) zmq_msg_close(&message->frames[i]);
  free(message->frames);
  message->header = NULL;
  message->frames = NULL;
  message->frame_count = 0;
}

const void *message_bytes(const struct message *message, size_t frame, size_t *size) {
  *size = zmq_msg_size(&message->frames[frame]);
  return zmq_msg_data(&message->frames[frame]);
}

/* The frames of one message as they come, at most `limit` kept; what is over is taken and dropped. */
struct parts {
  zmq_msg_t *frames;
  size_t count, room, bytes, taken;
  int connection;
  bool over, failed;
};

static void keep_part(struct parts *parts, zmq_msg_t *frame, size_t limit) {
  if (parts->count == limit) {
    parts->over = true;
  } else if (parts->count == parts->room) {
    size_t room = parts->room ? 2 * parts->room : 4;
    zmq_msg_t *more = realloc(parts->frames, room * sizeof *more);
    parts->failed |= !more;
    if (more) {
      parts->frames = more;
      parts->room = room;
    }
  }
  if (parts->count < parts->room && !parts->over) {
    zmq_msg_init(&parts->frames[parts->count]);
    zmq_msg_move(&parts->frames[parts->count++], frame);
  }
  zmq_msg_close(frame);
}

/* The first of a ROUTER: known also where there is no memory for the rest. */
static void take_route(struct route *from, zmq_msg_t *frame) {
  from->size = (uint8_t)zmq_msg_size(frame);
  memcpy(from->bytes, zmq_msg_data(frame), from->size);
}

/* `from`: NULL on a DEALER. */
static enum status receive_parts(void *socket, struct parts *parts, size_t limit, struct route *from, bool *got,
                                 struct fault *fault) {
  for (bool more = true; more;) {
    zmq_msg_t frame;
    zmq_msg_init(&frame);
    if (zmq_msg_recv(&frame, socket, ZMQ_DONTWAIT) < 0) {
      int code = errno;
      zmq_msg_close(&frame);
      if (code == EINTR) continue;
      if (code == EAGAIN && !parts->count) return STATUS_OK;
      return fault_set(fault, code == ETERM ? STATUS_STOPPED : STATUS_INTERNAL, "cannot receive: %s",
                       zmq_strerror(code));
    }
    *got = true;
    more = zmq_msg_more(&frame);
    if (from && !parts->taken) take_route(from, &frame);
    parts->bytes += zmq_msg_size(&frame);
    parts->taken++;
    /* The first of a ROUTER is of its own making. */
    if (parts->taken == 2) parts->connection = zmq_msg_get(&frame, ZMQ_SRCFD);
    keep_part(parts, &frame, limit);
  }
  fence_receive();
  return STATUS_OK;
}

static struct span span_of(zmq_msg_t *frame) {
  return (struct span){zmq_msg_data(frame), zmq_msg_size(frame)};
}

static void copy_property(char *to, size_t room, zmq_msg_t *frame, const char *name) {
  const char *value = zmq_msg_gets(frame, name);
  if (value) snprintf(to, room, "%s", value);
}

static enum status open_parts(struct parts *parts, bool routed, struct message *message, struct fault *fault) {
  size_t first = routed ? 1 : 0;
  if (parts->failed) return fault_set(fault, STATUS_MEMORY, "out of memory");
  if (parts->over) return fault_set(fault, STATUS_INVALID, "too many frames; at most %d", PROTOCOL_MAX_FRAMES);
  if (parts->count < first + 2) return fault_set(fault, STATUS_INVALID, "no message of assay: fewer than 2 frames");
  copy_property(message->user, sizeof message->user, &parts->frames[first], "User-Id");
  copy_property(message->address, sizeof message->address, &parts->frames[first], "Peer-Address");
  struct span prefix = span_of(&parts->frames[first]);
  if (prefix.size == PROTOCOL_PREFIX_SIZE) message->version = ((const uint8_t *)prefix.bytes)[PROTOCOL_TAG_SIZE];
  enum status status =
      message_decode(prefix, span_of(&parts->frames[first + 1]), &message->kind, &message->header, fault);
  if (status) return status;
  size_t count = parts->count - first - 2;
  if (count && !schema_has_frames(message->kind))
    return fault_set(fault, STATUS_INVALID, "%s: carries no bytes, but %zu frames came", schema_name(message->kind),
                     count);
  for (size_t i = 0; i < first + 2; i++) zmq_msg_close(&parts->frames[i]);
  memmove(parts->frames, parts->frames + first + 2, count * sizeof *parts->frames);
  message->frames = parts->frames;
  message->frame_count = count;
  *parts = (struct parts){0};
  return STATUS_OK;
}

enum status message_receive(void *socket, bool routed, struct message *message, bool *got, struct fault *fault) {
  *message = (struct message){0};
  *got = false;
  struct parts parts = {.connection = -1};
  enum status status =
      receive_parts(socket, &parts, PROTOCOL_MAX_FRAMES + 3, routed ? &message->from : NULL, got, fault);
  message->connection = parts.connection;
  message->size = parts.bytes;
  message->parts = parts.taken;
  if (!status && *got) status = open_parts(&parts, routed, message, fault);
  for (size_t i = 0; i < parts.count; i++) zmq_msg_close(&parts.frames[i]);
  free(parts.frames);
  return status;
}

json_t *message_text(const char *text) {
  char *repaired = utf8_repair(text);
  size_t kept = 0, size = repaired ? strlen(repaired) : 0;
  if (!repaired) return NULL;
  while (kept < size) {
    bool valid;
    size_t next = utf8_next(repaired + kept, size - kept, &valid);
    if (kept + next > PROTOCOL_MAX_TEXT) break;
    if (!utf8_printable(repaired + kept, next)) memset(repaired + kept, ' ', next);
    kept += next;
  }
  json_t *json = json_stringn(repaired, kept);
  free(repaired);
  return json;
}

static int send_frame(void *socket, const void *bytes, size_t size, bool more) {
  int sent;
  do sent = zmq_send(socket, bytes, size, ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0));
  while (sent < 0 && errno == EINTR);
  return sent < 0;
}

/* One that shares the bytes of `frame`. */
static int send_shared(void *socket, zmq_msg_t *frame, bool more) {
  zmq_msg_t copy;
  zmq_msg_init(&copy);
  int sent = zmq_msg_copy(&copy, frame);
  while (sent >= 0 && (sent = zmq_msg_send(&copy, socket, ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0))) < 0 &&
         errno == EINTR)
    sent = 0;
  const int code = errno;
  if (sent < 0) zmq_msg_close(&copy);
  errno = code;
  return sent < 0;
}

static enum status send_fault(struct fault *fault) {
  if (errno == EAGAIN || errno == EHOSTUNREACH)
    return fault_set(fault, STATUS_UNAVAILABLE, "the peer is gone or does not read");
  return fault_set(fault, errno == ETERM ? STATUS_STOPPED : STATUS_INTERNAL, "cannot send: %s", zmq_strerror(errno));
}

/* Takes `text` over. Only the first frame of a message can be refused: the rest follows it into the same pipe. */
static int send_head(void *socket, const struct route *to, enum message_kind kind, char *text, bool more) {
  const uint8_t prefix[PROTOCOL_PREFIX_SIZE] = {'A', 'S', 'S', 'A', 'Y', PROTOCOL_VERSION, (uint8_t)kind, 0};
  fence_send();
  int failed = to && send_frame(socket, to->bytes, to->size, true);
  if (!failed) failed = send_frame(socket, prefix, sizeof prefix, true);
  if (!failed) failed = send_frame(socket, text, strlen(text), more);
  const int code = errno;
  free(text);
  errno = code;
  return failed;
}

/* Takes `text` over; NULL is out of memory. */
static enum status send_all(void *socket, const struct route *to, enum message_kind kind, char *text,
                            const struct span *frames, size_t count, struct fault *fault) {
  if (!text) return fault_set(fault, STATUS_MEMORY, "out of memory");
  int failed = send_head(socket, to, kind, text, count > 0);
  for (size_t i = 0; i < count && !failed; i++)
    failed = send_frame(socket, frames[i].bytes, frames[i].size, i + 1 < count);
  return failed ? send_fault(fault) : STATUS_OK;
}

enum status message_send_shared(void *socket, const struct route *to, enum message_kind kind, const json_t *header,
                                zmq_msg_t *frames, size_t count, struct fault *fault) {
  char *text = json_dumps(header, JSON_COMPACT);
  if (!text) return fault_set(fault, STATUS_MEMORY, "out of memory");
  int failed = send_head(socket, to, kind, text, count > 0);
  for (size_t i = 0; i < count && !failed; i++) failed = send_shared(socket, &frames[i], i + 1 < count);
  return failed ? send_fault(fault) : STATUS_OK;
}

enum status message_send(void *socket, const struct route *to, enum message_kind kind, json_t *header,
                         const struct span *frames, size_t count, struct fault *fault) {
  char *text = header ? json_dumps(header, JSON_COMPACT) : NULL;
  json_decref(header);
  return send_all(socket, to, kind, text, frames, count, fault);
}

enum status message_send_text(void *socket, const struct route *to, enum message_kind kind, struct text *header,
                              const struct span *frames, size_t count, struct fault *fault) {
  return send_all(socket, to, kind, text_take(header), frames, count, fault);
}
