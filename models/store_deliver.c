/* Outcomes, and their places in the streams of those who asked. */
#include "models/store_private.h"

#include <stdlib.h>
#include <string.h>

enum { PENDING_BYTES = 8 << 20 /* kept in memory before they are written */ };

static enum status keep(struct store *store, const struct pending *pending, const char *line, struct fault *fault) {
  struct pending *kept = malloc(sizeof *kept);
  char *copy = line ? malloc(pending->size + 1) : NULL;
  if (!kept || (line && !copy)) {
    free(kept);
    free(copy);
    return fault_set(fault, STATUS_MEMORY, "out of memory");
  }
  *kept = *pending;
  kept->next = NULL;
  if (copy) {
    memcpy(copy, line, pending->size);
    copy[pending->size] = 0;
  }
  kept->line = copy;
  if (!store->pending) store->pending_end = &store->pending;
  *store->pending_end = kept;
  store->pending_end = &kept->next;
  store->pending_bytes += pending->size;
  return store->pending_bytes > PENDING_BYTES ? store_flush(store, fault) : STATUS_OK;
}

enum status store_add_outcome(struct store *store, int64_t job, bool alone, enum job_state state, const char *line,
                              size_t size, int64_t now, struct fault *fault) {
  const struct pending pending = {.job = job, .alone = alone, .state = state, .size = size, .at = now};
  return keep(store, &pending, line, fault);
}

enum status store_add_delivery(struct store *store, int64_t submission, int64_t position, struct fault *fault) {
  const struct pending pending = {.submission = submission, .position = position};
  return keep(store, &pending, NULL, fault);
}

/* The members of a job that has several, taken apart into one pending delivery each, behind it in the list. */
static enum status spread(struct store *store, struct pending *pending, struct fault *fault) {
  struct query *members = store_query(store, SQL_JOB_MEMBERS, fault);
  if (!members) return fault->status;
  query_set_integer(members, 1, pending->job);
  struct pending *last = pending;
  enum status status;
  bool row;
  while (!(status = query_step(members, &row, fault)) && row) {
    struct pending *one = calloc(1, sizeof *one);
    if (!one) {
      status = fault_set(fault, STATUS_MEMORY, "out of memory");
      break;
    }
    one->submission = query_integer(members, 0);
    one->position = query_integer(members, 1);
    one->next = last->next;
    last->next = one;
    last = one;
  }
  query_reset(members);
  return status;
}

/* *first: the first of `count` numbers, which nobody else gets. */
static enum status take_numbers(struct store *store, int64_t count, int64_t *first, struct fault *fault) {
  struct query *on = store_query(store, SQL_COUNT_ON, fault);
  if (!on) return fault->status;
  query_set_integer(on, 1, count);
  bool row;
  enum status status = query_step(on, &row, fault);
  if (!status && !row)
    status = fault_set(fault, STATUS_INVALID, "store %s: its counter is missing", store->database->shown);
  if (!status) *first = query_integer(on, 0) - count + 1;
  query_reset(on);
  return status;
}

static enum status write_outcome(struct store *store, const struct pending *pending, int64_t number,
                                 struct fault *fault) {
  struct query *add = store_query(store, SQL_ADD_OUTCOME, fault);
  if (!add) return fault->status;
  query_set_integer(add, 1, number);
  query_set_integer(add, 2, pending->job);
  query_set_integer(add, 3, pending->state);
  store->database->calls->set_text(add, 4, pending->line, pending->size);
  query_set_integer(add, 5, pending->at);
  enum status status = query_run(add, NULL, fault);
  if (status || !pending->alone) return status;
  struct query *deliver = store_query(store, SQL_DELIVER_ALL, fault);
  if (!deliver) return fault->status;
  query_set_integer(deliver, 1, pending->job);
  query_set_integer(deliver, 2, number);
  return query_run(deliver, NULL, fault);
}

static enum status write_delivery(struct store *store, const struct pending *pending, int64_t number,
                                  struct fault *fault) {
  struct query *deliver = store_query(store, SQL_DELIVER, fault);
  if (!deliver) return fault->status;
  query_set_integer(deliver, 1, pending->submission);
  query_set_integer(deliver, 2, pending->position);
  query_set_integer(deliver, 3, number);
  return query_run(deliver, NULL, fault);
}

enum status store_flush(struct store *store, struct fault *fault) {
  int64_t count = 0, number = 0;
  enum status status = STATUS_OK;
  if (!store->pending) return STATUS_OK;
  for (struct pending *p = store->pending; p && !status; p = p->next) {
    if (p->line && !p->alone) status = spread(store, p, fault);
    count++;
  }
  if (!status) status = take_numbers(store, count, &number, fault);
  for (const struct pending *p = store->pending; p && !status; p = p->next, number++)
    status = p->line ? write_outcome(store, p, number, fault) : write_delivery(store, p, number, fault);
  store_drop_pending(store);
  store->news_outcomes = true;
  return status;
}

void store_drop_pending(struct store *store) {
  while (store->pending) {
    struct pending *next = store->pending->next;
    free(store->pending->line);
    free(store->pending);
    store->pending = next;
  }
  store->pending_bytes = 0;
}
