#include "models/number.h"
#include "models/spec_schema.h"
#include "models/utf8.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool is(const char *text, size_t size, const char *word) {
  return strlen(word) == size && !memcmp(text, word, size);
}

bool spec_number(const struct spec_field *field, const char *text, size_t size, bool quoted, double *value) {
  double number;
  if (quoted || !number_parse(text, size, &number)) return false;
  if (number < field->least || number > field->most || (field->above && number == field->least)) return false;
  if (!field->one_of) {
    *value = number;
    return true;
  }
  for (const double *allowed = field->one_of; *allowed >= 0; allowed++) {
    if (*allowed != number) continue;
    *value = number;
    return true;
  }
  return false;
}

static bool find_word(const struct spec_field *field, const char *text, size_t size, int *index) {
  for (*index = 0; field->words[*index]; ++*index)
    if (is(text, size, field->words[*index])) return true;
  return false;
}

static bool store_text(const struct spec_field *field, char *target, const char *text, size_t size) {
  int index;
  if (!size || size >= field->size || !utf8_printable(text, size)) return false;
  if (field->words && !find_word(field, text, size, &index)) return false;
  memcpy(target, text, size);
  target[size] = 0;
  return true;
}

bool spec_store(const struct spec_field *field, void *base, const char *text, size_t size, bool quoted) {
  void *target = (char *)base + field->offset;
  int index;
  bool truth;
  double number;
  switch (field->type) {
  case SPEC_TEXT:
    return store_text(field, target, text, size);
  case SPEC_NUMBER:
    if (!spec_number(field, text, size, quoted, &number)) return false;
    memcpy(target, &number, sizeof number);
    return true;
  case SPEC_TRUTH:
    truth = is(text, size, "true");
    if (quoted || (!truth && !is(text, size, "false"))) return false;
    memcpy(target, &truth, sizeof truth);
    return true;
  case SPEC_WORD:
    if (!find_word(field, text, size, &index)) return false;
    index += field->first_word;
    memcpy(target, &index, sizeof index);
    return true;
  case SPEC_SWITCH:
    if (!find_word(field, text, size, &index)) return false;
    truth = index == 1;
    memcpy(target, &truth, sizeof truth);
    return true;
  default:
    return false;
  }
}

/* The next number of a default such as "[0.4, 2.5]"; NAN where there is none. */
static double next_number(const char **list) {
  double value = NAN;
  if (!*list) return value;
  *list += strspn(*list, "[, ");
  size_t size = strcspn(*list, "], ");
  number_parse(*list, size, &value);
  *list += size;
  return value;
}

/* A field without a default keeps what zeroed memory says: no text, the word 0, false; numbers are NAN. */
void spec_set_defaults(const struct spec_field *fields, void *base) {
  for (const struct spec_field *field = fields; field->key; field++) {
    char *target = (char *)base + field->offset;
    const char *fallback = field->fallback;
    if (field->type == SPEC_MAP) {
      spec_set_defaults(field->fields, target);
    } else if (field->type == SPEC_NUMBER || field->type == SPEC_NUMBERS) {
      for (size_t i = 0; i < (field->type == SPEC_NUMBERS ? field->count : 1); i++) {
        double value = next_number(&fallback);
        memcpy(target + i * sizeof value, &value, sizeof value);
      }
    } else if (fallback) {
      spec_store(field, base, fallback, strlen(fallback), false);
    }
  }
}

static size_t append(char *text, size_t room, size_t used, const char *more) {
  if (used < room) snprintf(text + used, room - used, "%s", more);
  return used + strlen(more);
}

static void list_words(const char *const *words, char *text, size_t room) {
  size_t used = 0;
  for (size_t i = 0; words[i]; i++) {
    if (i) used = append(text, room, used, words[i + 1] ? ", " : " or ");
    used = append(text, room, used, words[i]);
  }
}

static size_t append_number(char *text, size_t room, size_t used, double value) {
  char number[NUMBER_CHARS];
  size_t length = number_significant(number, value, 12);
  if (length > 2 && !strcmp(number + length - 2, ".0")) number[length - 2] = 0;
  return append(text, room, used, number);
}

static void describe_range(const struct spec_field *field, char *text, size_t room) {
  size_t used = 0;
  if (field->one_of) {
    used = append(text, room, used, "one of");
    for (const double *allowed = field->one_of; *allowed >= 0; allowed++) {
      used = append(text, room, used, " ");
      used = append_number(text, room, used, *allowed);
    }
    return;
  }
  used = append(text, room, used, field->above ? "above " : "from ");
  used = append_number(text, room, used, field->least);
  used = append(text, room, used, field->above ? ", at most " : " to ");
  used = append_number(text, room, used, field->most);
  if (!field->unit) return;
  used = append(text, room, used, " (");
  used = append(text, room, used, field->unit);
  append(text, room, used, ")");
}

void spec_expected(const struct spec_field *field, char *text, size_t room) {
  char range[256] = "";
  if (field->type == SPEC_NUMBER || field->type == SPEC_NUMBERS || field->type == SPEC_POLYGON)
    describe_range(field, range, sizeof range);
  switch (field->type) {
  case SPEC_TEXT:
    if (field->words)
      list_words(field->words, text, room);
    else
      snprintf(text, room, "a text of 1 to %zu bytes", field->size - 1);
    break;
  case SPEC_FILE:
    snprintf(text, room, "the name of a file, without a folder");
    break;
  case SPEC_NUMBER:
    snprintf(text, room, field->one_of ? "%s" : "a number %s", range);
    break;
  case SPEC_NUMBERS:
    snprintf(text, room, "a list of %zu numbers, each %s", field->count, range);
    break;
  case SPEC_TRUTH:
    snprintf(text, room, "true or false");
    break;
  case SPEC_WORD:
  case SPEC_SWITCH:
    list_words(field->words, text, room);
    break;
  case SPEC_NAMES:
    snprintf(text, room, "the name of a %s, or a list of at most %zu", field->unit, field->count);
    break;
  case SPEC_POLYGON:
    snprintf(text, room, "a list of 3 to %zu points [x, y], numbers %s", field->count, range);
    break;
  case SPEC_MAP: {
    size_t used = append(text, room, 0, "keys and values:");
    for (const struct spec_field *inner = field->fields; inner->key; inner++) {
      used = append(text, room, used, inner == field->fields ? " " : ", ");
      used = append(text, room, used, inner->key);
    }
    break;
  }
  case SPEC_LIST:
    snprintf(text, room, "a list of at most %zu", field->count);
    break;
  }
}
