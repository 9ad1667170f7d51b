#include "models/store.h"

#include "models/store_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { BUSY_MS = 5000, APPLICATION_ID = 0x41535359 /* "ASSY" */ };

const char *job_state_name(enum job_state state) {
  static const char *const names[] = {"accepted", "leased", "done", "set_aside", "cancelled"};
  return (unsigned)state < sizeof names / sizeof *names ? names[state] : "unknown";
}

const char *store_folder(const struct store *store) {
  return store->folder;
}

enum status store_fault(struct store *store, struct fault *fault) {
  int code = sqlite3_errcode(store->db);
  const char *cause;
  switch (code & 0xff) {
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
    return fault_set(fault, STATUS_MEMORY, "store %s: out of memory", store->folder);
  default:
    return fault_set(fault, STATUS_INTERNAL, "store %s: %s (SQLite %d)", store->folder, sqlite3_errmsg(store->db),
                     sqlite3_extended_errcode(store->db));
  }
  return fault_set(fault, STATUS_IO, "store %s: %s; nothing was stored (SQLite: %s, %d)", store->folder, cause,
                   sqlite3_errmsg(store->db), sqlite3_extended_errcode(store->db));
}

sqlite3_stmt *store_statement(struct store *store, enum statement which, struct fault *fault) {
  sqlite3_stmt **statement = &store->statements[which];
  if (*statement) {
    sqlite3_reset(*statement);
    sqlite3_clear_bindings(*statement);
  } else if (sqlite3_prepare_v3(store->db, store_sql[which], -1, SQLITE_PREPARE_PERSISTENT, statement, NULL)) {
    store_fault(store, fault);
    *statement = NULL;
  }
  return *statement;
}

enum status store_step(struct store *store, sqlite3_stmt *statement, bool *row, struct fault *fault) {
  int code = sqlite3_step(statement);
  *row = code == SQLITE_ROW;
  if (code == SQLITE_ROW || code == SQLITE_DONE) return STATUS_OK;
  enum status status = store_fault(store, fault);
  sqlite3_reset(statement);
  return status;
}

enum status store_run(struct store *store, sqlite3_stmt *statement, struct fault *fault) {
  bool row;
  enum status status = store_step(store, statement, &row, fault);
  if (!status) sqlite3_reset(statement);
  return status;
}

void store_copy_text(char *to, size_t room, sqlite3_stmt *statement, int column) {
  const unsigned char *text = sqlite3_column_text(statement, column);
  snprintf(to, room, "%s", text ? (const char *)text : "");
}

enum status store_begin(struct store *store, struct fault *fault) {
  struct fault unused = {0};
  if (!fault) fault = &unused;
  sqlite3_stmt *statement = store_statement(store, SQL_BEGIN, fault);
  if (!statement) return fault->status;
  enum status status = store_run(store, statement, fault);
  if (!status) store->in_transaction = true;
  return status;
}

enum status store_commit(struct store *store, struct fault *fault) {
  struct fault unused = {0};
  if (!fault) fault = &unused;
  sqlite3_stmt *statement = store_statement(store, SQL_COMMIT, fault);
  enum status status = statement ? store_run(store, statement, fault) : fault->status;
  if (status)
    store_rollback(store);
  else
    store->in_transaction = false;
  return status;
}

void store_rollback(struct store *store) {
  struct fault ignored = {0};
  store->in_transaction = false;
  /* After some errors SQLite has rolled back by itself. */
  if (sqlite3_get_autocommit(store->db)) return;
  sqlite3_stmt *statement = store_statement(store, SQL_ROLLBACK, &ignored);
  if (statement) store_run(store, statement, &ignored);
}

enum status store_transact(struct store *store, enum status (*change)(struct store *, void *, struct fault *),
                           void *context, struct fault *fault) {
  if (store->in_transaction) return change(store, context, fault);
  enum status status = store_begin(store, fault);
  if (status) return status;
  status = change(store, context, fault);
  if (!status) return store_commit(store, fault);
  store_rollback(store);
  return status;
}

static enum status pragma(struct store *store, const char *name, int *value, struct fault *fault) {
  char text[64];
  snprintf(text, sizeof text, "PRAGMA %s", name);
  sqlite3_stmt *statement = NULL;
  if (sqlite3_prepare_v2(store->db, text, -1, &statement, NULL)) return store_fault(store, fault);
  bool row;
  enum status status = store_step(store, statement, &row, fault);
  if (!status && row) *value = sqlite3_column_int(statement, 0);
  sqlite3_finalize(statement);
  return status;
}

static enum status execute(struct store *store, const char *text, struct fault *fault) {
  return sqlite3_exec(store->db, text, NULL, NULL, NULL) ? store_fault(store, fault) : STATUS_OK;
}

/* Makes the tables of a new store, or checks that the store is one that this program understands. */
static enum status check_schema(struct store *store, void *context, struct fault *fault) {
  (void)context;
  int version = 0, application = 0, tables = 0;
  enum status status = pragma(store, "user_version", &version, fault);
  if (!status) status = pragma(store, "application_id", &application, fault);
  if (!status) status = pragma(store, "schema_version", &tables, fault);
  if (status) return status;
  if (!tables) {
    char numbers[96];
    snprintf(numbers, sizeof numbers, "PRAGMA application_id = %d; PRAGMA user_version = %d", APPLICATION_ID,
             STORE_SCHEMA);
    status = execute(store, store_schema_sql, fault);
    return status ? status : execute(store, numbers, fault);
  }
  if (application != APPLICATION_ID)
    return fault_set(fault, STATUS_INVALID, "store %s: store.db is a database of another program", store->folder);
  if (version > STORE_SCHEMA)
    return fault_set(fault, STATUS_INVALID,
                     "store %s: written by a newer assay (schema %d; this program knows up to %d)", store->folder,
                     version, STORE_SCHEMA);
  if (version < 1)
    return fault_set(fault, STATUS_INVALID, "store %s: schema %d is none of assay's", store->folder, version);
  return STATUS_OK;
}

static enum status open_database(struct store *store, struct fault *fault) {
  char *path = NULL;
  if (asprintf(&path, "%s/store.db", store->folder) < 0) return fault_set(fault, STATUS_MEMORY, "out of memory");
  int code = sqlite3_open_v2(
      path, &store->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
  free(path);
  if (!store->db) return fault_set(fault, STATUS_MEMORY, "out of memory");
  if (code) return store_fault(store, fault);
  sqlite3_busy_timeout(store->db, BUSY_MS);
  enum status status = execute(store, "PRAGMA journal_mode = WAL", fault);
  if (!status) status = execute(store, "PRAGMA synchronous = FULL", fault);
  if (!status) status = store_transact(store, check_schema, NULL, fault);
  return status;
}

enum status store_open(const char *folder, struct store **store, struct fault *fault) {
  *store = NULL;
  if (mkdir(folder, 0777) && errno != EEXIST)
    return fault_set(fault, STATUS_IO, "store %s: cannot make the folder: %s", folder, strerror(errno));
  struct store *made = calloc(1, sizeof *made);
  if (!made || !(made->folder = strdup(folder))) {
    free(made);
    return fault_set(fault, STATUS_MEMORY, "out of memory");
  }
  enum status status = open_database(made, fault);
  if (status) {
    store_close(made);
    return status;
  }
  *store = made;
  return STATUS_OK;
}

void store_close(struct store *store) {
  if (!store) return;
  for (int i = 0; i < SQL_STATEMENTS; i++) sqlite3_finalize(store->statements[i]);
  sqlite3_close(store->db);
  free(store->folder);
  free(store);
}
