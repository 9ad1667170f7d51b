#include "ipc/link.h"

#include "ipc/clock.h"
#include "ipc/events.h"
#include "ipc/schema.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINK_MAX_ENDPOINT = 512 };

void link_random_id(char id[PROTOCOL_ID_CHARS + 1]) {
  unsigned char bytes[PROTOCOL_ID_CHARS / 2];
  randombytes_buf(bytes, sizeof bytes);
  sodium_bin2hex(id, PROTOCOL_ID_CHARS + 1, bytes, sizeof bytes);
}

/* --- Which broker --- */

/* The one of the list at `endpoint`, alone; STATUS_USAGE where it is too long. */
static enum status take_endpoint(const char *endpoint, char one[LINK_MAX_ENDPOINT], struct fault *fault) {
  size_t size = strcspn(endpoint, ",");
  if (size >= LINK_MAX_ENDPOINT)
    return fault_set(fault, STATUS_USAGE, "%.100s...: an endpoint has at most %d bytes", endpoint,
                     LINK_MAX_ENDPOINT - 1);
  memcpy(one, endpoint, size);
  one[size] = 0;
  return STATUS_OK;
}

/* The one behind, or the first again. */
static const char *next_endpoint(const struct link *link) {
  const char *comma = strchr(link->endpoint, ',');
  return comma ? comma + 1 : link->options.endpoint;
}

static enum status check_endpoints(const struct link *link, struct fault *fault) {
  enum status status = STATUS_OK;
  const char *endpoint = link->options.endpoint;
  do {
    char one[LINK_MAX_ENDPOINT];
    status = take_endpoint(endpoint, one, fault);
    if (!status) status = socket_check_endpoint(one, fault);
    endpoint = strchr(endpoint, ',');
  } while (!status && endpoint++);
  return status;
}

static enum status dial(const struct link *link, void **socket, void **monitor, struct fault *fault) {
  char one[LINK_MAX_ENDPOINT];
  *socket = *monitor = NULL;
  enum status status = take_endpoint(link->endpoint, one, fault);
  return status
             ? status
             : socket_dealer(link->options.context, one, &link->times, link->options.security, socket, monitor, fault);
}

/* How long an answer may take. Who has never had one soon tries the next of several. */
static int patience(const struct link *link) {
  bool several = strchr(link->options.endpoint, ',') && !link->session;
  int silence = several ? link->times.heartbeat_ms : link->times.silence_ms;
  return link->pause_ms > silence ? (int)link->pause_ms : silence;
}

static json_t *list_holding(const struct link *link) {
  return link->options.holding ? link->options.holding(link->options.holding_context) : NULL;
}

/* A message that cannot be sent now is no matter here: silence brings a new greeting. */
static void greet(struct link *link) {
  const struct link_options *o = &link->options;
  json_t *header =
      json_pack("{s:s, s:s, s:o, s:s, s:b, s:o*}", "role", o->role, "id", link->id, "name", message_text(link->name),
                "software", "assay " ASSAY_VERSION, "parts", 1, "holding", list_holding(link));
  link->welcomed = false;
  link->give_up = clock_ms() + patience(link);
  message_send(link->socket, NULL, MESSAGE_HELLO, header, NULL, 0, NULL);
}

enum status link_open(struct link *link, const struct link_options *options, struct fault *fault) {
  *link = (struct link){.options = *options, .times = ipc_times_or_default(options->times)};
  char host[200] = "localhost";
  gethostname(host, sizeof host - 1);
  if (sodium_init() < 0) return fault_set(fault, STATUS_INTERNAL, "libsodium does not start");
  if (options->name)
    snprintf(link->name, sizeof link->name, "%s", options->name);
  else
    snprintf(link->name, sizeof link->name, "%s:%ld", host, (long)getpid());
  if (options->id)
    snprintf(link->id, sizeof link->id, "%s", options->id);
  else
    link_random_id(link->id);
  link->heard = clock_ms();
  link->pause_ms = link->times.heartbeat_ms;
  link->endpoint = options->endpoint;
  enum status status = check_endpoints(link, fault);
  if (!status) status = dial(link, &link->socket, &link->monitor, fault);
  if (!status) greet(link);
  return status;
}

