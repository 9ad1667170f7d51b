#include "models/store.h"

#include "models/store_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *job_state_name(enum job_state state) {
  static const char *const names[] = {"accepted", "leased", "done", "set_aside", "cancelled"};
  return (unsigned)state < sizeof names / sizeof *names ? names[state] : "unknown";
}

const char *store_folder(const struct store *store) {
  return store->folder;
}

const char *store_name(const struct store *store) {
  return store->database->shown;
}

bool store_is_shared(const struct store *store) {
  return store->database->calls->shared;
}

struct query *store_query(struct store *store, enum statement which, struct fault *fault) {
  struct query *query = NULL;
  return store->database->calls->prepare(store->database, which, &query, fault) ? NULL : query;
}

/* --- Transactions --- */

static enum status control(struct store *store, enum statement which, struct fault *fault) {
  struct query *query = store_query(store, which, fault);
  return query ? query_run(query, NULL, fault) : fault->status;
}

enum status store_begin(struct store *store, struct fault *fault) {
  struct fault unused = {0};
  enum status status = control(store, SQL_BEGIN, fault ? fault : &unused);
  store->in_transaction = !status;
  store->news_waiting = store->news_outcomes = false;
  return status;
}

static enum status notify(struct store *store, struct fault *fault) {
  if (!store->database->calls->shared || !(store->news_waiting || store->news_outcomes)) return STATUS_OK;
  struct query *query = store_query(store, SQL_NOTIFY, fault);
  if (!query) return fault->status;
  const char letters[] = {store->news_waiting ? STORE_NEWS_WAITING : STORE_NEWS_OUTCOMES,
                          store->news_waiting && store->news_outcomes ? STORE_NEWS_OUTCOMES : 0, 0};
  query_set_text(query, 1, letters);
  return query_run(query, NULL, fault);
}

enum status store_commit(struct store *store, struct fault *fault) {
  struct fault unused = {0};
  if (!fault) fault = &unused;
  enum status status = store_flush(store, fault);
  if (!status) status = notify(store, fault);
  if (!status) status = control(store, SQL_COMMIT, fault);
  if (status)
    store_rollback(store);
  else
    store->in_transaction = false;
  return status;
}

void store_rollback(struct store *store) {
  struct fault ignored = {0};
  store->in_transaction = false;
  store_drop_pending(store);
  if (store->database->calls->in_transaction(store->database)) control(store, SQL_ROLLBACK, &ignored);
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

void store_news(struct store *store, bool *waiting, bool *outcomes) {
  char letters[8];
  bool again;
  store->database->calls->news(store->database, letters, &again);
  *waiting = again || strchr(letters, STORE_NEWS_WAITING);
  *outcomes = again || strchr(letters, STORE_NEWS_OUTCOMES);
}

int store_news_fd(struct store *store) {
  return store->database->calls->news_fd(store->database);
}

int store_migrated_from(const struct store *store) {
  return store->migrated_from;
}

/* --- Opening --- */

/* Makes the tables of a new store; *old: it is of an older schema. */
static enum status make_tables(struct store *store, void *context, struct fault *fault) {
  struct database *database = store->database;
  int *version = context;
  enum status status = database->calls->version(database, version, fault);
  if (status || *version) return status;
  status = database->calls->execute(database, store_schema(database->calls->dialect), fault);
  if (!status) status = database->calls->set_version(database, STORE_SCHEMA, fault);
  if (!status) *version = STORE_SCHEMA;
  return status;
}

/* The folder of a new store may be new, too. Where its parent may not be opened, another has made it. */
static void sync_parent(const char *folder) {
  char *parent = NULL;
  if (asprintf(&parent, "%s/..", folder) < 0) return;
  int fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd >= 0) {
    fsync(fd);
    close(fd);
  }
  free(parent);
}

static enum status check_schema(struct store *store, struct fault *fault) {
  int version = 0;
  enum status status = store->database->calls->version(store->database, &version, fault);
  if (!status && !version && !store->folder)
    return fault_set(fault, STATUS_MISSING, "store %s: there are no tables of assay in it", store_name(store));
  if (!status && !version) {
    status = store_transact(store, make_tables, &version, fault);
    sync_parent(store->folder);
  }
  if (status || version == STORE_SCHEMA) return status;
  if (version > STORE_SCHEMA)
    return fault_set(fault, STATUS_INVALID,
                     "store %s: written by a newer assay (schema %d; this program knows up to %d)", store_name(store),
                     version, STORE_SCHEMA);
  status = store_migrate(store, version, fault);
  if (!status) store->migrated_from = version;
  return status;
}

enum status store_open(const char *folder, struct store **store, struct fault *fault) {
  return store_connect(folder, NULL, store, fault);
}

enum status store_connect(const char *folder, const char *database, struct store **store, struct fault *fault) {
  struct fault unused;
  if (!fault) fault = &unused;
  *store = NULL;
  if (folder && mkdir(folder, 0777) && errno != EEXIST)
    return fault_set(fault, STATUS_IO, "store %s: cannot make the folder: %s", folder, strerror(errno));
  struct store *made = calloc(1, sizeof *made);
  if (!made || (folder && !(made->folder = strdup(folder)))) {
    free(made);
    return fault_set(fault, STATUS_MEMORY, "out of memory");
  }
  enum status status = database ? database_open_postgres(database, &made->database, fault)
                                : database_open_sqlite(folder, &made->database, fault);
  if (!status) status = check_schema(made, fault);
  if (status)
    store_close(made);
  else
    *store = made;
  return status;
}

void store_close(struct store *store) {
  if (!store) return;
  store_drop_pending(store);
  if (store->database) store->database->calls->close(store->database);
  if (store->lots_lock) close(store->lots_lock - 1);
  free(store->others);
  free(store->folder);
  free(store);
}
