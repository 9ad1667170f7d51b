#include "cli/options.h"
#include "cli/nearest.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

const struct option common_options[] = {
    {.name = "json",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct common_options, json),
     .help = "print one JSON object a line and nothing else on standard output"},
    {.name = "threads",
     .kind = OPTION_NUMBER,
     .offset = offsetof(struct common_options, threads),
     .argument = "N",
     .help = "photos judged at the same time (default: one a processor)",
     .least = 1,
     .most = 1024},
    {.name = "backend",
     .kind = OPTION_WORD,
     .offset = offsetof(struct common_options, backend),
     .argument = "auto|cpu|cuda",
     .fallback = "auto",
     .help = "where the pixels are worked on"},
    {.name = "cpu",
     .kind = OPTION_WORD,
     .offset = offsetof(struct common_options, cpu),
     .argument = "reference|baseline|avx2|avx512",
     .help = "which processor features may be used (default: the best there are); the result is the same"},
    {.name = "help", .kind = OPTION_FLAG, .offset = offsetof(struct common_options, help), .help = "this text"},
    {.name = NULL}};

static void *value_of(const struct option *option, void *values) {
  return (char *)values + option->offset;
}

static const struct option *find_in(const struct option *table, const char *name, size_t length, size_t *index) {
  for (; table && table->name; table++, ++*index)
    if (strlen(table->name) == length && !memcmp(table->name, name, length)) return table;
  return NULL;
}

/* `index` numbers the options of both tables, to know which was given. */
static const struct option *find(const struct option *table, const char *name, size_t length, size_t *index) {
  *index = 0;
  const struct option *option = find_in(table, name, length, index);
  return option ? option : find_in(common_options, name, length, index);
}

static bool is_one_of(const char *words, const char *value) {
  size_t length = strlen(value);
  for (const char *at = words; length; at++) {
    size_t n = strcspn(at, "|");
    if (n == length && !memcmp(at, value, n)) return true;
    at += n;
    if (!*at) break;
  }
  return false;
}

static enum status set_number(const struct option *option, const char *text, long *value, struct fault *fault) {
  char *end;
  errno = 0;
  long number = strtol(text, &end, 10);
  bool digits = text[0] == '-' ? text[1] >= '0' && text[1] <= '9' : text[0] >= '0' && text[0] <= '9';
  if (!digits || *end || errno || number < option->least || number > option->most)
    return fault_set(fault, STATUS_USAGE, "--%s: \"%s\"; expected a whole number from %ld to %ld", option->name, text,
                     option->least, option->most);
  *value = number;
  return STATUS_OK;
}

static enum status append(struct words *words, const char *text, struct fault *fault) {
  /* Doubles at each power of two, so that no capacity need be kept. */
  if (!(words->count & (words->count - 1))) {
    size_t capacity = words->count ? 2 * words->count : 1;
    const char **items = realloc(words->items, capacity * sizeof *items);
    if (!items) return fault_set(fault, STATUS_MEMORY, "out of memory");
    words->items = items;
  }
  words->items[words->count++] = text;
  return STATUS_OK;
}

static enum status set_value(const struct option *option, const char *text, void *values, struct fault *fault) {
  if (!*text) return fault_set(fault, STATUS_USAGE, "--%s: empty; expected %s", option->name, option->argument);
  void *value = value_of(option, values);
  switch (option->kind) {
  case OPTION_FLAG:
    *(bool *)value = true;
    return STATUS_OK;
  case OPTION_TEXT:
    *(const char **)value = text;
    return STATUS_OK;
  case OPTION_WORD:
    if (!is_one_of(option->argument, text))
      return fault_set(fault, STATUS_USAGE, "--%s: \"%s\"; expected %s", option->name, text, option->argument);
    *(const char **)value = text;
    return STATUS_OK;
  case OPTION_NUMBER:
    return set_number(option, text, value, fault);
  case OPTION_LIST:
    return append(value, text, fault);
  }
  return STATUS_INTERNAL;
}

struct reader {
  const struct option *table;
  int argc, at;
  char **argv;
  void *values;
  bool given[64];
};

static bool is_option(const char *text) {
  return text[0] == '-' && text[1];
}

static enum status read_list(struct reader *reader, const struct option *option, struct fault *fault) {
  while (reader->at < reader->argc && !is_option(reader->argv[reader->at])) {
    enum status status = set_value(option, reader->argv[reader->at++], reader->values, fault);
    if (status) return status;
  }
  return STATUS_OK;
}

static enum status unknown_option(const struct option *table, const char *text, const char *name, struct fault *fault) {
  const struct option *tables[] = {table, common_options};
  size_t length = strcspn(name, "=");
  struct nearest nearest = {0};
  for (size_t i = 0; i < 2; i++)
    for (const struct option *option = tables[i]; option && option->name; option++)
      nearest_consider(&nearest, name, length, option->name);
  return fault_set(fault, STATUS_USAGE, "unknown option %.*s; %s%s%s--help lists what there is",
                   (int)strcspn(text, "="), text, nearest.word ? "did you mean --" : "",
                   nearest.word ? nearest.word : "", nearest.word ? "? " : "");
}