void link_close(struct link *link) {
  const int none = 0;
  if (link->welcomed)
    message_send(link->socket, NULL, MESSAGE_BYE, json_pack("{s:o*}", "holding", list_holding(link)), NULL, 0, NULL);
  else if (link->socket)
    zmq_setsockopt(link->socket, ZMQ_LINGER, &none, sizeof none);
  socket_close(link->socket);
  socket_close(link->monitor);
  link->socket = link->monitor = NULL;
}

static void welcome(struct link *link, const json_t *header) {
  link->welcomed = true;
  link->session++;
  link->times.heartbeat_ms = (int)json_integer_value(json_object_get(header, "heartbeat_ms"));
  link->times.silence_ms = (int)json_integer_value(json_object_get(header, "silence_ms"));
  link->window_jobs = json_integer_value(json_object_get(header, "window_jobs"));
  link->window_bytes = json_integer_value(json_object_get(header, "window_bytes"));
  link->part_bytes = json_integer_value(json_object_get(header, "part_bytes"));
  link->pause_ms = link->times.heartbeat_ms;
  link->next_beat = clock_ms() + link->times.heartbeat_ms;
  /* Who was told that it was away is told that it is back. */
  EVENT(link->session > 1 ? EVENT_WARNING : EVENT_INFO, "connected",
        json_pack("{s:s, s:s}", "broker", json_string_value(json_object_get(header, "broker")), "endpoint",
                  link->endpoint));
}

static void leave(struct link *link) {
  link->welcomed = false;
  link->give_up = clock_ms() + link->times.heartbeat_ms;
  EVENT(EVENT_INFO, "broker_left", json_pack("{s:s}", "endpoint", link->endpoint));
}

static enum status handle_error(struct link *link, const json_t *header, bool *mine, struct fault *fault) {
  const char *code = json_string_value(json_object_get(header, "code"));
  const char *text = json_string_value(json_object_get(header, "text"));
  *mine = true;
  if (!strcmp(code, ERROR_BAD_VERSION))
    return fault_set(fault, STATUS_INVALID, "%s: the broker refuses us: %s", link->options.endpoint, text);
  if (!strcmp(code, ERROR_HELLO_FIRST)) {
    /* It may come once for each message of an old session; one greeting is enough. */
    if (link->welcomed) greet(link);
  } else if (!strcmp(code, ERROR_NOT_ALLOWED) && !link->session) {
    return fault_set(fault, STATUS_UNAVAILABLE, "%s: the service does not let us in: %s", link->options.endpoint, text);
  } else {
    *mine = !link->welcomed;
  }
  return STATUS_OK;
}

/* A broker that has welcomed us and comes back as another version ends us just the same. */
static bool is_of_another_version(const struct link *link, const struct message *message, struct fault *fault) {
  if (!message->version || message->version == PROTOCOL_VERSION) return false;
  fault_set(fault, STATUS_INVALID,
            "%s: the service speaks version %d of the protocol, this program (assay " ASSAY_VERSION
            ") version %d; the older of the two must be brought up to date",
            link->endpoint, message->version, PROTOCOL_VERSION);
  return true;
}

/* Once let in we go on trying: a broker may come back with its keys amiss and be set right. */
static enum status look_for_refusal(struct link *link, struct fault *fault) {
  struct fault refusal = {0};
  bool refused =
      handshake_refused(&link->handshake, link->monitor, link->options.endpoint, link->options.security, &refusal);
  if (refused && link->session)
    EVENT(EVENT_WARNING, "not_let_in", json_pack("{s:s, s:s}", "error", refusal.text, "effect", "it is tried again"));
  if (!refused || link->session) return STATUS_OK;
  if (fault) *fault = refusal;
  return refusal.status;
}

