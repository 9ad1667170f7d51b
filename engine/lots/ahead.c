#include "engine/lots/ahead.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH_ITEMS = 64, BATCHES = 6, BATCH_BYTES = 1 << 20, LONG_LINE = BATCH_BYTES / BATCH_ITEMS };

struct item {
  int64_t number;
  size_t at, size; /* of the line among the batch's bytes */
  struct row *row;
  bool set_aside; /* in place of a line: */
  struct job job;
};

/* Items that go together from hand to hand. */
struct batch {
  struct item items[BATCH_ITEMS];
  struct row_parser *parsers[BATCH_ITEMS]; /* a row lies in its parser */
  size_t count, parsed;
  char *bytes;
  size_t used, room;
  enum status status; /* of the item behind the parsed ones */
  struct fault fault;
};

/* Batch n of the stream is batches[n % BATCHES]: the reader's while it is n = read, then the parser's, then the
 * caller's. */
struct ahead {
  const struct ahead_calls *calls;
  struct batch batches[BATCHES];
  bool threaded;
  pthread_mutex_t mutex;
  pthread_cond_t moved;
  size_t read, parsed, given;
  bool ended, stopped;
  bool large;         /* the reader's batch holds a line that goes alone */
  enum status status; /* of the reader */
  struct fault fault;
};

/* --- Batches --- */

static struct batch *batch_at(struct ahead *ahead, size_t number) {
  return &ahead->batches[number % BATCHES];
}

static void empty(struct batch *batch) {
  /* Long lines are no reason to keep so much. */
  for (size_t i = 0; i < batch->count; i++) {
    job_free(&batch->items[i].job);
    if (batch->items[i].size <= LONG_LINE) continue;
    row_parser_free(batch->parsers[i]);
    batch->parsers[i] = NULL;
  }
  if (batch->room > 2 * BATCH_BYTES) {
    free(batch->bytes);
    batch->bytes = NULL;
    batch->room = 0;
  }
  batch->count = batch->parsed = batch->used = 0;
  batch->status = STATUS_OK;
}

static bool has_room(struct batch *batch, size_t size) {
  size_t needed = batch->used + size + ROW_PADDING;
  if (needed <= batch->room) return true;
  size_t room = needed < BATCH_BYTES ? 2 * needed : needed;
  char *bytes = realloc(batch->bytes, room);
  if (!bytes) return false;
  batch->bytes = bytes;
  batch->room = room;
  return true;
}

static void parse(struct batch *batch) {
  for (size_t i = 0; i < batch->count && !batch->status; i++) {
    struct item *item = &batch->items[i];
    struct row_parser **parser = &batch->parsers[i];
    if (!item->set_aside && !*parser && !(*parser = row_parser_new()))
      batch->status = fault_set(&batch->fault, STATUS_MEMORY, "out of memory");
    else if (!item->set_aside)
      batch->status = row_parse(*parser, batch->bytes + item->at, item->size, &item->row, &batch->fault);
    if (!batch->status) batch->parsed++;
  }
}

static enum status give(const struct ahead_calls *calls, struct batch *batch, struct fault *fault) {
  for (size_t i = 0; i < batch->parsed; i++) {
    const struct item *item = &batch->items[i];
    enum status status = calls->take(
        calls->context, &(struct ahead_item){item->number, item->row, item->set_aside ? &item->job : NULL}, fault);
    if (status) return status;
  }
  if (!batch->status) return STATUS_OK;
  *fault = batch->fault;
  calls->refused(calls->context, batch->items[batch->parsed].number, fault);
  return batch->status;
}

/* --- From hand to hand --- */

/* Waits until the reader may fill a batch that is `behind` others that were not given yet; false where it is to leave.
 */
static bool wait_for_room(struct ahead *ahead, size_t behind) {
  pthread_mutex_lock(&ahead->mutex);
  while (ahead->read - ahead->given > behind && !ahead->stopped) pthread_cond_wait(&ahead->moved, &ahead->mutex);
  bool go_on = !ahead->stopped;
  pthread_mutex_unlock(&ahead->mutex);
  return go_on;
}

static void move_on(struct ahead *ahead, size_t *stage) {
  pthread_mutex_lock(&ahead->mutex);
  ++*stage;
  pthread_cond_broadcast(&ahead->moved);
  pthread_mutex_unlock(&ahead->mutex);
}

/* Hands over what the reader has. */
static bool hand_over(struct ahead *ahead) {
  struct batch *batch = batch_at(ahead, ahead->read);
  bool alone = ahead->large;
  if (!batch->count) return true;
  ahead->large = false;
  if (ahead->threaded) {
    move_on(ahead, &ahead->read);
    return wait_for_room(ahead, alone ? 0 : BATCHES - 1);
  }
  parse(batch);
  ahead->status = give(ahead->calls, batch, &ahead->fault);
  empty(batch);
  ahead->stopped = ahead->status;
  return !ahead->stopped;
}

