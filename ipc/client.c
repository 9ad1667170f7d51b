#include "ipc/client.h"

#include "ipc/bundle.h"
#include "ipc/client_private.h"
#include "ipc/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECT_MS = 5000, PATIENCE_MS = 60000, QUERY_CREDIT = 1000 };

enum status client_open(const struct client_options *options, struct client **opened, struct fault *fault) {
  *opened = NULL;
  struct fault unused;
  if (!fault) fault = &unused;
  struct client *client = calloc(1, sizeof *client);
  if (!client) return fault_set(fault, STATUS_MEMORY, "out of memory");
  client->options = *options;
  if (options->connect_ms <= 0) client->options.connect_ms = CONNECT_MS;
  if (options->patience_ms <= 0) client->options.patience_ms = PATIENCE_MS;
  struct link_options link = {.context = options->context,
                              .endpoint = options->endpoint,
                              .role = ROLE_CLIENT,
                              .name = options->name,
                              .times = options->times,
                              .security = options->security};
  enum status status = link_open(&client->link, &link, fault);
  if (status) {
    client_close(client);
    return status;
  }
  *opened = client;
  return STATUS_OK;
}

void client_close(struct client *client) {
  if (!client) return;
  link_close(&client->link);
  while (client->goldens) {
    struct client_golden *golden = client->goldens;
    client->goldens = golden->next;
    free(golden->path);
    free(golden);
  }
  free(client);
}

static enum status check_patience(struct client *client, struct fault *fault) {
  int64_t away = clock_ms() - client->link.heard;
  if (!client->link.session && away > client->options.connect_ms)
    return fault_set(fault, STATUS_UNAVAILABLE,
                     "no assay service answers at %s (waited %.1f s); is `assay serve` running?",
                     client->options.endpoint, client->options.connect_ms / 1e3);
  if (client->link.session && !client->link.welcomed && away > client->options.patience_ms)
    return fault_set(fault, STATUS_UNAVAILABLE, "the assay service at %s has been gone for %.1f s",
                     client->options.endpoint, client->options.patience_ms / 1e3);
  return STATUS_OK;
}

enum status client_wait(struct client *client, int64_t wait, struct fault *fault) {
  int64_t beat = link_watch(&client->link);
  /* Patience ends at its time, not at that of the next try. */
  if (!client->link.welcomed && beat > 100) beat = 100;
  if (wait > beat) wait = beat;
  zmq_pollitem_t items[] = {{.socket = client->link.socket, .events = ZMQ_POLLIN},
                            {.fd = client->options.stop_fd, .events = ZMQ_POLLIN}};
  int ready = zmq_poll(items, client->options.stop_fd < 0 ? 1 : 2, wait);
  if (ready < 0 && errno != EINTR) return fault_set(fault, STATUS_INTERNAL, "cannot wait: %s", zmq_strerror(errno));
  if (ready > 0 && items[1].revents) return fault_set(fault, STATUS_STOPPED, "stopped");
  return ready > 0 ? STATUS_OK : check_patience(client, fault);
}

/* --- Goldens --- */

static struct client_golden *find_golden(const struct client *client, const char *sha256) {
  for (struct client_golden *golden = client->goldens; golden; golden = golden->next)
    if (!strcmp(golden->sha256, sha256)) return golden;
  return NULL;
}

enum status client_know_golden(struct client *client, const struct job *job, struct fault *fault) {
  if (!job->golden_path || find_golden(client, job->golden_sha256)) return STATUS_OK;
  struct client_golden *golden = calloc(1, sizeof *golden);
  if (!golden || !(golden->path = strdup(job->golden_path))) {
    free(golden);
    return fault_set(fault, STATUS_MEMORY, "out of memory");
  }
  memcpy(golden->sha256, job->golden_sha256, sizeof golden->sha256);
  golden->next = client->goldens;
  client->goldens = golden;
  return STATUS_OK;
}

static void send_golden(struct client *client, const json_t *header) {
  struct fault fault = {0};
  struct bundle bundle;
  const char *sha256 = json_string_value(json_object_get(header, "sha256"));
  const struct client_golden *golden = find_golden(client, sha256);
  if (!golden) fault_set(&fault, STATUS_MISSING, "the client does not know where this golden is");
  if (!golden || bundle_read(golden->path, sha256, &bundle, &fault)) {
    link_send(&client->link, MESSAGE_GOLDEN_MISSING,
              json_pack("{s:s, s:o}", "sha256", sha256, "text", message_text(fault.text)), NULL, 0);
    return;
  }
  link_send(&client->link, MESSAGE_GOLDEN, bundle_header(&bundle), bundle.spans, bundle.count);
  client->sent_golden = true;
  bundle_free(&bundle);
}

/* --- Messages --- */

static enum status fault_of_error(const struct client *client, const json_t *header, struct fault *fault) {
  const char *code = json_string_value(json_object_get(header, "code"));
  const char *text = json_string_value(json_object_get(header, "text"));
  enum status status = !strcmp(code, ERROR_STORE_FAILED) ? STATUS_IO : STATUS_INVALID;
  return fault_set(fault, status, "%s: the service answers: %s (%s)", client->options.endpoint, text, code);
}

