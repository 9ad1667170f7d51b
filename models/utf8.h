/* UTF-8 as file names, YAML, CSV and JSON hold it (RFC 3629: no surrogates, no overlong forms, up to U+10FFFF). */
#ifndef ASSAY_MODELS_UTF8_H
#define ASSAY_MODELS_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* The length of the first character of `text`, whose `size` is at least 1. Where the bytes are no UTF-8, *valid is
 * false and the length is that of the longest beginning of a character, at least 1: what one U+FFFD stands for. */
size_t utf8_next(const char *text, size_t size, bool *valid);

/* Whether all of it is UTF-8. NUL counts as a character. */
bool utf8_valid(const char *text, size_t size);

/* The same, and no control character (C0, DEL, C1): fit for one line of a table or a log. */
bool utf8_printable(const char *text, size_t size);

/* Puts '?' for each byte that keeps `text` from being printable. */
void utf8_make_printable(char *text);

/* A copy with U+FFFD for what is no UTF-8; the caller frees it. NULL: out of memory. */
char *utf8_repair(const char *text);

#endif
