/* Who has which job: leases given, renewed, given back and lost. */
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
  struct store_leased *leased;
  size_t count;
};

static enum status read_waiting(struct store *store, struct leasing *in, int64_t *numbers, struct fault *fault) {
  sqlite3_stmt *find = store_statement(store, SQL_FIND_WAITING, fault);
  if (!find) return fault->status;
  sqlite3_bind_int(find, 1, in->suspects);
  sqlite3_bind_int64(find, 2, (int64_t)in->limit);
  enum status status;
  bool row;
  while (!(status = store_step(store, find, &row, fault)) && row && in->count < in->limit) {
    struct store_leased *leased = &in->leased[in->count];
    const char *header = (const char *)sqlite3_column_text(find, 3);
    *leased = (struct store_leased){.losses = sqlite3_column_int(find, 5)};
    numbers[in->count] = sqlite3_column_int64(find, 0);
    store_copy_text(leased->id, sizeof leased->id, find, 1);
    store_copy_text(leased->photo_id, sizeof leased->photo_id, find, 2);
    const char *path = (const char *)sqlite3_column_text(find, 4);
    leased->header = header ? strdup(header) : NULL;
    leased->path = path ? strdup(path) : NULL;
    if (!leased->header || (path && !leased->path)) {
      store_leased_free(leased);
      status = fault_set(fault, STATUS_MEMORY, "out of memory");
      break;
    }
    in->count++;
  }
  sqlite3_reset(find);
  return status;
}

static enum status lease_waiting(struct store *store, void *context, struct fault *fault) {
  struct leasing *in = context;
  int64_t *numbers = calloc(in->limit, sizeof *numbers);
  if (!numbers) return fault_set(fault, STATUS_MEMORY, "out of memory");
  enum status status = read_waiting(store, in, numbers, fault);
  for (size_t i = 0; i < in->count && !status; i++) {
    sqlite3_stmt *lease = store_statement(store, SQL_LEASE, fault);
    if (!lease) {
      status = fault->status;
      break;
    }
    sqlite3_bind_int64(lease, 1, numbers[i]);
    sqlite3_bind_text(lease, 2, in->who->id, -1, SQLITE_STATIC);
    sqlite3_bind_text(lease, 3, in->who->name, -1, SQLITE_STATIC);
    sqlite3_bind_int64(lease, 4, in->now);
    sqlite3_bind_int64(lease, 5, in->until);
    status = store_run(store, lease, fault);
  }
  free(numbers);
  return status;
}

enum status store_lease(struct store *store, const struct store_lessee *who, bool suspects, size_t limit, int64_t now,
                        int64_t until, struct store_leased *leased, size_t *count, struct fault *fault) {
  struct fault unused;
  *count = 0;
  if (!limit) return STATUS_OK;
  struct leasing in = {who, suspects, limit, now, until, leased, 0};
  enum status status = store_transact(store, lease_waiting, &in, fault ? fault : &unused);
  if (!status) {
    *count = in.count;
    return STATUS_OK;
  }
  for (size_t i = 0; i < in.count; i++) store_leased_free(&leased[i]);
  return status;
}

void store_leased_free(struct store_leased *leased) {
  free(leased->header);
  free(leased->path);
  leased->header = leased->path = NULL;
}

enum status store_renew(struct store *store, const char *worker, int64_t until, struct fault *fault) {
  struct fault unused;
  if (!fault) fault = &unused;
  sqlite3_stmt *renew = store_statement(store, SQL_RENEW, fault);
  if (!renew) return fault->status;
  sqlite3_bind_text(renew, 1, worker, -1, SQLITE_STATIC);
  sqlite3_bind_int64(renew, 2, until);
  return store_run(store, renew, fault);
}

enum status store_shorten_leases(struct store *store, int64_t until, struct fault *fault) {
  struct fault unused;
  if (!fault) fault = &unused;
  sqlite3_stmt *shorten = store_statement(store, SQL_SHORTEN, fault);
  if (!shorten) return fault->status;
  sqlite3_bind_int64(shorten, 1, until);
  return store_run(store, shorten, fault);
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
    sqlite3_stmt *release = store_statement(store, SQL_RELEASE, fault);
    if (!release) return fault->status;
    sqlite3_bind_text(release, 1, in->ids[i], -1, SQLITE_STATIC);
    sqlite3_bind_text(release, 2, in->worker, -1, SQLITE_STATIC);
    status = store_run(store, release, fault);
  }
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

struct lease_row {
  int64_t job;
  int losses;
  char *history;
  char name[STORE_PEER_MAX + 1];
  int64_t leased_at;
};

