#include "ipc/keep.h"

#include "ipc/clock.h"
#include "ipc/events.h"
#include "ipc/link.h"
#include "models/blobs.h"
#include "models/store.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { HOUR_MS = 3600000 };

struct keep {
  struct keep_options options;
  pthread_t thread;
  bool started, noted;
  int stop_fd;
};

static enum status is_needed(void *context, const char *photo_id, bool *needed, struct fault *fault) {
  return store_needs_photo(context, photo_id, needed, fault);
}

enum status keep_once(const struct keep_options *options, size_t *removed, struct fault *fault) {
  struct store *store = NULL;
  char id[PROTOCOL_ID_CHARS + 1];
  bool mine = true;
  int64_t now = clock_wall_ms();
  *removed = 0;
  link_random_id(id);
  enum status status = store_connect(options->store, options->database, &store, fault);
  if (!status && store_is_shared(store)) status = store_claim(store, "keep", id, now, now + HOUR_MS / 2, &mine, fault);
  if (!status && mine)
    status = blob_sweep(options->store, now / 1000 - options->seconds, is_needed, store, removed, fault);
  store_close(store);
  return status;
}

static void *run(void *argument) {
  struct keep *keep = argument;
  for (;;) {
    struct fault fault = {0};
    size_t removed;
    enum status status = keep_once(&keep->options, &removed, &fault);
    if (removed) EVENT(EVENT_INFO, "photos_removed", json_pack("{s:I}", "count", (json_int_t)removed));
    if (status && !keep->noted && keep->options.note) keep->options.note(fault.text);
    keep->noted = status;
    struct pollfd stop = {.fd = keep->stop_fd, .events = POLLIN};
    if (poll(&stop, 1, HOUR_MS) > 0) return NULL;
  }
}

enum status keep_start(const struct keep_options *options, struct keep **started, struct fault *fault) {
  *started = NULL;
  struct keep *keep = calloc(1, sizeof *keep);
  if (!keep) return fault_set(fault, STATUS_MEMORY, "out of memory");
  keep->options = *options;
  keep->stop_fd = eventfd(0, EFD_CLOEXEC);
  int code = keep->stop_fd < 0 ? errno : pthread_create(&keep->thread, NULL, run, keep);
  if (code) {
    keep_end(keep);
    return fault_set(fault, STATUS_INTERNAL, "cannot start a thread: %s", strerror(code));
  }
  keep->started = true;
  *started = keep;
  return STATUS_OK;
}

void keep_end(struct keep *keep) {
  if (!keep) return;
  uint64_t one = 1;
  while (keep->started && write(keep->stop_fd, &one, sizeof one) < 0 && errno == EINTR) {
  }
  if (keep->started) pthread_join(keep->thread, NULL);
  if (keep->stop_fd >= 0) close(keep->stop_fd);
  free(keep);
}
