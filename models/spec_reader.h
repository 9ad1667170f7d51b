/* Reads a YAML document under the schema and words its errors with their place. Private to models/. */
#ifndef ASSAY_MODELS_SPEC_READER_H
#define ASSAY_MODELS_SPEC_READER_H

#include "models/spec_schema.h"

#include <yaml.h>

struct spec_reader {
  yaml_document_t *document;
  const char *file;
  struct fault *fault;
  char path[160]; /* of the field in hand: "zones[2].tolerance" */
};

/* Fails at a node's place: "FILE:LINE:COLUMN: PATH.key: what". `key` may be NULL: the path itself. */
enum status spec_fail(struct spec_reader *in, const yaml_node_t *node, const char *key, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Goes into ".key" (index < 0) or "[index]"; the path's length before, for spec_leave. */
size_t spec_enter(struct spec_reader *in, const char *key, long index);
void spec_leave(struct spec_reader *in, size_t before);

/* The value of a key of a map, or item of a list; NULL where there is none. */
const yaml_node_t *spec_member(const struct spec_reader *in, const yaml_node_t *map, const char *key);
const yaml_node_t *spec_item(const struct spec_reader *in, const yaml_node_t *list, size_t index);

/* Reads a map of `fields` into the struct at `base`, whose defaults are set. */
enum status spec_read_map(struct spec_reader *in, const yaml_node_t *node, const struct spec_field *fields, void *base);

/* Checks what no single field shows: names that must exist, limits in their order, keys that belong together.
 * `root` is NULL for an empty document. */
enum status spec_check(struct spec_reader *in, const yaml_node_t *root, struct spec *spec);
/* The same of the scale, whose node may be NULL: after the dimensions are read. */
enum status spec_check_scale(struct spec_reader *in, const yaml_node_t *node, const struct spec *spec);
/* What a zone, whose node is given, demands to be read. */
enum status spec_check_reading(struct spec_reader *in, const yaml_node_t *node, const struct spec_zone *zone);
/* One of severity's rules: its classes and zones exist, its bounds make sense. */
enum status spec_check_severity(struct spec_reader *in, const yaml_node_t *node, const struct spec *spec, size_t index);

/* The same of one dimension, whose node is given. */
enum status spec_check_dimension(struct spec_reader *in, const yaml_node_t *node, struct spec *spec, size_t index);

#endif
