/* Cancel and retry. A message goes through a slice of the jobs; who asks goes on where the answer says. */
#include "ipc/broker_private.h"
#include "ipc/clock.h"
#include "ipc/events.h"

#include <stdio.h>
#include <string.h>

/* A client may do so with what it handed in itself, an admin with all. */
static bool is_allowed(struct broker *broker, struct peer *peer, const char *submission, int kind) {
  struct fault fault = {0};
  char client[STORE_PEER_MAX + 1];
  bool admin = peer->roles & ALLOW_ADMIN;
  const char *wrong = NULL;
  if (submission) {
    enum status status = store_find_client(broker->store, submission, client, &fault);
    if (status && status != STATUS_MISSING) return broker_stored(broker, status, &fault);
    if (status || (!admin && strcmp(client, broker_client_name(peer)) != 0))
      wrong = "no submission of yours has this id";
  } else if (!admin) {
    wrong = "the jobs of all submissions are for admins; name a submission";
  }
  if (wrong) broker_error(broker, &peer->route, ERROR_NOT_ALLOWED, wrong, kind);
  return !wrong;
}

static void note(struct broker *broker, const struct peer *peer, const char *action, const char *submission,
                 size_t jobs) {
  EVENT(EVENT_INFO, action,
        json_pack("{s:o, s:s?, s:I}", "who", broker_who(peer), "submission", submission, "jobs", (json_int_t)jobs));
  audit_write(broker->audit, action, broker_who(peer),
              json_pack("{s:s?, s:I}", "submission", submission, "jobs", (json_int_t)jobs));
}

void broker_control(struct broker *broker, struct peer *peer, const struct message *message) {
  struct fault fault = {0};
  bool cancel = message->kind == MESSAGE_CANCEL, more = false;
  const char *submission = json_string_value(json_object_get(message->header, "submission"));
  int64_t after = json_integer_value(json_object_get(message->header, "after"));
  size_t changed = 0;
  char reason[PROTOCOL_MAX_NAME + 32];
  if (!broker_change(broker, peer) || !is_allowed(broker, peer, submission, message->kind)) return;
  snprintf(reason, sizeof reason, "cancelled by %s", broker_client_name(peer));
  enum status status =
      cancel ? store_cancel(broker->store, submission, reason, clock_wall_ms(), &after, &more, &changed, &fault)
             : store_retry(broker->store, submission, &after, &more, &changed, &fault);
  if (!broker_stored(broker, status, &fault)) return;
  atomic_fetch_add(cancel ? &broker->figures.jobs_cancelled : &broker->figures.jobs_retried, (long long)changed);
  if (changed) note(broker, peer, cancel ? "cancel" : "retry", submission, changed);
  broker->may_wait = broker->outcomes_changed = true;
  broker_post(broker, &peer->route, cancel ? MESSAGE_CANCELLED : MESSAGE_RETRIED,
              json_pack("{s:s*, s:I, s:I, s:b}", "submission", submission, "jobs", (json_int_t)changed, "after",
                        (json_int_t)after, "more", more));
}
