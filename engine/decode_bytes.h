/* Integers out of a file's bytes; for engine/decode*.c only. The caller has checked that they are there. */
#ifndef ASSAY_ENGINE_DECODE_BYTES_H
#define ASSAY_ENGINE_DECODE_BYTES_H

#include <stdint.h>

static inline uint32_t bytes_le16(const uint8_t *p) {
  return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}
static inline uint32_t bytes_le32(const uint8_t *p) {
  return bytes_le16(p) | bytes_le16(p + 2) << 16;
}
static inline uint32_t bytes_be16(const uint8_t *p) {
  return (uint32_t)p[0] << 8 | p[1];
}
static inline uint32_t bytes_be32(const uint8_t *p) {
  return bytes_be16(p) << 16 | bytes_be16(p + 2);
}

#endif
