/* The history in a store. */
#include "engine/lots/history.h"
#include "engine/lots/history_private.h"
#include "models/store_people.h"

#include <stdlib.h>
#include <string.h>

struct taking {
  struct history *history;
  size_t count;
};

static enum status take(void *context, const char *line, size_t size, struct fault *fault) {
  struct taking *taking = context;
  enum status status = history_take_line(taking->history, line, size, fault);
  taking->count++;
  if (status) fault_prefix(fault, "lots, line %zu", taking->count);
  return status;
}

/* What an older program kept beside the database. */
static enum status take_file(struct history *history, const char *folder, struct fault *fault) {
  char *path = NULL;
  if (asprintf(&path, "%s/lots.jsonl", folder) < 0) return fault_set(fault, STATUS_MEMORY, "out of memory");
  enum status status = history_take_file(history, path, fault);
  free(path);
  return status;
}

enum status history_read_store(const char *folder, const char *database, bool keep, struct history *history,
                               struct fault *fault) {
  struct fault unused = {0};
  struct taking taking = {.history = history};
  if (!fault) fault = &unused;
  *history = (struct history){0};
  enum status status = store_connect(folder, database, &history->store, fault);
  if (!status && keep) status = store_lock_lots(history->store, fault);
  if (!status) status = store_lots(history->store, take, &taking, fault);
  if (!status && !taking.count && folder) status = take_file(history, folder, fault);
  if (!keep) {
    store_close(history->store);
    history->store = NULL;
  }
  if (status) history_free(history);
  return status;
}

enum status history_write_store(const struct history *history, struct fault *fault) {
  char **lines = calloc(history->count + 1, sizeof *lines);
  bool made = lines;
  for (size_t i = 0; i < history->count && made; i++) {
    struct text out = {0};
    history_put_line(&out, &history->records[i]);
    lines[i] = text_take(&out);
    made = lines[i];
  }
  enum status status = made ? store_set_lots(history->store, (const char *const *)lines, history->count, fault)
                            : fault_set(fault, STATUS_MEMORY, "out of memory for the history of lots");
  for (size_t i = 0; i < history->count && lines; i++) free(lines[i]);
  free(lines);
  return status;
}
