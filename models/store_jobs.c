/* Jobs into the store, and the end of them: accept, finish, deliver, count. */
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
  sqlite3_stmt *add = store_statement(store, SQL_ADD_SUBMISSION, fault);
  if (!add) return fault->status;
  sqlite3_bind_text(add, 1, in->submission, -1, SQLITE_STATIC);
  sqlite3_bind_text(add, 2, in->client, -1, SQLITE_STATIC);
  sqlite3_bind_int64(add, 3, in->now);
  enum status status = store_run(store, add, fault);
  if (status) return status;
  sqlite3_stmt *find = store_statement(store, SQL_FIND_SUBMISSION, fault);
  if (!find) return fault->status;
  sqlite3_bind_text(find, 1, in->submission, -1, SQLITE_STATIC);
  bool row;
  status = store_step(store, find, &row, fault);
  if (status) return status;
  *submission = sqlite3_column_int64(find, 0);
  sqlite3_reset(find);
  return STATUS_OK;
}

static enum status find_job(struct store *store, const char *id, int64_t *job, enum job_state *state, bool *found,
                            struct fault *fault) {
  sqlite3_stmt *find = store_statement(store, SQL_FIND_JOB, fault);
  if (!find) return fault->status;
  sqlite3_bind_text(find, 1, id, -1, SQLITE_STATIC);
  enum status status = store_step(store, find, found, fault);
  if (status) return status;
  if (*found) {
    *job = sqlite3_column_int64(find, 0);
    *state = (enum job_state)sqlite3_column_int(find, 1);
  }
  sqlite3_reset(find);
  return STATUS_OK;
}

static enum status insert_job(struct store *store, const struct store_entry *entry, int64_t submission, int64_t now,
                              struct fault *fault) {
  json_t *json = job_to_json(entry->job);
  char *header = json ? json_dumps(json, JSON_COMPACT) : NULL;
  json_decref(json);
  if (!header) return fault_set(fault, STATUS_MEMORY, "out of memory");
  enum status status = STATUS_OK;
  sqlite3_stmt *add = store_statement(store, SQL_ADD_JOB, fault);
  if (add) {
    sqlite3_bind_text(add, 1, entry->job->id, -1, SQLITE_STATIC);
    sqlite3_bind_text(add, 2, header, -1, SQLITE_STATIC);
    sqlite3_bind_text(add, 3, entry->job->photo_id, -1, SQLITE_STATIC);
    sqlite3_bind_text(add, 4, entry->path, -1, SQLITE_STATIC);
    sqlite3_bind_int64(add, 5, submission);
    sqlite3_bind_int64(add, 6, now);
    sqlite3_bind_int(add, 7, entry->priority);
    status = store_run(store, add, fault);
  } else {
    status = fault->status;
  }
  free(header);
  return status;
}

/* The job that the submission has at this position already, or 0. */
static enum status find_member(struct store *store, int64_t submission, int64_t position, int64_t *job,
                               struct fault *fault) {
  sqlite3_stmt *find = store_statement(store, SQL_FIND_MEMBER, fault);
  if (!find) return fault->status;
  sqlite3_bind_int64(find, 1, submission);
  sqlite3_bind_int64(find, 2, position);
  bool row;
  enum status status = store_step(store, find, &row, fault);
  if (status) return status;
  *job = row ? sqlite3_column_int64(find, 0) : 0;
  sqlite3_reset(find);
  return STATUS_OK;
}

static enum status add_member(struct store *store, int64_t submission, int64_t position, int64_t job,
                              struct fault *fault) {
  sqlite3_stmt *add = store_statement(store, SQL_ADD_MEMBER, fault);
  if (!add) return fault->status;
  sqlite3_bind_int64(add, 1, submission);
  sqlite3_bind_int64(add, 2, position);
  sqlite3_bind_int64(add, 3, job);
  return store_run(store, add, fault);
}

static enum status accept_one(struct store *store, struct store_entry *entry, int64_t submission, int64_t now,
                              struct fault *fault) {
  int64_t member = 0, job = 0;
  enum job_state state = JOB_ACCEPTED;
  bool known = false;
  enum status status = find_member(store, submission, entry->position, &member, fault);
  if (!status) status = find_job(store, entry->job->id, &job, &state, &known, fault);
  if (status) return status;
  if (member) {
    entry->accepted = known && job == member ? STORE_KNOWN : STORE_CONFLICT;
    return STATUS_OK;
  }
  entry->accepted = known ? STORE_KNOWN : STORE_NEW;
  if (!known) {
    status = insert_job(store, entry, submission, now, fault);
    job = sqlite3_last_insert_rowid(store->db);
  }
  if (!status) status = add_member(store, submission, entry->position, job, fault);
  if (!status && known && state >= JOB_DONE) status = store_deliver_to(store, submission, entry->position, fault);
  return status;
}

