/* Who has which job: leases given, renewed, taken over, given back and lost. */
#include "models/store_private.h"
#include "models/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct leasing {
  const struct store_lessee *who;
  bool suspects;
  size_t limit;
  int64_t now, until;
  struct place *places;
  size_t count;
};

struct place {
  struct store_leased leased;
  int64_t priority, turn, number;
};

static enum status take_row(struct query *lease, struct leasing *in, struct place *place, struct fault *fault) {
  struct store_leased *leased = &place->leased;
  *leased = (struct store_leased){.losses = (int)query_integer(lease, 6)};
  place->number = query_integer(lease, 0);
  place->priority = query_integer(lease, 1);
  place->turn = query_integer(lease, 7);
  query_copy_text(lease, 2, leased->id, sizeof leased->id);
  query_copy_text(lease, 3, leased->photo_id, sizeof leased->photo_id);
  const char *header = query_text(lease, 4, NULL), *path = query_text(lease, 5, NULL);
  leased->header = header ? strdup(header) : NULL;
  leased->path = path ? strdup(path) : NULL;
  if (leased->header && (!path || leased->path)) {
    in->count++;
    return STATUS_OK;
  }
  store_leased_free(leased);
  return fault_set(fault, STATUS_MEMORY, "out of memory");
}

static int by_place(const void *a, const void *b) {
  const struct place *one = a, *other = b;
  if (one->priority != other->priority) return one->priority > other->priority ? -1 : 1;
  if (one->turn != other->turn) return one->turn < other->turn ? -1 : 1;
  return one->number < other->number ? -1 : one->number > other->number;
}

static enum status lease_waiting(struct store *store, void *context, struct fault *fault) {
  struct leasing *in = context;
  struct query *lease = store_query(store, SQL_LEASE, fault);
  if (!lease) return fault->status;
  query_set_integer(lease, 1, in->suspects);
  query_set_integer(lease, 2, (int64_t)in->limit);
  query_set_text(lease, 3, in->who->id);
  query_set_text(lease, 4, in->who->name);
  query_set_integer(lease, 5, in->now);
  query_set_integer(lease, 6, in->until);
  query_set_text(lease, 7, store->broker);
  query_set_integer(lease, 8, in->who->workers);
  query_set_integer(lease, 9, in->now - in->who->wait_ms);
  enum status status;
  bool row;
  while (!(status = query_step(lease, &row, fault)) && row && in->count < in->limit) {
    status = take_row(lease, in, &in->places[in->count], fault);
    if (status) break;
  }
  query_reset(lease);
  /* What a database says that it has changed comes in any order. */
  if (in->count) qsort(in->places, in->count, sizeof *in->places, by_place);
  return status;
}

enum status store_lease(struct store *store, const struct store_lessee *who, bool suspects, size_t limit, int64_t now,
                        int64_t until, struct store_leased *leased, size_t *count, struct fault *fault) {
  struct fault unused;
  *count = 0;
  if (!limit) return STATUS_OK;
  struct leasing in = {who, suspects, limit, now, until, calloc(limit, sizeof *in.places), 0};
  if (!in.places) return fault_set(fault, STATUS_MEMORY, "out of memory");
  enum status status = store_transact(store, lease_waiting, &in, fault ? fault : &unused);
  for (size_t i = 0; i < in.count; i++)
    if (status)
      store_leased_free(&in.places[i].leased);
    else
      leased[i] = in.places[i].leased;
  if (!status) *count = in.count;
  free(in.places);
  return status;
}

void store_leased_free(struct store_leased *leased) {
  free(leased->header);
  free(leased->path);
  leased->header = leased->path = NULL;
}

static enum status move_end(struct store *store, enum statement which, const char *worker, int64_t until,
                            struct fault *fault) {
  struct fault unused;
  if (!fault) fault = &unused;
  struct query *query = store_query(store, which, fault);
  if (!query) return fault->status;
  query_set_text(query, 1, worker);
  query_set_integer(query, 2, until);
  query_set_text(query, 3, store->broker);
  return query_run(query, NULL, fault);
}

enum status store_renew(struct store *store, const char *worker, int64_t until, struct fault *fault) {
  return move_end(store, SQL_RENEW, worker, until, fault);
}

enum status store_take_over(struct store *store, const char *worker, int64_t until, struct fault *fault) {
  return move_end(store, SQL_TAKE_OVER, worker, until, fault);
}

struct release {
  const char *worker;
  const char *const *ids;
  size_t count;
};

