/* A TIFF open in memory; for engine/decode_tiff*.c only. */
#ifndef ASSAY_ENGINE_DECODE_TIFF_H
#define ASSAY_ENGINE_DECODE_TIFF_H

#include "engine/decode_formats.h"

#include <tiffio.h>

struct tiff_memory {
  struct source source;
  uint64_t at;
  char error[1024]; /* libtiff's first message; the size TIFFRGBAImageOK asks for */
};

/* What the tags say of the samples. */
struct tiff_layout {
  uint32_t width, height;
  uint16_t bits, samples, photometric, planar;
  int colours; /* samples that are not alpha or unknown: 1, 3 or 4 */
  bool alpha, premultiplied;
};

/* Whole samples of 8 or 16 bits, grey, RGB or CMYK, in strips or tiles, together or in planes: read sample by sample,
 * so that 16 bits are rounded and a profile sees the colours of the file. */
enum status tiff_read_samples(TIFF *tiff, struct tiff_memory *memory, const struct tiff_layout *layout,
                              struct raster *raster, struct fault *fault);

/* A fault with libtiff's message, if it left one. */
enum status tiff_refuse(const struct tiff_memory *memory, struct fault *fault);

#endif
