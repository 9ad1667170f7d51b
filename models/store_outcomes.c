/* What came of the jobs: outcomes in order, and counts. */
#include "models/store_private.h"

enum { PAGE = 256 /* outcomes asked for at a time: libpq holds all of an answer in memory */ };

struct reading {
  enum statement which;
  const char *submission;
  bool by_position;
  int64_t after;
  bool (*each)(void *context, const struct store_outcome *outcome);
  void *context;
  size_t count; /* of the page */
  bool stopped;
};

char *store_line_without_result(const char *id, const char *header, const char *reason, json_t *losses) {
  json_t *job = header ? json_loads(header, 0, NULL) : NULL;
  const char *photo = json_string_value(json_object_get(job, "photo"));
  json_t *json = json_pack("{s:s, s:s?, s:s, s:O}", "job", id, "photo", photo, "reason", reason, "losses", losses);
  char *line = json ? json_dumps(json, JSON_COMPACT) : NULL;
  json_decref(json);
  json_decref(job);
  return line;
}

static enum status read_page(struct store *store, struct reading *in, int64_t limit, struct fault *fault) {
  struct query *find = store_query(store, in->which, fault);
  if (!find) return fault->status;
  query_set_integer(find, 1, in->after);
  query_set_integer(find, 2, limit);
  if (in->submission) query_set_text(find, 3, in->submission);
  enum status status;
  bool row;
  in->count = 0;
  while (!(status = query_step(find, &row, fault)) && row) {
    struct store_outcome outcome = {.sequence = query_integer(find, 0),
                                    .position = query_integer(find, 1),
                                    .state = (enum job_state)query_integer(find, 3)};
    outcome.line = query_text(find, 4, &outcome.size);
    query_copy_text(find, 2, outcome.id, sizeof outcome.id);
    if (!outcome.line) {
      status = fault_set(fault, STATUS_MEMORY, "out of memory");
      break;
    }
    in->stopped = !in->each(in->context, &outcome);
    if (in->stopped) break;
    in->after = in->by_position ? outcome.position : outcome.sequence;
    in->count++;
  }
  query_reset(find);
  return status;
}

static enum status read_all(struct store *store, struct reading *in, size_t limit, struct fault *fault) {
  size_t page;
  enum status status = store_flush(store, fault);
  if (status) return status;
  do {
    page = limit < PAGE ? limit : PAGE;
    status = page ? read_page(store, in, (int64_t)page, fault) : STATUS_OK;
    limit -= page;
  } while (!status && !in->stopped && page && in->count == page);
  return status;
}

enum status store_outcomes(struct store *store, const char *submission, enum store_order order, int64_t after,
                           size_t limit, bool (*each)(void *context, const struct store_outcome *outcome),
                           void *context, struct fault *fault) {
  struct fault unused;
  struct reading in = {.submission = submission,
                       .by_position = submission && order == STORE_BY_POSITION,
                       .after = after,
                       .each = each,
                       .context = context};
  in.which = !submission ? SQL_OUTCOMES_ALL : in.by_position ? SQL_OUTCOMES_BY_POSITION : SQL_OUTCOMES_BY_COMPLETION;
  return read_all(store, &in, limit, fault ? fault : &unused);
}

enum status store_lines(struct store *store, int64_t after,
                        bool (*each)(void *context, const struct store_outcome *outcome), void *context,
                        struct fault *fault) {
  struct fault unused;
  struct reading in = {.which = SQL_OUTCOME_LINES, .after = after, .each = each, .context = context};
  return read_all(store, &in, SIZE_MAX, fault ? fault : &unused);
}

enum status store_find_job(struct store *store, const char *id, struct job *job, bool *found, struct fault *fault) {
  struct fault unused;
  if (!fault) fault = &unused;
  struct query *find = store_query(store, SQL_FIND_HEADER, fault);
  if (!find) return fault->status;
  query_set_text(find, 1, id);
  enum status status = query_step(find, found, fault);
  if (status) return status;
  if (*found) {
    json_t *json = json_loads(query_text(find, 0, NULL), 0, NULL);
    status = job_from_json(json, job, fault);
    if (status) fault_prefix(fault, "store %s: job %s", store_name(store), id);
    json_decref(json);
  }
  query_reset(find);
  return status;
}