static enum status release_all(struct store *store, void *context, struct fault *fault) {
  struct release *in = context;
  enum status status = STATUS_OK;
  for (size_t i = 0; i < in->count && !status; i++) {
    struct query *release = store_query(store, SQL_RELEASE, fault);
    if (!release) return fault->status;
    query_set_text(release, 1, in->ids[i]);
    query_set_text(release, 2, in->worker);
    status = query_run(release, NULL, fault);
  }
  store->news_waiting = true;
  return status;
}

enum status store_give_back(struct store *store, const char *worker, const char *const *ids, size_t count,
                            struct fault *fault) {
  struct fault unused;
  struct release in = {worker, ids, count};
  return store_transact(store, release_all, &in, fault ? fault : &unused);
}

/* --- Losses --- */

struct loss {
  const char *worker, *id /* NULL: all of the worker; where worker is NULL too: all that have run out */, *error;
  int64_t now;
  size_t lost, set_aside;
};

struct lost_row {
  int64_t job;
  int losses;
  char *history, *header;
  char name[STORE_PEER_MAX + 1];
  int64_t leased_at;
  bool alone;
};

/* A lease runs out where its broker died, too: whether the job had a part in that is less certain. */
static int most_losses(const struct loss *in) {
  return in->worker ? STORE_MAX_LOSSES : STORE_MAX_RUN_OUT;
}

/* Ends the lease, unless another broker was quicker: then it is not *found. */
static enum status end_lease(struct store *store, const struct loss *in, const char *id, const char *worker,
                             struct lost_row *lost, bool *found, struct fault *fault) {
  struct query *lose = store_query(store, SQL_LOSE, fault);
  if (!lose) return fault->status;
  query_set_text(lose, 1, id);
  query_set_text(lose, 2, worker);
  query_set_integer(lose, 3, most_losses(in));
  query_set_text(lose, 4, store->broker);
  query_set_integer(lose, 5, in->worker ? INT64_MAX : in->now);
  query_set_integer(lose, 6, store->back_off ? in->now : 0);
  query_set_integer(lose, 7, store->back_off);
  enum status status = query_step(lose, found, fault);
  if (!status && *found) {
    lost->job = query_integer(lose, 0);
    lost->losses = (int)query_integer(lose, 1);
    const char *history = query_text(lose, 2, NULL), *header = query_text(lose, 6, NULL);
    lost->history = strdup(history ? history : "[]");
    lost->header = strdup(header ? header : "{}");
    query_copy_text(lose, 3, lost->name, sizeof lost->name);
    lost->leased_at = query_integer(lose, 4);
    lost->alone = query_integer(lose, 5) == 1;
    if (!lost->history || !lost->header) status = fault_set(fault, STATUS_MEMORY, "out of memory");
  }
  query_reset(lose);
  return status;
}

static enum status set_history(struct store *store, int64_t job, const char *history, struct fault *fault) {
  struct query *set = store_query(store, SQL_SET_HISTORY, fault);
  if (!set) return fault->status;
  query_set_integer(set, 1, job);
  query_set_text(set, 2, history);
  return query_run(set, NULL, fault);
}

static enum status set_aside(struct store *store, const struct loss *in, const char *id, const struct lost_row *lost,
                             json_t *history, struct fault *fault) {
  char reason[128];
  snprintf(reason, sizeof reason, "given to workers %d times and no result came back", lost->losses);
  char *line = store_line_without_result(id, lost->header, reason, history);
  if (!line) return fault_set(fault, STATUS_MEMORY, "out of memory");
  enum status status =
      store_add_outcome(store, lost->job, lost->alone, JOB_SET_ASIDE, line, strlen(line), in->now, fault);
  free(line);
  return status;
}

static enum status lose_one(struct store *store, struct loss *in, const char *id, const char *worker,
                            struct fault *fault) {
  struct lost_row lost = {0};
  bool found = false;
  enum status status = end_lease(store, in, id, worker, &lost, &found, fault);
  if (status || !found) return status;
  json_t *history = json_loads(lost.history, 0, NULL);
  if (!json_is_array(history)) {
    json_decref(history);
    history = json_array();
  }
  char *text = NULL, *error = utf8_repair(in->error);
  json_t *entry = json_pack("{s:s, s:s, s:I, s:I, s:s}", "worker", worker, "name", lost.name, "from",
                            (json_int_t)lost.leased_at, "until", (json_int_t)in->now, "error", error);
  if (!history || !entry || json_array_append(history, entry) || !(text = json_dumps(history, JSON_COMPACT)))
    status = fault_set(fault, STATUS_MEMORY, "out of memory");
  bool last = lost.losses >= most_losses(in);
  if (!status) status = set_history(store, lost.job, text, fault);
  if (!status && last) status = set_aside(store, in, id, &lost, history, fault);
  if (!status) {
    store->news_waiting |= !last;
    in->lost++;
    in->set_aside += last;
  }
  json_decref(entry);
  json_decref(history);
  free(text);
  free(error);
  free(lost.history);
  free(lost.header);
  return status;
}

