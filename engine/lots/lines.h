/* Lines of a large file, one after another, with room behind each that a parser may read. */
#ifndef ASSAY_ENGINE_LOTS_LINES_H
#define ASSAY_ENGINE_LOTS_LINES_H

#include "models/status.h"

#include <stddef.h>
#include <stdint.h>

/* Set `fd` and `file`; the rest is zero at first. End with lines_free, which leaves the descriptor open. */
struct lines {
  int fd;
  const char *file; /* for messages */
  int64_t number;   /* of the line read last, from 1 */
  char *buffer;
  size_t room, start, end;
  int ended;
};

/* The next line, without its newline: *line is NULL at the end. ROW_PADDING bytes behind it can be read. Valid until
 * the next call. STATUS_LIMIT for a line over ROW_MAX_BYTES, STATUS_IO, STATUS_MEMORY. */
enum status lines_next(struct lines *lines, const char **line, size_t *size, struct fault *fault);
void lines_free(struct lines *lines);

#endif
