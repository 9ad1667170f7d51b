/* The store: where jobs and results live. A folder:
 *
 *   store.db           jobs, submissions, outcomes (SQLite, WAL, synchronous FULL), or instead of it a PostgreSQL
 *                      database, which several brokers share, and the folder with it
 *   blobs/ab/abcd...   photos that were sent as bytes, by photo_id (see blobs.h)
 *   goldens/SHA256/    goldens that were sent as bytes, by the seal's SHA-256
 *
 * Every call is all or nothing, and durable when it returns; between store_begin and store_commit many calls share one
 * transaction, and are durable when store_commit returns. One thread at a time per handle; several handles, in several
 * processes, may share a store (with SQLite a handle waits up to 5 s for another's transaction).
 *
 * Errors: STATUS_IO with a message that names the store and the cause (disk full, locked, read-only, damaged);
 * STATUS_UNAVAILABLE where the database is away, or asks that the transaction be done again. Nothing of the transaction
 * was done then (where the connection broke in store_commit: all or nothing), and the handle works again when the cause
 * is gone; it connects anew by itself. Inside a transaction the caller then ends with store_rollback.
 *
 * Times are milliseconds since 1970 and are given by the caller. Ids are checked by the caller. */
#ifndef ASSAY_MODELS_STORE_H
#define ASSAY_MODELS_STORE_H

#include "models/job.h"
#include "models/status.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

/* Life of a job: accepted -> leased -> done; leased -> accepted when the lease ends without a result; after
 * STORE_MAX_LOSSES such ends that count, set aside; or cancelled. A job that was lost once is a suspect: it may have
 * killed its worker, so it is given out alone. */
enum job_state { JOB_ACCEPTED, JOB_LEASED, JOB_DONE, JOB_SET_ASIDE, JOB_CANCELLED };

enum {
  STORE_MAX_LOSSES = 3,
  STORE_HOLD_MOST_MS = 3600000, /* no suspect is held back for longer */
  STORE_MAX_RUN_OUT = 6,        /* where a lease ran out: its broker died, too, or was restarted */
  STORE_PEER_MAX = 255,         /* bytes of a worker's, client's or submission's name */
  STORE_SCHEMA = 3
};

const char *job_state_name(enum job_state state);

/* Opens the store of a folder, made where it is missing (its parent must exist). One of an older schema is brought up
 * to date, after a copy to store.db.schema-VERSION (none of a PostgreSQL database); one of a newer schema, and a file
 * that is no store of assay, are refused: STATUS_INVALID. */
enum status store_open(const char *folder, struct store **store, struct fault *fault);
/* The same with the jobs and results in a PostgreSQL database, by a libpq connection URI (postgresql://...; NULL: in
 * the folder). The folder may be NULL for who only reads results. */
enum status store_connect(const char *folder, const char *database, struct store **store, struct fault *fault);
void store_close(struct store *store);
const char *store_folder(const struct store *store);
const char *store_name(const struct store *store); /* for messages: the folder, or the database without a password */
bool store_is_shared(const struct store *store);   /* several brokers may work with it */

enum status store_begin(struct store *store, struct fault *fault);
enum status store_commit(struct store *store, struct fault *fault);
void store_rollback(struct store *store);

/* --- Jobs in --- */

enum store_accepted {
  STORE_NEW,     /* stored now */
  STORE_KNOWN,   /* the same id was there: nothing is done twice; where it is done, its outcome is delivered again */
  STORE_CONFLICT /* the submission has another job at this position: nothing stored */
};

struct store_entry {
  const struct job *job;
  int64_t position;             /* the job's place in its submission, from 0 */
  int32_t priority;             /* higher is earlier */
  const char *path;             /* where the photo's bytes are; NULL: in blobs/ under job->photo_id */
  enum store_accepted accepted; /* set by store_accept */
};

enum status store_accept(struct store *store, const char *submission, const char *client, struct store_entry *entries,
                         size_t count, int64_t now, struct fault *fault);

/* --- Leases --- */

struct store_lessee {
  const char *id;   /* one a worker process */
  const char *name; /* for people: host and process */
  /* A suspect that this worker has lost is for the others, while it was lost fewer times than there are `workers`, and
   * none has taken it for `wait_ms` since it could. 0 workers: it gets what there is. */
  int64_t workers, wait_ms;
};

