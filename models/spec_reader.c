#include "models/spec_reader.h"
#include "models/utf8.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum status spec_fail(struct spec_reader *in, const yaml_node_t *node, const char *key, const char *format, ...) {
  char what[sizeof in->fault->text], path[sizeof in->path + 80];
  va_list args;
  va_start(args, format);
  vsnprintf(what, sizeof what, format, args);
  va_end(args);
  snprintf(path, sizeof path, "%s%s%.64s", in->path, key && *in->path ? "." : "", key ? key : "");
  return fault_set(in->fault, STATUS_INVALID, "%s:%zu:%zu: %s%s%s", in->file, node->start_mark.line + 1,
                   node->start_mark.column + 1, path, *path ? ": " : "", what);
}

size_t spec_enter(struct spec_reader *in, const char *key, long index) {
  size_t before = strlen(in->path);
  if (index < 0)
    snprintf(in->path + before, sizeof in->path - before, "%s%s", before ? "." : "", key);
  else
    snprintf(in->path + before, sizeof in->path - before, "[%ld]", index);
  return before;
}

void spec_leave(struct spec_reader *in, size_t before) {
  in->path[before] = 0;
}

static const yaml_node_t *node_at(const struct spec_reader *in, int index) {
  return yaml_document_get_node(in->document, index);
}

static bool is_scalar(const yaml_node_t *node, const char *text) {
  size_t size = strlen(text);
  return node->type == YAML_SCALAR_NODE && node->data.scalar.length == size &&
         !memcmp(node->data.scalar.value, text, size);
}

const yaml_node_t *spec_member(const struct spec_reader *in, const yaml_node_t *map, const char *key) {
  if (!map || map->type != YAML_MAPPING_NODE) return NULL;
  for (yaml_node_pair_t *pair = map->data.mapping.pairs.start; pair < map->data.mapping.pairs.top; pair++)
    if (is_scalar(node_at(in, pair->key), key)) return node_at(in, pair->value);
  return NULL;
}

static size_t length_of(const yaml_node_t *list) {
  return (size_t)(list->data.sequence.items.top - list->data.sequence.items.start);
}

const yaml_node_t *spec_item(const struct spec_reader *in, const yaml_node_t *list, size_t index) {
  if (!list || list->type != YAML_SEQUENCE_NODE || index >= length_of(list)) return NULL;
  return node_at(in, list->data.sequence.items.start[index]);
}

/* The node as it was written, short. */
static void describe(const yaml_node_t *node, char *text, size_t room) {
  if (node->type == YAML_SEQUENCE_NODE) {
    snprintf(text, room, length_of(node) ? "a list of %zu" : "an empty list", length_of(node));
  } else if (node->type == YAML_MAPPING_NODE) {
    snprintf(text, room, "keys and values");
  } else if (!node->data.scalar.length && node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE) {
    snprintf(text, room, "nothing");
  } else {
    bool plain = node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    snprintf(text, room, plain ? "%.60s" : "\"%.60s\" (a text)", (const char *)node->data.scalar.value);
  }
}

static enum status mismatch(struct spec_reader *in, const yaml_node_t *node, const struct spec_field *field) {
  char found[96], expected[512];
  describe(node, found, sizeof found);
  spec_expected(field, expected, sizeof expected);
  return spec_fail(in, node, NULL, "%s; expected %s", found, expected);
}

static bool is_quoted(const yaml_node_t *node) {
  return node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
}

/* What YAML takes for null. */
static bool is_null(const yaml_node_t *node) {
  return !is_quoted(node) &&
         (is_scalar(node, "") || is_scalar(node, "~") || is_scalar(node, "null") || is_scalar(node, "Null"));
}

static enum status read_scalar(struct spec_reader *in, const yaml_node_t *node, const struct spec_field *field,
                               void *base) {
  if (node->type != YAML_SCALAR_NODE || is_null(node) ||
      !spec_store(field, base, (const char *)node->data.scalar.value, node->data.scalar.length, is_quoted(node)))
    return mismatch(in, node, field);
  return STATUS_OK;
}

static enum status read_file_name(struct spec_reader *in, const yaml_node_t *node, const struct spec_field *field,
                                  void *base) {
  const char *name = (const char *)node->data.scalar.value;
  if (node->type != YAML_SCALAR_NODE || is_null(node)) return mismatch(in, node, field);
  size_t size = node->data.scalar.length;
  if (!size || size > 100 || name[0] == '.' || strchr(name, '/') || !utf8_printable(name, size))
    return mismatch(in, node, field);
  char *copy = strdup(name);
  if (!copy) return fault_set(in->fault, STATUS_MEMORY, "%s: out of memory", in->file);
  memcpy((char *)base + field->offset, &copy, sizeof copy);
  return STATUS_OK; // cppcheck-suppress memleak ; the spec owns it now
}

/* Reads exactly `count` numbers from a list. */
static enum status read_numbers(struct spec_reader *in, const yaml_node_t *node, const struct spec_field *field,
                                size_t count, double *values) {
  if (node->type != YAML_SEQUENCE_NODE || length_of(node) != count) return mismatch(in, node, field);
  for (size_t i = 0; i < count; i++) {
    const yaml_node_t *item = spec_item(in, node, i);
    if (item->type != YAML_SCALAR_NODE || !spec_number(field, (const char *)item->data.scalar.value,
                                                       item->data.scalar.length, is_quoted(item), &values[i]))
      return mismatch(in, item, field);
  }
  return STATUS_OK;
}

