/* Codes of a build without zbar. */
#include "engine/read/codes.h"

#include <stdio.h>
#include <stdlib.h>

static const char why[] = "this assay was built without zbar (Debian: libzbar-dev)";

enum status codes_here(char *about, size_t room, struct fault *fault) {
  snprintf(about, room, "%s", why);
  return fault_set(fault, STATUS_UNAVAILABLE, "codes cannot be read: %s", why);
}

enum status codes_read(const struct plane *picture, enum code_kind kind, struct codes *codes, struct fault *fault) {
  (void)picture, (void)kind;
  *codes = (struct codes){0};
  return fault_set(fault, STATUS_UNAVAILABLE, "codes cannot be read: %s", why);
}

void codes_free(struct codes *codes) {
  *codes = (struct codes){0};
}
