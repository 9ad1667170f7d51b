/* The list of a photo set, --manifest FILE.csv: a header and one photo a line.
 * Columns, in any order: photo (required), golden, lot, factory, line, shift, stage, unit, view, captured.
 * RFC 4180 quoting, UTF-8 with or without byte order mark, LF or CRLF. Relative photo and golden paths are relative to
 * the manifest's folder. An empty field is unknown, an empty line is passed over. */
#ifndef ASSAY_MODELS_MANIFEST_H
#define ASSAY_MODELS_MANIFEST_H

#include "models/job.h"
#include "models/status.h"

#include <stddef.h>

enum { MANIFEST_MAX_BYTES = 1 << 30, MANIFEST_MAX_ROWS = 10 * 1000 * 1000 };

struct manifest_row {
  struct job job; /* photo as given, golden_path (resolved) and the groups; no id yet */
  char *path;     /* where the photo lies: job.photo, resolved */
  int line;       /* in the file, for messages */
};

struct manifest {
  struct manifest_row *rows;
  size_t count;
};

/* Errors name the file, the line and the column's name: an unknown or doubled column, a missing photo column, a line
 * with too few or too many fields, an unclosed quote, text that is no UTF-8, a field over JOB_FIELD_MAX (paths: 4095),
 * `captured` that is no ISO 8601 time. On failure `manifest` is empty. A list without photos is no error here.
 * `file` is the manifest's path: relative paths in it lie beside it. */
enum status manifest_read(const char *path, struct manifest *manifest, struct fault *fault);
enum status manifest_parse(const char *text, size_t size, const char *file, struct manifest *manifest,
                           struct fault *fault);
void manifest_free(struct manifest *manifest);

#endif
