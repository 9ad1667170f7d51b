#include "engine/decode_bmp.h"

#include "engine/colour.h"
#include "engine/decode_bytes.h"

#include <stdlib.h>
#include <string.h>

static bool matches(struct source source) {
  return source.size >= 2 && !memcmp(source.bytes, "BM", 2);
}

static enum status read_header(struct source source, struct header *header, struct fault *fault) {
  struct bmp bmp;
  return bmp_open(source, &bmp, header, fault);
}

/* A sample as its mask says, to 8 bits. An empty mask gives 0. */
struct field {
  uint32_t mask, maximum;
  int shift;
};

static struct field field_of(uint32_t mask) {
  struct field field = {.mask = mask};
  if (!mask) return field;
  while (!(mask >> field.shift & 1)) field.shift++;
  field.maximum = mask >> field.shift;
  /* More than 16 bits a sample: the lower ones are dropped. */
  while (field.maximum > 65535) field.shift++, field.maximum >>= 1;
  return field;
}

static uint8_t sample(struct field field, uint32_t pixel) {
  return field.maximum ? colour_scaled((pixel & field.mask) >> field.shift, field.maximum) : 0;
}

static uint32_t pixel_at(const uint8_t *row, uint32_t bits, int32_t x) {
  return bits == 16 ? bytes_le16(row + 2 * (size_t)x) : bytes_le32(row + 4 * (size_t)x);
}

static void index_row(const struct bmp *bmp, const uint8_t *in, uint32_t bits, uint8_t *out) {
  const uint32_t per_byte = 8 / bits, mask = (1u << bits) - 1;
  for (uint32_t x = 0; x < (uint32_t)bmp->width; x++) {
    const uint32_t index = in[x / per_byte] >> (8 - bits - x % per_byte * bits) & mask;
    if (bmp->grey)
      out[x] = bmp->palette[index][0];
    else
      memcpy(out + 3 * (size_t)x, bmp->palette[index], 3);
  }
}

static void mask_row(const struct bmp *bmp, const uint8_t *in, bool alpha, uint8_t *out) {
  struct field fields[4];
  for (int k = 0; k < 4; k++) fields[k] = field_of(bmp->masks[k]);
  for (int32_t x = 0; x < bmp->width; x++) {
    const uint32_t pixel = pixel_at(in, bmp->bits, x);
    const uint8_t opacity = alpha ? sample(fields[3], pixel) : 255;
    for (int k = 0; k < 3; k++) out[3 * (size_t)x + (size_t)k] = colour_over_white(sample(fields[k], pixel), opacity);
  }
}

static void bgr_row(const uint8_t *in, int64_t width, uint8_t *out) {
  for (int64_t i = 0; i < 3 * width; i += 3) out[i] = in[i + 2], out[i + 1] = in[i + 1], out[i + 2] = in[i];
}

/* Many writers name an alpha mask and leave all of it zero; then the photo is opaque. */
static bool uses_alpha(const struct bmp *bmp, const uint8_t *rows, size_t row_size) {
  if (!bmp->masks[3]) return false;
  for (int64_t y = 0; y < bmp->height; y++)
    for (int32_t x = 0; x < bmp->width; x++)
      if (pixel_at(rows + row_size * (size_t)y, bmp->bits, x) & bmp->masks[3]) return true;
  return false;
}

static enum status read_plain(const struct bmp *bmp, const struct raster *raster, struct fault *fault) {
  const size_t row_size = ((size_t)bmp->width * bmp->bits + 31) / 32 * 4, height = (size_t)bmp->height;
  /* The padding of the last row is often left out. */
  const size_t needed = row_size * (height - 1) + ((size_t)bmp->width * bmp->bits + 7) / 8;
  if (bmp->pixels > bmp->source.size || bmp->source.size - bmp->pixels < needed)
    return fault_set(fault, STATUS_INVALID, "the BMP data ends early: the file is truncated");
  const uint8_t *rows = bmp->source.bytes + bmp->pixels;
  const bool alpha = bmp->bits > 8 && bmp->bits != 24 && uses_alpha(bmp, rows, row_size);
  for (size_t y = 0; y < height; y++) {
    const uint8_t *in = rows + row_size * y;
    uint8_t *out = raster_row(raster, (int64_t)(bmp->top_down ? y : height - 1 - y));
    if (bmp->bits <= 8)
      index_row(bmp, in, bmp->bits, out);
    else if (bmp->bits == 24)
      bgr_row(in, bmp->width, out);
    else
      mask_row(bmp, in, alpha, out);
  }
  return STATUS_OK;
}

static enum status read_packed(const struct bmp *bmp, const struct raster *raster, struct fault *fault) {
  uint8_t *indices = malloc((size_t)bmp->width * (size_t)bmp->height);
  if (!indices) return fault_set(fault, STATUS_MEMORY, "out of memory while reading a BMP");
  const enum status status = bmp_unpack(bmp, indices, fault);
  for (int64_t y = 0; !status && y < bmp->height; y++)
    index_row(bmp, indices + y * bmp->width, 8, raster_row(raster, bmp->height - 1 - y));
  free(indices);
  return status;
}

static enum status read_pixels(struct source source, const struct header *header, const struct decode_options *options,
                               struct image *image, struct fault *fault) {
  (void)options;
  struct bmp bmp;
  struct raster raster = {0};
  struct header again = {0};
  enum status status = bmp_open(source, &bmp, &again, fault);
  if (!status) status = raster_reserve(&raster, bmp.width, bmp.height, bmp.grey ? 1 : 3, fault);
  if (!status) status = (bmp.packing == BMP_PLAIN ? read_plain : read_packed)(&bmp, &raster, fault);
  if (!status) status = raster_finish(&raster, header, image, fault);
  header_free(&again);
  raster_free(&raster);
  return status;
}

const struct format format_bmp = {"BMP", matches, read_header, read_pixels};