struct store_leased {
  char id[JOB_ID_CHARS + 1];
  char photo_id[PHOTO_ID_CHARS + 1];
  char *header; /* the job as job_write wrote it */
  char *path;   /* as in store_entry */
  int losses;
};

/* Leases up to `limit` waiting jobs, by priority, then so that clients take turns, then by age: suspects only, or none
 * of them. `leased` has room for `limit`; the caller ends each of the *count with store_leased_free. */
enum status store_lease(struct store *store, const struct store_lessee *who, bool suspects, size_t limit, int64_t now,
                        int64_t until, struct store_leased *leased, size_t *count, struct fault *fault);
void store_leased_free(struct store_leased *leased);

/* Moves the end of all leases of a worker that this broker watches (see store_join). */
enum status store_renew(struct store *store, const char *worker, int64_t until, struct fault *fault);
/* The same of all its leases, which this broker watches from now on: the worker has come to it. */
enum status store_take_over(struct store *store, const char *worker, int64_t until, struct fault *fault);

/* Gives jobs back to the queue without counting a loss. A job that this worker has no lease of is left alone. */
enum status store_give_back(struct store *store, const char *worker, const char *const *ids, size_t count,
                            struct fault *fault);

/* Ends a worker's lease of one job as a loss, with the error that is known; at the STORE_MAX_LOSSES-th the job is set
 * aside. A job that this worker has no lease of, or whose lease another broker watches, is left alone. *set_aside (may
 * be NULL) is increased where it was. */
enum status store_lose(struct store *store, const char *worker, const char *id, const char *error, int64_t now,
                       size_t *set_aside, struct fault *fault);
/* The same for all leases of a worker, and for all leases that have run out; counts into *lost (may be NULL). */
enum status store_lose_worker(struct store *store, const char *worker, const char *error, int64_t now, size_t *lost,
                              struct fault *fault);
enum status store_expire(struct store *store, int64_t now, size_t *lost, struct fault *fault);

/* The schema that the store had before it was opened, which brought it up to date; 0: it was of ours. */
int store_migrated_from(const struct store *store);

/* How long a SQLite store that another process keeps locked is waited for; 5 s at first. */
enum status store_set_patience(struct store *store, int milliseconds, struct fault *fault);

/* How long a job that was lost once waits before it is given out again, in ms; four times that after the second time. 0
 * at first. */
void store_set_back_off(struct store *store, int64_t back_off);
/* *at: when the first of the waiting suspects may be given out; more than STORE_HOLD_MOST_MS ahead: now. */
enum status store_next_suspect(struct store *store, bool *found, int64_t *at, struct fault *fault);

/* The ids a worker has leases of, through a callback. */
enum status store_leases(struct store *store, const char *worker, void (*each)(void *context, const char *id),
                         void *context, struct fault *fault);

/* --- At the request of people (models/store_control.c) --- */

enum { STORE_SLICE = 1000 };

/* Cancels the waiting jobs of a submission that no other submission asks for, with an outcome whose reason is `reason`;
 * what is leased is finished. Goes through STORE_SLICE jobs after position *after (-1 at first), which it moves on;
 * *more: it has not seen all. Adds to *cancelled. */
enum status store_cancel(struct store *store, const char *submission, const char *reason, int64_t now, int64_t *after,
                         bool *more, size_t *cancelled, struct fault *fault);
/* Puts jobs that were set aside or cancelled back into the queue, of a submission, or all that were set aside (NULL):
 * their losses are forgotten and their outcome is taken back. In slices as store_cancel. */
enum status store_retry(struct store *store, const char *submission, int64_t *after, bool *more, size_t *retried,
                        struct fault *fault);
/* Who handed a submission in; STATUS_MISSING where there is none such. */
enum status store_find_client(struct store *store, const char *submission, char client[STORE_PEER_MAX + 1],
                              struct fault *fault);

/* --- Brokers --- */

/* From now on this handle is that of a broker, under an id that no other has had: the leases that it gives are its own
 * to watch. Leases that no living broker watches become its own and end at `until`, unless their workers come back
 * (store_take_over). A broker on a store that is not shared must have locked it. */
enum status store_join(struct store *store, const char *broker, const char *name, int64_t until, struct fault *fault);
enum status store_leave(struct store *store, struct fault *fault);

/* Writes a little, to see whether the store takes anything; STATUS_LIMIT where there is next to no room in its folder.
 * After store_join. */
enum status store_probe(struct store *store, struct fault *fault);

