/* The picture of a photo that failed: golden, photo and map side by side in golden coordinates, and each finding
 * enlarged. */
#ifndef ASSAY_CLI_PICTURE_H
#define ASSAY_CLI_PICTURE_H

#include "cli/png_write.h"
#include "engine/inspect.h"
#include "models/result.h"
#include "models/status.h"

struct picture {
  const struct result *result;
  const struct inspect_evidence *evidence;
  const char *golden; /* its name for the heading */
  int threads;        /* that may make it */
};

/* Draws it, at most PICTURE_MAX_WIDTH wide, for png_put; what it was drawn from is not needed any more. Thread-safe. */
enum status picture_draw(const struct picture *picture, struct png **packed, struct fault *fault);
/* Draws it and writes a PNG, whole or not at all. */
enum status picture_write(const struct picture *picture, const char *path, struct fault *fault);

enum { PICTURE_MAX_WIDTH = 2400 };

#endif
