/* The picture of a photo that failed: golden, photo and map side by side in golden coordinates, and each finding
 * enlarged. */
#ifndef ASSAY_CLI_PICTURE_H
#define ASSAY_CLI_PICTURE_H

#include "engine/inspect.h"
#include "models/result.h"
#include "models/status.h"

struct picture {
  const struct result *result;
  const struct inspect_evidence *evidence;
  const char *golden; /* its name for the heading */
  int threads;        /* that may make it */
};

/* Writes a PNG whole or not at all. At most PICTURE_MAX_WIDTH wide. Thread-safe. */
enum status picture_write(const struct picture *picture, const char *path, struct fault *fault);

enum { PICTURE_MAX_WIDTH = 2400 };

#endif
