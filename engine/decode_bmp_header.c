#include "engine/decode_bmp.h"
#include "engine/decode_bytes.h"

#include <stdlib.h>

/* Lengths of the header after the 14 bytes of the file header. */
enum { FILE_HEADER = 14, OS2_HEADER = 12, INFO_HEADER = 40, MASKS_HEADER = 52, ALPHA_HEADER = 56, V5_HEADER = 124 };
enum { BI_RGB = 0, BI_RLE8 = 1, BI_RLE4 = 2, BI_BITFIELDS = 3, BI_ALPHABITFIELDS = 6 };
static const uint32_t PROFILE_EMBEDDED = 0x4D424544;

static enum status refuse_end(struct fault *fault) {
  return fault_set(fault, STATUS_INVALID, "the BMP data ends early: the file is truncated");
}

static enum status read_size(struct bmp *bmp, const uint8_t *info, uint32_t length, struct fault *fault) {
  if (length == OS2_HEADER) {
    bmp->width = bytes_le16(info + 4), bmp->height = bytes_le16(info + 6);
    bmp->bits = bytes_le16(info + 10);
    return STATUS_OK;
  }
  bmp->width = (int32_t)bytes_le32(info + 4), bmp->height = (int32_t)bytes_le32(info + 8);
  bmp->bits = bytes_le16(info + 14);
  bmp->top_down = bmp->height < 0;
  if (bmp->top_down) bmp->height = -bmp->height;
  if (bmp->width < 0)
    return fault_set(fault, STATUS_INVALID, "the BMP header says %d for the width: expected at least 1",
                     (int)bmp->width);
  return STATUS_OK;
}

/* Masks stand behind a 40-byte header or inside a longer one: at the same place. */
static enum status read_packing(struct bmp *bmp, const uint8_t *info, uint32_t length, uint32_t *masks_after,
                                struct fault *fault) {
  const uint32_t packing = length == OS2_HEADER ? BI_RGB : bytes_le32(info + 16), bits = bmp->bits;
  const bool fields = packing == BI_BITFIELDS || packing == BI_ALPHABITFIELDS;
  const bool known_bits = bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16 || bits == 24 || bits == 32;
  const bool fits = packing == BI_RGB || (packing == BI_RLE8 && bits == 8) || (packing == BI_RLE4 && bits == 4) ||
                    (fields && (bits == 16 || bits == 32));
  if (!known_bits || !fits)
    return fault_set(fault, STATUS_INVALID,
                     "the BMP has %u bits a pixel and compression %u: expected 1, 2, 4, 8, 16, 24 or 32 bits, plain, "
                     "RLE8, RLE4 or bit fields",
                     bits, packing);
  if (packing != BI_RGB && !fields && bmp->top_down)
    return fault_set(fault, STATUS_INVALID, "the BMP is packed and top-down: expected rows from the bottom up");
  bmp->packing = packing == BI_RLE8 ? BMP_RLE8 : packing == BI_RLE4 ? BMP_RLE4 : BMP_PLAIN;
  if (!fields) {
    const bool small = bits == 16;
    bmp->masks[0] = small ? 0x7C00 : 0xFF0000, bmp->masks[1] = small ? 0x3E0 : 0xFF00,
    bmp->masks[2] = small ? 0x1F : 0xFF;
    return STATUS_OK;
  }
  const uint32_t count = packing == BI_ALPHABITFIELDS || length >= ALPHA_HEADER ? 4 : 3;
  *masks_after = length == INFO_HEADER ? 4 * count : 0;
  if (FILE_HEADER + INFO_HEADER + 4 * count > bmp->source.size) return refuse_end(fault);
  for (uint32_t i = 0; i < count; i++) bmp->masks[i] = bytes_le32(info + INFO_HEADER + 4 * i);
  return STATUS_OK;
}

static enum status read_palette(struct bmp *bmp, const uint8_t *info, uint32_t length, uint32_t start,
                                struct fault *fault) {
  if (bmp->bits > 8) return STATUS_OK;
  const uint32_t most = 1u << bmp->bits, entry = length == OS2_HEADER ? 3 : 4;
  uint32_t count = length == OS2_HEADER ? 0 : bytes_le32(info + 32);
  if (count == 0 || count > most) count = most;
  /* Old writers leave colours out and put the pixels where they would be. */
  if (bmp->pixels > start && (bmp->pixels - start) / entry < count) count = (uint32_t)((bmp->pixels - start) / entry);
  if (start > bmp->source.size || (bmp->source.size - start) / entry < count) return refuse_end(fault);
  bmp->grey = true;
  for (uint32_t i = 0; i < count; i++) {
    const uint8_t *colour = bmp->source.bytes + start + (size_t)entry * i;
    for (int k = 0; k < 3; k++) bmp->palette[i][k] = colour[2 - k];
    if (colour[0] != colour[1] || colour[1] != colour[2]) bmp->grey = false;
  }
  return STATUS_OK;
}

static enum status read_profile(const struct bmp *bmp, const uint8_t *info, struct header *header,
                                struct fault *fault) {
  if (bytes_le32(info + 56) != PROFILE_EMBEDDED) return STATUS_OK;
  const size_t start = (size_t)FILE_HEADER + bytes_le32(info + 112), size = bytes_le32(info + 116);
  if (start > bmp->source.size || size > bmp->source.size - start) return refuse_end(fault);
  return header_keep_profile(header, bmp->source.bytes + start, size, fault);
}

enum status bmp_open(struct source source, struct bmp *bmp, struct header *header, struct fault *fault) {
  *bmp = (struct bmp){.source = source};
  if (source.size < FILE_HEADER + 4) return refuse_end(fault);
  const uint8_t *info = source.bytes + FILE_HEADER;
  const uint32_t length = bytes_le32(info);
  if (length != OS2_HEADER && (length < INFO_HEADER || length > V5_HEADER))
    return fault_set(fault, STATUS_INVALID, "the BMP header says it is %u bytes long: expected 12 or 40 to 124",
                     length);
  if (source.size < FILE_HEADER + length) return refuse_end(fault);
  bmp->pixels = bytes_le32(source.bytes + 10);
  uint32_t masks_after = 0;
  enum status status = read_size(bmp, info, length, fault);
  if (!status) status = read_packing(bmp, info, length, &masks_after, fault);
  if (!status) status = read_palette(bmp, info, length, FILE_HEADER + length + masks_after, fault);
  if (!status && length == V5_HEADER) status = read_profile(bmp, info, header, fault);
  header->width = bmp->width, header->height = bmp->height;
  return status;
}
