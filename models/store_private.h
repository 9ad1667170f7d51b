/* What the files of the store share. */
#ifndef ASSAY_MODELS_STORE_PRIVATE_H
#define ASSAY_MODELS_STORE_PRIVATE_H

#include "models/store.h"
#include "models/store_sql.h"

#include <sqlite3.h>

struct store {
  char *folder;
  sqlite3 *db;
  sqlite3_stmt *statements[SQL_STATEMENTS]; /* prepared at first use */
  bool in_transaction;
  bool has_findings; /* the tables of store_findings.c are there */
};

/* A prepared statement, reset and without bindings; NULL on failure. */
sqlite3_stmt *store_statement(struct store *store, enum statement which, struct fault *fault);

/* Steps a statement that gives no rows, and resets it. */
enum status store_run(struct store *store, sqlite3_stmt *statement, struct fault *fault);

/* Steps once: *row tells whether there is a row to read. The caller resets the statement. */
enum status store_step(struct store *store, sqlite3_stmt *statement, bool *row, struct fault *fault);

/* The message for SQLite's last error. */
enum status store_fault(struct store *store, struct fault *fault);

/* Runs `change` in the open transaction, or in one of its own, which is rolled back when it fails. */
enum status store_transact(struct store *store, enum status (*change)(struct store *, void *, struct fault *),
                           void *context, struct fault *fault);

/* Gives a job's outcome its place in the stream of every submission that it belongs to. */
enum status store_deliver(struct store *store, int64_t job, struct fault *fault);
enum status store_deliver_to(struct store *store, int64_t submission, int64_t position, struct fault *fault);
enum status store_add_outcome(struct store *store, int64_t job, enum job_state state, const char *line, size_t size,
                              int64_t now, struct fault *fault);

/* Copies a text column; NULL becomes "". A longer text is cut. */
void store_copy_text(char *to, size_t room, sqlite3_stmt *statement, int column);

#endif
