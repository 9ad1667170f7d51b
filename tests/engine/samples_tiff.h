/* TIFF files made by libtiff. */
#ifndef ASSAY_TESTS_ENGINE_SAMPLES_TIFF_H
#define ASSAY_TESTS_ENGINE_SAMPLES_TIFF_H

#include "tests/engine/samples.h"

#include <tiffio.h>

/* What the tags say; 0 leaves an optional tag out. */
struct sample_tiff {
  int width, height, bits, samples, photometric, compression, planar, tile, orientation, extra, format;
  const uint16_t *palette;          /* red, green, blue, each 2^bits */
  const struct sample_tiff *second; /* a further page, of the same rows */
  int second_type;
};

/* Rows as TIFF stores them when the samples lie together; `row_size` bytes each. */
struct blob sample_tiff(const struct sample_tiff *shape, const uint8_t *rows, size_t row_size);

#endif
