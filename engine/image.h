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
  double step[2]; /* grey levels by which the file tells means of 8 x 8 samples apart: luma, chroma; 0: no JPEG's */
  double full;    /* red, green and blue values from here on are not known: the sensor may have been full */
  /* By how much the file's means are above the planes', a pixel a square of IMAGE_FRACTION_SIDE / reduction luma
   * pixels, of luma, Cb and Cr: 128 + IMAGE_FRACTION_UNIT x grey levels. Only with `fractions`, for they must be asked
   * for. */
  struct plane fraction[3];
  bool fractions;
  void *memory; /* one allocation behind the planes */
  size_t memory_size;
  void *fraction_memory;
  size_t fraction_memory_size;
};

/* Decoding rounds each sample to whole grey levels, which on even ground leaves a mean half a level off however many
 * samples there are; the file's coefficients (ITU-T T.81, A.3.3) tell it better. */
enum { IMAGE_FRACTION_SIDE = 16, IMAGE_FRACTION_UNIT = 64 };

/* Memory for planes, not cleared, of large pages where it is large; ends with free(). NULL: there is none. */
void *image_memory(size_t size);
/* Gives the pages of such memory back at once; what it held is lost, and it is still to be freed. Unlike free, several
 * threads do so side by side. */
void image_memory_return(void *memory, size_t size);

/* Makes the planes for a size, reusing the memory of `image` where it is large enough (all zero: none yet). Contents
 * are not set. 1..IMAGE_MAX_SIDE a side, else STATUS_LIMIT. */
enum status image_reserve(struct image *image, int32_t width, int32_t height, bool colour, struct fault *fault);
void image_free(struct image *image);

/* Makes the fractions' planes for the planes and the reduction as they are, all of them 0 levels. */
enum status image_reserve_fractions(struct image *image, struct fault *fault);

/* One row of interleaved 8-bit RGB from the planes, chroma interpolated bilinearly, for pictures only. `rgb` has room
 * for 3 * width bytes. */
void image_rgb_row(const struct image *image, int32_t y, uint8_t *rgb);
/* The same of `width` pixels from `left` on, which lie within it. */
void image_rgb_part(const struct image *image, int32_t left, int32_t y, int32_t width, uint8_t *rgb);

/* Red, green and blue of a luma and of Cb and Cr less 128: BT.601, full range, not bounded. */
static inline void image_rgb_of(double luma, double cb, double cr, double rgb[3]) {
  rgb[0] = luma + 1.402 * cr, rgb[1] = luma - 0.344136 * cb - 0.714136 * cr, rgb[2] = luma + 1.772 * cb;
}

/* And back: luma, Cb and Cr less 128. */
static inline void image_ycc_of(const double rgb[3], double ycc[3]) {
  ycc[0] = 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2];
  ycc[1] = (rgb[2] - ycc[0]) / 1.772, ycc[2] = (rgb[0] - ycc[0]) / 1.402;
}

/* Red, green and blue of luma pixel (x, y), with the chroma sample it lies in; without `colour`, which only a colour
 * image may have, its luma three times. */
static inline void image_rgb_at(const struct image *image, bool colour, int32_t x, int32_t y, double rgb[3]) {
  const struct plane *p = image->planes;
  double luma = p[0].pixels[(size_t)y * p[0].stride + (size_t)x], cb = 0, cr = 0;
  if (colour) {
    cb = p[1].pixels[(size_t)(y / 2) * p[1].stride + (size_t)(x / 2)] - 128.0;
    cr = p[2].pixels[(size_t)(y / 2) * p[2].stride + (size_t)(x / 2)] - 128.0;
  }
  image_rgb_of(luma, cb, cr, rgb);
}

/* `full` of a photo as it was taken. */
enum { IMAGE_FULL = 249 };

enum { IMAGE_MAX_SIDE = 32000 };

#endif