enum status client_take(struct client *client, struct message *message, bool *got, struct fault *fault) {
  for (;;) {
    enum status status = link_receive(&client->link, message, got, fault);
    if (status || !*got) return status;
    if (message->kind == MESSAGE_ERROR) return fault_of_error(client, message->header, fault);
    if (message->kind != MESSAGE_GOLDEN_WANTED) return STATUS_OK;
    send_golden(client, message->header);
    message_free(message);
  }
}

bool client_read_outcome(const struct message *message, size_t i, struct client_outcome *outcome) {
  const json_t *results = json_object_get(message->header, "results"), *item = json_array_get(results, i);
  if (!item || i >= message->frame_count) return false;
  outcome->position = json_integer_value(json_object_get(item, "position"));
  outcome->sequence = json_integer_value(json_object_get(item, "sequence"));
  outcome->job = json_string_value(json_object_get(item, "job"));
  outcome->state = json_string_value(json_object_get(item, "state"));
  outcome->line = message_bytes(message, i, &outcome->size);
  return true;
}

/* --- Status --- */

static enum status ask_status(struct client *client, const char *submission, size_t submissions, json_t **answer,
                              struct fault *fault) {
  unsigned session = 0;
  int64_t asked = 0;
  struct fault unused;
  if (!fault) fault = &unused;
  *answer = NULL;
  for (;;) {
    bool due = session != client->link.session || clock_ms() - asked > client->link.times.resend_ms;
    if (client->link.welcomed && due &&
        !link_send(&client->link, MESSAGE_STATUS_REQUEST,
                   json_pack("{s:s?, s:I}", "submission", submission, "submissions", (json_int_t)submissions), NULL, 0))
      session = client->link.session, asked = clock_ms();
    enum status status = client_wait(client, 1000, fault);
    for (bool got = true; !status && got;) {
      struct message message;
      status = client_take(client, &message, &got, fault);
      if (!status && got && message.kind == MESSAGE_STATUS) *answer = json_incref(message.header);
      message_free(&message);
      if (*answer) return STATUS_OK;
    }
    if (status) return status;
  }
}

enum status client_status(struct client *client, const char *submission, json_t **answer, struct fault *fault) {
  return ask_status(client, submission, 0, answer, fault);
}

enum status client_submissions(struct client *client, size_t limit, json_t **answer, struct fault *fault) {
  return ask_status(client, NULL, limit, answer, fault);
}

enum status client_pause(struct client *client, int64_t ms, struct fault *fault) {
  struct fault unused;
  if (!fault) fault = &unused;
  int64_t until = clock_ms() + ms;
  enum status status = STATUS_OK;
  for (int64_t left; !status && (left = until - clock_ms()) > 0;) {
    status = client_wait(client, left, fault);
    for (bool got = true; !status && got;) {
      struct message message;
      status = client_take(client, &message, &got, fault);
      message_free(&message);
    }
  }
  return status;
}

/* --- Results --- */

struct reading {
  const struct client_query *query;
  int64_t after, taken; /* taken: since credit was given last */
  unsigned session;
  bool end;
};

static enum status take_results(struct client *client, struct reading *in, const struct message *message,
                                struct fault *fault) {
  struct client_outcome outcome;
  const struct client_query *query = in->query;
  enum status status = STATUS_OK;
  for (size_t i = 0; !status && client_read_outcome(message, i, &outcome); i++) {
    int64_t place = query->by_position ? outcome.position : outcome.sequence;
    if (place <= in->after) continue; /* of a session that has ended */
    in->after = place;
    in->taken++;
    status = query->outcome(query->context, &outcome, fault);
  }
  if (!status && in->taken >= QUERY_CREDIT / 2 &&
      !link_send(&client->link, MESSAGE_CREDIT,
                 json_pack("{s:s?, s:I}", "submission", query->submission, "credit", (json_int_t)in->taken), NULL, 0))
    in->taken = 0;
  in->end = json_is_true(json_object_get(message->header, "end"));
  return status;
}

static void subscribe(struct client *client, struct reading *in) {
  const struct client_query *query = in->query;
  json_t *header = json_pack("{s:s?, s:s, s:I, s:i, s:b}", "submission", query->submission, "order",
                             query->by_position ? ORDER_POSITION : ORDER_COMPLETION, "after", (json_int_t)in->after,
                             "credit", QUERY_CREDIT, "follow", query->follow);
  if (link_send(&client->link, MESSAGE_SUBSCRIBE, header, NULL, 0)) return;
  in->session = client->link.session;
  in->taken = 0;
}

enum status client_results(struct client *client, const struct client_query *query, struct fault *fault) {
  struct reading in = {.query = query, .after = query->after};
  struct fault unused;
  if (!fault) fault = &unused;
  while (!in.end) {
    if (client->link.welcomed && in.session != client->link.session) subscribe(client, &in);
    enum status status = client_wait(client, 1000, fault);
    for (bool got = true; !status && got && !in.end;) {
      struct message message;
      status = client_take(client, &message, &got, fault);
      if (!status && got && message.kind == MESSAGE_RESULTS) status = take_results(client, &in, &message, fault);
      message_free(&message);
    }
    if (status) return status;
  }
  return STATUS_OK;
}
