#include "models/study.h"

#include "models/csv.h"
#include "models/file.h"
#include "models/number.h"
#include "models/utf8.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

enum { PART, OPERATOR, VALUE, DIMENSION, ROLES, MAX_COLUMNS = 256 };

struct row {
  size_t study, part, operator_;
  double value;
};

struct reading {
  struct csv csv;
  const char *columns[ROLES]; /* NULL: not there */
  size_t places[ROLES];
  size_t width; /* fields of a line */
  struct row *rows;
  size_t count, room;
  struct studies *studies;
  struct fault *fault;
};

static enum status no_memory(struct reading *in) {
  return fault_set(in->fault, STATUS_MEMORY, "%s: out of memory", in->csv.file);
}

static enum status read_header(struct reading *in) {
  char *fields[MAX_COLUMNS];
  int line;
  enum status status = csv_read(&in->csv, fields, MAX_COLUMNS, &in->width, &line, in->fault);
  if (status) return status;
  if (in->width > MAX_COLUMNS)
    return fault_set(in->fault, STATUS_LIMIT, "%s:%d: %zu columns; at most %d are accepted", in->csv.file, line,
                     in->width, MAX_COLUMNS);
  for (int role = 0; role < ROLES; role++) {
    if (!in->columns[role]) continue;
    size_t found = 0;
    for (size_t i = 0; i < in->width; i++) {
      if (strcmp(fields[i], in->columns[role]) != 0) continue;
      if (found++)
        return fault_set(in->fault, STATUS_INVALID, "%s:%d: two columns are called %s; expected one", in->csv.file,
                         line, in->columns[role]);
      in->places[role] = i;
    }
    if (!found)
      return fault_set(in->fault, STATUS_INVALID, "%s:%d: no column %s; expected a header with %s", in->csv.file, line,
                       in->columns[role], in->columns[role]);
  }
  return STATUS_OK;
}

static enum status check_name(struct reading *in, int line, int role, const char *name) {
  if (*name && strlen(name) < STUDY_NAME_CHARS && utf8_printable(name, strlen(name))) return STATUS_OK;
  return fault_set(in->fault, STATUS_INVALID, "%s:%d: %s: expected 1 to %d bytes of text", in->csv.file, line,
                   in->columns[role], STUDY_NAME_CHARS - 1);
}

/* The place of a name among the others, added where it is new. */
static enum status intern(struct reading *in, int line, struct study_names *names, const char *name, size_t *index) {
  for (*index = 0; *index < names->count; ++*index)
    if (!strcmp(names->items[*index], name)) return STATUS_OK;
  if (names->count == STUDY_MAX_NAMES)
    return fault_set(in->fault, STATUS_LIMIT, "%s:%d: more than %d names; at most these are accepted", in->csv.file,
                     line, STUDY_MAX_NAMES);
  if (!names->items) names->items = calloc(STUDY_MAX_NAMES, sizeof *names->items);
  if (!names->items) return no_memory(in);
  memcpy(names->items[names->count++], name, strlen(name) + 1);
  return STATUS_OK;
}

static enum status find_study(struct reading *in, int line, const char *name, size_t *index) {
  struct studies *all = in->studies;
  for (*index = 0; *index < all->count; ++*index)
    if (!strcmp(all->items[*index].name, name)) return STATUS_OK;
  if (all->count == STUDY_MAX_DIMENSIONS)
    return fault_set(in->fault, STATUS_LIMIT, "%s:%d: more than %d dimensions; at most these are accepted",
                     in->csv.file, line, STUDY_MAX_DIMENSIONS);
  struct study *items = realloc(all->items, (all->count + 1) * sizeof *items);
  if (!items) return no_memory(in);
  all->items = items;
  items[all->count] = (struct study){0};
  memcpy(items[all->count++].name, name, strlen(name) + 1);
  return STATUS_OK;
}

static enum status add_row(struct reading *in, const struct row *row) {
  if (in->count == STUDY_MAX_ROWS)
    return fault_set(in->fault, STATUS_LIMIT, "%s: more than %d measurements; at most these are accepted", in->csv.file,
                     STUDY_MAX_ROWS);
  if (in->count == in->room) {
    size_t room = in->room ? 2 * in->room : 256;
    struct row *rows = realloc(in->rows, room * sizeof *rows);
    if (!rows) return no_memory(in);
    in->rows = rows;
    in->room = room;
  }
  in->rows[in->count++] = *row;
  return STATUS_OK;
}

