/* What the readers of the formats share; for engine/decode*.c only. */
#ifndef ASSAY_ENGINE_DECODE_FORMATS_H
#define ASSAY_ENGINE_DECODE_FORMATS_H

#include "engine/decode.h"
#include "engine/image.h"
#include "models/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct source {
  const uint8_t *bytes;
  size_t size;
};

/* What a photo says before its pixels. All zero but orientation 1 means: nothing known. */
struct header {
  int64_t width, height; /* as stored, before turning */
  int orientation;       /* EXIF 1..8 still to be applied */
  int said_orientation;  /* as the EXIF says, also where the library has applied it; 0: the same */
  char captured[32];
  char camera[96];
  uint8_t *profile; /* ICC, owned; NULL: none */
  size_t profile_size;
};

/* Copies a profile into the header. */
enum status header_keep_profile(struct header *header, const void *profile, size_t size, struct fault *fault);
enum status header_read_exif(struct header *header, const void *bytes, size_t size, struct fault *fault);
void header_free(struct header *header);

/* One format. `header` may leave a profile behind on failure too; the caller frees it. `pixels` is called only after
 * the size in the header was found within limits, and gets that header; what it decodes must have just that size. */
struct format {
  const char *name;
  bool (*matches)(struct source source);
  enum status (*header)(struct source source, struct header *header, struct fault *fault);
  enum status (*pixels)(struct source source, const struct header *header, const struct decode_options *options,
                        struct image *image, struct fault *fault);
};

extern const struct format format_jpeg, format_png, format_tiff, format_webp, format_bmp, format_pnm, format_heic;

/* Where EXIF turning takes a pixel: x and y are mirrored first where asked, then exchanged where asked. */
struct turn {
  bool mirror_x, mirror_y, exchange;
};

struct turn turn_of(int orientation);

/* Puts rows y..y+count-1 of a plane of width x height, not yet turned, where they belong in the turned `plane`. */
void turn_rows(struct turn turn, uint8_t *const *rows, int32_t width, int32_t height, int32_t y, int32_t count,
               struct plane *plane);

/* Pixels between a reader and the image: 8 bits, interleaved, rows without padding, not yet turned. */
struct raster {
  uint8_t *pixels;
  int32_t width, height;
  int channels; /* 1 grey, 3 RGB, 4 CMYK with 255 for full ink */
};

enum status raster_reserve(struct raster *raster, int64_t width, int64_t height, int channels, struct fault *fault);
void raster_free(struct raster *raster);
static inline uint8_t *raster_row(const struct raster *raster, int64_t y) {
  return raster->pixels + (size_t)y * (size_t)raster->width * (size_t)raster->channels;
}

/* Applies the header's colour profile and orientation and makes the image's planes. May change the raster. */
enum status raster_finish(struct raster *raster, const struct header *header, struct image *image, struct fault *fault);

#endif
