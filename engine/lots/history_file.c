/* The history as a file of JSON lines. */
#include "engine/lots/history.h"
#include "engine/lots/history_private.h"
#include "models/file.h"
#include "models/text.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static enum status take_lock(const char *path, struct history *history, struct fault *fault) {
  char *name = NULL;
  if (asprintf(&name, "%s.lock", path) < 0) return fault_set(fault, STATUS_MEMORY, "out of memory");
  int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0666), failed = -1;
  if (fd >= 0) {
    do failed = flock(fd, LOCK_EX);
    while (failed && errno == EINTR);
  }
  enum status status = failed ? fault_set(fault, STATUS_IO, "%s: %s", name, strerror(errno)) : STATUS_OK;
  free(name);
  if (status && fd >= 0) close(fd);
  if (!status) history->lock = fd + 1;
  return status;
}

static bool read_word(const json_t *object, const char *key, const char *(*name)(int), int count, int *value) {
  const char *word = json_string_value(json_object_get(object, key));
  for (*value = 0; word && *value < count; ++*value)
    if (!strcmp(word, name(*value))) return true;
  return false;
}

static const char *outcome_name(int value) {
  return lot_outcome_name((enum lot_outcome)value);
}
static const char *state_name(int value) {
  return switching_state_name((enum switching_state)value);
}
static const char *class_word(int value) {
  return severity_name((enum severity)value);
}

static enum status invalid(const char *field, const char *expected, struct fault *fault) {
  return fault_set(fault, STATUS_INVALID, "%s: expected %s", field, expected);
}

static enum status read_record(struct history *history, const json_t *json, struct fault *fault) {
  const char *supplier = json_string_value(json_object_get(json, "supplier"));
  const json_t *why = json_object_get(json, "resumed");
  int class_, inspection, outcome;
  if (!json_is_object(json)) return invalid("record", "a JSON object", fault);
  if (!read_word(json, "class", class_word, 3, &class_)) return invalid("class", "critical, major or minor", fault);
  if (why) {
    size_t resumed;
    if (!json_is_string(why)) return invalid("resumed", "the reason in words", fault);
    return history_resume(history, supplier, json_string_value(why), &resumed, fault);
  }
  if (!read_word(json, "inspection", state_name, 3, &inspection))
    return invalid("inspection", "normal, tightened or discontinued", fault);
  if (!read_word(json, "outcome", outcome_name, 4, &outcome))
    return invalid("outcome", "accepted, rejected, held or discontinued", fault);
  return history_add(history, supplier, json_string_value(json_object_get(json, "lot")), (enum severity)class_,
                     (enum switching_state)inspection, (enum lot_outcome)outcome,
                     json_is_true(json_object_get(json, "resubmitted")), fault);
}

enum status history_take_line(struct history *history, const char *line, size_t size, struct fault *fault) {
  json_t *json = json_loadb(line, size, JSON_REJECT_DUPLICATES, NULL);
  enum status status = json ? read_record(history, json, fault) : invalid("record", "a JSON object", fault);
  json_decref(json);
  return status;
}

static enum status read_lines(struct history *history, const char *path, const char *text, size_t size,
                              struct fault *fault) {
  enum status status = STATUS_OK;
  const char *end;
  int number = 1;
  for (const char *line = text; !status && line < text + size; line = end + 1, number++) {
    end = memchr(line, '\n', (size_t)(text + size - line));
    if (!end) end = text + size;
    if (end == line) continue;
    status = history_take_line(history, line, (size_t)(end - line), fault);
    if (status) fault_prefix(fault, "%s:%d", path, number);
  }
  return status;
}

enum status history_take_file(struct history *history, const char *path, struct fault *fault) {
  uint8_t *bytes = NULL;
  size_t size = 0;
  enum status status = file_read(AT_FDCWD, path, path, true, HISTORY_MAX_BYTES, &bytes, &size, fault);
  if (status == STATUS_MISSING) return STATUS_OK;
  if (!status && bytes) status = read_lines(history, path, (const char *)bytes, size, fault);
  free(bytes);
  return status;
}

enum status history_read(const char *path, struct history *history, struct fault *fault) {
  struct fault unused = {0};
  if (!fault) fault = &unused;
  *history = (struct history){0};
  enum status status = take_lock(path, history, fault);
  if (!status && !(history->path = strdup(path))) status = fault_set(fault, STATUS_MEMORY, "out of memory");
  if (!status) status = history_take_file(history, path, fault);
  if (status) history_free(history);
  return status;
}

void history_put_line(struct text *out, const struct history_record *record) {
  text_put(out, "{\"supplier\":");
  text_json_string(out, record->supplier);
  text_put(out, ",\"class\":");
  text_json_string(out, severity_name(record->class_));
  if (record->resumed) {
    text_put(out, ",\"resumed\":");
    text_json_string(out, record->why);
  } else {
    text_put(out, ",\"lot\":");
    text_json_string(out, record->lot);
    text_put(out, ",\"inspection\":");
    text_json_string(out, switching_state_name(record->inspection));
    text_put(out, ",\"outcome\":");
    text_json_string(out, lot_outcome_name(record->outcome));
    text_put(out, record->resubmitted ? ",\"resubmitted\":true" : ",\"resubmitted\":false");
  }
  text_put(out, "}");
}

static enum status sync_folder(const char *path, struct fault *fault) {
  char *folder = strdup(path);
  if (!folder) return fault_set(fault, STATUS_MEMORY, "out of memory");
  char *slash = strrchr(folder, '/');
  if (slash) *slash = 0;
  int fd = open(!slash ? "." : slash == folder ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  bool synced = fd >= 0 && !fsync(fd);
  enum status status = synced ? STATUS_OK : fault_set(fault, STATUS_IO, "%s: %s", folder, strerror(errno));
  if (fd >= 0) close(fd);
  free(folder);
  return status;
}

static enum status write_file(const struct history *history, struct fault *fault) {
  const char *path = history->path;
  struct text out = {0};
  for (size_t i = 0; i < history->count; i++) {
    history_put_line(&out, &history->records[i]);
    text_put(&out, "\n");
  }
  size_t size = out.size;
  char *text = text_take(&out), *fresh = NULL;
  if (!text || asprintf(&fresh, "%s.new", path) < 0) {
    free(text);
    return fault_set(fault, STATUS_MEMORY, "out of memory for the history of lots");
  }
  /* What an earlier call left half done; the lock keeps others away. */
  unlink(fresh);
  enum status status = file_write(AT_FDCWD, fresh, fresh, 0666, text, size, fault);
  if (!status && rename(fresh, path)) status = fault_set(fault, STATUS_IO, "%s: %s", path, strerror(errno));
  if (!status) status = sync_folder(path, fault);
  free(fresh);
  free(text);
  return status;
}

enum status history_write(const struct history *history, struct fault *fault) {
  if (history->path) return write_file(history, fault);
  return history->store ? history_write_store(history, fault) : STATUS_OK;
}
