/* The list of `assay diff --pairs`: lines GOLDEN<TAB>PHOTO, no header. */
#ifndef ASSAY_CLI_PAIRS_H
#define ASSAY_CLI_PAIRS_H

#include "models/status.h"

#include <stddef.h>

struct pair {
  char *golden, *photo;
  int line; /* 0: from the command line */
};

struct pairs {
  struct pair *items;
  size_t count;
};

/* Paths as written; LF or CRLF; empty lines are left out. STATUS_INVALID names the file and the line where a line is
 * not two fields or nothing is in the list. */
enum status pairs_read(const char *path, struct pairs *pairs, struct fault *fault);
enum status pairs_add(struct pairs *pairs, const char *golden, const char *photo, int line, struct fault *fault);
void pairs_free(struct pairs *pairs);

#endif
