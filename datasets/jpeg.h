/* JPEG as a camera writes it: 4:2:0, with EXIF. */
#ifndef ASSAY_DATASETS_JPEG_H
#define ASSAY_DATASETS_JPEG_H

#include "models/status.h"

#include <stdint.h>

/* Writes width x height pixels of 3 bytes to `path`. `captured` is ISO 8601 (YYYY-MM-DDThh:mm:ssZ) and becomes
 * DateTimeOriginal. */
enum status jpeg_write(const char *path, const uint8_t *rgb, int width, int height, int quality, const char *captured,
                       struct fault *fault);

#endif
