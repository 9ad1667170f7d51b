#include "tests/engine/samples_tiff.h"

#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void write_page(TIFF *tiff, const struct sample_tiff *s, const uint8_t *rows, size_t row_size) {
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, s->width);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, s->height);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, s->bits);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, s->samples);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, s->photometric);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, s->compression ? s->compression : COMPRESSION_NONE);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, s->planar ? s->planar : PLANARCONFIG_CONTIG);
  if (s->orientation) TIFFSetField(tiff, TIFFTAG_ORIENTATION, s->orientation);
  if (s->format) TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, s->format);
  if (s->extra) TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, (uint16_t[]){(uint16_t)s->extra});
  if (s->palette) {
    const int n = 1 << s->bits;
    TIFFSetField(tiff, TIFFTAG_COLORMAP, s->palette, s->palette + n, s->palette + 2 * n);
  }
  if (s->compression == COMPRESSION_JPEG) TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
  const int planes = s->planar == PLANARCONFIG_SEPARATE ? s->samples : 1, bytes = s->bits / 8;
  const int step = planes > 1 ? s->samples * bytes : 0, pixel = planes > 1 ? bytes : s->samples * bytes;
  uint8_t *piece = calloc(1, row_size * (size_t)s->height + (size_t)(s->tile * s->tile * pixel));
  assert_non_null(piece);
  if (s->tile) {
    TIFFSetField(tiff, TIFFTAG_TILEWIDTH, s->tile);
    TIFFSetField(tiff, TIFFTAG_TILELENGTH, s->tile);
  } else {
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, s->compression == COMPRESSION_JPEG ? 16 : 7);
  }
  for (int p = 0; p < planes; p++) {
    if (s->tile) {
      for (int y0 = 0; y0 < s->height; y0 += s->tile)
        for (int x0 = 0; x0 < s->width; x0 += s->tile) {
          for (int y = 0; y < s->tile && y0 + y < s->height; y++)
            for (int x = 0; x < s->tile && x0 + x < s->width; x++)
              memcpy(piece + (y * s->tile + x) * pixel,
                     rows + row_size * (size_t)(y0 + y) + (x0 + x) * (step ? step : pixel) + p * bytes, (size_t)pixel);
          assert_true(TIFFWriteTile(tiff, piece, (uint32_t)x0, (uint32_t)y0, 0, (uint16_t)p) > 0);
        }
      continue;
    }
    for (int y = 0; y < s->height; y++) {
      const uint8_t *row = rows + row_size * (size_t)y;
      if (step)
        for (int x = 0; x < s->width; x++) memcpy(piece + x * bytes, row + x * step + p * bytes, (size_t)bytes);
      else
        memcpy(piece, row, row_size);
      assert_int_equal(TIFFWriteScanline(tiff, piece, (uint32_t)y, (uint16_t)p), 1);
    }
  }
  free(piece);
}

struct blob sample_tiff(const struct sample_tiff *s, const uint8_t *rows, size_t row_size) {
  char *folder = support_folder(), *path = support_text("%s/photo.tif", folder);
  TIFF *tiff = TIFFOpen(path, "w");
  assert_non_null(tiff);
  write_page(tiff, s, rows, row_size);
  if (s->second) {
    assert_int_equal(TIFFWriteDirectory(tiff), 1);
    TIFFSetField(tiff, TIFFTAG_SUBFILETYPE, s->second_type);
    write_page(tiff, s->second, rows, row_size);
  }
  TIFFClose(tiff);
  FILE *file = fopen(path, "rb");
  struct blob blob = {malloc(1 << 20), 0};
  assert_non_null(blob.bytes);
  blob.size = fread(blob.bytes, 1, 1 << 20, file);
  fclose(file);
  free(path);
  support_remove(folder);
  return blob;
}
