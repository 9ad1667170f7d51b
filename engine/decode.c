#include "engine/decode.h"

#include "engine/decode_formats.h"
#include "engine/exif.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum status header_keep_profile(struct header *header, const void *profile, size_t size, struct fault *fault) {
  free(header->profile);
  header->profile = malloc(size ? size : 1);
  header->profile_size = size;
  if (!header->profile) return fault_set(fault, STATUS_MEMORY, "out of memory: a colour profile of %zu bytes", size);
  memcpy(header->profile, profile, size);
  return STATUS_OK;
}

enum status header_read_exif(struct header *header, const void *bytes, size_t size, struct fault *fault) {
  struct exif exif;
  const enum status status = exif_read(bytes, size, &exif, fault);
  header->orientation = exif.orientation;
  memcpy(header->captured, exif.captured, sizeof header->captured);
  memcpy(header->camera, exif.camera, sizeof header->camera);
  return status;
}

void header_free(struct header *header) {
  free(header->profile);
  header->profile = NULL;
}

static const struct format *const FORMATS[] = {&format_jpeg, &format_png, &format_tiff, &format_webp,
                                               &format_bmp,  &format_pnm, &format_heic};

static enum status find_format(struct source source, const struct format **format, struct fault *fault) {
  if (!source.size) return fault_set(fault, STATUS_INVALID, "the file is empty: expected a photo");
  for (size_t i = 0; i < sizeof FORMATS / sizeof *FORMATS; i++)
    if (FORMATS[i]->matches(source)) {
      *format = FORMATS[i];
      return STATUS_OK;
    }
  return fault_set(fault, STATUS_INVALID,
                   "not a photo: its first bytes are those of no known format; expected JPEG, PNG, TIFF, WebP, BMP, "
                   "PGM/PPM or HEIC");
}

static enum status check_size(const struct header *header, int64_t max_pixels, struct fault *fault) {
  const int64_t width = header->width, height = header->height;
  if (width < 1 || height < 1)
    return fault_set(fault, STATUS_INVALID,
                     "the header claims %" PRId64 " x %" PRId64 " pixels: expected at least 1 x 1", width, height);
  if (width > IMAGE_MAX_SIDE || height > IMAGE_MAX_SIDE)
    return fault_set(fault, STATUS_LIMIT,
                     "the header claims %" PRId64 " x %" PRId64 " pixels: a side may have at most %d", width, height,
                     IMAGE_MAX_SIDE);
  if (width * height > max_pixels)
    return fault_set(fault, STATUS_LIMIT,
                     "the header claims %" PRId64 " x %" PRId64 " pixels, %" PRId64 " in all: at most %" PRId64
                     " are accepted",
                     width, height, width * height, max_pixels);
  return STATUS_OK;
}

/* Tells the format, reads the header and checks the size. The caller frees `header` in every case. */
static enum status open_photo(struct source source, int64_t max_pixels, const struct format **format,
                              struct header *header, struct decode_info *info, struct fault *fault) {
  *header = (struct header){.orientation = 1};
  enum status status = find_format(source, format, fault);
  if (!status) status = (*format)->header(source, header, fault);
  if (!status) status = check_size(header, max_pixels, fault);
  if (status || !info) return status;
  *info = (struct decode_info){.format = (*format)->name, .orientation = header->orientation};
  if (header->said_orientation) info->orientation = header->said_orientation;
  memcpy(info->captured, header->captured, sizeof info->captured);
  memcpy(info->camera, header->camera, sizeof info->camera);
  return STATUS_OK;
}

enum status decode_photo(const uint8_t *bytes, size_t size, const struct decode_options *options, struct image *image,
                         struct decode_info *info, struct fault *fault) {
  static const struct decode_options DEFAULTS = {0};
  if (!options) options = &DEFAULTS;
  const struct source source = {bytes, size};
  const struct format *format = NULL;
  struct header header;
  const int64_t max_pixels = options->max_pixels ? options->max_pixels : DECODE_MAX_PIXELS;
  enum status status = open_photo(source, max_pixels, &format, &header, info, fault);
  if (!status) status = format->pixels(source, &header, options, image, fault);
  header_free(&header);
  return status;
}

enum status decode_header(const uint8_t *bytes, size_t size, int32_t *width, int32_t *height, struct decode_info *info,
                          struct fault *fault) {
  const struct format *format = NULL;
  struct header header;
  enum status status = open_photo((struct source){bytes, size}, INT64_MAX, &format, &header, info, fault);
  if (!status) {
    const bool exchange = turn_of(header.orientation).exchange;
    *width = (int32_t)(exchange ? header.height : header.width);
    *height = (int32_t)(exchange ? header.width : header.height);
  }
  header_free(&header);
  return status;
}
