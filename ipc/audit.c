#include "ipc/audit.h"

#include "ipc/clock.h"
#include "ipc/events.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct audit {
  int file;
};

enum status audit_open(const char *folder, struct audit **opened, struct fault *fault) {
  *opened = NULL;
  struct audit *audit = calloc(1, sizeof *audit);
  char *path = NULL;
  if (!audit || asprintf(&path, "%s/audit.jsonl", folder) < 0) {
    free(audit);
    return fault_set(fault, STATUS_MEMORY, "out of memory");
  }
  enum status status = STATUS_OK;
  audit->file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (audit->file < 0) {
    status = fault_set(fault, STATUS_IO, "%s: cannot be opened: %s", path, strerror(errno));
    free(audit);
    audit = NULL;
  }
  free(path);
  *opened = audit;
  return status;
}

void audit_close(struct audit *audit) {
  if (!audit) return;
  close(audit->file);
  free(audit);
}

static bool append(int file, const char *line, size_t size) {
  /* In one piece: several brokers may share the file. */
  ssize_t written = write(file, line, size);
  return written >= 0 && (size_t)written == size;
}

void audit_write(struct audit *audit, const char *action, json_t *who, json_t *fields) {
  char time[CLOCK_TEXT_MAX], *line = NULL;
  clock_text(clock_wall_ms(), time);
  json_t *entry = audit ? json_pack("{s:s, s:s, s:O}", "time", time, "action", action, "who", who) : NULL;
  if (entry) json_object_update(entry, fields);
  line = entry ? json_dumps(entry, JSON_COMPACT) : NULL;
  size_t size = line ? strlen(line) : 0;
  if (line) line[size] = '\n';
  if (audit && (!line || !append(audit->file, line, size + 1)))
    EVENT(EVENT_ERROR, "audit_failed", json_pack("{s:s, s:s}", "action", action, "error", strerror(errno)));
  free(line);
  json_decref(entry);
  json_decref(who);
  json_decref(fields);
}
