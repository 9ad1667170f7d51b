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

/* What becomes of one entry. */
struct place {
  int64_t turn, number; /* number: of its job */
  enum job_state state; /* of the job, before */
  bool fresh, added;    /* the job is new; the position was free */
};

struct placing {
  const struct acceptance *in;
  int64_t submission;
  struct place *places;
  struct text header; /* of the job being stored */
};

/* Stores a job, or finds the one of its id; it then stays as it is until the transaction ends. */
static enum status bind_job(void *context, size_t i, struct query *add, struct fault *fault) {
  struct placing *placing = context;
  const struct store_entry *entry = &placing->in->entries[i];
  struct text *header = &placing->header;
  header->size = 0;
  job_write(entry->job, header);
  text_add(header, "", 1);
  if (header->failed) return fault_set(fault, STATUS_MEMORY, "out of memory");
  query_set_text(add, 1, entry->job->id);
  query_set_text(add, 2, header->bytes);
  query_set_text(add, 3, entry->job->photo_id);
  query_set_text(add, 4, entry->path);
  query_set_integer(add, 5, placing->submission);
  query_set_integer(add, 6, placing->in->now);
  query_set_integer(add, 7, entry->priority);
  query_set_integer(add, 8, placing->places[i].turn);
  return STATUS_OK;
}

static void take_job(void *context, size_t i, struct query *add, bool row) {
  struct place *place = &((struct placing *)context)->places[i];
  if (!row) return;
  place->number = query_integer(add, 0);
  place->state = (enum job_state)query_integer(add, 1);
  place->fresh = query_integer(add, 2) == 1;
}

static enum status bind_member(void *context, size_t i, struct query *add, struct fault *fault) {
  const struct placing *placing = context;
  (void)fault;
  query_set_integer(add, 1, placing->submission);
  query_set_integer(add, 2, placing->in->entries[i].position);
  query_set_integer(add, 3, placing->places[i].number);
  return STATUS_OK;
}

static void take_member(void *context, size_t i, struct query *add, bool row) {
  (void)row;
  ((struct placing *)context)->places[i].added = add->database->calls->changes(add) > 0;
}

static enum status place_all(struct store *store, struct placing *placing, struct fault *fault) {
  const struct query_batch jobs = {placing->in->count, bind_job, take_job, placing};
  const struct query_batch members = {placing->in->count, bind_member, take_member, placing};
  struct query *add = store_query(store, SQL_ADD_JOB, fault);
  if (!add) return fault->status;
  enum status status = add->database->calls->batch(add, &jobs, fault);
  text_free(&placing->header);
  if (status) return status;
  add = store_query(store, SQL_ADD_MEMBER, fault);
  return add ? add->database->calls->batch(add, &members, fault) : fault->status;
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

static enum status run_on_job(struct store *store, enum statement which, int64_t job, struct fault *fault) {
  struct query *query = store_query(store, which, fault);
  if (!query) return fault->status;
  query_set_integer(query, 1, job);
  return query_run(query, NULL, fault);
}

static enum status settle(struct store *store, struct store_entry *entry, int64_t submission, const struct place *place,
                          struct fault *fault) {
  int64_t member = 0;
  if (!place->added) {
    enum status status = find_member(store, submission, entry->position, &member, fault);
    if (status) return status;
    entry->accepted = member == place->number ? STORE_KNOWN : STORE_CONFLICT;
    /* Unless it has another position, too. */
    return place->fresh ? run_on_job(store, SQL_DROP_JOB, place->number, fault) : STATUS_OK;
  }
  entry->accepted = place->fresh ? STORE_NEW : STORE_KNOWN;
  store->news_waiting |= place->fresh;
  /* Who asks for what was cancelled wants it after all. */
  bool wanted_again;
  if (place->state == JOB_CANCELLED) return store_retry_job(store, place->number, &wanted_again, fault);
  return place->state >= JOB_DONE ? store_add_delivery(store, submission, entry->position, fault) : STATUS_OK;
}

static enum status accept_all(struct store *store, void *context, struct fault *fault) {
  struct acceptance *in = context;
  struct placing placing = {.in = in, .places = calloc(in->count + 1, sizeof *placing.places)};
  if (!placing.places) return fault_set(fault, STATUS_MEMORY, "out of memory");
  enum status status = find_submission(store, in, &placing.submission, fault);
  struct turns turns = {.client = in->client};
  for (size_t i = 0; i < in->count && !status; i++)
    status = store_turns_next(store, &turns, in->entries[i].priority, &placing.places[i].turn, fault);
  if (!status) status = place_all(store, &placing, fault);
  for (size_t i = 0; i < in->count && !status; i++)
    status = settle(store, &in->entries[i], placing.submission, &placing.places[i], fault);
  if (!status) status = store_turns_end(store, &turns, fault);
  free(placing.places);
  return status;
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
