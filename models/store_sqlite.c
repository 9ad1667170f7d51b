/* The store in a file, by SQLite: WAL, synchronous FULL. */
#include "models/store_database.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A job touches pages all over the file (its id is random): the longer they gather in the WAL, the fewer times each is
 * copied into the file; it takes less than a second to read the WAL again after a crash. */
#define TUNING                                                                                                         \
  "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 8192; PRAGMA journal_size_limit = 67108864;"                 \
  " PRAGMA cache_size = -32768"

enum { BUSY_MS = 5000, APPLICATION_ID = 0x41535359 /* "ASSY" */ };

struct sqlite_query {
  struct query query;
  sqlite3_stmt *statement;
  int place[QUERY_PARAMETERS + 1]; /* SQLite numbers parameters by their first use, we by their name */
};

struct sqlite_database {
  struct database database;
  sqlite3 *db;
  struct sqlite_query queries[SQL_STATEMENTS]; /* prepared at first use */
};

static struct sqlite_database *of(struct database *database) {
  return (struct sqlite_database *)database;
}

static sqlite3_stmt *statement_of(struct query *query) {
  return ((struct sqlite_query *)query)->statement;
}

/* The message for SQLite's last error. */
static enum status fault_of(struct database *database, struct fault *fault) {
  sqlite3 *db = of(database)->db;
  const char *cause;
  switch (sqlite3_errcode(db) & 0xff) {
  case SQLITE_FULL:
    cause = "the disk is full";
    break;
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    cause = "another process keeps it locked";
    break;
  case SQLITE_READONLY:
    cause = "it can be read but not written";
    break;
  case SQLITE_CANTOPEN:
    cause = "its files cannot be opened (no such folder, or no permission)";
    break;
  case SQLITE_IOERR:
    cause = "reading or writing its files failed";
    break;
  case SQLITE_CORRUPT:
    cause = "its file is damaged";
    break;
  case SQLITE_NOTADB:
    cause = "store.db is no database";
    break;
  case SQLITE_NOMEM:
    return fault_set(fault, STATUS_MEMORY, "store %s: out of memory", database->shown);
  default:
    return fault_set(fault, STATUS_INTERNAL, "store %s: %s (SQLite %d)", database->shown, sqlite3_errmsg(db),
                     sqlite3_extended_errcode(db));
  }
  return fault_set(fault, STATUS_IO, "store %s: %s; nothing was stored (SQLite: %s, %d)", database->shown, cause,
                   sqlite3_errmsg(db), sqlite3_extended_errcode(db));
}

static enum status prepare(struct database *database, enum statement which, struct query **query, struct fault *fault) {
  struct sqlite_query *q = &of(database)->queries[which];
  const char *text = store_sql(which, DIALECT_SQLITE);
  *query = NULL;
  if (!text) return fault_set(fault, STATUS_INTERNAL, "store %s: no statement %d", database->shown, (int)which);
  if (q->statement) {
    sqlite3_reset(q->statement);
    sqlite3_clear_bindings(q->statement);
  } else {
    q->query.database = database;
    if (sqlite3_prepare_v3(of(database)->db, text, -1, SQLITE_PREPARE_PERSISTENT, &q->statement, NULL)) {
      q->statement = NULL;
      return fault_of(database, fault);
    }
    for (int i = 1; i <= QUERY_PARAMETERS; i++) {
      char name[8];
      snprintf(name, sizeof name, "$%d", i);
      q->place[i] = sqlite3_bind_parameter_index(q->statement, name);
    }
  }
  *query = &q->query;
  return STATUS_OK;
}

static void set_integer(struct query *query, int parameter, int64_t value) {
  sqlite3_bind_int64(statement_of(query), ((struct sqlite_query *)query)->place[parameter], value);
}

static void set_text(struct query *query, int parameter, const char *text, size_t size) {
  sqlite3_bind_text64(statement_of(query), ((struct sqlite_query *)query)->place[parameter], text, size, SQLITE_STATIC,
                      SQLITE_UTF8);
}

static enum status step(struct query *query, bool *row, struct fault *fault) {
  int code = sqlite3_step(statement_of(query));
  *row = code == SQLITE_ROW;
  if (code == SQLITE_ROW || code == SQLITE_DONE) return STATUS_OK;
  enum status status = fault_of(query->database, fault);
  sqlite3_reset(statement_of(query));
  return status;
}

static int64_t integer(struct query *query, int column) {
  return sqlite3_column_int64(statement_of(query), column);
}

static const char *text(struct query *query, int column, size_t *size) {
  const unsigned char *bytes = sqlite3_column_text(statement_of(query), column);
  if (size) *size = (size_t)sqlite3_column_bytes(statement_of(query), column);
  return (const char *)bytes;
}