struct lease_key {
  char id[JOB_ID_CHARS + 1], worker[STORE_PEER_MAX + 1];
};

/* The keys are read before they are changed: a statement must not walk an index that is being changed. */
static enum status lose_many(struct store *store, struct loss *in, struct fault *fault) {
  struct query *find = store_query(store, in->worker ? SQL_OWN_LEASES : SQL_EXPIRED_LEASES, fault);
  if (!find) return fault->status;
  if (in->worker)
    query_set_text(find, 1, in->worker);
  else
    query_set_integer(find, 1, in->now);
  query_set_text(find, 2, store->broker);
  struct lease_key *keys = NULL;
  size_t count = 0, room = 0;
  enum status status;
  bool row;
  while (!(status = query_step(find, &row, fault)) && row) {
    if (count == room) {
      struct lease_key *more = realloc(keys, (room = room ? 2 * room : 64) * sizeof *keys);
      if (!more) {
        status = fault_set(fault, STATUS_MEMORY, "out of memory");
        break;
      }
      keys = more;
    }
    query_copy_text(find, 0, keys[count].id, sizeof keys->id);
    query_copy_text(find, 1, keys[count++].worker, sizeof keys->worker);
  }
  query_reset(find);
  for (size_t i = 0; i < count && !status; i++) status = lose_one(store, in, keys[i].id, keys[i].worker, fault);
  free(keys);
  return status;
}

static enum status lose(struct store *store, void *context, struct fault *fault) {
  struct loss *in = context;
  return in->id ? lose_one(store, in, in->id, in->worker, fault) : lose_many(store, in, fault);
}

static enum status lose_counted(struct store *store, struct loss *in, size_t *lost, size_t *aside,
                                struct fault *fault) {
  struct fault unused;
  enum status status = store_transact(store, lose, in, fault ? fault : &unused);
  if (!status && lost) *lost += in->lost;
  if (!status && aside) *aside += in->set_aside;
  return status;
}

enum status store_lose(struct store *store, const char *worker, const char *id, const char *error, int64_t now,
                       size_t *aside, struct fault *fault) {
  struct loss in = {worker, id, error, now, 0, 0};
  return lose_counted(store, &in, NULL, aside, fault);
}

enum status store_lose_worker(struct store *store, const char *worker, const char *error, int64_t now, size_t *lost,
                              struct fault *fault) {
  struct loss in = {worker, NULL, error, now, 0, 0};
  return lose_counted(store, &in, lost, NULL, fault);
}

enum status store_expire(struct store *store, int64_t now, size_t *lost, struct fault *fault) {
  struct loss in = {NULL, NULL, "the lease ran out: its worker was not heard of again", now, 0, 0};
  return lose_counted(store, &in, lost, NULL, fault);
}

enum status store_set_patience(struct store *store, int milliseconds, struct fault *fault) {
  char script[48];
  snprintf(script, sizeof script, "PRAGMA busy_timeout = %d", milliseconds);
  const struct database_calls *calls = store->database->calls;
  return calls->dialect == DIALECT_SQLITE ? calls->execute(store->database, script, fault) : STATUS_OK;
}

void store_set_back_off(struct store *store, int64_t back_off) {
  store->back_off = back_off;
}

enum status store_next_suspect(struct store *store, bool *found, int64_t *at, struct fault *fault) {
  struct fault unused;
  if (!fault) fault = &unused;
  struct query *find = store_query(store, SQL_NEXT_SUSPECT, fault);
  if (!find) return fault->status;
  query_set_integer(find, 1, true);
  bool row;
  enum status status = query_step(find, &row, fault);
  *found = !status && row && query_text(find, 0, NULL);
  if (*found) *at = query_integer(find, 0);
  query_reset(find);
  return status;
}

enum status store_leases(struct store *store, const char *worker, void (*each)(void *context, const char *id),
                         void *context, struct fault *fault) {
  struct fault unused;
  if (!fault) fault = &unused;
  struct query *find = store_query(store, SQL_WORKER_LEASES, fault);
  if (!find) return fault->status;
  query_set_text(find, 1, worker);
  enum status status;
  bool row;
  while (!(status = query_step(find, &row, fault)) && row) each(context, query_text(find, 0, NULL));
  query_reset(find);
  return status;
}