static enum status read_row(struct reading *in, char *const *fields, int line) {
  struct row row = {0};
  const char *names[ROLES];
  for (int role = 0; role < ROLES; role++) {
    names[role] = in->columns[role] ? fields[in->places[role]] : "";
    enum status status = in->columns[role] && role != VALUE ? check_name(in, line, role, names[role]) : STATUS_OK;
    if (status) return status;
  }
  if (!number_parse(names[VALUE], strlen(names[VALUE]), &row.value))
    return fault_set(in->fault, STATUS_INVALID, "%s:%d: %s: %s; expected a number", in->csv.file, line,
                     in->columns[VALUE], names[VALUE]);
  enum status status = find_study(in, line, names[DIMENSION], &row.study);
  if (status) return status;
  struct study *study = &in->studies->items[row.study];
  status = intern(in, line, &study->parts, names[PART], &row.part);
  if (!status) status = intern(in, line, &study->operators, names[OPERATOR], &row.operator_);
  return status ? status : add_row(in, &row);
}

static enum status read_rows(struct reading *in) {
  char *fields[MAX_COLUMNS];
  size_t count;
  int line;
  for (;;) {
    enum status status = csv_read(&in->csv, fields, MAX_COLUMNS, &count, &line, in->fault);
    if (status || !count) return status;
    if (count != in->width)
      return fault_set(in->fault, STATUS_INVALID, "%s:%d: %zu fields; expected %zu as in the header", in->csv.file,
                       line, count, in->width);
    status = read_row(in, fields, line);
    if (status) return status;
  }
}

/* Every cell must hold as many values as the first. */
static enum status check_balance(struct reading *in, const struct study *study, const size_t *filled) {
  for (size_t i = 0; i < study->parts.count * study->operators.count; i++) {
    if (filled[i] == study->trials) continue;
    const char *part = study->parts.items[i / study->operators.count];
    const char *operator_ = study->operators.items[i % study->operators.count];
    return fault_set(in->fault, STATUS_INVALID,
                     "%s: %s%spart %s%s%s was measured %zu times; expected %zu, as each part by each operator",
                     in->csv.file, study->name, *study->name ? ": " : "", part, *operator_ ? " by " : "", operator_,
                     filled[i], study->trials);
  }
  return STATUS_OK;
}

static enum status fill(struct reading *in, size_t index) {
  struct study *study = &in->studies->items[index];
  const size_t cells = study->parts.count * study->operators.count;
  size_t *filled = calloc(cells, sizeof *filled), rows = 0;
  if (!filled) return no_memory(in);
  for (size_t i = 0; i < in->count; i++) {
    const struct row *row = &in->rows[i];
    if (row->study != index) continue;
    filled[row->part * study->operators.count + row->operator_]++;
    rows++;
  }
  study->trials = filled[0];
  enum status status = check_balance(in, study, filled);
  if (!status) {
    study->values = calloc(rows, sizeof *study->values);
    if (!study->values) status = no_memory(in);
  }
  memset(filled, 0, cells * sizeof *filled);
  for (size_t i = 0; i < in->count && !status; i++) {
    const struct row *row = &in->rows[i];
    if (row->study != index) continue;
    const size_t cell = row->part * study->operators.count + row->operator_;
    study->values[cell * study->trials + filled[cell]++] = row->value;
  }
  free(filled);
  return status;
}

enum status studies_read(const char *path, const struct study_columns *columns, struct studies *studies,
                         struct fault *fault) {
  struct reading in = {.columns = {[PART] = columns->part,
                                   [OPERATOR] = columns->operator_,
                                   [VALUE] = columns->value,
                                   [DIMENSION] = columns->dimension},
                       .studies = studies,
                       .fault = fault};
  uint8_t *bytes = NULL;
  size_t size = 0;
  *studies = (struct studies){0};
  enum status status = file_read(AT_FDCWD, path, path, true, STUDY_MAX_BYTES, &bytes, &size, fault);
  if (status) return status;
  if (size && memchr(bytes, 0, size)) {
    free(bytes);
    return fault_set(fault, STATUS_INVALID, "%s: a NUL byte; expected text", path);
  }
  char *text = realloc(bytes, size + 1);
  if (!text) {
    free(bytes);
    return fault_set(fault, STATUS_MEMORY, "%s: out of memory", path);
  }
  text[size] = 0;
  csv_begin(&in.csv, text, size, path);
  status = read_header(&in);
  if (!status) status = read_rows(&in);
  if (!status && !in.count)
    status = fault_set(fault, STATUS_INVALID, "%s: no measurements; expected a header and a line each", path);
  for (size_t i = 0; i < studies->count && !status; i++) status = fill(&in, i);
  if (status) studies_free(studies);
  free(in.rows);
  free(text);
  return status;
}

void studies_free(struct studies *studies) {
  for (size_t i = 0; i < studies->count; i++) {
    free(studies->items[i].parts.items);
    free(studies->items[i].operators.items);
    free(studies->items[i].values);
  }
  free(studies->items);
  *studies = (struct studies){0};
}
