/* From the bytes of a photo to an image: JPEG, PNG, TIFF, WebP, BMP, PNM (PGM/PPM), and HEIC where libheif can. */
#ifndef ASSAY_ENGINE_DECODE_H
#define ASSAY_ENGINE_DECODE_H

#include "engine/image.h"
#include "models/status.h"

#include <stddef.h>
#include <stdint.h>

struct decode_options {
  int64_t max_pixels; /* 0: DECODE_MAX_PIXELS. Checked against the header before anything is allocated. */
  /* The photo may be decoded at 1/2, 1/4 or 1/8 (JPEG only) as long as both sides, turned, stay at least this large;
   * either one 0: always full size. Where EXIF mirrors a side, only by what divides it. */
  int32_t least_width, least_height;
  /* With the image's fractions, where a JPEG gives them: not of one whose planes are not the file's own, of more than
   * 50 megapixels, or where EXIF mirrors a side that 16 does not divide. */
  bool fractions;
};

#define DECODE_MAX_PIXELS ((int64_t)120 * 1000 * 1000)

struct decode_info {
  const char *format; /* "JPEG", "PNG", ...: static text */
  char captured[32];  /* EXIF DateTimeOriginal as "2026-03-01T22:14:05", "" where there is none */
  char camera[96];    /* EXIF make and model, UTF-8 without control characters, "" where there is none */
  int orientation;    /* EXIF 1..8 as found; already applied to the image */
};

/* Decodes. The format is told by the bytes, never by the name. EXIF orientation is applied (HEIC: the file's own
 * turning instead, which libheif applies). YCbCr and grey JPEGs give the planes of the file, chroma brought to half
 * size by rounded means or doubling; everything else goes by way of 8-bit grey or RGB: 16-bit samples are rounded,
 * alpha is laid over white, a palette is expanded (one of greys is grey), CMYK without a profile is (255 - C) (255 - K)
 * / 255. An embedded profile that is not sRGB is converted to it (perceptual intent) or refused in words; gAMA and the
 * like are not profiles. Of a TIFF of several pages and of a PNM of several pictures the first is taken; a WebP
 * animation is refused. Damaged, truncated, too large or unknown: STATUS_INVALID or STATUS_LIMIT with a message for the
 * user that does not name the file (the caller knows it). A truncated photo is damaged, never half grey; what follows
 * the photo in the file does no harm. `options` and `info` may be NULL. `image` is all zero or holds an earlier photo,
 * whose memory is reused; on failure its contents are unspecified but image_free is still right. Thread-safe for
 * different images. Gives the same bytes on every processor of an architecture. */
enum status decode_photo(const uint8_t *bytes, size_t size, const struct decode_options *options, struct image *image,
                         struct decode_info *info, struct fault *fault);

/* Only what the header and EXIF say, without unpacking a pixel; width and height are full size after turning. A side
 * above IMAGE_MAX_SIDE is STATUS_LIMIT; the number of pixels is not limited here. */
enum status decode_header(const uint8_t *bytes, size_t size, int32_t *width, int32_t *height, struct decode_info *info,
                          struct fault *fault);

/* The version of libjpeg-turbo that assay was built with, static text: part of a result's provenance. */
const char *decode_jpeg_version(void);

#endif