static enum status read_job(struct query *find, struct job *job, const struct store *store, struct fault *fault) {
  json_t *json = json_loads(query_text(find, 1, NULL), 0, NULL);
  enum status status = job_from_json(json, job, fault);
  json_decref(json);
  return status ? fault_prefix(fault, "store %s", store_name(store)) : STATUS_OK;
}

/* Adds to *count; *after: the last job's number. */
static enum status read_not_done(struct store *store, const char *submission, int64_t *after, size_t *count,
                                 enum status (*each)(void *context, const struct job *job, struct fault *fault),
                                 void *context, struct fault *fault) {
  struct query *find = store_query(store, SQL_NOT_DONE, fault);
  if (!find) return fault->status;
  query_set_integer(find, 1, *after);
  query_set_integer(find, 2, PAGE);
  query_set_text(find, 3, submission);
  enum status status;
  bool row;
  while (!(status = query_step(find, &row, fault)) && row) {
    struct job job = {0};
    *after = query_integer(find, 0);
    status = read_job(find, &job, store, fault);
    if (!status) status = each(context, &job, fault);
    job_free(&job);
    if (status) break;
    ++*count;
  }
  query_reset(find);
  return status;
}

enum status store_not_done(struct store *store, const char *submission,
                           enum status (*each)(void *context, const struct job *job, struct fault *fault),
                           void *context, struct fault *fault) {
  struct fault unused;
  int64_t after = 0;
  size_t count = PAGE;
  enum status status = STATUS_OK;
  while (!status && count == PAGE) {
    count = 0;
    status = read_not_done(store, submission, &after, &count, each, context, fault ? fault : &unused);
  }
  return status;
}

static void add_count(struct store_counts *counts, enum job_state state, int64_t count, int64_t suspects) {
  switch (state) {
  case JOB_ACCEPTED:
    counts->waiting += count;
    counts->suspects += suspects;
    break;
  case JOB_LEASED:
    counts->leased += count;
    break;
  case JOB_DONE:
    counts->done += count;
    break;
  case JOB_SET_ASIDE:
    counts->set_aside += count;
    break;
  case JOB_CANCELLED:
    counts->cancelled += count;
    break;
  }
}

enum status store_count(struct store *store, const char *submission, struct store_counts *counts, struct fault *fault) {
  struct fault unused;
  if (!fault) fault = &unused;
  *counts = (struct store_counts){0};
  struct query *count = store_query(store, submission ? SQL_COUNT_SUBMISSION : SQL_COUNT_ALL, fault);
  if (!count) return fault->status;
  if (submission) query_set_text(count, 1, submission);
  enum status status;
  bool row;
  while (!(status = query_step(count, &row, fault)) && row)
    add_count(counts, (enum job_state)query_integer(count, 0), query_integer(count, 1), query_integer(count, 2));
  query_reset(count);
  return status;
}

enum status store_submissions(struct store *store, const char *client, size_t limit, struct store_submission *found,
                              size_t *count, struct fault *fault) {
  struct fault unused;
  if (!fault) fault = &unused;
  *count = 0;
  struct query *list = store_query(store, SQL_SUBMISSIONS, fault);
  if (!list) return fault->status;
  query_set_text(list, 1, client);
  query_set_integer(list, 2, (int64_t)limit);
  enum status status;
  bool row;
  while (!(status = query_step(list, &row, fault)) && row && *count < limit) {
    struct store_submission *one = &found[(*count)++];
    query_copy_text(list, 0, one->id, sizeof one->id);
    query_copy_text(list, 1, one->client, sizeof one->client);
    one->created = query_integer(list, 2);
  }
  query_reset(list);
  for (size_t i = 0; i < *count && !status; i++) status = store_count(store, found[i].id, &found[i].counts, fault);
  return status;
}
