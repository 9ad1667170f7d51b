#include "ipc/allow.h"

#include "ipc/events.h"
#include "models/file.h"
#include "models/utf8.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LIST_MAX_BYTES = 4 << 20 };

struct allow_list {
  char *path;
  pthread_mutex_t mutex;
  struct stat seen; /* of the file that was read last */
  struct allow_entry *entries;
  size_t count;
  unsigned version;
};

struct draft {
  struct allow_entry *entries;
  size_t count, room;
};

static const char expected[] = "expected \"client|worker|admin curve25519-public BASE64 NAME\"";

static bool take_word(const char **at, const char *end, const char *word) {
  size_t size = strlen(word);
  if ((size_t)(end - *at) <= size || memcmp(*at, word, size) || (*at)[size] != ' ') return false;
  *at += size + 1;
  return true;
}

static bool parse_line(const char *at, const char *end, struct allow_entry *entry) {
  *entry = (struct allow_entry){0};
  if (take_word(&at, end, "client"))
    entry->roles = ALLOW_CLIENT;
  else if (take_word(&at, end, "worker"))
    entry->roles = ALLOW_WORKER;
  else if (take_word(&at, end, "admin"))
    entry->roles = ALLOW_ADMIN;
  if (!entry->roles || !take_word(&at, end, "curve25519-public")) return false;
  if (end - at < KEY_TEXT_CHARS || !key_decode(at, KEY_TEXT_CHARS, entry->key)) return false;
  at += KEY_TEXT_CHARS;
  if (at < end && *at++ != ' ') return false;
  size_t size = (size_t)(end - at);
  if (size > ALLOW_NAME_MAX || !utf8_printable(at, size)) return false;
  memcpy(entry->name, at, size);
  return true;
}

static enum status add_line(struct draft *draft, const struct allow_entry *entry) {
  for (size_t i = 0; i < draft->count; i++) {
    if (memcmp(draft->entries[i].key, entry->key, KEY_BYTES)) continue;
    draft->entries[i].roles |= entry->roles;
    return STATUS_OK;
  }
  if (draft->count == ALLOW_KEYS_MAX) return STATUS_LIMIT;
  if (draft->count == draft->room) {
    size_t room = draft->room ? 2 * draft->room : 16;
    struct allow_entry *more = realloc(draft->entries, room * sizeof *more);
    if (!more) return STATUS_MEMORY;
    draft->entries = more;
    draft->room = room;
  }
  draft->entries[draft->count++] = *entry;
  return STATUS_OK;
}

static enum status parse(const char *path, const char *text, size_t size, struct draft *draft, struct fault *fault) {
  int number = 1;
  for (size_t i = 0; i < size; number++) {
    const char *line = text + i, *end = memchr(line, '\n', size - i);
    if (!end) end = text + size;
    i = (size_t)(end - text) + 1;
    while (end > line && (end[-1] == '\r' || end[-1] == ' ')) end--;
    struct allow_entry entry;
    if (end == line || *line == '#') continue;
    if (!parse_line(line, end, &entry))
      return fault_set(fault, STATUS_INVALID, "%s:%d: %s, the name at most %d bytes", path, number, expected,
                       ALLOW_NAME_MAX);
    enum status status = add_line(draft, &entry);
    if (status)
      return fault_set(fault, status, "%s:%d: %s", path, number,
                       status == STATUS_LIMIT ? "more keys than are taken (10000)" : "out of memory");
  }
  return STATUS_OK;
}

static enum status read_list(struct allow_list *list, struct fault *fault) {
  uint8_t *bytes = NULL;
  size_t size = 0;
  struct draft draft = {0};
  struct stat seen = {0};
  stat(list->path, &seen);
  list->seen = seen;
  enum status status = file_read(AT_FDCWD, list->path, list->path, true, LIST_MAX_BYTES, &bytes, &size, fault);
  if (!status) status = parse(list->path, (const char *)bytes, size, &draft, fault);
  free(bytes);
  if (status) {
    free(draft.entries);
    return status;
  }
  free(list->entries);
  list->entries = draft.entries;
  list->count = draft.count;
  list->version++;
  return STATUS_OK;
}

static bool has_changed(const struct allow_list *list) {
  struct stat now = {0};
  stat(list->path, &now);
  return now.st_ino != list->seen.st_ino || now.st_size != list->seen.st_size ||
         now.st_mtim.tv_sec != list->seen.st_mtim.tv_sec || now.st_mtim.tv_nsec != list->seen.st_mtim.tv_nsec;
}

/* The mutex is held. */
static void refresh(struct allow_list *list) {
  struct fault fault = {0};
  if (!has_changed(list)) return;
  if (read_list(list, &fault))
    EVENT(EVENT_ERROR, "allow_list_bad",
          json_pack("{s:s, s:s}", "error", fault.text, "effect", "the last good list stays in force"));
  else
    EVENT(EVENT_INFO, "allow_list_read", json_pack("{s:I}", "keys", (json_int_t)list->count));
}

enum status allow_list_open(const char *path, struct allow_list **opened, struct fault *fault) {
  *opened = NULL;
  struct allow_list *list = calloc(1, sizeof *list);
  if (!list || !(list->path = strdup(path))) {
    free(list);
    return fault_set(fault, STATUS_MEMORY, "out of memory");
  }
  pthread_mutex_init(&list->mutex, NULL);
  enum status status = read_list(list, fault);
  if (status) {
    allow_list_close(list);
    return status;
  }
  *opened = list;
  return STATUS_OK;
}

void allow_list_close(struct allow_list *list) {
  if (!list) return;
  pthread_mutex_destroy(&list->mutex);
  free(list->entries);
  free(list->path);
  free(list);
}

bool allow_list_find(struct allow_list *list, const unsigned char key[KEY_BYTES], struct allow_entry *entry) {
  bool found = false;
  pthread_mutex_lock(&list->mutex);
  refresh(list);
  for (size_t i = 0; i < list->count && !found; i++) {
    found = !memcmp(list->entries[i].key, key, KEY_BYTES);
    if (found) *entry = list->entries[i];
  }
  pthread_mutex_unlock(&list->mutex);
  return found;
}

unsigned allow_list_version(struct allow_list *list) {
  pthread_mutex_lock(&list->mutex);
  refresh(list);
  unsigned version = list->version;
  pthread_mutex_unlock(&list->mutex);
  return version;
}
