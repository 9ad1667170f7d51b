/* What texts must be like: regular expressions (PCRE2: the syntax of Perl 5, over UTF-8). */
#ifndef ASSAY_MODELS_PATTERN_H
#define ASSAY_MODELS_PATTERN_H

#include "models/status.h"

#include <stdbool.h>
#include <stddef.h>

struct pattern;

/* STATUS_INVALID says what is wrong and at which character. Once compiled a pattern may be used by any number of
 * threads. The caller ends with pattern_free. */
enum status pattern_compile(const char *text, struct pattern **pattern, struct fault *fault);
void pattern_free(struct pattern *pattern);

/* Whether all of a text (`whole`), or a part of it, is as the pattern says. What would take more than a fixed number of
 * steps is not: the answer never depends on time. Bytes that are no UTF-8 fit nothing. */
bool pattern_fits(const struct pattern *pattern, const char *text, size_t size, bool whole);

#endif
