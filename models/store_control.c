/* What people ask for: cancel, retry. */
#include "models/store_private.h"

#include <stdlib.h>
#include <string.h>

/* A submission's jobs, or all that were set aside, a slice at a time. */
struct slice {
  const char *submission; /* NULL: those that were set aside */
  const char *reason;     /* NULL: retry */
  int64_t now, after;
  size_t seen, changed;
};

struct member {
  int64_t job;
  char id[JOB_ID_CHARS + 1];
};

enum status store_retry_job(struct store *store, int64_t job, bool *retried, struct fault *fault) {
  struct query *retry = store_query(store, SQL_RETRY, fault);
  if (!retry) return fault->status;
  query_set_integer(retry, 1, job);
  enum status status = query_step(retry, retried, fault);
  query_reset(retry);
  if (status || !*retried) return status;
  store->news_waiting = true;
  /* Its outcome may be of this transaction, and not be written yet. */
  if ((status = store_flush(store, fault))) return status;
  struct query *drop = store_query(store, SQL_DROP_OUTCOME, fault);
  if (!drop) return fault->status;
  query_set_integer(drop, 1, job);
  return query_run(drop, NULL, fault);
}

static enum status cancel_job(struct store *store, struct slice *in, const struct member *member, struct fault *fault) {
  struct query *cancel = store_query(store, SQL_CANCEL, fault);
  if (!cancel) return fault->status;
  query_set_integer(cancel, 1, member->job);
  query_set_text(cancel, 2, in->submission);
  bool row, alone = false;
  char *line = NULL;
  enum status status = query_step(cancel, &row, fault);
  if (!status && row) {
    json_t *losses = json_array();
    alone = query_integer(cancel, 0) == 1;
    line = store_line_without_result(member->id, query_text(cancel, 1, NULL), in->reason, losses);
    json_decref(losses);
    if (!line) status = fault_set(fault, STATUS_MEMORY, "out of memory");
  }
  query_reset(cancel);
  if (line) {
    in->changed++;
    status = store_add_outcome(store, member->job, alone, JOB_CANCELLED, line, strlen(line), in->now, fault);
  }
  free(line);
  return status;
}

/* Read before they are changed: a statement must not walk what is being changed. */
static enum status read_slice(struct store *store, struct slice *in, struct member *members, struct fault *fault) {
  struct query *find = store_query(store, in->submission ? SQL_SUBMISSION_JOBS : SQL_SET_ASIDE_JOBS, fault);
  if (!find) return fault->status;
  query_set_integer(find, 1, in->after);
  query_set_integer(find, 2, STORE_SLICE);
  if (in->submission) query_set_text(find, 3, in->submission);
  enum status status;
  bool row;
  while (!(status = query_step(find, &row, fault)) && row && in->seen < STORE_SLICE) {
    in->after = query_integer(find, 0);
    members[in->seen].job = query_integer(find, 1);
    query_copy_text(find, 2, members[in->seen++].id, sizeof members->id);
  }
  query_reset(find);
  return status;
}

static enum status change_slice(struct store *store, void *context, struct fault *fault) {
  struct slice *in = context;
  struct member *members = calloc(STORE_SLICE, sizeof *members);
  if (!members) return fault_set(fault, STATUS_MEMORY, "out of memory");
  enum status status = read_slice(store, in, members, fault);
  for (size_t i = 0; i < in->seen && !status; i++) {
    bool retried = false;
    if (in->reason)
      status = cancel_job(store, in, &members[i], fault);
    else
      status = store_retry_job(store, members[i].job, &retried, fault);
    in->changed += retried;
  }
  free(members);
  return status;
}

static enum status change(struct store *store, struct slice *in, int64_t *after, bool *more, size_t *changed,
                          struct fault *fault) {
  struct fault unused;
  in->after = *after;
  enum status status = store_transact(store, change_slice, in, fault ? fault : &unused);
  if (status) return status;
  *after = in->after;
  *more = in->seen == STORE_SLICE;
  *changed += in->changed;
  return STATUS_OK;
}

enum status store_cancel(struct store *store, const char *submission, const char *reason, int64_t now, int64_t *after,
                         bool *more, size_t *cancelled, struct fault *fault) {
  struct slice in = {.submission = submission, .reason = reason, .now = now};
  return change(store, &in, after, more, cancelled, fault);
}

enum status store_retry(struct store *store, const char *submission, int64_t *after, bool *more, size_t *retried,
                        struct fault *fault) {
  struct slice in = {.submission = submission};
  return change(store, &in, after, more, retried, fault);
}

enum status store_find_client(struct store *store, const char *submission, char client[STORE_PEER_MAX + 1],
                              struct fault *fault) {
  struct fault unused;
  if (!fault) fault = &unused;
  struct query *find = store_query(store, SQL_SUBMISSION_CLIENT, fault);
  if (!find) return fault->status;
  query_set_text(find, 1, submission);
  bool row;
  enum status status = query_step(find, &row, fault);
  if (!status && row) query_copy_text(find, 0, client, STORE_PEER_MAX + 1);
  query_reset(find);
  if (!status && !row)
    status = fault_set(fault, STATUS_MISSING, "store %s: no submission %s", store_name(store), submission);
  return status;
}
