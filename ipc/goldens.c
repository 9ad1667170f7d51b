#include "ipc/goldens.h"

#include "ipc/bundle.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { KEEP_OPEN = 8 }; /* goldens that stay open though no one uses them */

enum entry_state { ENTRY_OPENING, ENTRY_WANTED, ENTRY_ASKED, ENTRY_ARRIVED, ENTRY_MISSING, ENTRY_READY, ENTRY_FAILED };

struct golden_entry {
  struct golden_entry *next;
  char sha256[DIGEST_CHARS + 1];
  enum entry_state state;
  int users;
  uint64_t used; /* for the oldest to be closed first */
  void *opened;
  struct message message; /* arrived, to be written into the cache by the thread that waits */
  struct fault fault;
};

struct goldens {
  const struct judge *judge;
  char *cache;
  const struct roots *roots;
  void (*wake)(void *context);
  void *wake_context;
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  struct golden_entry *entries;
  uint64_t uses;
  bool stopped;
};

enum status goldens_open(const struct judge *judge, const char *cache, const struct roots *roots,
                         void (*wake)(void *context), void *context, struct goldens **opened, struct fault *fault) {
  *opened = NULL;
  if (cache && mkdir(cache, 0777) && errno != EEXIST)
    return fault_set(fault, STATUS_IO, "cache %s: cannot make the folder: %s", cache, strerror(errno));
  struct goldens *goldens = calloc(1, sizeof *goldens);
  if (!goldens || (cache && !(goldens->cache = strdup(cache)))) {
    free(goldens);
    return fault_set(fault, STATUS_MEMORY, "out of memory");
  }
  goldens->judge = judge;
  goldens->roots = roots;
  goldens->wake = wake;
  goldens->wake_context = context;
  pthread_mutex_init(&goldens->mutex, NULL);
  pthread_cond_init(&goldens->changed, NULL);
  *opened = goldens;
  return STATUS_OK;
}

static void close_entry(struct goldens *goldens, struct golden_entry *entry) {
  if (entry->opened) goldens->judge->close_golden(goldens->judge->context, entry->opened);
  message_free(&entry->message);
  free(entry);
}

void goldens_close(struct goldens *goldens) {
  if (!goldens) return;
  while (goldens->entries) {
    struct golden_entry *entry = goldens->entries;
    goldens->entries = entry->next;
    close_entry(goldens, entry);
  }
  pthread_cond_destroy(&goldens->changed);
  pthread_mutex_destroy(&goldens->mutex);
  free(goldens->cache);
  free(goldens);
}

static struct golden_entry *find_entry(struct goldens *goldens, const char *sha256) {
  for (struct golden_entry *entry = goldens->entries; entry; entry = entry->next)
    if (!strcmp(entry->sha256, sha256)) return entry;
  return NULL;
}

static void drop_entry(struct goldens *goldens, struct golden_entry *entry) {
  struct golden_entry **link = &goldens->entries;
  while (*link != entry) link = &(*link)->next;
  *link = entry->next;
  close_entry(goldens, entry);
}

static void drop_unused(struct goldens *goldens) {
  int open = 0;
  struct golden_entry *oldest = NULL;
  for (struct golden_entry *entry = goldens->entries; entry; entry = entry->next) {
    open += entry->state == ENTRY_READY;
    if (entry->state == ENTRY_READY && !entry->users && (!oldest || entry->used < oldest->used)) oldest = entry;
  }
  if (open > KEEP_OPEN && oldest) drop_entry(goldens, oldest);
}

/* Waits until the broker has answered; the mutex is held. */
static enum status ask_broker(struct goldens *goldens, struct golden_entry *entry, struct fault *fault) {
  entry->state = ENTRY_WANTED;
  goldens->wake(goldens->wake_context);
  while (!goldens->stopped && (entry->state == ENTRY_WANTED || entry->state == ENTRY_ASKED))
    pthread_cond_wait(&goldens->changed, &goldens->mutex);
  if (entry->state == ENTRY_ARRIVED) return STATUS_OK;
  if (entry->state == ENTRY_MISSING) {
    if (fault) *fault = entry->fault;
    return STATUS_MISSING;
  }
  return fault_set(fault, STATUS_STOPPED, "stopped while it waited for a golden");
}

static enum status fetch(struct goldens *goldens, struct golden_entry *entry, const char *folder, struct fault *fault) {
  if (!goldens->cache || bundle_is(folder, entry->sha256)) return STATUS_OK;
  pthread_mutex_lock(&goldens->mutex);
  enum status status = ask_broker(goldens, entry, fault);
  entry->state = ENTRY_OPENING;
  struct message message = entry->message;
  entry->message = (struct message){0};
  pthread_mutex_unlock(&goldens->mutex);
  if (!status) status = bundle_keep(goldens->cache, &message, fault);
  message_free(&message);
  return status;
}

