#include "models/golden_build.h"
#include "models/text.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

/* Where in the text something stands, in bytes: libyaml counts characters. The byte order mark, which it passes over
 * uncounted, is skipped likewise. */
static size_t byte_of(const char *text, size_t size, size_t character) {
  size_t i = size >= 3 && !memcmp(text, "\xEF\xBB\xBF", 3) ? 3 : 0;
  for (; i < size; i++) {
    if (((unsigned char)text[i] & 0xC0) == 0x80) continue;
    if (!character--) break;
  }
  return i;
}

static const yaml_node_t *name_of(yaml_document_t *document, const yaml_node_t *root) {
  for (yaml_node_pair_t *pair = root->data.mapping.pairs.start; pair < root->data.mapping.pairs.top; pair++) {
    const yaml_node_t *key = yaml_document_get_node(document, pair->key);
    if (key->data.scalar.length == 4 && !memcmp(key->data.scalar.value, "name", 4))
      return yaml_document_get_node(document, pair->value);
  }
  return NULL;
}

/* Replaces the value of `name`, or puts the key before the first one, in the style of the root. */
static void write_named(yaml_document_t *document, const char *text, size_t size, const char *name, struct text *out) {
  const yaml_node_t *root = yaml_document_get_root_node(document);
  const yaml_node_t *value = root ? name_of(document, root) : NULL;
  if (value) {
    size_t start = byte_of(text, size, value->start_mark.index), end = byte_of(text, size, value->end_mark.index);
    text_add(out, text, start);
    text_json_string(out, name); /* JSON's strings are YAML's double-quoted ones */
    text_add(out, text + end, size - end);
    return;
  }
  bool flow = root && root->data.mapping.style == YAML_FLOW_MAPPING_STYLE;
  size_t at = root ? byte_of(text, size, root->start_mark.index) + flow : size;
  text_add(out, text, at);
  if (!root && size && text[size - 1] != '\n') text_put(out, "\n");
  text_put(out, "name: ");
  text_json_string(out, name);
  text_put(out, flow ? ", " : "\n");
  for (size_t i = 0; root && !flow && i < root->start_mark.column; i++) text_put(out, " ");
  text_add(out, text + at, size - at);
}

/* That the new text is a spec of that name. */
static enum status check_named(const char *text, const char *file, const char *name, struct fault *fault) {
  struct spec spec;
  enum status status = spec_parse(text, strlen(text), file, &spec, fault);
  bool same = !status && !strcmp(spec.name, name);
  spec_free(&spec);
  if (same || status == STATUS_MEMORY) return status;
  return fault_set(fault, STATUS_INVALID, "%s: name: cannot be set to %s; expected 1 to 127 bytes of text in one line",
                   file, name);
}

enum status golden_spec_named(const char *text, size_t size, const char *file, const char *name, char **named,
                              struct fault *fault) {
  yaml_parser_t parser;
  yaml_document_t document;
  struct text out = {0};
  *named = NULL;
  if (!yaml_parser_initialize(&parser)) return fault_set(fault, STATUS_MEMORY, "%s: out of memory", file);
  yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
  if (yaml_parser_load(&parser, &document)) {
    write_named(&document, text, size, name, &out);
    *named = text_take(&out);
    yaml_document_delete(&document);
  }
  yaml_parser_delete(&parser);
  if (!*named) return fault_set(fault, STATUS_MEMORY, "%s: out of memory", file);
  enum status status = check_named(*named, file, name, fault);
  if (!status) return STATUS_OK;
  free(*named);
  *named = NULL;
  return status;
}