static enum status read_option(struct reader *reader, struct fault *fault) {
  const char *text = reader->argv[reader->at++];
  const char *name = text[1] == '-' ? text + 2 : "", *equals = strchr(text, '=');
  if (!strcmp(text, "-h")) name = "help";
  size_t length = strcspn(name, "="), index;
  const struct option *option = find(reader->table, name, length, &index);
  if (!option || index >= sizeof reader->given) return unknown_option(reader->table, text, name, fault);
  if (reader->given[index] && option->kind != OPTION_LIST)
    return fault_set(fault, STATUS_USAGE, "--%s is given twice; expected once", option->name);
  reader->given[index] = true;
  if (option->kind == OPTION_FLAG) {
    if (equals) return fault_set(fault, STATUS_USAGE, "--%s takes no value; found \"%s\"", option->name, equals + 1);
    return set_value(option, "yes", reader->values, fault);
  }
  if (equals) return set_value(option, equals + 1, reader->values, fault);
  const char *next = reader->at < reader->argc ? reader->argv[reader->at] : NULL;
  if (!next || !strncmp(next, "--", 2))
    return fault_set(fault, STATUS_USAGE, "--%s needs a value; expected %s", option->name, option->argument);
  reader->at++;
  enum status status = set_value(option, next, reader->values, fault);
  if (!status && option->kind == OPTION_LIST) status = read_list(reader, option, fault);
  return status;
}

static enum status set_fallbacks(const struct option *table, void *values, struct fault *fault) {
  for (; table && table->name; table++) {
    enum status status = table->fallback ? set_value(table, table->fallback, values, fault) : STATUS_OK;
    if (status) return status;
  }
  return STATUS_OK;
}

static enum status check_complete(const struct reader *reader, const struct operands *expected, struct fault *fault) {
  size_t index = 0;
  for (const struct option *option = reader->table; option && option->name; option++, index++)
    if (option->required && !reader->given[index])
      return fault_set(fault, STATUS_USAGE, "--%s %s is missing", option->name, option->argument);
  const struct words *operands = &((struct common_options *)reader->values)->operands;
  if (operands->count < expected->least)
    return fault_set(fault, STATUS_USAGE, "%zu of at least %zu arguments; expected %s", operands->count,
                     expected->least, expected->usage);
  if (operands->count > expected->most)
    return fault_set(fault, STATUS_USAGE, "\"%s\" is one argument too many; expected %s",
                     operands->items[expected->most], *expected->usage ? expected->usage : "only options");
  for (size_t i = 0; i < operands->count; i++)
    if (!*operands->items[i])
      return fault_set(fault, STATUS_USAGE, "an argument is empty; expected %s", expected->usage);
  return STATUS_OK;
}

enum status options_parse(const struct option *table, const struct operands *operands, int argc, char **argv,
                          void *values, struct fault *fault) {
  struct reader reader = {.table = table, .argc = argc, .argv = argv, .values = values};
  struct common_options *common = values;
  enum status status = set_fallbacks(common_options, values, fault);
  if (!status) status = set_fallbacks(table, values, fault);
  bool only_operands = false;
  while (!status && reader.at < argc) {
    if (!only_operands && !strcmp(argv[reader.at], "--")) {
      only_operands = true;
      reader.at++;
    } else if (!only_operands && is_option(argv[reader.at])) {
      status = read_option(&reader, fault);
    } else {
      status = append(&common->operands, argv[reader.at++], fault);
    }
  }
  if (!status && !common->help) status = check_complete(&reader, operands, fault);
  return status;
}

void options_free(const struct option *table, void *values) {
  for (; table && table->name; table++)
    if (table->kind == OPTION_LIST) {
      struct words *words = value_of(table, values);
      free(words->items);
      *words = (struct words){0};
    }
  struct common_options *common = values;
  free(common->operands.items);
  common->operands = (struct words){0};
}

enum { HELP_COLUMN = 24, HELP_WIDTH = 100 };

/* Breaks a text into lines at spaces, each indented to the column of meanings. */
static void print_wrapped(const char *text, FILE *out) {
  size_t column = 0;
  while (*text) {
    size_t word = strcspn(text, " ");
    if (column && HELP_COLUMN + column + 1 + word > HELP_WIDTH) {
      fprintf(out, "\n%*s", HELP_COLUMN, "");
      column = 0;
    }
    column += (size_t)fprintf(out, "%s%.*s", column ? " " : "", (int)word, text);
    text += word;
    text += strspn(text, " ");
  }
}

void options_print(const struct option *table, FILE *out) {
  for (; table && table->name; table++) {
    int width = fprintf(out, "  --%s%s%s%s", table->name, table->argument ? " " : "",
                        table->argument ? table->argument : "", table->kind == OPTION_LIST ? "..." : "");
    if (width > HELP_COLUMN - 2)
      fprintf(out, "\n%*s", HELP_COLUMN, "");
    else
      fprintf(out, "%*s", HELP_COLUMN - width, "");
    print_wrapped(table->help, out);
    if (table->required) fputs(" (required)", out);
    if (table->fallback) fprintf(out, " (default: %s)", table->fallback);
    fputc('\n', out);
  }
}