static enum status read_polygon(struct spec_reader *in, const yaml_node_t *node, const struct spec_field *field,
                                void *base) {
  if (node->type != YAML_SEQUENCE_NODE || length_of(node) < 3 || length_of(node) > field->count)
    return mismatch(in, node, field);
  size_t count = length_of(node);
  struct spec_point *points = calloc(count, sizeof *points);
  if (!points) return fault_set(in->fault, STATUS_MEMORY, "%s: out of memory", in->file);
  memcpy((char *)base + field->offset, &points, sizeof points);
  memcpy((char *)base + field->count_offset, &count, sizeof count);
  for (size_t i = 0; i < count; i++) {
    double point[2];
    size_t before = spec_enter(in, NULL, (long)i);
    enum status status = read_numbers(in, spec_item(in, node, i), field, 2, point);
    if (status) return status;
    points[i] = (struct spec_point){point[0], point[1]};
    spec_leave(in, before);
  }
  return STATUS_OK;
}

static enum status read_names(struct spec_reader *in, const yaml_node_t *node, const struct spec_field *field,
                              void *base) {
  char(*names)[64] = (void *)((char *)base + field->offset);
  const struct spec_field name = {.type = SPEC_TEXT, .size = sizeof *names};
  size_t count = node->type == YAML_SEQUENCE_NODE ? length_of(node) : 1;
  if (!count || count > field->count) return mismatch(in, node, field);
  for (size_t i = 0; i < count; i++) {
    const yaml_node_t *item = node->type == YAML_SEQUENCE_NODE ? spec_item(in, node, i) : node;
    if (item->type != YAML_SCALAR_NODE || is_null(item) ||
        !spec_store(&name, names[i], (const char *)item->data.scalar.value, item->data.scalar.length, false))
      return mismatch(in, item, field);
  }
  return STATUS_OK;
}

static enum status read_list(struct spec_reader *in, const yaml_node_t *node, const struct spec_field *field,
                             void *base) {
  size_t item_size = field->item_size;
  if (node->type != YAML_SEQUENCE_NODE || length_of(node) > field->count) return mismatch(in, node, field);
  size_t count = length_of(node);
  if (!count) return STATUS_OK;
  char *items = calloc(count, item_size);
  if (!items) return fault_set(in->fault, STATUS_MEMORY, "%s: out of memory", in->file);
  memcpy((char *)base + field->offset, &items, sizeof items);
  memcpy((char *)base + field->count_offset, &count, sizeof count);
  for (size_t i = 0; i < count; i++) {
    size_t before = spec_enter(in, NULL, (long)i);
    spec_set_defaults(field->fields, items + i * item_size);
    enum status status = spec_read_map(in, spec_item(in, node, i), field->fields, items + i * item_size);
    if (status) return status;
    spec_leave(in, before);
  }
  return STATUS_OK;
}

static enum status read_value(struct spec_reader *in, const yaml_node_t *node, const struct spec_field *field,
                              void *base) {
  char *target = (char *)base + field->offset;
  double numbers[4];
  switch (field->type) {
  case SPEC_FILE:
    return read_file_name(in, node, field, base);
  case SPEC_NUMBERS: {
    enum status status = read_numbers(in, node, field, field->count, numbers);
    if (!status) memcpy(target, numbers, field->count * sizeof *numbers);
    return status;
  }
  case SPEC_NAMES:
    return read_names(in, node, field, base);
  case SPEC_POLYGON:
    return read_polygon(in, node, field, base);
  case SPEC_MAP:
    return node->type == YAML_MAPPING_NODE ? spec_read_map(in, node, field->fields, target) : mismatch(in, node, field);
  case SPEC_LIST:
    return read_list(in, node, field, base);
  default:
    return read_scalar(in, node, field, base);
  }
}

static enum status unknown_key(struct spec_reader *in, const yaml_node_t *key, const struct spec_field *fields) {
  char found[96], keys[256];
  const struct spec_field map = {.type = SPEC_MAP, .fields = fields};
  describe(key, found, sizeof found);
  spec_expected(&map, keys, sizeof keys);
  return spec_fail(in, key, key->type == YAML_SCALAR_NODE ? found : NULL, "unknown key; expected %s", keys);
}

static enum status read_pair(struct spec_reader *in, const yaml_node_pair_t *pair, const yaml_node_t *map,
                             const struct spec_field *fields, void *base) {
  const yaml_node_t *key = node_at(in, pair->key);
  const struct spec_field *field = fields;
  while (field->key && !is_scalar(key, field->key)) field++;
  if (!field->key) return unknown_key(in, key, fields);
  for (const yaml_node_pair_t *other = map->data.mapping.pairs.start; other < pair; other++)
    if (is_scalar(node_at(in, other->key), field->key))
      return spec_fail(in, key, field->key, "given twice, first in line %zu; expected once",
                       node_at(in, other->key)->start_mark.line + 1);
  size_t before = spec_enter(in, field->key, -1);
  enum status status = read_value(in, node_at(in, pair->value), field, base);
  if (!status) spec_leave(in, before);
  return status;
}

enum status spec_read_map(struct spec_reader *in, const yaml_node_t *node, const struct spec_field *fields,
                          void *base) {
  if (node->type != YAML_MAPPING_NODE) {
    const struct spec_field map = {.type = SPEC_MAP, .fields = fields};
    return mismatch(in, node, &map);
  }
  for (yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++) {
    enum status status = read_pair(in, pair, node, fields, base);
    if (status) return status;
  }
  for (const struct spec_field *field = fields; field->key; field++) {
    if (!field->required || spec_member(in, node, field->key)) continue;
    char expected[512];
    spec_expected(field, expected, sizeof expected);
    return spec_fail(in, node, field->key, "missing; expected %s", expected);
  }
  return STATUS_OK;
}
