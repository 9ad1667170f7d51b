#include "models/store_people.h"

#include "models/store_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* --- Reviews --- */

enum status store_add_review(struct store *store, const struct store_review *review, int64_t now, struct fault *fault) {
  struct fault unused = {0};
  if (!fault) fault = &unused;
  struct query *add = store_query(store, SQL_ADD_REVIEW, fault);
  if (!add) return fault->status;
  query_set_text(add, 1, review->job);
  query_set_integer(add, 2, review->region);
  query_set_integer(add, 3, review->overruled);
  query_set_text(add, 4, review->line);
  query_set_integer(add, 5, now);
  return query_run(add, NULL, fault);
}

enum status store_reviews(struct store *store,
                          enum status (*each)(void *context, const struct store_review *review, struct fault *fault),
                          void *context, struct fault *fault) {
  struct fault unused = {0};
  if (!fault) fault = &unused;
  struct query *query = store_query(store, SQL_REVIEWS, fault);
  if (!query) return fault->status;
  enum status status;
  bool row;
  while (!(status = query_step(query, &row, fault)) && row) {
    const struct store_review review = {.job = query_text(query, 1, NULL),
                                        .region = (int)query_integer(query, 2),
                                        .overruled = query_integer(query, 3),
                                        .line = query_text(query, 4, NULL)};
    status =
        review.job && review.line ? each(context, &review, fault) : fault_set(fault, STATUS_MEMORY, "out of memory");
    if (status) break;
  }
  query_reset(query);
  return status;
}

enum status store_find_result(struct store *store, const char *job, char **line, struct fault *fault) {
  struct fault unused = {0};
  if (!fault) fault = &unused;
  bool row = false;
  *line = NULL;
  struct query *find = store_query(store, SQL_FIND_RESULT, fault);
  if (!find) return fault->status;
  query_set_text(find, 1, job);
  enum status status = query_step(find, &row, fault);
  if (!status && row) {
    const char *text = query_text(find, 0, NULL);
    *line = text ? strdup(text) : NULL;
    if (!*line) status = fault_set(fault, STATUS_MEMORY, "out of memory");
  }
  query_reset(find);
  return status;
}

/* --- Lots --- */

/* The brokers of a folder's store hold its own lock, so that lots have another. */
static enum status lock_file(struct store *store, struct fault *fault) {
  char *path = NULL;
  if (asprintf(&path, "%s/lots.lock", store->folder) < 0) return fault_set(fault, STATUS_MEMORY, "out of memory");
  int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666), failed = -1;
  if (fd >= 0) {
    do failed = flock(fd, LOCK_EX);
    while (failed && errno == EINTR);
  }
  enum status status = failed ? fault_set(fault, STATUS_IO, "%s: %s", path, strerror(errno)) : STATUS_OK;
  if (status && fd >= 0) close(fd);
  if (!status) store->lots_lock = fd + 1;
  free(path);
  return status;
}

enum status store_lock_lots(struct store *store, struct fault *fault) {
  struct fault unused = {0};
  bool row;
  if (!fault) fault = &unused;
  if (!store_is_shared(store)) return store->lots_lock ? STATUS_OK : lock_file(store, fault);
  struct query *query = store_query(store, SQL_LOCK_LOTS, fault);
  if (!query) return fault->status;
  enum status status = query_step(query, &row, fault);
  query_reset(query);
  return status;
}

enum status store_lots(struct store *store,
                       enum status (*each)(void *context, const char *line, size_t size, struct fault *fault),
                       void *context, struct fault *fault) {
  struct fault unused = {0};
  if (!fault) fault = &unused;
  struct query *query = store_query(store, SQL_LOTS, fault);
  if (!query) return fault->status;
  enum status status;
  bool row;
  while (!(status = query_step(query, &row, fault)) && row) {
    size_t size;
    const char *line = query_text(query, 0, &size);
    status = line ? each(context, line, size, fault) : fault_set(fault, STATUS_MEMORY, "out of memory");
    if (status) break;
  }
  query_reset(query);
  return status;
}

struct setting {
  const char *const *lines;
  size_t count;
};

static enum status bind_lot(void *context, size_t i, struct query *query, struct fault *fault) {
  const struct setting *setting = context;
  (void)fault;
  query_set_integer(query, 1, (int64_t)i);
  query_set_text(query, 2, setting->lines[i]);
  return STATUS_OK;
}

static enum status set_lots(struct store *store, void *context, struct fault *fault) {
  struct setting *setting = context;
  const struct query_batch batch = {.count = setting->count, .bind = bind_lot, .context = setting};
  struct query *query = store_query(store, SQL_DROP_LOTS, fault);
  if (!query) return fault->status;
  query_set_integer(query, 1, (int64_t)setting->count);
  enum status status = query_run(query, NULL, fault);
  if (status || !setting->count) return status;
  query = store_query(store, SQL_SET_LOT, fault);
  return query ? query->database->calls->batch(query, &batch, fault) : fault->status;
}

enum status store_set_lots(struct store *store, const char *const *lines, size_t count, struct fault *fault) {
  struct fault unused = {0};
  struct setting setting = {lines, count};
  return store_transact(store, set_lots, &setting, fault ? fault : &unused);
}
