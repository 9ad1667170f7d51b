#define PCRE2_CODE_UNIT_WIDTH 8
#include "models/pattern.h"

#include <pcre2.h>
#include <stdlib.h>

/* Enough for any text of a label. */
enum { MOST_STEPS = 1000000, MOST_HEAP_KIB = 16384 };

struct pattern {
  pcre2_code *code;
  pcre2_match_context *bounds;
};

enum status pattern_compile(const char *text, struct pattern **pattern, struct fault *fault) {
  int error = 0;
  PCRE2_SIZE at = 0;
  struct pattern *made = *pattern = calloc(1, sizeof *made);
  if (!made) return fault_set(fault, STATUS_MEMORY, "pattern: out of memory");
  enum status status = STATUS_OK;
  made->code =
      pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED,
                    PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C | PCRE2_MATCH_INVALID_UTF, &error, &at, NULL);
  made->bounds = pcre2_match_context_create(NULL);
  if (!made->code) {
    char what[160] = "";
    pcre2_get_error_message(error, (PCRE2_UCHAR *)what, sizeof what);
    status = fault_set(fault, STATUS_INVALID, "%s, at character %zu", what, (size_t)at + 1);
  } else if (!made->bounds) {
    status = fault_set(fault, STATUS_MEMORY, "pattern: out of memory");
  } else {
    pcre2_set_match_limit(made->bounds, MOST_STEPS);
    pcre2_set_heap_limit(made->bounds, MOST_HEAP_KIB);
  }
  if (status) {
    pattern_free(made);
    *pattern = NULL;
  }
  return status;
}

void pattern_free(struct pattern *pattern) {
  if (!pattern) return;
  pcre2_code_free(pattern->code);
  pcre2_match_context_free(pattern->bounds);
  free(pattern);
}

bool pattern_fits(const struct pattern *pattern, const char *text, size_t size, bool whole) {
  pcre2_match_data *match = pcre2_match_data_create(1, NULL);
  if (!match) return false;
  uint32_t options = whole ? PCRE2_ANCHORED | PCRE2_ENDANCHORED : 0;
  int found = pcre2_match(pattern->code, (PCRE2_SPTR)text, size, 0, options, match, pattern->bounds);
  pcre2_match_data_free(match);
  return found >= 0;
}
