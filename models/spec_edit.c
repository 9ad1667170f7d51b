#include "models/spec_edit.h"

#include "models/text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

struct edit {
  const char *text;
  size_t size;
  yaml_document_t *document;
  struct text out;
};

/* Where in the text something stands, in bytes: libyaml counts characters, without the byte order mark. */
static size_t byte_of(const struct edit *e, size_t character) {
  size_t i = e->size >= 3 && !memcmp(e->text, "\xEF\xBB\xBF", 3) ? 3 : 0;
  for (; i < e->size; i++) {
    if (((unsigned char)e->text[i] & 0xC0) == 0x80) continue;
    if (!character--) break;
  }
  return i;
}

static const yaml_node_t *member(const struct edit *e, const yaml_node_t *map, const char *key) {
  if (!map || map->type != YAML_MAPPING_NODE) return NULL;
  for (yaml_node_pair_t *pair = map->data.mapping.pairs.start; pair < map->data.mapping.pairs.top; pair++) {
    const yaml_node_t *node = yaml_document_get_node(e->document, pair->key);
    if (node->data.scalar.length == strlen(key) && !memcmp(node->data.scalar.value, key, strlen(key)))
      return yaml_document_get_node(e->document, pair->value);
  }
  return NULL;
}

/* `words` in place of the bytes from `start` to `end`. */
static void put_between(struct edit *e, size_t start, size_t end, const char *words) {
  text_add(&e->out, e->text, start);
  text_put(&e->out, words);
  text_add(&e->out, e->text + end, e->size - end);
}

/* A further entry as the first of a map or list, in its style: `words` is "key: value", or an item. */
static void put_first(struct edit *e, const yaml_node_t *node, bool empty, bool list, const char *words) {
  bool flow = list ? node->data.sequence.style == YAML_FLOW_SEQUENCE_STYLE
                   : node->data.mapping.style == YAML_FLOW_MAPPING_STYLE;
  size_t at = byte_of(e, node->start_mark.index) + flow;
  text_add(&e->out, e->text, at);
  if (list && !flow) text_put(&e->out, "- ");
  text_put(&e->out, words);
  text_put(&e->out, !flow ? "\n" : empty ? "" : ", ");
  for (size_t i = 0; !flow && i < node->start_mark.column; i++) text_put(&e->out, " ");
  text_add(&e->out, e->text + at, e->size - at);
}

/* A new key of the whole spec. */
static void put_key(struct edit *e, const yaml_node_t *root, const char *words) {
  if (root)
    put_first(e, root, root->data.mapping.pairs.start == root->data.mapping.pairs.top, false, words);
  else
    put_between(e, e->size, e->size, words), text_put(&e->out, "\n");
}

static void put_scale(struct edit *e, const char *number) {
  const yaml_node_t *root = yaml_document_get_root_node(e->document), *map = member(e, root, "tolerance");
  const yaml_node_t *old = member(e, map, "scale");
  char words[96];
  if (old) {
    put_between(e, byte_of(e, old->start_mark.index), byte_of(e, old->end_mark.index), number);
  } else if (map && map->type == YAML_MAPPING_NODE) {
    snprintf(words, sizeof words, "scale: %s", number);
    put_first(e, map, map->data.mapping.pairs.start == map->data.mapping.pairs.top, false, words);
  } else {
    snprintf(words, sizeof words, "tolerance: {scale: %s}", number);
    put_key(e, root, words);
  }
}

static void put_approval(struct edit *e, const char *item) {
  const yaml_node_t *root = yaml_document_get_root_node(e->document), *list = member(e, root, "approved");
  struct text words = {0};
  if (list && list->type == YAML_SEQUENCE_NODE) {
    put_first(e, list, list->data.sequence.items.start == list->data.sequence.items.top, true, item);
    return;
  }
  text_put(&words, "approved: [");
  text_put(&words, item);
  text_put(&words, "]");
  char *key = text_take(&words);
  if (key)
    put_key(e, root, key);
  else
    e->out.failed = true;
  free(key);
}

static enum status edit(const char *text, size_t size, const char *file, void (*change)(struct edit *, const char *),
                        const char *words, char **edited, struct fault *fault) {
  yaml_parser_t parser;
  yaml_document_t document;
  struct edit e = {.text = text, .size = size, .document = &document};
  struct spec spec;
  *edited = NULL;
  if (!yaml_parser_initialize(&parser)) return fault_set(fault, STATUS_MEMORY, "%s: out of memory", file);
  yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
  if (yaml_parser_load(&parser, &document)) {
    change(&e, words);
    *edited = text_take(&e.out);
    yaml_document_delete(&document);
  }
  yaml_parser_delete(&parser);
  if (!*edited) return fault_set(fault, STATUS_MEMORY, "%s: out of memory", file);
  enum status status = spec_parse(*edited, strlen(*edited), file, &spec, fault);
  if (!status) {
    spec_free(&spec);
    return STATUS_OK;
  }
  free(*edited);
  *edited = NULL;
  return status;
}

enum status spec_edit_scale(const char *text, size_t size, const char *file, double scale, char **edited,
                            struct fault *fault) {
  struct text number = {0};
  text_json_fixed(&number, scale, 3);
  char *words = text_take(&number);
  enum status status = words ? edit(text, size, file, put_scale, words, edited, fault)
                             : fault_set(fault, STATUS_MEMORY, "%s: out of memory", file);
  free(words);
  return status;
}

enum status spec_edit_approve(const char *text, size_t size, const char *file, const struct spec_approval *approval,
                              char **edited, struct fault *fault) {
  struct text item = {0};
  text_put(&item, "{box: [");
  for (int i = 0; i < 4; i++) {
    if (i) text_put(&item, ", ");
    text_json_fixed(&item, approval->box[i], 1);
  }
  text_put(&item, "], use: ");
  text_json_fixed(&item, approval->use, 3);
  text_put(&item, ", photo: ");
  text_json_string(&item, approval->photo);
  if (approval->class_[0]) {
    text_put(&item, ", class: ");
    text_put(&item, approval->class_);
  }
  text_put(&item, "}");
  char *words = text_take(&item);
  enum status status = words ? edit(text, size, file, put_approval, words, edited, fault)
                             : fault_set(fault, STATUS_MEMORY, "%s: out of memory", file);
  free(words);
  return status;
}
