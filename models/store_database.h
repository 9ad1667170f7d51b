/* What the store needs of a database library: one connection, statements that are prepared once, bind, step. Two
 * libraries fill the table of calls, store_sqlite.c and store_postgres.c; all else of the store is written once, above
 * it. One thread at a time per connection.
 *
 * Errors: STATUS_IO with the cause in words (full, locked, read-only, damaged); STATUS_UNAVAILABLE where the database
 * cannot be reached now, or asks that the transaction be done again: nothing of it was done, and the same may succeed
 * later. */
#ifndef ASSAY_MODELS_STORE_DATABASE_H
#define ASSAY_MODELS_STORE_DATABASE_H

#include "models/status.h"
#include "models/store_sql.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { QUERY_PARAMETERS = 12 /* of one statement, at most */ };

struct database_calls;

/* A connection; each library's own struct begins with it. */
struct database {
  const struct database_calls *calls;
  char *shown; /* what messages call it; without a password */
};

/* A prepared statement with its bindings and its present row; each library's own struct begins with it. */
struct query {
  struct database *database;
};

/* A statement to be run many times, within a transaction. Where the database is another process the runs do not wait
 * for each other. */
struct query_batch {
  size_t count;
  /* Binds the i-th run; its texts must stay until the next is bound. */
  enum status (*bind)(void *context, size_t i, struct query *query, struct fault *fault);
  /* Takes what the i-th came to, in order: `row`, there is one to read; may be NULL. */
  void (*take)(void *context, size_t i, struct query *query, bool row);
  void *context;
};

struct database_calls {
  bool shared; /* other brokers may work with it at the same time, and its news says what they did */
  enum dialect dialect;

  /* The statement, reset and without bindings; outside a transaction it reconnects where that is due. */
  enum status (*prepare)(struct database *database, enum statement which, struct query **query, struct fault *fault);
  /* Parameters count from 1. A text, ended by NUL, is not copied and must stay until the query is reset; NULL is a
   * null. */
  void (*set_integer)(struct query *query, int parameter, int64_t value);
  void (*set_text)(struct query *query, int parameter, const char *text, size_t size);
  /* *row: there is one to read. */
  enum status (*step)(struct query *query, bool *row, struct fault *fault);
  /* Columns count from 0; a null is 0 and NULL. A text, ended by NUL, is valid until the next step or reset. */
  int64_t (*integer)(struct query *query, int column);
  const char *(*text)(struct query *query, int column, size_t *size);
  int64_t (*changes)(struct query *query); /* rows that the last step changed */
  /* Runs a query, as it was prepared, as often as the batch says; at a failure the rest is not run. */
  enum status (*batch)(struct query *query, const struct query_batch *batch, struct fault *fault);
  void (*reset)(struct query *query);

  /* Runs statements without parameters that give no rows. */
  enum status (*execute)(struct database *database, const char *script, struct fault *fault);
  /* Whether a transaction is open; after some errors there is none any more. */
  bool (*in_transaction)(struct database *database);

  /* The schema's version; 0: there are no tables yet. STATUS_INVALID where they are another program's. */
  enum status (*version)(struct database *database, int *version, struct fault *fault);
  enum status (*set_version)(struct database *database, int version, struct fault *fault);

  int (*news_fd)(struct database *database); /* may be read when there may be news; -1: none now. It may change */
  /* Takes what other connections told since the last call, letters of STORE_NEWS ("" where there is none); *again: the
   * connection is another than at the last call, so that news may have been missed. Does not wait. */
  void (*news)(struct database *database, char letters[8], bool *again);

  void (*close)(struct database *database);
};

/* Opens the file store.db of a folder, made where it is missing. */
enum status database_open_sqlite(const char *folder, struct database **database, struct fault *fault);
/* Connects by a libpq connection URI. STATUS_USAGE where it is none; STATUS_INVALID where this build has no libpq. */
enum status database_open_postgres(const char *uri, struct database **database, struct fault *fault);

static inline void query_set_integer(struct query *query, int parameter, int64_t value) {
  query->database->calls->set_integer(query, parameter, value);
}

void query_set_text(struct query *query, int parameter, const char *text);

static inline enum status query_step(struct query *query, bool *row, struct fault *fault) {
  return query->database->calls->step(query, row, fault);
}

static inline int64_t query_integer(struct query *query, int column) {
  return query->database->calls->integer(query, column);
}

/* `size` may be NULL. */
static inline const char *query_text(struct query *query, int column, size_t *size) {
  return query->database->calls->text(query, column, size);
}

static inline void query_reset(struct query *query) {
  query->database->calls->reset(query);
}

/* Steps a statement that gives no rows, and resets it; *changed (may be NULL): rows changed. */
enum status query_run(struct query *query, int64_t *changed, struct fault *fault);

/* Copies a text column; NULL becomes "". A longer text is cut. */
void query_copy_text(struct query *query, int column, char *to, size_t room);

#endif
