/* What the files of the store share. */
#ifndef ASSAY_MODELS_STORE_PRIVATE_H
#define ASSAY_MODELS_STORE_PRIVATE_H

#include "models/store.h"
#include "models/store_database.h"

/* What the last steps of a transaction number and write: an outcome with its deliveries, or the delivery of one that
 * was there to a submission that came later. */
struct pending {
  struct pending *next;
  int64_t job;
  char *line; /* of the outcome; NULL: only a delivery, to the member below */
  size_t size;
  enum job_state state;
  int64_t at;
  bool alone; /* one member at most */
  int64_t submission, position;
};

struct known_broker {
  char id[STORE_PEER_MAX + 1];
  int64_t beats, changed; /* when by our own clock */
  bool there;
};

struct store {
  char *folder;
  struct database *database;
  bool in_transaction;
  int64_t back_off;                /* ms, see store_set_back_off */
  char broker[STORE_PEER_MAX + 1]; /* whose the leases are that this handle gives; "" before store_join */
  char broker_name[STORE_PEER_MAX + 1];
  struct known_broker *others; /* in store_brokers.c */
  size_t other_count;
  struct pending *pending, **pending_end;
  size_t pending_bytes;
  int migrated_from;                /* the schema that it had; 0: it is as it was */
  int lots_lock;                    /* a descriptor + 1; 0: not locked, or by the database */
  bool news_waiting, news_outcomes; /* of this transaction, for the other brokers */
};

/* A prepared statement, reset and without bindings; NULL on failure. */
struct query *store_query(struct store *store, enum statement which, struct fault *fault);

/* Runs `change` in the open transaction, or in one of its own, which is rolled back when it fails. */
enum status store_transact(struct store *store, enum status (*change)(struct store *, void *, struct fault *),
                           void *context, struct fault *fault);

/* The outcome of a job (whose row this transaction has changed), and its place in the stream of every submission that
 * asked for it. `alone`: only one did. Copies the line. */
enum status store_add_outcome(struct store *store, int64_t job, bool alone, enum job_state state, const char *line,
                              size_t size, int64_t now, struct fault *fault);
/* The line of a job that has no result; `header` is the job as the store has it. The caller frees it; NULL when out of
 * memory. */
char *store_line_without_result(const char *id, const char *header, const char *reason, json_t *losses);

/* Puts a job that was set aside or cancelled back into the queue, without its outcome; *retried: it was one. */
enum status store_retry_job(struct store *store, int64_t job, bool *retried, struct fault *fault);
/* The turns of `client`, one a job handed in, at one priority after the other. All zero beforehand; set down with
 * store_turns_end. */
struct turns {
  const char *client;
  bool begun;
  int32_t priority;
  int64_t next;
};
enum status store_turns_next(struct store *store, struct turns *turns, int32_t priority, int64_t *turn,
                             struct fault *fault);
enum status store_turns_end(struct store *store, struct turns *turns, struct fault *fault);
/* The place of an outcome that is there in the stream of one more. */
enum status store_add_delivery(struct store *store, int64_t submission, int64_t position, struct fault *fault);
/* Numbers and writes what the two above have kept: the last step before a commit, since whoever has the numbers keeps
 * the others waiting. */
enum status store_flush(struct store *store, struct fault *fault);
void store_drop_pending(struct store *store);

/* Brings a store of an older schema up to STORE_SCHEMA, after a copy to store.db.schema-VERSION. */
enum status store_migrate(struct store *store, int version, struct fault *fault);

#endif
