/* From the bytes of a photo to an image: JPEG, PNG, TIFF, WebP, BMP, PNM (PGM/PPM), and HEIC where libheif can. */
#ifndef ASSAY_ENGINE_DECODE_H
#define ASSAY_ENGINE_DECODE_H

#include "engine/image.h"
#include "models/status.h"

#include <stddef.h>
#include <stdint.h>

struct decode_options {
  int64_t max_pixels; /* 0: DECODE_MAX_PIXELS. Checked against the header before anything is allocated. */
  /* The photo may be decoded at 1/2, 1/4 or 1/8 (JPEG only) as long as both sides stay at least this large;
   * 0: always full size. */
  int32_t least_width, least_height;
};

#define DECODE_MAX_PIXELS ((int64_t)120 * 1000 * 1000)

struct decode_info {
  const char *format; /* "JPEG", "PNG", ...: static text */
  char captured[32];  /* EXIF DateTimeOriginal as "2026-03-01T22:14:05", "" where there is none */
  int orientation;    /* EXIF 1..8 as found; already applied to the image */
};

/* Decodes. The format is told by the bytes, never by the name. EXIF orientation is applied. 16-bit samples are rounded
 * to 8; alpha is laid over white; CMYK is converted; a palette is expanded; an embedded profile that is not sRGB or
 * grey is converted by lcms2 (perceptual intent) or refused in words. Damaged, truncated, too large or unknown:
 * STATUS_INVALID or STATUS_LIMIT with a message for the user that does not name the file (the caller knows it).
 * A truncated photo is damaged, never half grey. `image` may hold an earlier photo, whose memory is reused; on failure
 * its contents are unspecified but image_free is still right. `info` may be NULL.
 * Thread-safe for different images. Gives the same bytes on every processor of an architecture. */
enum status decode_photo(const uint8_t *bytes, size_t size, const struct decode_options *options, struct image *image,
                         struct decode_info *info, struct fault *fault);

/* Only what the header and EXIF say; width and height are full size after turning. */
enum status decode_header(const uint8_t *bytes, size_t size, int32_t *width, int32_t *height, struct decode_info *info,
                          struct fault *fault);

#endif
