/* A decoded photo in host memory: luma at full size and, for colour, two chroma planes at half size.
 *
 * JPEG holds most photos so; taking its planes as they are saves the colour conversion and two thirds of the pixels.
 * Values are JFIF's full-range YCbCr of BT.601 (grey: the luma plane is the grey value), 8 bits, rows without padding
 * unless stride says so. Chroma sample (i, j) is centred on photo position (2i + 0.5, 2j + 0.5), and the chroma planes
 * have (width + 1) / 2 x (height + 1) / 2 samples. */
#ifndef ASSAY_ENGINE_IMAGE_H
#define ASSAY_ENGINE_IMAGE_H

#include "models/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct plane {
  uint8_t *pixels; /* height rows of stride bytes */
  int32_t width, height;
  size_t stride; /* bytes */
};

/* planes[0] luma; planes[1], planes[2] Cb and Cr where `colour`. */
struct image {
  struct plane planes[3];
  bool colour;
  int32_t width, height; /* of the luma plane */
  /* The photo's own full size after EXIF turning, and n where it was decoded at 1/n of it by DCT scaling:
   * full-size x = n (x + 0.5) - 0.5. */
  int32_t full_width, full_height, reduction;
  void *memory; /* one allocation behind the planes */
  size_t memory_size;
};

/* Makes the planes for a size, reusing the memory of `image` where it is large enough (all zero: none yet). Contents
 * are not set. 1..IMAGE_MAX_SIDE a side, else STATUS_LIMIT. */
enum status image_reserve(struct image *image, int32_t width, int32_t height, bool colour, struct fault *fault);
void image_free(struct image *image);

/* One row of interleaved 8-bit RGB from the planes, chroma interpolated bilinearly, for pictures only. `rgb` has room
 * for 3 * width bytes. */
void image_rgb_row(const struct image *image, int32_t y, uint8_t *rgb);
/* The same of `width` pixels from `left` on, which lie within it. */
void image_rgb_part(const struct image *image, int32_t left, int32_t y, int32_t width, uint8_t *rgb);

enum { IMAGE_MAX_SIDE = 32000 };

#endif
