/* The schema of golden.yaml: one table that drives parsing, defaults, errors and the help text. Private to models/. */
#ifndef ASSAY_MODELS_SPEC_SCHEMA_H
#define ASSAY_MODELS_SPEC_SCHEMA_H

#include "models/spec.h"

#include <stdbool.h>
#include <stddef.h>

enum spec_type {
  SPEC_TEXT,    /* char[size]; one of `words` where there are any */
  SPEC_FILE,    /* char *: a plain file name */
  SPEC_NUMBER,  /* double */
  SPEC_NUMBERS, /* double[count] */
  SPEC_TRUTH,   /* bool */
  SPEC_WORD,    /* int: first_word + index in `words` */
  SPEC_SWITCH,  /* bool: words[0] is false, words[1] true */
  SPEC_NAMES,   /* char[count][64]: one name, or a list of at most `count` */
  SPEC_POLYGON, /* struct spec_point * and, at count_offset, size_t */
  SPEC_MAP,     /* `fields` of the same struct, at `offset` from it */
  SPEC_LIST     /* item * and, at count_offset, size_t: maps of `fields` */
};

/* Which dimensions a key belongs to: a bit a gauge, and one for measures. */
#define SPEC_OF(gauge) (1u << (gauge))
enum { SPEC_OF_MEASURE = 1 << 16 };

/* px; photos have at most 32000 a side, gauges and zones may reach over the edge. */
enum { SPEC_FARTHEST = 100000 };

/* Where a field is in its struct. */
#define COLUMN(type, member) .offset = offsetof(struct type, member), .size = sizeof(((struct type *)0)->member)

/* One key. A table of them ends with a key of NULL. */
struct spec_field {
  const char *key;
  enum spec_type type;
  size_t offset, size, count_offset;
  size_t count;         /* SPEC_NUMBERS: how many; SPEC_NAMES, SPEC_LIST, SPEC_POLYGON: at most */
  size_t item_size;     /* SPEC_LIST */
  double least, most;   /* inclusive, but for `above` */
  bool above;           /* `least` itself is not allowed */
  const double *one_of; /* the only numbers allowed, ended by a negative one */
  const char *unit;
  const char *const *words; /* ended by NULL */
  int first_word;
  bool required;
  unsigned only, needs; /* dimensions: kinds that may have the key, and kinds that must */
  const char *fallback; /* the default as one would write it; NULL: none */
  const char *help;
  const struct spec_field *fields;
};

extern const struct spec_field spec_fields[];
extern const struct spec_field spec_severity_fields[];
extern const struct spec_field spec_zone_fields[];
extern const struct spec_field spec_code_fields[];
extern const struct spec_field spec_print_fields[];
extern const char *const spec_code_kinds[];     /* in the order of enum code_kind, from CODE_ANY on */
extern const char *const spec_size_units[];     /* mm, px */
extern const char *const spec_severity_words[]; /* in the order of enum severity */
extern const struct spec_field spec_dimension_fields[];
extern const char *const spec_gauges[];   /* the gauges' words, from GAUGE_LINE on */
extern const char *const spec_measures[]; /* the measures', from MEASURE_RADIUS on */
extern const char spec_example[];

/* Sets every field of a table in the struct at `base` to its default. */
void spec_set_defaults(const struct spec_field *fields, void *base);

/* What the field takes, in words: "a number from 0 to 255 (grey levels)". */
void spec_expected(const struct spec_field *field, char *text, size_t room);

/* Stores one scalar if it fits the field (the types up to SPEC_SWITCH, but for SPEC_FILE). `quoted`: it stood in
 * quotes, so that it is no number and no truth value. */
bool spec_store(const struct spec_field *field, void *base, const char *text, size_t size, bool quoted);
bool spec_number(const struct spec_field *field, const char *text, size_t size, bool quoted, double *value);

#endif
