/* Several brokers on one store: who lives, whose leases are whose. No two clocks are compared: a broker counts on a
 * number, and the others see by their own clocks for how long it has not changed. */
#include "models/store_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

enum { LEAST_ROOM = 1 << 20 /* bytes, see store_probe */ };

static enum status run_with(struct store *store, enum statement which, const char *first, const char *second,
                            int64_t *changed, struct fault *fault) {
  struct query *query = store_query(store, which, fault);
  if (!query) return fault->status;
  if (first) query_set_text(query, 1, first);
  if (second) query_set_text(query, 2, second);
  return query_run(query, changed, fault);
}

/* Leases that no living broker watches become ours, and end at `until` unless their workers come. */
static enum status adopt(struct store *store, int64_t until, struct fault *fault) {
  struct query *query = store_query(store, SQL_ADOPT, fault);
  if (!query) return fault->status;
  query_set_text(query, 1, store->broker);
  query_set_integer(query, 2, until);
  return query_run(query, NULL, fault);
}

static enum status join(struct store *store, void *context, struct fault *fault) {
  const int64_t *until = context;
  /* Who has a store for itself has locked it: the others are no more. */
  enum status status = store_is_shared(store) ? STATUS_OK : run_with(store, SQL_DROP_BROKERS, NULL, NULL, NULL, fault);
  if (!status) status = run_with(store, SQL_ADD_BROKER, store->broker, store->broker_name, NULL, fault);
  return status ? status : adopt(store, *until, fault);
}

enum status store_join(struct store *store, const char *broker, const char *name, int64_t until, struct fault *fault) {
  struct fault unused;
  snprintf(store->broker, sizeof store->broker, "%s", broker);
  snprintf(store->broker_name, sizeof store->broker_name, "%s", name);
  return store_transact(store, join, &until, fault ? fault : &unused);
}

enum status store_leave(struct store *store, struct fault *fault) {
  struct fault unused;
  return run_with(store, SQL_DROP_BROKER, store->broker, NULL, NULL, fault ? fault : &unused);
}

/* --- Beating --- */

static struct known_broker *know(struct store *store, const char *id, struct fault *fault) {
  for (size_t i = 0; i < store->other_count; i++)
    if (!strcmp(store->others[i].id, id)) return &store->others[i];
  struct known_broker *more = realloc(store->others, (store->other_count + 1) * sizeof *more);
  if (!more) {
    fault_set(fault, STATUS_MEMORY, "out of memory");
    return NULL;
  }
  store->others = more;
  struct known_broker *fresh = &more[store->other_count++];
  *fresh = (struct known_broker){.beats = -1};
  snprintf(fresh->id, sizeof fresh->id, "%s", id);
  return fresh;
}

/* Forgets those that are not in the store any more. */
static void forget_absent(struct store *store) {
  size_t kept = 0;
  for (size_t i = 0; i < store->other_count; i++)
    if (store->others[i].there) store->others[kept++] = store->others[i];
  store->other_count = kept;
}

static enum status look_round(struct store *store, int64_t now, struct fault *fault) {
  for (size_t i = 0; i < store->other_count; i++) store->others[i].there = false;
  struct query *query = store_query(store, SQL_BROKERS, fault);
  if (!query) return fault->status;
  query_set_text(query, 1, store->broker);
  enum status status;
  bool row;
  while (!(status = query_step(query, &row, fault)) && row) {
    struct known_broker *other = know(store, query_text(query, 0, NULL), fault);
    if (!other) {
      status = fault->status;
      break;
    }
    int64_t beats = query_integer(query, 1);
    if (other->beats != beats) other->changed = now;
    other->beats = beats;
    other->there = true;
  }
  query_reset(query);
  if (!status) forget_absent(store);
  return status;
}

struct beating {
  int64_t now, patience, until;
  bool forgotten;
};

enum status store_probe(struct store *store, struct fault *fault) {
  struct statvfs info;
  /* A little finds room in what the log has already of the disk. */
  if (store->folder && !statvfs(store->folder, &info) && (uint64_t)info.f_bavail * info.f_frsize < LEAST_ROOM)
    return fault_set(fault, STATUS_LIMIT, "store %s: next to no room on its disk", store_name(store));
  return run_with(store, SQL_BEAT, store->broker, NULL, NULL, fault);
}

static enum status beat(struct store *store, void *context, struct fault *fault) {
  struct beating *in = context;
  int64_t changed = 0;
  enum status status = run_with(store, SQL_BEAT, store->broker, NULL, &changed, fault);
  in->forgotten = !status && !changed;
  if (in->forgotten) status = run_with(store, SQL_ADD_BROKER, store->broker, store->broker_name, NULL, fault);
  if (!status) status = look_round(store, in->now, fault);
  for (size_t i = 0; i < store->other_count && !status; i++)
    if (in->now - store->others[i].changed > in->patience)
      status = run_with(store, SQL_DROP_BROKER, store->others[i].id, NULL, NULL, fault);
  return status ? status : adopt(store, in->until, fault);
}

enum status store_beat(struct store *store, int64_t now, int64_t patience, int64_t until, bool *forgotten,
                       struct fault *fault) {
  struct fault unused;
  struct beating in = {now, patience, until, false};
  enum status status = store_transact(store, beat, &in, fault ? fault : &unused);
  *forgotten = in.forgotten;
  struct query *drop = status || !store_is_shared(store) || store->in_transaction
                           ? NULL
                           : store_query(store, SQL_DROP_SHARED_TURNS, fault ? fault : &unused);
  if (drop) status = query_run(drop, NULL, fault ? fault : &unused);
  return status;
}

enum status store_claim(struct store *store, const char *role, const char *who, int64_t now, int64_t until,
                        bool *claimed, struct fault *fault) {
  struct fault unused;
  if (!fault) fault = &unused;
  int64_t changed;
  struct query *query = store_query(store, SQL_CLAIM, fault);
  if (!query) return fault->status;
  query_set_text(query, 1, role);
  query_set_text(query, 2, who);
  query_set_integer(query, 3, until);
  query_set_integer(query, 4, now);
  enum status status = query_run(query, &changed, fault);
  *claimed = !status && changed;
  return status;
}
