#include "models/text.h"
#include "models/number.h"
#include "models/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reserve(struct text *text, size_t more) {
  if (text->failed) return false;
  if (more <= text->room - text->size) return true;
  size_t room = text->room ? text->room : 1024;
  while (room - text->size < more) {
    if (room > SIZE_MAX / 2) goto fail;
    room *= 2;
  }
  char *bytes = realloc(text->bytes, room);
  if (!bytes) goto fail;
  text->bytes = bytes;
  text->room = room;
  return true;
fail:
  text->failed = true;
  return false;
}

void text_add(struct text *text, const char *bytes, size_t size) {
  if (!size || !reserve(text, size)) return;
  memcpy(text->bytes + text->size, bytes, size);
  text->size += size;
}

void text_put(struct text *text, const char *string) {
  text_add(text, string, strlen(string));
}

static void escape(struct text *text, char byte) {
  static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
  const char *found = strchr(from, byte);
  char code[8];
  if (found)
    snprintf(code, sizeof code, "\\%c", to[found - from]);
  else
    snprintf(code, sizeof code, "\\u%04x", (unsigned)(unsigned char)byte);
  text_put(text, code);
}

void text_json_string(struct text *text, const char *string) {
  if (!string) {
    text_put(text, "null");
    return;
  }
  text_add(text, "\"", 1);
  size_t size = strlen(string), plain = 0, i = 0;
  while (i < size) {
    bool valid;
    size_t length = utf8_next(string + i, size - i, &valid);
    unsigned char byte = (unsigned char)string[i];
    if (!valid || byte < 0x20 || byte == '"' || byte == '\\') {
      text_add(text, string + plain, i - plain);
      plain = i + length;
      if (valid)
        escape(text, string[i]);
      else
        text_put(text, "\xEF\xBF\xBD");
    }
    i += length;
  }
  text_add(text, string + plain, size - plain);
  text_add(text, "\"", 1);
}

void text_json_integer(struct text *text, int64_t value) {
  char number[24];
  snprintf(number, sizeof number, "%" PRId64, value);
  text_put(text, number);
}

void text_json_fixed(struct text *text, double value, int decimals) {
  char number[NUMBER_CHARS];
  size_t length = number_fixed(number, value, decimals);
  if (length)
    text_add(text, number, length);
  else
    text_put(text, "null");
}

void text_json_significant(struct text *text, double value, int digits) {
  char number[NUMBER_CHARS];
  size_t length = number_significant(number, value, digits);
  if (length)
    text_add(text, number, length);
  else
    text_put(text, "null");
}

char *text_take(struct text *text) {
  text_add(text, "", 1);
  char *bytes = text->failed ? NULL : text->bytes;
  if (text->failed) free(text->bytes);
  *text = (struct text){0};
  return bytes;
}

void text_free(struct text *text) {
  free(text->bytes);
  *text = (struct text){0};
}
