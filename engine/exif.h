/* What assay needs of a photo's EXIF: how it is turned and when it was taken. */
#ifndef ASSAY_ENGINE_EXIF_H
#define ASSAY_ENGINE_EXIF_H

#include "models/status.h"

#include <stddef.h>
#include <stdint.h>

struct exif {
  int orientation;   /* 1..8; 1 where the EXIF has none or a wrong one */
  char captured[32]; /* DateTimeOriginal as "2026-03-01T22:14:05", "" where there is none or it is no date */
  char camera[96];   /* make and model, without what the model repeats of the make; "" where there is neither */
};

/* Reads an EXIF block that begins with its TIFF header ("II" or "MM"), with or without "Exif\0\0" before it. What
 * cannot be read counts as not there: EXIF never makes a photo invalid. Blocks above 64 KiB are read up to there.
 * STATUS_MEMORY is the only failure. */
enum status exif_read(const uint8_t *bytes, size_t size, struct exif *exif, struct fault *fault);

/* Make and model (either may be NULL) as one name, control and non-ASCII characters as '?'. */
void exif_camera(const char *make, const char *model, char camera[96]);

/* An EXIF date ("2026:03:01 22:14:05", `size` bytes) as ISO 8601; "" where it is none. */
void exif_date(const uint8_t *text, size_t size, char captured[32]);

#endif
