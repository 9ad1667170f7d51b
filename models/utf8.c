#include "models/utf8.h"

#include <stdlib.h>
#include <string.h>

size_t utf8_next(const char *text, size_t size, bool *valid) {
  const unsigned char *s = (const unsigned char *)text;
  *valid = true;
  if (s[0] < 0x80) return 1;
  *valid = false;
  size_t length = 0;
  unsigned least = 0x80, most = 0xBF; /* of the second byte; its bounds exclude overlong forms and surrogates */
  if (s[0] >= 0xC2 && s[0] <= 0xDF) {
    length = 2;
  } else if (s[0] >= 0xE0 && s[0] <= 0xEF) {
    length = 3;
    if (s[0] == 0xE0) least = 0xA0;
    if (s[0] == 0xED) most = 0x9F;
  } else if (s[0] >= 0xF0 && s[0] <= 0xF4) {
    length = 4;
    if (s[0] == 0xF0) least = 0x90;
    if (s[0] == 0xF4) most = 0x8F;
  } else {
    return 1;
  }
  if (size < 2 || s[1] < least || s[1] > most) return 1;
  for (size_t i = 2; i < length; i++)
    if (i >= size || s[i] < 0x80 || s[i] > 0xBF) return i;
  *valid = true;
  return length;
}

bool utf8_valid(const char *text, size_t size) {
  bool valid = true;
  for (size_t i = 0; i < size && valid;) i += utf8_next(text + i, size - i, &valid);
  return valid;
}

bool utf8_printable(const char *text, size_t size) {
  for (size_t i = 0; i < size;) {
    unsigned char byte = (unsigned char)text[i];
    bool valid;
    size_t length = utf8_next(text + i, size - i, &valid);
    if (!valid || byte < 0x20 || byte == 0x7F) return false;
    if (byte == 0xC2 && (unsigned char)text[i + 1] < 0xA0) return false;
    i += length;
  }
  return true;
}

void utf8_make_printable(char *text) {
  size_t size = strlen(text);
  for (size_t i = 0; i < size;) {
    bool valid;
    size_t length = utf8_next(text + i, size - i, &valid);
    if (!utf8_printable(text + i, length)) memset(text + i, '?', length);
    i += length;
  }
}

char *utf8_repair(const char *text) {
  size_t size = strlen(text), used = 0;
  if (size > ((size_t)-1 - 1) / 3) return NULL;
  char *copy = malloc(3 * size + 1);
  if (!copy) return NULL;
  for (size_t i = 0; i < size;) {
    bool valid;
    size_t length = utf8_next(text + i, size - i, &valid);
    if (valid) {
      memcpy(copy + used, text + i, length);
      used += length;
    } else {
      memcpy(copy + used, "\xEF\xBF\xBD", 3);
      used += 3;
    }
    i += length;
  }
  copy[used] = 0;
  return copy;
}
