#include "cli/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>
#include <wctype.h>

/* One character: its bytes (0 at the end), its columns, and whether it may be shown. */
struct glyph {
  size_t bytes;
  size_t columns;
  bool shown;
};

static struct glyph next_glyph(const char *text) {
  wchar_t wide;
  mbstate_t shift = {0};
  size_t bytes = mbrtowc(&wide, text, strlen(text), &shift);
  if (!*text) return (struct glyph){0};
  if (bytes == (size_t)-1 || bytes == (size_t)-2) return (struct glyph){1, 1, false};
  int columns = wcwidth(wide);
  /* Direction marks are format characters of no width that could turn a whole line round. */
  bool turns =
      (wide >= 0x200E && wide <= 0x200F) || (wide >= 0x202A && wide <= 0x202E) || (wide >= 0x2066 && wide <= 0x2069);
  if (columns < 0 || turns) return (struct glyph){bytes, 1, false};
  return (struct glyph){bytes, (size_t)columns, true};
}

static const char ellipsis[] = "\xE2\x80\xA6", replacement[] = "\xEF\xBF\xBD";

size_t text_width(const char *text) {
  size_t columns = 0;
  for (struct glyph glyph = next_glyph(text); glyph.bytes; text += glyph.bytes, glyph = next_glyph(text))
    columns += glyph.columns;
  return columns;
}

static char *copy_glyphs(char *to, const char *text, size_t columns) {
  size_t used = 0;
  for (struct glyph glyph = next_glyph(text); glyph.bytes; text += glyph.bytes, glyph = next_glyph(text)) {
    if (used + glyph.columns > columns) break;
    used += glyph.columns;
    const char *from = glyph.shown ? text : replacement;
    size_t bytes = glyph.shown ? glyph.bytes : sizeof replacement - 1;
    memcpy(to, from, bytes);
    to += bytes;
  }
  return to;
}

char *text_clean(const char *text, size_t columns, bool keep_end) {
  /* A byte becomes three at most. */
  size_t size = strlen(text);
  char *clean = malloc(3 * size + sizeof ellipsis);
  if (!clean) return NULL;
  char *to = clean;
  size_t width = text_width(text);
  if (!columns || width <= columns) {
    to = copy_glyphs(to, text, SIZE_MAX);
  } else if (keep_end) {
    memcpy(to, ellipsis, sizeof ellipsis - 1);
    to += sizeof ellipsis - 1;
    for (size_t left = width; left > columns - 1;) {
      struct glyph glyph = next_glyph(text);
      left -= glyph.columns;
      text += glyph.bytes;
    }
    to = copy_glyphs(to, text, SIZE_MAX);
  } else {
    to = copy_glyphs(to, text, columns - 1);
    memcpy(to, ellipsis, sizeof ellipsis - 1);
    to += sizeof ellipsis - 1;
  }
  *to = 0;
  return clean;
}

bool text_coloured(FILE *stream) {
  const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
  return !(no && *no) && term && strcmp(term, "dumb") && isatty(fileno(stream));
}

const char *text_style(enum text_style style) {
  switch (style) {
  case STYLE_PLAIN:
    return "\033[0m";
  case STYLE_BOLD:
    return "\033[1m";
  case STYLE_DIM:
    return "\033[2m";
  case STYLE_RED:
    return "\033[1;31m";
  case STYLE_GREEN:
    return "\033[32m";
  case STYLE_YELLOW:
    return "\033[33m";
  }
  return "";
}
