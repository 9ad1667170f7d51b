#include "cli/png_write.h"

#include <errno.h>
#include <libdeflate.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of Portable Network Graphics (PNG) Specification, second edition: 8 bits, true colour, each row as its difference
 * from the one above. */
enum { LENGTH_BYTES = 4, TYPE_BYTES = 4, CRC_BYTES = 4, HEADER_BYTES = 13, TRUE_COLOUR = 2, FILTER_UP = 2 };

static const uint8_t SIGNATURE[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

/* The first level is several times as fast as the usual one, and its files are a fifth larger. */
enum { LEVEL = 1 };

static uint8_t *put32(uint8_t *to, uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) *to++ = (uint8_t)(value >> shift);
  return to;
}

/* A chunk whose data are there already, behind its length and type. */
static uint8_t *finish_chunk(uint8_t *chunk, const char *type, size_t size) {
  memcpy(put32(chunk, (uint32_t)size), type, TYPE_BYTES);
  uint8_t *end = chunk + LENGTH_BYTES + TYPE_BYTES + size;
  return put32(end, libdeflate_crc32(0, chunk + LENGTH_BYTES, TYPE_BYTES + size));
}

static void take_row(const uint32_t *restrict pixels, int width, uint8_t *restrict rgb) {
  for (int x = 0; x < width; x++, rgb += 3)
    rgb[0] = (uint8_t)(pixels[x] >> 16), rgb[1] = (uint8_t)(pixels[x] >> 8), rgb[2] = (uint8_t)pixels[x];
}

static void subtract(const uint8_t *restrict above, size_t count, uint8_t *restrict row) {
  for (size_t i = 0; i < count; i++) row[i] = (uint8_t)(row[i] - above[i]);
}

/* Rows with their filter in front; from the last to the first, so that the one above is still whole. */
static void filter_rows(const uint32_t *pixels, int width, int height, size_t stride, uint8_t *rows) {
  size_t pitch = 1 + 3 * (size_t)width;
  for (int y = 0; y < height; y++) {
    rows[(size_t)y * pitch] = FILTER_UP;
    take_row(pixels + (size_t)y * stride, width, rows + (size_t)y * pitch + 1);
  }
  for (int y = height - 1; y > 0; y--) {
    uint8_t *row = rows + (size_t)y * pitch + 1;
    subtract(row - pitch, pitch - 1, row);
  }
}

static enum status write_file(const char *path, const uint8_t *bytes, size_t size, struct fault *fault) {
  char *beside = NULL;
  if (asprintf(&beside, "%s.part", path) < 0) return fault_set(fault, STATUS_MEMORY, "%s: out of memory", path);
  FILE *file = fopen(beside, "we");
  bool written = file && fwrite(bytes, 1, size, file) == size;
  if (file && fclose(file)) written = false;
  if (written && rename(beside, path)) written = false;
  enum status status = STATUS_OK;
  if (!written) {
    status = fault_set(fault, STATUS_IO, "%s: the picture cannot be written: %s", path, strerror(errno));
    if (file) unlink(beside);
  }
  free(beside);
  return status;
}

/* `bytes` has room for what `bound` bytes of packed rows make. */
static size_t encode(struct libdeflate_compressor *packer, const uint8_t *rows, size_t size, int width, int height,
                     uint8_t *bytes, size_t bound) {
  uint8_t *to = bytes;
  memcpy(to, SIGNATURE, sizeof SIGNATURE);
  to += sizeof SIGNATURE;
  uint8_t *header = put32(put32(to + LENGTH_BYTES + TYPE_BYTES, (uint32_t)width), (uint32_t)height);
  memcpy(header, (const uint8_t[]){8, TRUE_COLOUR, 0, 0, 0}, 5);
  to = finish_chunk(to, "IHDR", HEADER_BYTES);
  size_t packed = libdeflate_zlib_compress(packer, rows, size, to + LENGTH_BYTES + TYPE_BYTES, bound);
  to = finish_chunk(to, "IDAT", packed);
  return (size_t)(finish_chunk(to, "IEND", 0) - bytes);
}

enum status png_write(const char *path, const uint32_t *pixels, int width, int height, size_t stride,
                      struct fault *fault) {
  enum { CHUNK = LENGTH_BYTES + TYPE_BYTES + CRC_BYTES };
  size_t size = (1 + 3 * (size_t)width) * (size_t)height;
  struct libdeflate_compressor *packer = libdeflate_alloc_compressor(LEVEL);
  size_t bound = libdeflate_zlib_compress_bound(packer, size);
  uint8_t *rows = malloc(size), *bytes = malloc(sizeof SIGNATURE + 3 * CHUNK + HEADER_BYTES + bound);
  enum status status = STATUS_OK;
  if (packer && rows && bytes) {
    filter_rows(pixels, width, height, stride, rows);
    status = write_file(path, bytes, encode(packer, rows, size, width, height, bytes, bound), fault);
  } else {
    status = fault_set(fault, STATUS_MEMORY, "%s: out of memory for the picture", path);
  }
  libdeflate_free_compressor(packer);
  free(rows);
  free(bytes);
  return status;
}
