#include "engine/read/words.h"

#include "models/utf8.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What stands for bytes that are no character. */
static const char REPLACEMENT[] = "\xEF\xBF\xBD";

static bool is_space(const char *text) {
  return *text == ' ' || (*text >= '\t' && *text <= '\r');
}

/* Of a first byte: three bytes from U+2E80 on, or four from U+20000 on. */
static bool is_close(const char *text) {
  const uint8_t *b = (const uint8_t *)text;
  return (b[0] > 0xE2 && b[0] < 0xEF) || (b[0] == 0xE2 && b[1] >= 0xBA) || (b[0] == 0xEF && b[1] >= 0xBC) ||
         b[0] == 0xF0;
}

/* The next character: its length in `text`, and what it is kept as. */
static size_t next(const char *text, size_t size, const char **kept, size_t *kept_size) {
  bool valid;
  size_t length = utf8_next(text, size, &valid);
  bool whole = valid && utf8_printable(text, length);
  *kept = whole ? text : REPLACEMENT;
  *kept_size = whole ? length : sizeof REPLACEMENT - 1;
  return length;
}

char *words_tidy(const char *text) {
  size_t size = strlen(text), used = 0;
  char *out = malloc(3 * size + 1);
  if (!out) return NULL;
  bool space = false, close = false;
  for (size_t i = 0; i < size;) {
    const char *kept;
    size_t kept_size;
    if (is_space(text + i)) {
      space = true, i++;
      continue;
    }
    i += next(text + i, size - i, &kept, &kept_size);
    bool now = is_close(kept);
    if (space && used && !(close && now)) out[used++] = ' ';
    memcpy(out + used, kept, kept_size);
    used += kept_size, space = false, close = now;
  }
  out[used] = 0;
  return out;
}

static bool is_letter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool words_stand_in(const char *words, const char *text) {
  size_t size = strlen(words);
  if (!size) return true;
  for (const char *at = strstr(text, words); at; at = strstr(at + 1, words)) {
    bool before = at > text && is_letter(at[-1]) && is_letter(words[0]);
    bool after = is_letter(at[size]) && is_letter(words[size - 1]);
    if (!before && !after) return true;
  }
  return false;
}

void words_cut(const char *text, size_t size, char *out, size_t room) {
  static const char more[] = "...";
  size_t used = 0, whole = 0; /* whole: up to where "..." still fits behind */
  for (size_t i = 0; i < size;) {
    const char *kept;
    size_t kept_size;
    i += next(text + i, size - i, &kept, &kept_size);
    if (used + kept_size >= room) {
      memcpy(out + whole, more, sizeof more);
      return;
    }
    memcpy(out + used, kept, kept_size);
    used += kept_size;
    if (used + sizeof more <= room) whole = used;
  }
  out[used] = 0;
}
