#include "engine/colour.h"
#include "engine/decode_tiff.h"

#include <stdlib.h>
#include <string.h>

/* Strips are pieces as wide as the photo. */
struct pieces {
  bool tiled;
  uint32_t width, height;
  int samples; /* interleaved in a piece */
  tmsize_t size;
};

static enum status find_pieces(TIFF *tiff, const struct tiff_memory *memory, const struct tiff_layout *layout,
                               struct pieces *pieces, struct fault *fault) {
  pieces->tiled = TIFFIsTiled(tiff);
  pieces->samples = layout->planar == PLANARCONFIG_SEPARATE ? 1 : layout->samples;
  pieces->width = layout->width;
  if (pieces->tiled) {
    if (!TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &pieces->width) ||
        !TIFFGetField(tiff, TIFFTAG_TILELENGTH, &pieces->height))
      return tiff_refuse(memory, fault);
    pieces->size = TIFFTileSize(tiff);
  } else {
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &pieces->height);
    if (pieces->height > layout->height) pieces->height = layout->height;
    pieces->size = TIFFStripSize(tiff);
  }
  const uint64_t row = (uint64_t)pieces->width * (uint64_t)pieces->samples * (layout->bits / 8);
  if (!pieces->width || !pieces->height || pieces->size <= 0 || pieces->size > ((tmsize_t)1 << 30) ||
      row * pieces->height != (uint64_t)pieces->size)
    return fault_set(fault, STATUS_INVALID, "the TIFF has strips or tiles of %u x %u pixels: expected a sensible size",
                     pieces->width, pieces->height);
  return STATUS_OK;
}

/* Where a piece lies. */
struct place {
  uint32_t x, y;
  int sample; /* the first of its samples */
};

static uint8_t sample_at(const uint8_t *bytes, size_t index, int bits) {
  if (bits == 8) return bytes[index];
  uint16_t value;
  memcpy(&value, bytes + 2 * index, 2);
  return colour_16_to_8(value);
}

/* Spreads a piece over the raster, which has `channels` samples a pixel; samples beyond these are left out. */
static void spread(const struct pieces *pieces, const struct tiff_layout *layout, const uint8_t *bytes,
                   struct place place, const struct raster *raster) {
  const uint32_t right = layout->width - place.x, below = layout->height - place.y;
  const uint32_t width = pieces->width < right ? pieces->width : right;
  const uint32_t height = pieces->height < below ? pieces->height : below;
  const int room = raster->channels - place.sample, count = pieces->samples < room ? pieces->samples : room;
  for (uint32_t y = 0; y < height; y++) {
    const size_t first = (size_t)y * pieces->width * (size_t)pieces->samples;
    uint8_t *out = raster_row(raster, (int64_t)place.y + y) + (size_t)place.x * (size_t)raster->channels;
    for (uint32_t x = 0; x < width; x++, out += raster->channels)
      for (int s = 0; s < count; s++)
        out[place.sample + s] = sample_at(bytes, first + (size_t)x * (size_t)pieces->samples + (size_t)s, layout->bits);
  }
}

/* Reads one piece whole, or as much of the last strip as there are rows. */
static bool read_piece(TIFF *tiff, const struct pieces *pieces, const struct tiff_layout *layout, struct place place,
                       uint8_t *bytes) {
  const uint16_t sample = (uint16_t)place.sample;
  if (pieces->tiled)
    return TIFFReadEncodedTile(tiff, TIFFComputeTile(tiff, place.x, place.y, 0, sample), bytes, pieces->size) ==
           pieces->size;
  const uint32_t left = layout->height - place.y, rows = left < pieces->height ? left : pieces->height;
  const tmsize_t size = pieces->size / pieces->height * rows;
  return TIFFReadEncodedStrip(tiff, TIFFComputeStrip(tiff, place.y, sample), bytes, size) == size;
}

static enum status read_pieces(TIFF *tiff, struct tiff_memory *memory, const struct tiff_layout *layout,
                               const struct pieces *pieces, uint8_t *bytes, const struct raster *raster,
                               struct fault *fault) {
  for (struct place place = {0}; place.sample < raster->channels; place.sample += pieces->samples)
    for (place.y = 0; place.y < layout->height; place.y += pieces->height)
      for (place.x = 0; place.x < layout->width; place.x += pieces->width) {
        if (!read_piece(tiff, pieces, layout, place, bytes) || memory->error[0]) return tiff_refuse(memory, fault);
        spread(pieces, layout, bytes, place, raster);
      }
  return STATUS_OK;
}

static uint8_t over_white(int value, int alpha, bool premultiplied) {
  if (!premultiplied) return colour_over_white(value, alpha);
  return value > alpha ? 255 : (uint8_t)(value + 255 - alpha);
}

/* From the samples of the file to grey, RGB or CMYK: white is high, alpha is gone. */
static void settle(const struct tiff_layout *layout, struct raster *raster) {
  const size_t pixels = (size_t)raster->width * (size_t)raster->height;
  const int from = raster->channels, to = layout->colours;
  const bool inverted = layout->photometric == PHOTOMETRIC_MINISWHITE;
  raster->channels = to;
  if (from == to && !inverted) return;
  for (size_t i = 0; i < pixels; i++) {
    const uint8_t *in = raster->pixels + i * (size_t)from;
    const int alpha = from > to ? in[to] : 255;
    uint8_t *out = raster->pixels + i * (size_t)to;
    for (int k = 0; k < to; k++) out[k] = over_white(inverted ? 255 - in[k] : in[k], alpha, layout->premultiplied);
  }
}

enum status tiff_read_samples(TIFF *tiff, struct tiff_memory *memory, const struct tiff_layout *layout,
                              struct raster *raster, struct fault *fault) {
  struct pieces pieces;
  enum status status = find_pieces(tiff, memory, layout, &pieces, fault);
  if (status) return status;
  /* Ink has no white to lie on. */
  const bool alpha = layout->alpha && layout->colours < 4;
  status = raster_reserve(raster, layout->width, layout->height, layout->colours + alpha, fault);
  if (status) return status;
  uint8_t *bytes = malloc((size_t)pieces.size);
  if (!bytes) return fault_set(fault, STATUS_MEMORY, "out of memory while reading a TIFF");
  status = read_pieces(tiff, memory, layout, &pieces, bytes, raster, fault);
  free(bytes);
  if (!status) settle(layout, raster);
  return status;
}
