#include "models/csv.h"

#include <stdbool.h>
#include <string.h>

void csv_begin(struct csv *csv, char *text, size_t size, const char *file) {
  size_t mark = size >= 3 && !memcmp(text, "\xEF\xBB\xBF", 3) ? 3 : 0;
  *csv = (struct csv){.at = text + mark, .end = text + size, .line = 1, .file = file};
}

/* The length of the line end at `at`, 0 where there is none. */
static size_t line_end(const struct csv *csv, const char *at) {
  if (at < csv->end && *at == '\n') return 1;
  return csv->end - at >= 2 && at[0] == '\r' && at[1] == '\n' ? 2 : 0;
}

/* Behind a field: ends it at `tail` and goes past the separator. *last: it was the line's last. */
static void finish_field(struct csv *csv, char *tail, char *next, bool *last) {
  size_t end = line_end(csv, next);
  *last = end || next == csv->end;
  csv->line += end > 0;
  csv->at = next == csv->end ? next : next + (end ? end : 1);
  *tail = 0;
}

static enum status read_plain(struct csv *csv, char **field, bool *last, struct fault *fault) {
  char *at = csv->at;
  *field = at;
  while (at < csv->end && *at != ',' && !line_end(csv, at)) {
    if (*at == '"')
      return fault_set(fault, STATUS_INVALID, "%s:%d: a quote inside a field; expected the whole field in quotes",
                       csv->file, csv->line);
    at++;
  }
  finish_field(csv, at, at, last);
  return STATUS_OK;
}

static enum status read_quoted(struct csv *csv, char **field, bool *last, struct fault *fault) {
  char *from = csv->at + 1, *to = from;
  const int opened = csv->line;
  *field = from;
  for (;; from++) {
    if (from == csv->end)
      return fault_set(fault, STATUS_INVALID, "%s:%d: a quote is opened and not closed", csv->file, opened);
    if (*from == '"') {
      if (from + 1 == csv->end || from[1] != '"') break;
      from++;
    }
    csv->line += *from == '\n';
    *to++ = *from;
  }
  from++;
  if (from < csv->end && *from != ',' && !line_end(csv, from))
    return fault_set(fault, STATUS_INVALID, "%s:%d: text behind a closing quote; expected a comma or the line's end",
                     csv->file, csv->line);
  finish_field(csv, to, from, last);
  return STATUS_OK;
}

enum status csv_read(struct csv *csv, char **fields, size_t room, size_t *count, int *line, struct fault *fault) {
  *count = 0;
  for (size_t end; (end = line_end(csv, csv->at)); csv->at += end) csv->line++;
  *line = csv->line;
  if (csv->at == csv->end) return STATUS_OK;
  for (bool last = false; !last;) {
    char *field;
    enum status status = csv->at < csv->end && *csv->at == '"' ? read_quoted(csv, &field, &last, fault)
                                                               : read_plain(csv, &field, &last, fault);
    if (status) return status;
    if (*count < room) fields[*count] = field;
    ++*count;
  }
  return STATUS_OK;
}

static bool is_formula(const char *value) {
  return *value && strchr("=+-@\t\r", *value);
}

const char *csv_plain(const char *field) {
  return *field == '\'' && is_formula(field + 1) ? field + 1 : field;
}

void csv_put(struct text *text, const char *value) {
  bool formula = is_formula(value);
  if (!formula && !strpbrk(value, ",\"\r\n")) {
    text_put(text, value);
    return;
  }
  text_put(text, formula ? "\"'" : "\"");
  for (const char *at = value; *at; at++) text_add(text, *at == '"' ? "\"\"" : at, *at == '"' ? 2 : 1);
  text_put(text, "\"");
}
