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

/* What is to be written with one statement. */
struct writing {
  struct pending **items;
  int64_t *numbers;
  size_t count;
};

static enum status bind_outcome(void *context, size_t i, struct query *add, struct fault *fault) {
  const struct writing *writing = context;
  const struct pending *pending = writing->items[i];
  (void)fault;
  query_set_integer(add, 1, writing->numbers[i]);
  query_set_integer(add, 2, pending->job);
  query_set_integer(add, 3, pending->state);
  add->database->calls->set_text(add, 4, pending->line, pending->size);
  query_set_integer(add, 5, pending->at);
  return STATUS_OK;
}

static enum status bind_alone(void *context, size_t i, struct query *deliver, struct fault *fault) {
  const struct writing *writing = context;
  (void)fault;
  query_set_integer(deliver, 1, writing->items[i]->job);
  query_set_integer(deliver, 2, writing->numbers[i]);
  return STATUS_OK;
}

static enum status bind_delivery(void *context, size_t i, struct query *deliver, struct fault *fault) {
  const struct writing *writing = context;
  (void)fault;
  query_set_integer(deliver, 1, writing->items[i]->submission);
  query_set_integer(deliver, 2, writing->items[i]->position);
  query_set_integer(deliver, 3, writing->numbers[i]);
  return STATUS_OK;
}

static bool is_outcome(const struct pending *pending) {
  return pending->line;
}

static bool is_alone(const struct pending *pending) {
  return pending->line && pending->alone;
}

static bool is_delivery(const struct pending *pending) {
  return !pending->line;
}

static enum status write_those(struct store *store, enum statement which, bool (*chosen)(const struct pending *),
                               enum status (*bind)(void *, size_t, struct query *, struct fault *), int64_t number,
                               struct writing *writing, struct fault *fault) {
  writing->count = 0;
  for (struct pending *p = store->pending; p; p = p->next, number++) {
    if (!chosen(p)) continue;
    writing->items[writing->count] = p;
    writing->numbers[writing->count++] = number;
  }
  if (!writing->count) return STATUS_OK;
  struct query *query = store_query(store, which, fault);
  const struct query_batch batch = {writing->count, bind, NULL, writing};
  return query ? query->database->calls->batch(query, &batch, fault) : fault->status;
}

static enum status write_all(struct store *store, int64_t count, int64_t number, struct fault *fault) {
  struct writing writing = {calloc((size_t)count, sizeof *writing.items),
                            calloc((size_t)count, sizeof *writing.numbers), 0};
  enum status status = writing.items && writing.numbers ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "out of memory");
  if (!status) status = write_those(store, SQL_ADD_OUTCOME, is_outcome, bind_outcome, number, &writing, fault);
  if (!status) status = write_those(store, SQL_DELIVER_ALL, is_alone, bind_alone, number, &writing, fault);
  /* Last: a member that came after the outcome was kept has a later number. */
  if (!status) status = write_those(store, SQL_DELIVER, is_delivery, bind_delivery, number, &writing, fault);
  free(writing.items);
  free(writing.numbers);
  return status;
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
  if (!status) status = write_all(store, count, number, fault);
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