static bool put(struct ahead *ahead, const struct item *item, const char *line) {
  struct batch *batch = batch_at(ahead, ahead->read);
  if (!has_room(batch, item->size)) {
    struct job job = item->job;
    job_free(&job);
    ahead->status = fault_set(&ahead->fault, STATUS_MEMORY, "out of memory for a result");
    return false;
  }
  struct item *kept = &batch->items[batch->count++];
  *kept = *item;
  kept->at = batch->used;
  memcpy(batch->bytes + batch->used, line, item->size);
  memset(batch->bytes + batch->used + item->size, 0, ROW_PADDING);
  batch->used += item->size + ROW_PADDING;
  bool full = batch->count == BATCH_ITEMS || batch->used >= BATCH_BYTES;
  return full || !ahead->threaded ? hand_over(ahead) : true;
}

bool ahead_put(struct ahead *ahead, int64_t number, const char *line, size_t size) {
  bool alone = size > BATCH_BYTES;
  if (alone && ahead->threaded && (!hand_over(ahead) || !wait_for_room(ahead, 0))) return false;
  ahead->large = alone;
  return put(ahead, &(struct item){.number = number, .size = size}, line);
}

bool ahead_put_job(struct ahead *ahead, int64_t number, struct job *job) {
  return put(ahead, &(struct item){.number = number, .set_aside = true, .job = *job}, "");
}

static void read_all(struct ahead *ahead) {
  struct fault fault = {0};
  enum status status = ahead->calls->read(ahead->calls->source, ahead, &fault);
  /* A put that failed has left its own, or whoever takes has. */
  if (status && !ahead->status) {
    ahead->status = status;
    ahead->fault = fault;
  }
}

static void *read_thread(void *argument) {
  struct ahead *ahead = argument;
  read_all(ahead);
  if (batch_at(ahead, ahead->read)->count) move_on(ahead, &ahead->read);
  pthread_mutex_lock(&ahead->mutex);
  ahead->ended = true;
  pthread_cond_broadcast(&ahead->moved);
  pthread_mutex_unlock(&ahead->mutex);
  return NULL;
}

/* Waits for a batch that stage `done` has not done and stage `before` has; false where none will come. */
static bool wait_for_batch(struct ahead *ahead, const size_t *done, const size_t *before) {
  pthread_mutex_lock(&ahead->mutex);
  while (*done == *before && !ahead->stopped && !(ahead->ended && *done == ahead->read))
    pthread_cond_wait(&ahead->moved, &ahead->mutex);
  bool has = *done != *before && !ahead->stopped;
  pthread_mutex_unlock(&ahead->mutex);
  return has;
}

static void *parse_thread(void *argument) {
  struct ahead *ahead = argument;
  while (wait_for_batch(ahead, &ahead->parsed, &ahead->read)) {
    parse(batch_at(ahead, ahead->parsed));
    move_on(ahead, &ahead->parsed);
  }
  return NULL;
}

static enum status take_all(struct ahead *ahead, struct fault *fault) {
  enum status status = STATUS_OK;
  while (!status && wait_for_batch(ahead, &ahead->given, &ahead->parsed)) {
    struct batch *batch = batch_at(ahead, ahead->given);
    status = give(ahead->calls, batch, fault);
    empty(batch);
    move_on(ahead, &ahead->given);
  }
  return status;
}

static void stop(struct ahead *ahead) {
  pthread_mutex_lock(&ahead->mutex);
  ahead->stopped = true;
  pthread_cond_broadcast(&ahead->moved);
  pthread_mutex_unlock(&ahead->mutex);
}

/* False where the system gives no threads. */
static bool run_threaded(struct ahead *ahead, enum status *status, struct fault *fault) {
  pthread_t reader, parser;
  if (pthread_create(&parser, NULL, parse_thread, ahead)) return false;
  ahead->threaded = true;
  bool reads = !pthread_create(&reader, NULL, read_thread, ahead);
  if (reads) *status = take_all(ahead, fault);
  stop(ahead);
  pthread_join(parser, NULL);
  if (reads) pthread_join(reader, NULL);
  ahead->threaded = ahead->stopped = false;
  return reads;
}

enum status ahead_run(const struct ahead_calls *calls, struct fault *fault) {
  struct ahead *ahead = calloc(1, sizeof *ahead);
  if (!ahead) return fault_set(fault, STATUS_MEMORY, "out of memory");
  enum status status = STATUS_OK;
  ahead->calls = calls;
  pthread_mutex_init(&ahead->mutex, NULL);
  pthread_cond_init(&ahead->moved, NULL);
  if (calls->waits || !run_threaded(ahead, &status, fault)) read_all(ahead);
  if (!status && ahead->status) {
    status = ahead->status;
    *fault = ahead->fault;
  }
  for (int i = 0; i < BATCHES; i++) {
    struct batch *batch = &ahead->batches[i];
    empty(batch);
    for (int k = 0; k < BATCH_ITEMS; k++) row_parser_free(batch->parsers[k]);
    free(batch->bytes);
  }
  pthread_cond_destroy(&ahead->moved);
  pthread_mutex_destroy(&ahead->mutex);
  free(ahead);
  return status;
}
