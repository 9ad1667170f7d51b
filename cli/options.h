/* Options as data: one table a command says what there is, reads the command line and prints the help. */
#ifndef ASSAY_CLI_OPTIONS_H
#define ASSAY_CLI_OPTIONS_H

#include "models/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum option_kind {
  OPTION_FLAG,   /* bool: no value */
  OPTION_TEXT,   /* const char *: any text that is not empty */
  OPTION_WORD,   /* const char *: one of the words in `argument`, which are separated by | */
  OPTION_NUMBER, /* long: a whole number from `least` to `most` */
  OPTION_LIST    /* struct words: one value or more, up to the next option */
};

/* Points into the command line; nothing is copied. */
struct words {
  const char **items;
  size_t count;
};

struct option {
  const char *name; /* without the dashes; NULL ends a table */
  enum option_kind kind;
  size_t offset;        /* of the value in the command's own struct, which the table fills */
  const char *argument; /* what stands for the value in the help: "FILE", or the words of OPTION_WORD */
  const char *fallback; /* value where the option is not given, as text; NULL: stays NULL, 0 or false */
  const char *help;
  long least, most;
  bool required;
};

/* Every command has these, as the first member of its struct. */
struct common_options {
  bool json;
  long threads; /* 0: one a processor */
  const char *backend;
  const char *cpu; /* NULL: the best that this processor has */
  bool help;
  struct words operands; /* what is no option, in order; options_free ends it */
};

extern const struct option common_options[];

/* What may stand on a command line besides options. */
struct operands {
  const char *usage; /* "GOLDEN PHOTO|FOLDER..." */
  size_t least, most;
};

/* Reads argv[0..argc) into `values`, a struct that begins with struct common_options and is all zero. `--name value`
 * and `--name=value` are the same; `--` ends the options; a value that begins with -- is only taken after `=`.
 * STATUS_USAGE names the option and says what was expected: unknown, given twice, without a value, of the wrong kind,
 * required and missing; too few or too many operands. With --help nothing is required. The caller ends with
 * options_free in either case. */
enum status options_parse(const struct option *table, const struct operands *operands, int argc, char **argv,
                          void *values, struct fault *fault);
void options_free(const struct option *table, void *values);

/* One line or more an option: name, argument, meaning, default. */
void options_print(const struct option *table, FILE *out);

#endif
