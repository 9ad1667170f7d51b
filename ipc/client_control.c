/* Cancel and retry: slice by slice; one that was not answered is asked for again, and changes nothing twice. */
#include "ipc/client_private.h"

#include <string.h>

struct request {
  enum message_kind kind, answer;
  const char *submission;
  int64_t after, changed;
  unsigned session; /* that the present slice was asked for in; 0: not yet */
  bool finished;
};

static void take_answer(struct request *in, const json_t *header) {
  const char *submission = json_string_value(json_object_get(header, "submission"));
  if (!submission != !in->submission || (submission && strcmp(submission, in->submission) != 0)) return;
  in->changed += json_integer_value(json_object_get(header, "jobs"));
  in->after = json_integer_value(json_object_get(header, "after"));
  in->finished = !json_is_true(json_object_get(header, "more"));
  in->session = 0;
}

static enum status ask(struct client *client, struct request *in, struct fault *fault) {
  struct fault unused;
  if (!fault) fault = &unused;
  while (!in->finished) {
    if (client->link.welcomed && in->session != client->link.session &&
        !link_send(&client->link, in->kind,
                   json_pack("{s:s*, s:I}", "submission", in->submission, "after", (json_int_t)in->after), NULL, 0))
      in->session = client->link.session;
    enum status status = client_wait(client, 1000, fault);
    for (bool got = true; !status && got && !in->finished;) {
      struct message message;
      status = client_take(client, &message, &got, fault);
      if (!status && got && message.kind == (int)in->answer) take_answer(in, message.header);
      message_free(&message);
    }
    if (status) return status;
  }
  return STATUS_OK;
}

enum status client_cancel(struct client *client, const char *submission, int64_t *cancelled, struct fault *fault) {
  struct request in = {.kind = MESSAGE_CANCEL, .answer = MESSAGE_CANCELLED, .submission = submission, .after = -1};
  enum status status = ask(client, &in, fault);
  *cancelled = in.changed;
  return status;
}

enum status client_retry(struct client *client, const char *submission, int64_t *retried, struct fault *fault) {
  struct request in = {.kind = MESSAGE_RETRY, .answer = MESSAGE_RETRIED, .submission = submission, .after = -1};
  enum status status = ask(client, &in, fault);
  *retried = in.changed;
  return status;
}
