#include "engine/decode_bmp.h"

#include <string.h>

/* Where the next pixel goes. */
struct pen {
  int64_t x, y;
};

static enum status refuse_end(struct fault *fault) {
  return fault_set(fault, STATUS_INVALID, "the BMP data ends early: the file is truncated");
}

static void put(const struct bmp *bmp, struct pen *pen, uint8_t index, uint8_t *indices) {
  if (pen->x < bmp->width) indices[pen->y * bmp->width + pen->x] = index;
  pen->x++;
}

/* The k-th index of bytes that hold one (RLE8) or two (RLE4), the upper half first. */
static uint8_t index_at(const struct bmp *bmp, const uint8_t *bytes, size_t k) {
  if (bmp->packing == BMP_RLE8) return bytes[k];
  return k % 2 ? bytes[k / 2] & 15 : bytes[k / 2] >> 4;
}

enum status bmp_unpack(const struct bmp *bmp, uint8_t *indices, struct fault *fault) {
  const uint8_t *bytes = bmp->source.bytes;
  const size_t size = bmp->source.size;
  size_t at = bmp->pixels;
  struct pen pen = {0, 0};
  memset(indices, 0, (size_t)bmp->width * (size_t)bmp->height);
  for (;;) {
    if (at > size || size - at < 2) return refuse_end(fault);
    const size_t count = bytes[at], value = bytes[at + 1];
    at += 2;
    if (count == 0 && value == 1) return STATUS_OK;
    if (count == 0 && value == 0) {
      pen.x = 0, pen.y++;
      continue;
    }
    if (count == 0 && value == 2) {
      if (size - at < 2) return refuse_end(fault);
      pen.x += bytes[at], pen.y += bytes[at + 1];
      at += 2;
      continue;
    }
    if (pen.y >= bmp->height)
      return fault_set(fault, STATUS_INVALID, "the BMP data is damaged: more than %d rows", (int)bmp->height);
    if (count) {
      const uint8_t both[2] = {(uint8_t)value, (uint8_t)value};
      for (size_t k = 0; k < count; k++) put(bmp, &pen, index_at(bmp, both, k % 2), indices);
      continue;
    }
    /* `value` pixels as they are, padded to 16 bits. */
    const size_t taken = bmp->packing == BMP_RLE8 ? value : (value + 1) / 2;
    if (size - at < taken) return refuse_end(fault);
    for (size_t k = 0; k < value; k++) put(bmp, &pen, index_at(bmp, bytes + at, k), indices);
    at += (taken + 1) / 2 * 2;
  }
}
