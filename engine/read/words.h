/* Text as it is compared: what the layout does to it is taken away. */
#ifndef ASSAY_ENGINE_READ_WORDS_H
#define ASSAY_ENGINE_READ_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* A copy with one space for any run of spaces and line breaks, none at the ends and none between characters of scripts
 * that are written without (from U+2E80 on: Chinese, Japanese); bytes that are no UTF-8 are U+FFFD, and so are control
 * characters. The caller frees it. NULL: out of memory. */
char *words_tidy(const char *text);

/* Whether `words` stand in `text`, both tidy, by themselves: no ASCII letter or digit goes on where they end with one.
 */
bool words_stand_in(const char *words, const char *text);

/* Copies as much of a text of `size` bytes as fits into `room`, for people: repaired as above, cut between characters
 * with "..." at the end. */
void words_cut(const char *text, size_t size, char *out, size_t room);

#endif
