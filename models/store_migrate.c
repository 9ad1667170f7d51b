/* From one schema to the next, with a copy of what there was. */
#include "models/store_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static enum status step_up(struct store *store, void *context, struct fault *fault) {
  struct database *database = store->database;
  int version = 0;
  (void)context;
  enum status status = database->calls->version(database, &version, fault);
  /* Another process may have been quicker. */
  for (; !status && version < STORE_SCHEMA; version++) {
    const char *script = store_migration(version, database->calls->dialect);
    if (!script)
      return fault_set(fault, STATUS_INVALID, "store %s: schema %d is none that this program can bring up to date",
                       store_name(store), version);
    status = database->calls->execute(database, script, fault);
    if (!status) status = database->calls->set_version(database, version + 1, fault);
  }
  return status;
}

static enum status sync_path(const char *path, struct fault *fault) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  bool synced = fd >= 0 && !fsync(fd);
  enum status status = synced ? STATUS_OK : fault_set(fault, STATUS_IO, "%s: cannot sync: %s", path, strerror(errno));
  if (fd >= 0) close(fd);
  return status;
}

/* All of the database as it stands, in one file; there whole or not at all. */
static enum status copy(struct store *store, int version, struct fault *fault) {
  struct database *database = store->database;
  char *draft = NULL, *kept = NULL, *script = NULL;
  int now = 0;
  enum status status = STATUS_OK;
  if (asprintf(&draft, "%s/store.db.draft-%ld", store->folder, (long)getpid()) < 0) draft = NULL;
  if (asprintf(&kept, "%s/store.db.schema-%d", store->folder, version) < 0) kept = NULL;
  if (strchr(store->folder, '\''))
    status = fault_set(fault, STATUS_INVALID, "store %s: a folder whose name has a ' cannot be brought up to date",
                       store->folder);
  else if (!draft || !kept || asprintf(&script, "VACUUM INTO '%s'", draft) < 0) {
    script = NULL;
    status = fault_set(fault, STATUS_MEMORY, "out of memory");
  }
  if (!status) unlink(draft);
  if (!status) status = database->calls->execute(database, script, fault);
  if (!status) status = sync_path(draft, fault);
  /* Had another process migrated it meanwhile, the copy might be of the new schema. */
  if (!status) status = database->calls->version(database, &now, fault);
  if (!status && now == version && rename(draft, kept))
    status = fault_set(fault, STATUS_IO, "%s: cannot rename: %s", draft, strerror(errno));
  if (!status) status = sync_path(store->folder, fault);
  if (draft) unlink(draft);
  free(draft);
  free(kept);
  free(script);
  return status;
}

/* A broker of the older program would go on writing as it knows. */
static enum status no_broker(struct store *store, int *lock, struct fault *fault) {
  char *path = NULL;
  if (asprintf(&path, "%s/broker.lock", store->folder) < 0) return fault_set(fault, STATUS_MEMORY, "out of memory");
  enum status status = STATUS_OK;
  *lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (*lock < 0)
    status = fault_set(fault, STATUS_IO, "%s: cannot open: %s", path, strerror(errno));
  else if (flock(*lock, LOCK_EX | LOCK_NB))
    status = fault_set(fault, STATUS_UNAVAILABLE,
                       "store %s: a broker of an older assay works with it; stop it, so that the store can be brought "
                       "up to date",
                       store->folder);
  free(path);
  return status;
}

enum status store_migrate(struct store *store, int version, struct fault *fault) {
  /* There the copy is the database's own business, and what is added does not disturb brokers of the older program. */
  if (store_is_shared(store)) return store_transact(store, step_up, NULL, fault);
  int lock = -1;
  enum status status = no_broker(store, &lock, fault);
  if (!status) status = copy(store, version, fault);
  if (!status) status = store_transact(store, step_up, NULL, fault);
  if (lock >= 0) close(lock);
  return status;
}
