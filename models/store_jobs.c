/* Jobs into the store, and the end of them: accept, finish. */
#include "models/store_private.h"

#include <stdlib.h>
#include <string.h>

struct acceptance {
  const char *submission, *client;
  struct store_entry *entries;
  size_t count;
  int64_t now;
};

static enum status find_submission(struct store *store, const struct acceptance *in, int64_t *submission,
                                   struct fault *fault) {
  struct query *add = store_query(store, SQL_ADD_SUBMISSION, fault);
  if (!add) return fault->status;
  query_set_text(add, 1, in->submission);
  query_set_text(add, 2, in->client);
  query_set_integer(add, 3, in->now);
  enum status status = query_run(add, NULL, fault);
  if (status) return status;
  struct query *find = store_query(store, SQL_FIND_SUBMISSION, fault);
  if (!find) return fault->status;
  query_set_text(find, 1, in->submission);
  bool row;
  status = query_step(find, &row, fault);
  if (!status) *submission = query_integer(find, 0);
  query_reset(find);
  return status;
}

struct row {
  int64_t number;
  enum job_state state;
  bool fresh;
};

/* Stores a job, or finds the one of its id; it then stays as it is until the transaction ends. */
static enum status add_job(struct store *store, const struct store_entry *entry, int64_t submission, int64_t turn,
                           int64_t now, struct row *job, struct fault *fault) {
  json_t *json = job_to_json(entry->job);
  char *header = json ? json_dumps(json, JSON_COMPACT) : NULL;
  json_decref(json);
  if (!header) return fault_set(fault, STATUS_MEMORY, "out of memory");
  struct query *add = store_query(store, SQL_ADD_JOB, fault);
  enum status status = add ? STATUS_OK : fault->status;
  if (add) {
    query_set_text(add, 1, entry->job->id);
    query_set_text(add, 2, header);
    query_set_text(add, 3, entry->job->photo_id);
    query_set_text(add, 4, entry->path);
    query_set_integer(add, 5, submission);
    query_set_integer(add, 6, now);
    query_set_integer(add, 7, entry->priority);
    query_set_integer(add, 8, turn);
    bool row;
    status = query_step(add, &row, fault);
    if (!status) {
      job->number = query_integer(add, 0);
      job->state = (enum job_state)query_integer(add, 1);
      job->fresh = query_integer(add, 2) == 1;
    }
    query_reset(add);
  }
  free(header);
  return status;
}

/* *job: what the submission has at this position already. */
static enum status find_member(struct store *store, int64_t submission, int64_t position, int64_t *job,
                               struct fault *fault) {
  struct query *find = store_query(store, SQL_FIND_MEMBER, fault);
  if (!find) return fault->status;
  query_set_integer(find, 1, submission);
  query_set_integer(find, 2, position);
  bool row;
  enum status status = query_step(find, &row, fault);
  if (!status) *job = row ? query_integer(find, 0) : 0;
  query_reset(find);
  return status;
}

/* *added: the position was free. */
static enum status add_member(struct store *store, int64_t submission, int64_t position, int64_t job, bool *added,
                              struct fault *fault) {
  struct query *add = store_query(store, SQL_ADD_MEMBER, fault);
  if (!add) return fault->status;
  int64_t changed;
  query_set_integer(add, 1, submission);
  query_set_integer(add, 2, position);
  query_set_integer(add, 3, job);
  enum status status = query_run(add, &changed, fault);
  *added = changed > 0;
  return status;
}

static enum status run_on_job(struct store *store, enum statement which, int64_t job, struct fault *fault) {
  struct query *query = store_query(store, which, fault);
  if (!query) return fault->status;
  query_set_integer(query, 1, job);
  return query_run(query, NULL, fault);
}

static enum status accept_one(struct store *store, struct store_entry *entry, int64_t submission, int64_t turn,
                              int64_t now, struct fault *fault) {
  struct row job = {0};
  bool added = false;
  int64_t member = 0;
  enum status status = add_job(store, entry, submission, turn, now, &job, fault);
  if (!status) status = add_member(store, submission, entry->position, job.number, &added, fault);
  if (!status && !added) status = find_member(store, submission, entry->position, &member, fault);
  if (status) return status;
  if (!added) {
    entry->accepted = member == job.number ? STORE_KNOWN : STORE_CONFLICT;
    return job.fresh ? run_on_job(store, SQL_DROP_JOB, job.number, fault) : STATUS_OK;
  }
  entry->accepted = job.fresh ? STORE_NEW : STORE_KNOWN;
  store->news_waiting |= job.fresh;
  /* Who asks for what was cancelled wants it after all. */
  bool wanted_again;
  if (job.state == JOB_CANCELLED) return store_retry_job(store, job.number, &wanted_again, fault);
  return job.state >= JOB_DONE ? store_add_delivery(store, submission, entry->position, fault) : STATUS_OK;
}

static enum status accept_all(struct store *store, void *context, struct fault *fault) {
  struct acceptance *in = context;
  int64_t submission = 0;
  enum status status = find_submission(store, in, &submission, fault);
  struct turns turns = {.client = in->client};
  for (size_t i = 0; i < in->count && !status; i++) {
    int64_t turn;
    status = store_turns_next(store, &turns, in->entries[i].priority, &turn, fault);
    if (!status) status = accept_one(store, &in->entries[i], submission, turn, in->now, fault);
  }
  return status ? status : store_turns_end(store, &turns, fault);
}

enum status store_accept(struct store *store, const char *submission, const char *client, struct store_entry *entries,
                         size_t count, int64_t now, struct fault *fault) {
  struct fault unused;
  struct acceptance in = {submission, client, entries, count, now};
  return store_transact(store, accept_all, &in, fault ? fault : &unused);
}

struct finish {
  const char *id, *line;
  size_t size;
  int64_t now;
  enum store_finished finished;
};

static enum status is_known(struct store *store, const char *id, bool *known, struct fault *fault) {
  struct query *find = store_query(store, SQL_FIND_JOB, fault);
  if (!find) return fault->status;
  query_set_text(find, 1, id);
  enum status status = query_step(find, known, fault);
  query_reset(find);
  return status;
}

static enum status finish_one(struct store *store, void *context, struct fault *fault) {
  struct finish *in = context;
  struct query *done = store_query(store, SQL_SET_DONE, fault);
  if (!done) return fault->status;
  query_set_text(done, 1, in->id);
  bool row, known = false;
  enum status status = query_step(done, &row, fault);
  int64_t job = !status && row ? query_integer(done, 0) : 0;
  bool alone = !status && row && query_integer(done, 1) == 1;
  query_reset(done);
  if (status) return status;
  if (row) {
    in->finished = STORE_STORED;
    return store_add_outcome(store, job, alone, JOB_DONE, in->line, in->size, in->now, fault);
  }
  status = is_known(store, in->id, &known, fault);
  in->finished = known ? STORE_DOUBLE : STORE_UNKNOWN_JOB;
  return status;
}

enum status store_finish(struct store *store, const char *id, const char *line, size_t size, int64_t now,
                         enum store_finished *finished, struct fault *fault) {
  struct fault unused;
  struct finish in = {id, line, size, now, STORE_UNKNOWN_JOB};
  enum status status = store_transact(store, finish_one, &in, fault ? fault : &unused);
  *finished = in.finished;
  return status;
}
