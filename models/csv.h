/* Comma-separated values, RFC 4180, LF or CRLF: read in place, and fields to be written. */
#ifndef ASSAY_MODELS_CSV_H
#define ASSAY_MODELS_CSV_H

#include "models/status.h"
#include "models/text.h"

#include <stddef.h>

/* Text being read. It is changed: fields are unquoted and ended where they stand. */
struct csv {
  char *at, *end;   /* *end is writable: room for one NUL behind the text */
  int line;         /* of `at`, from 1 */
  const char *file; /* for messages */
};

/* Starts at the first character after a byte order mark. */
void csv_begin(struct csv *csv, char *text, size_t size, const char *file);

/* Reads a line's fields; empty lines are passed over. At most `room` are kept, *count says how many there were; 0 is
 * the end. *line is where it began. STATUS_INVALID for a quote that is not closed or stands where none may. */
enum status csv_read(struct csv *csv, char **fields, size_t room, size_t *count, int *line, struct fault *fault);

/* Adds a field, in quotes where it needs them. What a spreadsheet would take for a formula (=, +, -, @, tab or carriage
 * return first) gets an apostrophe in front. */
void csv_put(struct text *text, const char *value);

/* What csv_put was given for a field that was read: without the apostrophe before what looks like a formula. */
const char *csv_plain(const char *field);

#endif