static enum status find_lease(struct store *store, const char *id, const char *worker, struct lease_row *lease,
                              bool *found, struct fault *fault) {
  sqlite3_stmt *find = store_statement(store, SQL_FIND_LEASE, fault);
  if (!find) return fault->status;
  sqlite3_bind_text(find, 1, id, -1, SQLITE_STATIC);
  sqlite3_bind_text(find, 2, worker, -1, SQLITE_STATIC);
  enum status status = store_step(store, find, found, fault);
  if (status) return status;
  if (*found) {
    lease->job = sqlite3_column_int64(find, 0);
    lease->losses = sqlite3_column_int(find, 2);
    const char *history = (const char *)sqlite3_column_text(find, 3);
    lease->history = strdup(history ? history : "[]");
    store_copy_text(lease->name, sizeof lease->name, find, 4);
    lease->leased_at = sqlite3_column_int64(find, 5);
    if (!lease->history) status = fault_set(fault, STATUS_MEMORY, "out of memory");
  }
  sqlite3_reset(find);
  return status;
}

static enum status update_lost(struct store *store, const struct lease_row *lease, enum job_state state,
                               const char *history, struct fault *fault) {
  sqlite3_stmt *lose = store_statement(store, SQL_LOSE, fault);
  if (!lose) return fault->status;
  sqlite3_bind_int64(lose, 1, lease->job);
  sqlite3_bind_int(lose, 2, state);
  sqlite3_bind_int(lose, 3, lease->losses + 1);
  sqlite3_bind_text(lose, 4, history, -1, SQLITE_STATIC);
  return store_run(store, lose, fault);
}

static enum status set_aside(struct store *store, const struct loss *in, const char *id, const struct lease_row *lease,
                             json_t *history, struct fault *fault) {
  char reason[128];
  snprintf(reason, sizeof reason, "given to workers %d times and no result came back", lease->losses + 1);
  json_t *json = json_pack("{s:s, s:s, s:O}", "job", id, "reason", reason, "losses", history);
  char *line = json ? json_dumps(json, JSON_COMPACT) : NULL;
  json_decref(json);
  if (!line) return fault_set(fault, STATUS_MEMORY, "out of memory");
  enum status status = store_add_outcome(store, lease->job, JOB_SET_ASIDE, line, strlen(line), in->now, fault);
  free(line);
  return status;
}

static enum status lose_one(struct store *store, struct loss *in, const char *id, const char *worker,
                            struct fault *fault) {
  struct lease_row lease = {0};
  bool found = false;
  enum status status = find_lease(store, id, worker, &lease, &found, fault);
  if (status || !found) return status;
  json_t *history = json_loads(lease.history, 0, NULL);
  if (!json_is_array(history)) {
    json_decref(history);
    history = json_array();
  }
  char *text = NULL, *error = utf8_repair(in->error);
  json_t *entry = json_pack("{s:s, s:s, s:I, s:I, s:s}", "worker", worker, "name", lease.name, "from",
                            (json_int_t)lease.leased_at, "until", (json_int_t)in->now, "error", error);
  if (!history || !entry || json_array_append(history, entry) || !(text = json_dumps(history, JSON_COMPACT)))
    status = fault_set(fault, STATUS_MEMORY, "out of memory");
  bool last = lease.losses + 1 >= STORE_MAX_LOSSES;
  if (!status) status = update_lost(store, &lease, last ? JOB_SET_ASIDE : JOB_ACCEPTED, text, fault);
  if (!status && last) status = set_aside(store, in, id, &lease, history, fault);
  if (!status) {
    in->lost++;
    in->set_aside += last;
  }
  json_decref(entry);
  json_decref(history);
  free(text);
  free(error);
  free(lease.history);
  return status;
}

struct lease_key {
  char id[JOB_ID_CHARS + 1], worker[STORE_PEER_MAX + 1];
};

/* The keys are read before they are changed: a statement must not walk an index that is being changed. */
static enum status lose_many(struct store *store, struct loss *in, struct fault *fault) {
  sqlite3_stmt *find = store_statement(store, in->worker ? SQL_WORKER_LEASES : SQL_EXPIRED_LEASES, fault);
  if (!find) return fault->status;
  if (in->worker)
    sqlite3_bind_text(find, 1, in->worker, -1, SQLITE_STATIC);
  else
    sqlite3_bind_int64(find, 1, in->now);
  struct lease_key *keys = NULL;
  size_t count = 0, room = 0;
  enum status status;
  bool row;
  while (!(status = store_step(store, find, &row, fault)) && row) {
    if (count == room) {
      struct lease_key *more = realloc(keys, (room = room ? 2 * room : 64) * sizeof *keys);
      if (!more) {
        status = fault_set(fault, STATUS_MEMORY, "out of memory");
        break;
      }
      keys = more;
    }
    store_copy_text(keys[count].id, sizeof keys->id, find, 0);
    store_copy_text(keys[count++].worker, sizeof keys->worker, find, 1);
  }
  sqlite3_reset(find);
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

enum status store_leases(struct store *store, const char *worker, void (*each)(void *context, const char *id),
                         void *context, struct fault *fault) {
  struct fault unused;
  if (!fault) fault = &unused;
  sqlite3_stmt *find = store_statement(store, SQL_WORKER_LEASES, fault);
  if (!find) return fault->status;
  sqlite3_bind_text(find, 1, worker, -1, SQLITE_STATIC);
  enum status status;
  bool row;
  while (!(status = store_step(store, find, &row, fault)) && row)
    each(context, (const char *)sqlite3_column_text(find, 0));
  sqlite3_reset(find);
  return status;
}