/* Finds and opens it, without the mutex. */
static enum status open_entry(struct goldens *goldens, struct golden_entry *entry, const char *path,
                              struct fault *fault) {
  const struct judge *judge = goldens->judge;
  char *folder = path ? roots_resolve(goldens->roots, path) : NULL;
  if (folder && bundle_is(folder, entry->sha256)) {
    enum status opened = judge->open_golden(judge->context, folder, entry->sha256, &entry->opened, fault);
    free(folder);
    return opened;
  }
  free(folder);
  if (!goldens->cache)
    return fault_set(fault, STATUS_MISSING, "golden %s: not at %s, and this worker keeps no cache", entry->sha256,
                     path ? path : "any path");
  if (asprintf(&folder, "%s/%s", goldens->cache, entry->sha256) < 0)
    return fault_set(fault, STATUS_MEMORY, "out of memory");
  enum status status = fetch(goldens, entry, folder, fault);
  if (!status) status = judge->open_golden(judge->context, folder, entry->sha256, &entry->opened, fault);
  free(folder);
  if (status) fault_prefix(fault, "golden %.16s...", entry->sha256);
  return status;
}

static struct golden_entry *add_entry(struct goldens *goldens, const char *sha256) {
  struct golden_entry *entry = calloc(1, sizeof *entry);
  if (!entry) return NULL;
  snprintf(entry->sha256, sizeof entry->sha256, "%s", sha256);
  entry->next = goldens->entries;
  goldens->entries = entry;
  return entry;
}

enum status goldens_take(struct goldens *goldens, const char *path, const char *sha256, struct golden_entry **taken,
                         struct fault *fault) {
  enum status status = STATUS_OK;
  *taken = NULL;
  pthread_mutex_lock(&goldens->mutex);
  struct golden_entry *entry = find_entry(goldens, sha256);
  bool first = !entry;
  if (first) entry = add_entry(goldens, sha256);
  if (!entry) {
    pthread_mutex_unlock(&goldens->mutex);
    return fault_set(fault, STATUS_MEMORY, "out of memory");
  }
  entry->users++;
  if (first) {
    struct fault cause = {0};
    pthread_mutex_unlock(&goldens->mutex);
    status = open_entry(goldens, entry, path, &cause);
    pthread_mutex_lock(&goldens->mutex);
    entry->state = status ? ENTRY_FAILED : ENTRY_READY;
    entry->fault = cause;
    pthread_cond_broadcast(&goldens->changed);
  }
  while (entry->state != ENTRY_READY && entry->state != ENTRY_FAILED)
    pthread_cond_wait(&goldens->changed, &goldens->mutex);
  entry->used = ++goldens->uses;
  if (entry->state == ENTRY_FAILED) {
    status = entry->fault.status;
    if (fault) *fault = entry->fault;
    /* The next job tries anew: the cause may be gone. */
    if (!--entry->users) drop_entry(goldens, entry);
  } else {
    *taken = entry;
    drop_unused(goldens);
  }
  pthread_mutex_unlock(&goldens->mutex);
  return status;
}

void goldens_let_go(struct goldens *goldens, struct golden_entry *entry) {
  pthread_mutex_lock(&goldens->mutex);
  entry->users--;
  pthread_mutex_unlock(&goldens->mutex);
}

void *golden_entry_opened(const struct golden_entry *entry) {
  return entry->opened;
}
const char *golden_entry_sha256(const struct golden_entry *entry) {
  return entry->sha256;
}

bool goldens_wanted(struct goldens *goldens, char sha256[65]) {
  bool found = false;
  pthread_mutex_lock(&goldens->mutex);
  for (struct golden_entry *entry = goldens->entries; entry && !found; entry = entry->next) {
    found = entry->state == ENTRY_WANTED;
    if (!found) continue;
    entry->state = ENTRY_ASKED;
    memcpy(sha256, entry->sha256, sizeof entry->sha256);
  }
  pthread_mutex_unlock(&goldens->mutex);
  return found;
}

void goldens_arrived(struct goldens *goldens, struct message *message) {
  pthread_mutex_lock(&goldens->mutex);
  struct golden_entry *entry = find_entry(goldens, json_string_value(json_object_get(message->header, "sha256")));
  if (entry && entry->state == ENTRY_ASKED) {
    entry->message = *message;
    entry->state = ENTRY_ARRIVED;
    *message = (struct message){0};
    pthread_cond_broadcast(&goldens->changed);
  }
  pthread_mutex_unlock(&goldens->mutex);
}

void goldens_missing(struct goldens *goldens, const char *sha256, const char *text) {
  pthread_mutex_lock(&goldens->mutex);
  struct golden_entry *entry = find_entry(goldens, sha256);
  if (entry && entry->state == ENTRY_ASKED) {
    fault_set(&entry->fault, STATUS_MISSING, "%s", text);
    entry->state = ENTRY_MISSING;
    pthread_cond_broadcast(&goldens->changed);
  }
  pthread_mutex_unlock(&goldens->mutex);
}

void goldens_ask_again(struct goldens *goldens) {
  pthread_mutex_lock(&goldens->mutex);
  for (struct golden_entry *entry = goldens->entries; entry; entry = entry->next)
    if (entry->state == ENTRY_ASKED) entry->state = ENTRY_WANTED;
  pthread_mutex_unlock(&goldens->mutex);
}

void goldens_stop(struct goldens *goldens) {
  pthread_mutex_lock(&goldens->mutex);
  goldens->stopped = true;
  pthread_cond_broadcast(&goldens->changed);
  pthread_mutex_unlock(&goldens->mutex);
}
