/* Bar codes and QR codes of a picture, by zbar, which is loaded at the first call. */
#ifndef ASSAY_ENGINE_READ_CODES_H
#define ASSAY_ENGINE_READ_CODES_H

#include "engine/image.h"
#include "models/spec.h"
#include "models/status.h"

struct code_found {
  enum code_kind kind;
  double x, y; /* its middle, pixels of the picture */
  char *data;  /* size bytes and a NUL */
  size_t size;
};

/* All zero holds none; end with codes_free. */
struct codes {
  struct code_found *items;
  size_t count;
};

/* The codes of a kind (CODE_ANY: the usual ones) in a luma plane, by place: top first, then left. The same picture
 * gives the same answer. STATUS_UNAVAILABLE where zbar is not built in or not installed. Thread-safe. */
enum status codes_read(const struct plane *picture, enum code_kind kind, struct codes *codes, struct fault *fault);
void codes_free(struct codes *codes);

/* Whether codes can be read here; `about` gets the library and its version, or why not. */
enum status codes_here(char *about, size_t room, struct fault *fault);

#endif