static int64_t changes(struct query *query) {
  return sqlite3_changes64(of(query->database)->db);
}

static void reset(struct query *query) {
  sqlite3_reset(statement_of(query));
}

static enum status batch(struct query *query, const struct query_batch *how, struct fault *fault) {
  enum status status = STATUS_OK;
  for (size_t i = 0; i < how->count && !status; i++) {
    bool row = false;
    status = how->bind(how->context, i, query, fault);
    if (!status) status = step(query, &row, fault);
    if (!status && how->take) how->take(how->context, i, query, row);
    reset(query);
  }
  return status;
}

static enum status execute(struct database *database, const char *script, struct fault *fault) {
  return sqlite3_exec(of(database)->db, script, NULL, NULL, NULL) ? fault_of(database, fault) : STATUS_OK;
}

static bool in_transaction(struct database *database) {
  return !sqlite3_get_autocommit(of(database)->db);
}

static enum status pragma(struct database *database, const char *text, int *value, struct fault *fault) {
  sqlite3_stmt *statement = NULL;
  if (sqlite3_prepare_v2(of(database)->db, text, -1, &statement, NULL)) return fault_of(database, fault);
  int code = sqlite3_step(statement);
  enum status status = code == SQLITE_ROW || code == SQLITE_DONE ? STATUS_OK : fault_of(database, fault);
  if (code == SQLITE_ROW) *value = sqlite3_column_int(statement, 0);
  sqlite3_finalize(statement);
  return status;
}

static enum status version(struct database *database, int *number, struct fault *fault) {
  int application = 0, tables = 0;
  *number = 0;
  enum status status = pragma(database, "PRAGMA user_version", number, fault);
  if (!status) status = pragma(database, "PRAGMA application_id", &application, fault);
  if (!status) status = pragma(database, "PRAGMA schema_version", &tables, fault);
  if (status || !tables) return status;
  if (application != APPLICATION_ID)
    return fault_set(fault, STATUS_INVALID, "store %s: store.db is a database of another program", database->shown);
  if (*number < 1)
    return fault_set(fault, STATUS_INVALID, "store %s: schema %d is none of assay's", database->shown, *number);
  return STATUS_OK;
}

static enum status set_version(struct database *database, int number, struct fault *fault) {
  char numbers[96];
  snprintf(numbers, sizeof numbers, "PRAGMA application_id = %d; PRAGMA user_version = %d", APPLICATION_ID, number);
  return execute(database, numbers, fault);
}

static int news_fd(struct database *database) {
  (void)database;
  return -1;
}

static void news(struct database *database, char letters[8], bool *again) {
  (void)database;
  *letters = 0;
  *again = false;
}

static void close_database(struct database *database) {
  struct sqlite_database *d = of(database);
  for (int i = 0; i < SQL_STATEMENTS; i++) sqlite3_finalize(d->queries[i].statement);
  sqlite3_close(d->db);
  free(database->shown);
  free(d);
}

static const struct database_calls calls = {
    .shared = false,
    .dialect = DIALECT_SQLITE,
    .prepare = prepare,
    .set_integer = set_integer,
    .set_text = set_text,
    .step = step,
    .integer = integer,
    .text = text,
    .changes = changes,
    .batch = batch,
    .reset = reset,
    .execute = execute,
    .in_transaction = in_transaction,
    .version = version,
    .set_version = set_version,
    .news_fd = news_fd,
    .news = news,
    .close = close_database,
};

enum status database_open_sqlite(const char *folder, struct database **database, struct fault *fault) {
  *database = NULL;
  char *path = NULL;
  struct sqlite_database *d = calloc(1, sizeof *d);
  if (!d || !(d->database.shown = strdup(folder)) || asprintf(&path, "%s/store.db", folder) < 0) {
    if (d) free(d->database.shown);
    free(d);
    return fault_set(fault, STATUS_MEMORY, "out of memory");
  }
  d->database.calls = &calls;
  int code = sqlite3_open_v2(
      path, &d->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
  free(path);
  enum status status = STATUS_OK;
  if (!d->db)
    status = fault_set(fault, STATUS_MEMORY, "out of memory");
  else if (code)
    status = fault_of(&d->database, fault);
  if (!status) sqlite3_busy_timeout(d->db, BUSY_MS);
  if (!status) status = execute(&d->database, "PRAGMA journal_mode = WAL", fault);
  if (!status) status = execute(&d->database, TUNING, fault);
  if (status)
    close_database(&d->database);
  else
    *database = &d->database;
  return status;
}
