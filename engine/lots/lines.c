#include "engine/lots/lines.h"

#include "engine/lots/row.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FIRST_ROOM = 1 << 20 };

/* Moves what is left to the front and makes room behind it. */
static enum status make_room(struct lines *lines, struct fault *fault) {
  if (lines->buffer && lines->start) {
    memmove(lines->buffer, lines->buffer + lines->start, lines->end - lines->start);
    lines->end -= lines->start;
    lines->start = 0;
  }
  if (lines->buffer && lines->end < lines->room) return STATUS_OK;
  if (lines->room > ROW_MAX_BYTES)
    return fault_set(fault, STATUS_LIMIT, "%s:%lld: a line of more than %d bytes", lines->file,
                     (long long)lines->number + 1, ROW_MAX_BYTES);
  size_t room = lines->room ? 2 * lines->room : FIRST_ROOM;
  char *buffer = realloc(lines->buffer, room + ROW_PADDING);
  if (!buffer) return fault_set(fault, STATUS_MEMORY, "%s: out of memory", lines->file);
  lines->buffer = buffer;
  lines->room = room;
  return STATUS_OK;
}

static enum status fill(struct lines *lines, struct fault *fault) {
  enum status status = make_room(lines, fault);
  if (status) return status;
  ssize_t got;
  do got = read(lines->fd, lines->buffer + lines->end, lines->room - lines->end);
  while (got < 0 && errno == EINTR);
  if (got < 0) return fault_set(fault, STATUS_IO, "%s: %s", lines->file, strerror(errno));
  lines->ended = !got;
  lines->end += (size_t)got;
  memset(lines->buffer + lines->end, 0, ROW_PADDING);
  return STATUS_OK;
}

enum status lines_next(struct lines *lines, const char **line, size_t *size, struct fault *fault) {
  *line = NULL;
  size_t searched = 0;
  for (;;) {
    char *at = lines->buffer ? lines->buffer + lines->start : NULL;
    size_t left = lines->end - lines->start;
    char *newline = at && left > searched ? memchr(at + searched, '\n', left - searched) : NULL;
    if (newline || (at && lines->ended && left)) {
      *line = at;
      *size = newline ? (size_t)(newline - at) : left;
      lines->start += *size + (newline ? 1 : 0);
      lines->number++;
      return STATUS_OK;
    }
    if (lines->ended) return STATUS_OK;
    searched = left;
    enum status status = fill(lines, fault);
    if (status) return status;
  }
}

void lines_free(struct lines *lines) {
  free(lines->buffer);
  lines->buffer = NULL;
}
