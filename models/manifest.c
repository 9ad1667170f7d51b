#include "models/manifest.h"
#include "models/csv.h"
#include "models/file.h"
#include "models/utf8.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is being read: `columns[i]` is the job's text field in column i. */
struct reader {
  struct csv csv;
  size_t columns[JOB_TEXTS], column_count;
  struct manifest *manifest;
  size_t room;
  struct fault *fault;
};

static enum status no_memory(const struct reader *in) {
  return fault_set(in->fault, STATUS_MEMORY, "%s: out of memory", in->csv.file);
}

static bool is_path(size_t text) {
  return job_texts[text].limit == JOB_PATH_MAX;
}

static bool is_photo(size_t text) {
  return job_texts[text].offset == offsetof(struct job, photo);
}

static enum status read_column(struct reader *in, const char *name, int line) {
  size_t text = 0;
  while (text < JOB_TEXTS && strcmp(job_texts[text].column, name)) text++;
  if (text == JOB_TEXTS)
    return fault_set(
        in->fault, STATUS_INVALID,
        "%s:%d: %.80s: unknown column; expected photo, golden, lot, factory, line, shift, stage, unit, view, "
        "captured, with commas between them",
        in->csv.file, line, name);
  for (size_t i = 0; i < in->column_count; i++)
    if (in->columns[i] == text)
      return fault_set(in->fault, STATUS_INVALID, "%s:%d: %s: given twice; expected one column", in->csv.file, line,
                       name);
  in->columns[in->column_count++] = text;
  return STATUS_OK;
}

static enum status read_header(struct reader *in) {
  char *names[JOB_TEXTS + 1]; /* one more than there are: then one is unknown or doubled */
  size_t count;
  int line;
  bool has_photo = false;
  enum status status = csv_read(&in->csv, names, JOB_TEXTS + 1, &count, &line, in->fault);
  if (count > JOB_TEXTS + 1) count = JOB_TEXTS + 1;
  for (size_t i = 0; i < count && !status; i++) {
    status = read_column(in, names[i], line);
    if (!status) has_photo |= is_photo(in->columns[i]);
  }
  if (status || has_photo) return status;
  return fault_set(in->fault, STATUS_INVALID, "%s:%d: photo: missing column; expected a header with it", in->csv.file,
                   line);
}

/* A path that is not absolute lies beside the manifest. */
static char *resolve(const char *file, const char *path) {
  const char *slash = strrchr(file, '/');
  char *whole = NULL;
  if (path[0] == '/' || !slash) return strdup(path);
  return asprintf(&whole, "%.*s%s", (int)(slash + 1 - file), file, path) < 0 ? NULL : whole;
}

static enum status read_field(struct reader *in, size_t text, const char *value, struct manifest_row *row) {
  const char *expected, *column = job_texts[text].column;
  if (!*value) return STATUS_OK;
  if (!utf8_valid(value, strlen(value)))
    return fault_set(in->fault, STATUS_INVALID, "%s:%d: %s: not a text; expected UTF-8", in->csv.file, row->line,
                     column);
  if (!job_text_valid(text, value, &expected))
    return fault_set(in->fault, STATUS_INVALID, "%s:%d: %s: %.80s; expected %s", in->csv.file, row->line, column, value,
                     expected);
  char **field = job_text(&row->job, text), *whole = is_path(text) ? resolve(in->csv.file, value) : NULL;
  bool photo = field == &row->job.photo;
  if (is_path(text) && !whole) return no_memory(in);
  *(photo ? &row->path : field) = whole;
  if (whole && !job_text_valid(text, whole, &expected))
    return fault_set(in->fault, STATUS_INVALID, "%s:%d: %s: too long with the manifest's folder; expected %s",
                     in->csv.file, row->line, column, expected);
  if (whole && !photo) return STATUS_OK;
  *field = strdup(value);
  return *field ? STATUS_OK : no_memory(in);
}

static struct manifest_row *new_row(struct reader *in) {
  struct manifest *manifest = in->manifest;
  if (manifest->count == in->room) {
    size_t room = in->room ? 2 * in->room : 256;
    struct manifest_row *rows = realloc(manifest->rows, room * sizeof *rows);
    if (!rows) return NULL;
    manifest->rows = rows;
    in->room = room;
  }
  struct manifest_row *row = &manifest->rows[manifest->count++];
  *row = (struct manifest_row){0};
  return row;
}

static enum status read_row(struct reader *in, bool *done) {
  char *fields[JOB_TEXTS];
  size_t count;
  int line;
  enum status status = csv_read(&in->csv, fields, JOB_TEXTS, &count, &line, in->fault);
  *done = !count;
  if (status || *done) return status;
  if (count != in->column_count)
    return fault_set(in->fault, STATUS_INVALID, "%s:%d: %zu field%s; expected %zu as in the header", in->csv.file, line,
                     count, count == 1 ? "" : "s", in->column_count);
  if (in->manifest->count >= MANIFEST_MAX_ROWS)
    return fault_set(in->fault, STATUS_LIMIT, "%s:%d: more than %d photos", in->csv.file, line, MANIFEST_MAX_ROWS);
  struct manifest_row *row = new_row(in);
  if (!row) return no_memory(in);
  row->line = line;
  for (size_t i = 0; i < count && !status; i++) status = read_field(in, in->columns[i], fields[i], row);
  if (!status && !row->job.photo)
    status = fault_set(in->fault, STATUS_INVALID, "%s:%d: photo: empty; expected a path", in->csv.file, line);
  return status;
}

static int line_of(const char *text, const char *at) {
  int line = 1;
  for (; text < at; text++) line += *text == '\n';
  return line;
}

enum status manifest_parse(const char *text, size_t size, const char *file, struct manifest *manifest,
                           struct fault *fault) {
  *manifest = (struct manifest){0};
  const char *nul = size ? memchr(text, 0, size) : NULL;
  if (size > MANIFEST_MAX_BYTES)
    return fault_set(fault, STATUS_LIMIT, "%s: %zu bytes; at most %d are accepted", file, size, MANIFEST_MAX_BYTES);
  if (nul) return fault_set(fault, STATUS_INVALID, "%s:%d: a NUL byte; expected text", file, line_of(text, nul));
  char *copy = malloc(size + 1);
  if (!copy) return fault_set(fault, STATUS_MEMORY, "%s: out of memory", file);
  if (size) memcpy(copy, text, size);
  struct reader in = {.manifest = manifest, .fault = fault};
  csv_begin(&in.csv, copy, size, file);
  enum status status = read_header(&in);
  for (bool done = false; !done && !status;) status = read_row(&in, &done);
  free(copy);
  if (status) manifest_free(manifest);
  return status;
}

enum status manifest_read(const char *path, struct manifest *manifest, struct fault *fault) {
  uint8_t *bytes;
  size_t size;
  *manifest = (struct manifest){0};
  enum status status = file_read(AT_FDCWD, path, path, true, MANIFEST_MAX_BYTES, &bytes, &size, fault);
  if (!status) status = manifest_parse((const char *)bytes, size, path, manifest, fault);
  free(bytes);
  return status;
}

void manifest_free(struct manifest *manifest) {
  for (size_t i = 0; i < manifest->count; i++) {
    job_free(&manifest->rows[i].job);
    free(manifest->rows[i].path);
  }
  free(manifest->rows);
  *manifest = (struct manifest){0};
}
