#include "models/spec_reader.h"
#include "models/utf8.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 12 };

void spec_init(struct spec *spec) {
  *spec = (struct spec){0};
  spec_set_defaults(spec_fields, spec);
  spec->colour_zone[0] = 0; /* "none" is a word, not a zone */
}

void spec_free(struct spec *spec) {
  for (size_t i = 0; i < spec->zone_count; i++) {
    free(spec->zones[i].polygon);
    free(spec->zones[i].mask);
  }
  free(spec->zones);
  free(spec->approvals);
  free(spec->severities);
  free(spec->calibration);
  free(spec->dimensions);
  *spec = (struct spec){0};
}

/* libyaml would take UTF-16 and leave control characters in texts. */
static enum status check_text(const char *text, size_t size, const char *file, struct fault *fault) {
  if (size > SPEC_MAX_BYTES)
    return fault_set(fault, STATUS_LIMIT, "%s: %zu bytes; at most %d are accepted", file, size, SPEC_MAX_BYTES);
  size_t line = 1, column = 1;
  for (size_t i = 0; i < size; column++) {
    bool valid;
    size_t length = utf8_next(text + i, size - i, &valid);
    unsigned char byte = (unsigned char)text[i];
    if (!valid) return fault_set(fault, STATUS_INVALID, "%s:%zu:%zu: not a text; expected UTF-8", file, line, column);
    if (byte == 0x7F || (byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t'))
      return fault_set(fault, STATUS_INVALID, "%s:%zu:%zu: the control character 0x%02x; expected YAML text", file,
                       line, column, byte);
    if (byte == '\n') line++, column = 0;
    i += length;
  }
  return STATUS_OK;
}

static enum status yaml_fault(const yaml_parser_t *parser, const char *file, struct fault *fault) {
  if (parser->error == YAML_MEMORY_ERROR) return fault_set(fault, STATUS_MEMORY, "%s: out of memory", file);
  const char *problem = parser->problem ? parser->problem : "unknown problem";
  if (!parser->context)
    return fault_set(fault, STATUS_INVALID, "%s:%zu:%zu: not valid YAML: %s", file, parser->problem_mark.line + 1,
                     parser->problem_mark.column + 1, problem);
  return fault_set(fault, STATUS_INVALID, "%s:%zu:%zu: not valid YAML: %s (%s, from line %zu)", file,
                   parser->problem_mark.line + 1, parser->problem_mark.column + 1, problem, parser->context,
                   parser->context_mark.line + 1);
}

/* What a spec has no use for, and what would make a small text a large document. */
static const char *unwanted(const yaml_event_t *event, int documents, int depth) {
  const yaml_char_t *anchor = NULL, *tag = NULL;
  switch (event->type) {
  case YAML_ALIAS_EVENT:
    return "an alias (*name); expected the value itself";
  case YAML_DOCUMENT_START_EVENT:
    return documents ? "a second document; expected one" : NULL;
  case YAML_SCALAR_EVENT:
    anchor = event->data.scalar.anchor;
    tag = event->data.scalar.tag;
    break;
  case YAML_SEQUENCE_START_EVENT:
    anchor = event->data.sequence_start.anchor;
    tag = event->data.sequence_start.tag;
    break;
  case YAML_MAPPING_START_EVENT:
    anchor = event->data.mapping_start.anchor;
    tag = event->data.mapping_start.tag;
    break;
  default:
    return NULL;
  }
  if (anchor) return "an anchor (&name); expected none";
  if (tag) return "a tag (!name); expected none";
  return depth > MAX_DEPTH ? "nested too deep for a spec" : NULL;
}

static enum status scan(yaml_parser_t *parser, const char *file, struct fault *fault) {
  int documents = 0, depth = 0;
  for (bool done = false; !done;) {
    yaml_event_t event;
    if (!yaml_parser_parse(parser, &event)) return yaml_fault(parser, file, fault);
    if (event.type == YAML_SEQUENCE_START_EVENT || event.type == YAML_MAPPING_START_EVENT) depth++;
    if (event.type == YAML_SEQUENCE_END_EVENT || event.type == YAML_MAPPING_END_EVENT) depth--;
    const char *what = unwanted(&event, documents, depth);
    yaml_mark_t at = event.start_mark;
    done = event.type == YAML_STREAM_END_EVENT;
    documents += event.type == YAML_DOCUMENT_START_EVENT;
    yaml_event_delete(&event);
    if (what) return fault_set(fault, STATUS_INVALID, "%s:%zu:%zu: %s", file, at.line + 1, at.column + 1, what);
  }
  return STATUS_OK;
}

static enum status read_document(yaml_parser_t *parser, const char *file, struct spec *spec, struct fault *fault) {
  yaml_document_t document;
  if (!yaml_parser_load(parser, &document)) return yaml_fault(parser, file, fault);
  struct spec_reader in = {.document = &document, .file = file, .fault = fault};
  const yaml_node_t *root = yaml_document_get_root_node(&document);
  spec_set_defaults(spec_fields, spec);
  enum status status = root ? spec_read_map(&in, root, spec_fields, spec) : STATUS_OK;
  if (!status) status = spec_check(&in, root, spec);
  yaml_document_delete(&document);
  return status;
}

/* The text is read twice: the document is only built once its events are known to be harmless. */
static enum status with_parser(const char *text, size_t size, const char *file, struct spec *spec,
                               struct fault *fault) {
  yaml_parser_t parser;
  if (!yaml_parser_initialize(&parser)) return fault_set(fault, STATUS_MEMORY, "%s: out of memory", file);
  yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
  enum status status = spec ? read_document(&parser, file, spec, fault) : scan(&parser, file, fault);
  yaml_parser_delete(&parser);
  return status;
}

enum status spec_parse(const char *text, size_t size, const char *file, struct spec *spec, struct fault *fault) {
  *spec = (struct spec){0};
  struct fault unheard; /* the reader words its messages whether or not someone listens */
  if (!fault) fault = &unheard;
  enum status status = check_text(text, size, file, fault);
  if (!status) status = with_parser(text, size, file, NULL, fault);
  if (!status) status = with_parser(text, size, file, spec, fault);
  if (status) spec_free(spec);
  return status;
}
