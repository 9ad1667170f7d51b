/* Text that grows, and JSON written into it: for the lines whose bytes are a contract. */
#ifndef ASSAY_MODELS_TEXT_H
#define ASSAY_MODELS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero is empty. Out of memory is remembered: what is added after it is dropped, and text_take gives NULL. */
struct text {
  char *bytes; /* not ended by NUL before text_take */
  size_t size, room;
  bool failed;
};

void text_add(struct text *text, const char *bytes, size_t size);
void text_put(struct text *text, const char *string);

/* One JSON value each. A string that is no UTF-8 gets U+FFFD for what is not; NULL is null. Reals are written as
 * number_fixed and number_significant do, null where they are not finite. */
void text_json_string(struct text *text, const char *string);
void text_json_integer(struct text *text, int64_t value);
void text_json_fixed(struct text *text, double value, int decimals);
void text_json_significant(struct text *text, double value, int digits);

/* The string, which the caller frees; `text` is empty again. NULL: out of memory. */
char *text_take(struct text *text);
void text_free(struct text *text);

#endif
