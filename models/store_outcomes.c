/* What came of the jobs: outcomes in order, and counts. */
#include "models/store_private.h"

enum status store_outcomes(struct store *store, const char *submission, enum store_order order, int64_t after,
                           size_t limit, bool (*each)(void *context, const struct store_outcome *outcome),
                           void *context, struct fault *fault) {
  struct fault unused;
  if (!fault) fault = &unused;
  enum statement which = !submission                  ? SQL_OUTCOMES_ALL
                         : order == STORE_BY_POSITION ? SQL_OUTCOMES_BY_POSITION
                                                      : SQL_OUTCOMES_BY_COMPLETION;
  sqlite3_stmt *find = store_statement(store, which, fault);
  if (!find) return fault->status;
  if (submission) sqlite3_bind_text(find, 1, submission, -1, SQLITE_STATIC);
  sqlite3_bind_int64(find, 2, after);
  sqlite3_bind_int64(find, 3, limit > INT32_MAX ? INT32_MAX : (int64_t)limit);
  enum status status;
  bool row;
  while (!(status = store_step(store, find, &row, fault)) && row) {
    struct store_outcome outcome = {.sequence = sqlite3_column_int64(find, 0),
                                    .position = sqlite3_column_int64(find, 1),
                                    .state = (enum job_state)sqlite3_column_int(find, 3),
                                    .line = (const char *)sqlite3_column_text(find, 4)};
    outcome.size = (size_t)sqlite3_column_bytes(find, 4);
    store_copy_text(outcome.id, sizeof outcome.id, find, 2);
    if (!outcome.line) {
      status = fault_set(fault, STATUS_MEMORY, "out of memory");
      break;
    }
    if (!each(context, &outcome)) break;
  }
  sqlite3_reset(find);
  return status;
}

enum status store_lines(struct store *store, int64_t after,
                        bool (*each)(void *context, const struct store_outcome *outcome), void *context,
                        struct fault *fault) {
  struct fault unused;
  if (!fault) fault = &unused;
  sqlite3_stmt *find = store_statement(store, SQL_OUTCOME_LINES, fault);
  if (!find) return fault->status;
  sqlite3_bind_int64(find, 1, after);
  enum status status;
  bool row;
  while (!(status = store_step(store, find, &row, fault)) && row) {
    struct store_outcome outcome = {.sequence = sqlite3_column_int64(find, 0),
                                    .position = -1,
                                    .state = (enum job_state)sqlite3_column_int(find, 1),
                                    .line = (const char *)sqlite3_column_text(find, 2)};
    outcome.size = (size_t)sqlite3_column_bytes(find, 2);
    if (!outcome.line) {
      status = fault_set(fault, STATUS_MEMORY, "out of memory");
      break;
    }
    if (!each(context, &outcome)) break;
  }
  sqlite3_reset(find);
  return status;
}

enum status store_find_job(struct store *store, const char *id, struct job *job, bool *found, struct fault *fault) {
  struct fault unused;
  if (!fault) fault = &unused;
  sqlite3_stmt *find = store_statement(store, SQL_FIND_HEADER, fault);
  if (!find) return fault->status;
  sqlite3_bind_text(find, 1, id, -1, SQLITE_STATIC);
  enum status status = store_step(store, find, found, fault);
  if (status) return status;
  if (*found) {
    json_t *json = json_loads((const char *)sqlite3_column_text(find, 0), 0, NULL);
    status = job_from_json(json, job, fault);
    if (status) fault_prefix(fault, "store %s: job %s", store->folder, id);
    json_decref(json);
  }
  sqlite3_reset(find);
  return status;
}

static void add_count(struct store_counts *counts, enum job_state state, bool suspect, int64_t count) {
  switch (state) {
  case JOB_ACCEPTED:
    counts->waiting += count;
    if (suspect) counts->suspects += count;
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
  sqlite3_stmt *count = store_statement(store, submission ? SQL_COUNT_SUBMISSION : SQL_COUNT_ALL, fault);
  if (!count) return fault->status;
  if (submission) sqlite3_bind_text(count, 1, submission, -1, SQLITE_STATIC);
  enum status status;
  bool row;
  while (!(status = store_step(store, count, &row, fault)) && row)
    add_count(counts, (enum job_state)sqlite3_column_int(count, 0), sqlite3_column_int(count, 1),
              sqlite3_column_int64(count, 2));
  sqlite3_reset(count);
  return status;
}