/* To be called every now and then by a broker of a shared store. A broker that has not called it for `patience` ms is
 * taken for dead, and its leases are taken over as by store_join. `now` is by a clock that only goes forward.
 * *forgotten: that happened to us (we were stopped for a while), and our workers must greet anew. */
enum status store_beat(struct store *store, int64_t now, int64_t patience, int64_t until, bool *forgotten,
                       struct fault *fault);

/* What other brokers of a shared store have done since the last call: there may be waiting jobs, there may be outcomes.
 * Does not wait; the descriptor can be read when there may be something (-1: there is none now; it may change with
 * any call). */
enum { STORE_NEWS_WAITING = 'w', STORE_NEWS_OUTCOMES = 'o' };
void store_news(struct store *store, bool *waiting, bool *outcomes);
int store_news_fd(struct store *store);

/* What only one of several does at a time: *claimed until `until`, if nobody else has claimed it beyond `now`. */
enum status store_claim(struct store *store, const char *role, const char *who, int64_t now, int64_t until,
                        bool *claimed, struct fault *fault);

/* --- Outcomes --- */

enum store_finished {
  STORE_STORED, /* the first result of the job: stored */
  STORE_DOUBLE, /* it had one already, which stays */
  STORE_UNKNOWN_JOB
};

/* Stores a job's result line once, whoever has the lease: it stands also when the lease was lost or the job was set
 * aside meanwhile. */
enum status store_finish(struct store *store, const char *id, const char *line, size_t size, int64_t now,
                         enum store_finished *finished, struct fault *fault);

struct store_outcome {
  int64_t sequence; /* grows with each delivery; where to go on */
  int64_t position; /* in the submission; -1 where all are read */
  char id[JOB_ID_CHARS + 1];
  enum job_state state; /* JOB_DONE, JOB_SET_ASIDE or JOB_CANCELLED */
  const char *line;     /* done: the result; else a JSON object {"job", "reason", "losses": [{"worker", "from", "until",
                           "error"}]} */
  size_t size;
};

enum store_order { STORE_BY_COMPLETION, STORE_BY_POSITION };

/* Reads outcomes of a submission, or of all (NULL: by completion only), after `after` (a sequence; a position where
 * the order is by position, -1 for the first), at most `limit`; each is valid during the callback, which returns false
 * to stop before it takes this one. */
enum status store_outcomes(struct store *store, const char *submission, enum store_order order, int64_t after,
                           size_t limit, bool (*each)(void *context, const struct store_outcome *outcome),
                           void *context, struct fault *fault);

/* The outcomes of all jobs by completion, after `after`, for those who read them all: several times as fast as
 * store_outcomes. Position is -1 and id "", which the line tells. */
enum status store_lines(struct store *store, int64_t after,
                        bool (*each)(void *context, const struct store_outcome *outcome), void *context,
                        struct fault *fault);

/* The job of an id, as it was handed in. Where it is found the caller ends with job_free. */
enum status store_find_job(struct store *store, const char *id, struct job *job, bool *found, struct fault *fault);

/* The jobs that wait or are leased, in the order in which they were accepted, of one submission or of all (NULL); ends
 * with the first status of `each` that is not OK. */
enum status store_not_done(struct store *store, const char *submission,
                           enum status (*each)(void *context, const struct job *job, struct fault *fault),
                           void *context, struct fault *fault);

/* Whether a job that is not done wants the bytes of this photo (see blobs.h). */
enum status store_needs_photo(struct store *store, const char *photo_id, bool *needed, struct fault *fault);

struct store_counts {
  int64_t waiting, suspects /* of the waiting */, leased, done, set_aside, cancelled;
};

/* Of the whole store, or of one submission (not NULL; all zero where there is none such). */
enum status store_count(struct store *store, const char *submission, struct store_counts *counts, struct fault *fault);

enum { STORE_MAX_SUBMISSIONS = 100 /* asked for at a time */ };

struct store_submission {
  char id[STORE_PEER_MAX + 1], client[STORE_PEER_MAX + 1];
  int64_t created; /* as store_accept was told */
  struct store_counts counts;
};

/* The latest submissions, the latest first, of a client or of all (NULL): at most `limit`, for which `found` has room.
 * Takes about as long as the jobs in them are many. */
enum status store_submissions(struct store *store, const char *client, size_t limit, struct store_submission *found,
                              size_t *count, struct fault *fault);

#endif
