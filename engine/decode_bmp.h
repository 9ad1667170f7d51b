/* What a BMP's headers say; for engine/decode_bmp*.c only. */
#ifndef ASSAY_ENGINE_DECODE_BMP_H
#define ASSAY_ENGINE_DECODE_BMP_H

#include "engine/decode_formats.h"

enum bmp_packing { BMP_PLAIN = 0, BMP_RLE8 = 1, BMP_RLE4 = 2 };

struct bmp {
  struct source source;
  int64_t width, height;
  bool top_down;
  uint32_t bits; /* a pixel: 1, 2, 4, 8, 16, 24, 32 */
  enum bmp_packing packing;
  uint32_t masks[4];       /* red, green, blue, alpha for 16 and 32 bits */
  uint8_t palette[256][3]; /* RGB; colours not in the file are black */
  bool grey;               /* a palette of greys */
  size_t pixels;           /* offset of the pixels in the file */
};

enum status bmp_open(struct source source, struct bmp *bmp, struct header *header, struct fault *fault);

/* Unpacks RLE8 or RLE4 to one palette index a byte, rows bottom up. */
enum status bmp_unpack(const struct bmp *bmp, uint8_t *indices, struct fault *fault);

#endif