enum status link_receive(struct link *link, struct message *message, bool *got, struct fault *fault) {
  *message = (struct message){0};
  *got = false;
  enum status refused = look_for_refusal(link, fault);
  if (refused) return refused;
  for (;;) {
    struct fault bad = {0};
    bool mine = true;
    enum status status = message_receive(link->socket, false, message, got, &bad);
    if (!*got) {
      if (status && fault) *fault = bad;
      return status;
    }
    link->heard = clock_ms();
    if (!status && message->kind == MESSAGE_WELCOME)
      welcome(link, message->header);
    else if (!status && message->kind == MESSAGE_BYE)
      leave(link);
    else if (!status && message->kind == MESSAGE_ERROR)
      status = handle_error(link, message->header, &mine, fault);
    else if (!status && message->kind != MESSAGE_HEARTBEAT)
      mine = !link->welcomed;
    else if ((status == STATUS_INVALID && !is_of_another_version(link, message, fault)) || status == STATUS_MEMORY) {
      /* Not every message is sent again when it is not understood, or was not even looked at for want of memory. A kind
       * that we do not know is not meant for us. */
      if (status == STATUS_MEMORY || schema_of(message->kind)) link_begin_anew(link);
      status = STATUS_OK;
    }
    if (!mine || status) return status;
    message_free(message);
  }
}

void link_begin_anew(struct link *link) {
  if (link->welcomed) link->give_up = clock_ms() + link->times.heartbeat_ms;
  link->welcomed = false;
}

static void reconnect(struct link *link) {
  void *fresh = NULL, *monitor = NULL;
  link->pause_ms =
      link->pause_ms * 2 < link->times.reconnect_max_ms ? link->pause_ms * 2 : link->times.reconnect_max_ms;
  /* A new socket: what waits in the old one belongs to a session that has ended. */
  link->endpoint = next_endpoint(link);
  if (!dial(link, &fresh, &monitor, NULL)) {
    int none = 0;
    zmq_setsockopt(link->socket, ZMQ_LINGER, &none, sizeof none);
    socket_close(link->socket);
    socket_close(link->monitor);
    link->socket = fresh;
    link->monitor = monitor;
  }
  greet(link);
}

int64_t link_watch(struct link *link) {
  int64_t now = clock_ms();
  /* Who does not call for longer than a heartbeat was busy or stood still: that time is not the broker's silence. */
  if (link->welcomed) link->heard = clock_forgiven(link->heard, link->next_beat, now, link->times.heartbeat_ms);
  if (link->welcomed && now - link->heard > link->times.silence_ms) {
    link->welcomed = false;
    link->give_up = now;
    EVENT(EVENT_WARNING, "broker_silent",
          json_pack("{s:s, s:I}", "endpoint", link->endpoint, "silence_ms", (json_int_t)(now - link->heard)));
  }
  if (!link->welcomed) {
    if (now >= link->give_up) reconnect(link);
    int64_t left = link->give_up - clock_ms();
    /* A refusal shows at the monitor, which no one waits for. */
    if (link->monitor && left > 100) left = 100;
    return left < 1 ? 1 : left;
  }
  if (now >= link->next_beat) {
    link->next_beat = now + link->times.heartbeat_ms;
    message_send(link->socket, NULL, MESSAGE_HEARTBEAT, json_object(), NULL, 0, NULL);
  }
  return link->next_beat - now;
}

enum status link_send(struct link *link, enum message_kind kind, json_t *header, const struct span *frames,
                      size_t count) {
  if (link->welcomed) return message_send(link->socket, NULL, kind, header, frames, count, NULL);
  json_decref(header);
  return STATUS_UNAVAILABLE;
}

enum status link_send_text(struct link *link, enum message_kind kind, struct text *header, const struct span *frames,
                           size_t count) {
  if (!link->welcomed) return STATUS_UNAVAILABLE;
  return message_send_text(link->socket, NULL, kind, header, frames, count, NULL);
}
