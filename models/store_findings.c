#include "models/store_findings.h"

#include "models/store_private.h"

static const char tables[] =
    "CREATE TABLE IF NOT EXISTS findings(n INTEGER PRIMARY KEY AUTOINCREMENT, about TEXT NOT NULL, factory TEXT,"
    " lower INTEGER NOT NULL, upper INTEGER NOT NULL, line TEXT NOT NULL, at INTEGER NOT NULL,"
    " told INTEGER NOT NULL DEFAULT 0);"
    "CREATE TABLE IF NOT EXISTS looked(one INTEGER PRIMARY KEY CHECK(one = 1), results INTEGER NOT NULL);";

static enum status need_tables(struct store *store, struct fault *fault) {
  if (store->has_findings) return STATUS_OK;
  if (sqlite3_exec(store->db, tables, NULL, NULL, NULL)) return store_fault(store, fault);
  store->has_findings = true;
  return STATUS_OK;
}

/* A statement on tables that are there; NULL with a fault. */
static sqlite3_stmt *statement(struct store *store, enum statement which, struct fault *fault) {
  return need_tables(store, fault) ? NULL : store_statement(store, which, fault);
}

struct adding {
  const struct store_finding *finding;
  int64_t now;
  bool known;
};

static enum status add(struct store *store, void *context, struct fault *fault) {
  struct adding *adding = context;
  const struct store_finding *f = adding->finding;
  sqlite3_stmt *find = statement(store, SQL_FIND_FINDING, fault);
  if (!find) return fault->status;
  sqlite3_bind_text(find, 1, f->about, -1, SQLITE_STATIC);
  sqlite3_bind_text(find, 2, f->factory, -1, SQLITE_STATIC);
  sqlite3_bind_int64(find, 3, f->lower);
  sqlite3_bind_int64(find, 4, f->upper);
  enum status status = store_step(store, find, &adding->known, fault);
  sqlite3_reset(find);
  if (status || adding->known) return status;
  sqlite3_stmt *insert = statement(store, SQL_ADD_FINDING, fault);
  if (!insert) return fault->status;
  sqlite3_bind_text(insert, 1, f->about, -1, SQLITE_STATIC);
  sqlite3_bind_text(insert, 2, f->factory, -1, SQLITE_STATIC);
  sqlite3_bind_int64(insert, 3, f->lower);
  sqlite3_bind_int64(insert, 4, f->upper);
  sqlite3_bind_text(insert, 5, f->line, -1, SQLITE_STATIC);
  sqlite3_bind_int64(insert, 6, adding->now);
  return store_run(store, insert, fault);
}

enum status store_add_finding(struct store *store, const struct store_finding *finding, int64_t now, bool *known,
                              struct fault *fault) {
  struct fault unused = {0};
  struct adding adding = {.finding = finding, .now = now};
  enum status status = store_transact(store, add, &adding, fault ? fault : &unused);
  *known = adding.known;
  return status;
}

enum status store_untold(struct store *store, bool (*each)(void *context, int64_t number, const char *line),
                         void *context, struct fault *fault) {
  struct fault unused = {0};
  if (!fault) fault = &unused;
  sqlite3_stmt *find = statement(store, SQL_UNTOLD, fault);
  if (!find) return fault->status;
  enum status status;
  bool row;
  while (!(status = store_step(store, find, &row, fault)) && row) {
    const char *line = (const char *)sqlite3_column_text(find, 1);
    if (!line) {
      status = fault_set(fault, STATUS_MEMORY, "out of memory");
      break;
    }
    if (!each(context, sqlite3_column_int64(find, 0), line)) break;
  }
  sqlite3_reset(find);
  return status;
}

enum status store_told(struct store *store, int64_t number, struct fault *fault) {
  struct fault unused = {0};
  if (!fault) fault = &unused;
  sqlite3_stmt *told = statement(store, SQL_TOLD, fault);
  if (!told) return fault->status;
  sqlite3_bind_int64(told, 1, number);
  return store_run(store, told, fault);
}

enum status store_looked(struct store *store, int64_t *results, struct fault *fault) {
  struct fault unused = {0};
  if (!fault) fault = &unused;
  *results = 0;
  sqlite3_stmt *looked = statement(store, SQL_LOOKED, fault);
  if (!looked) return fault->status;
  bool row;
  enum status status = store_step(store, looked, &row, fault);
  if (!status && row) *results = sqlite3_column_int64(looked, 0);
  sqlite3_reset(looked);
  return status;
}

enum status store_set_looked(struct store *store, int64_t results, struct fault *fault) {
  struct fault unused = {0};
  if (!fault) fault = &unused;
  sqlite3_stmt *looked = statement(store, SQL_SET_LOOKED, fault);
  if (!looked) return fault->status;
  sqlite3_bind_int64(looked, 1, results);
  return store_run(store, looked, fault);
}