static enum status accept_all(struct store *store, void *context, struct fault *fault) {
  struct acceptance *in = context;
  int64_t submission = 0;
  enum status status = find_submission(store, in, &submission, fault);
  for (size_t i = 0; i < in->count && !status; i++)
    status = accept_one(store, &in->entries[i], submission, in->now, fault);
  return status;
}

enum status store_accept(struct store *store, const char *submission, const char *client, struct store_entry *entries,
                         size_t count, int64_t now, struct fault *fault) {
  struct fault unused;
  struct acceptance in = {submission, client, entries, count, now};
  return store_transact(store, accept_all, &in, fault ? fault : &unused);
}

enum status store_deliver_to(struct store *store, int64_t submission, int64_t position, struct fault *fault) {
  sqlite3_stmt *next = store_statement(store, SQL_NEXT_DELIVERY, fault);
  if (!next) return fault->status;
  sqlite3_bind_int64(next, 1, submission);
  bool row;
  enum status status = store_step(store, next, &row, fault);
  if (status) return status;
  int64_t delivery = sqlite3_column_int64(next, 0) + 1;
  sqlite3_reset(next);
  sqlite3_stmt *deliver = store_statement(store, SQL_DELIVER, fault);
  if (!deliver) return fault->status;
  sqlite3_bind_int64(deliver, 1, submission);
  sqlite3_bind_int64(deliver, 2, position);
  sqlite3_bind_int64(deliver, 3, delivery);
  return store_run(store, deliver, fault);
}

enum status store_deliver(struct store *store, int64_t job, struct fault *fault) {
  sqlite3_stmt *members = store_statement(store, SQL_JOB_MEMBERS, fault);
  if (!members) return fault->status;
  sqlite3_bind_int64(members, 1, job);
  enum status status;
  bool row;
  while (!(status = store_step(store, members, &row, fault)) && row) {
    status = store_deliver_to(store, sqlite3_column_int64(members, 0), sqlite3_column_int64(members, 1), fault);
    if (status) break;
  }
  sqlite3_reset(members);
  return status;
}

enum status store_add_outcome(struct store *store, int64_t job, enum job_state state, const char *line, size_t size,
                              int64_t now, struct fault *fault) {
  sqlite3_stmt *add = store_statement(store, SQL_ADD_OUTCOME, fault);
  if (!add) return fault->status;
  sqlite3_bind_int64(add, 1, job);
  sqlite3_bind_int(add, 2, state);
  sqlite3_bind_text64(add, 3, line, size, SQLITE_STATIC, SQLITE_UTF8);
  sqlite3_bind_int64(add, 4, now);
  enum status status = store_run(store, add, fault);
  return status ? status : store_deliver(store, job, fault);
}

struct finish {
  const char *id, *line;
  size_t size;
  int64_t now;
  enum store_finished finished;
};

static enum status run_on_job(struct store *store, enum statement which, int64_t job, struct fault *fault) {
  sqlite3_stmt *statement = store_statement(store, which, fault);
  if (!statement) return fault->status;
  sqlite3_bind_int64(statement, 1, job);
  return store_run(store, statement, fault);
}

static enum status finish_one(struct store *store, void *context, struct fault *fault) {
  struct finish *in = context;
  int64_t job = 0;
  enum job_state state = JOB_ACCEPTED;
  bool known = false;
  enum status status = find_job(store, in->id, &job, &state, &known, fault);
  if (status) return status;
  in->finished = !known ? STORE_UNKNOWN_JOB : state == JOB_DONE ? STORE_DOUBLE : STORE_STORED;
  if (in->finished != STORE_STORED) return STATUS_OK;
  if (state >= JOB_DONE) status = run_on_job(store, SQL_DROP_SET_ASIDE, job, fault);
  if (!status) status = run_on_job(store, SQL_SET_DONE, job, fault);
  if (!status) status = store_add_outcome(store, job, JOB_DONE, in->line, in->size, in->now, fault);
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
