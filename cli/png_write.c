#include "cli/png_write.h"

#include "engine/crew.h"

#include <errno.h>
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of Portable Network Graphics (PNG) Specification, second edition: 8 bits, true colour, each row as its difference
 * from the one above. The data are one zlib stream (RFC 1950) in many chunks: its header, strips of rows that are
 * deflated each by itself (RFC 1951) up to a full byte, and its checksum. */
enum { LENGTH_BYTES = 4, TYPE_BYTES = 4, CRC_BYTES = 4, HEADER_BYTES = 13, TRUE_COLOUR = 2, FILTER_UP = 2 };
enum { CHUNK_BYTES = LENGTH_BYTES + TYPE_BYTES + CRC_BYTES };

static const uint8_t SIGNATURE[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
static const uint8_t ZLIB_HEADER[2] = {0x78, 0x01};

/* A strip has so many rows whoever does it, so that threads change no byte. */
enum { STRIP_ROWS = 128, LEVEL = 1, LEVEL_BYTES = ISAL_DEF_LVL1_DEFAULT };

struct strip {
  uint8_t *chunk; /* whole */
  size_t size;
  size_t row_bytes; /* of its rows, filtered, */
  uint32_t sum;     /* and their checksum */
};

struct png {
  const uint32_t *pixels; /* until they are packed */
  int width, height;
  size_t stride; /* pixels a row */
  size_t count;
  struct strip strips[];
};

static uint8_t *put32(uint8_t *to, uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) *to++ = (uint8_t)(value >> shift);
  return to;
}

/* A chunk whose data are there already, behind its length and type. */
static uint8_t *finish_chunk(uint8_t *chunk, const char *type, size_t size) {
  memcpy(put32(chunk, (uint32_t)size), type, TYPE_BYTES);
  uint8_t *end = chunk + LENGTH_BYTES + TYPE_BYTES + size;
  return put32(end, crc32_gzip_refl(0, chunk + LENGTH_BYTES, TYPE_BYTES + size));
}

static uint8_t *put_chunk(uint8_t *to, const char *type, const uint8_t *bytes, size_t size) {
  if (size) memcpy(to + LENGTH_BYTES + TYPE_BYTES, bytes, size);
  return finish_chunk(to, type, size);
}

static void take_row(const uint32_t *restrict pixels, int width, uint8_t *restrict rgb) {
  for (int x = 0; x < width; x++, rgb += 3)
    rgb[0] = (uint8_t)(pixels[x] >> 16), rgb[1] = (uint8_t)(pixels[x] >> 8), rgb[2] = (uint8_t)pixels[x];
}

/* `row` less `above`, byte by byte of three. */
static void subtract_row(const uint32_t *restrict row, const uint32_t *restrict above, int width,
                         uint8_t *restrict rgb) {
  for (int x = 0; x < width; x++, rgb += 3) {
    rgb[0] = (uint8_t)((row[x] >> 16) - (above[x] >> 16)), rgb[1] = (uint8_t)((row[x] >> 8) - (above[x] >> 8));
    rgb[2] = (uint8_t)(row[x] - above[x]);
  }
}

/* Rows with their filter in front. */
static void filter_rows(const struct png *png, int first, int end, uint8_t *to) {
  for (int y = first; y < end; y++, to += 3 * (size_t)png->width) {
    const uint32_t *row = png->pixels + (size_t)y * png->stride;
    *to++ = FILTER_UP;
    if (y)
      subtract_row(row, row - png->stride, png->width, to);
    else
      take_row(row, png->width, to);
  }
}

static bool deflate_strip(struct strip *strip, uint8_t *rows, bool last, uint8_t *level, size_t room) {
  struct isal_zstream stream;
  /* What it begins with sets the one half, and the other is read all the same. */
  memset(&stream, 0, sizeof stream);
  isal_deflate_stateless_init(&stream);
  stream.level = LEVEL, stream.level_buf = level, stream.level_buf_size = LEVEL_BYTES;
  stream.flush = last ? NO_FLUSH : FULL_FLUSH, stream.end_of_stream = last;
  stream.next_in = rows, stream.avail_in = (uint32_t)strip->row_bytes;
  stream.next_out = strip->chunk + LENGTH_BYTES + TYPE_BYTES, stream.avail_out = (uint32_t)room;
  if (isal_deflate_stateless(&stream) != COMP_OK) return false;
  strip->size = (size_t)(finish_chunk(strip->chunk, "IDAT", stream.total_out) - strip->chunk);
  return true;
}

static enum status make_strip(void *context, size_t index, struct fault *fault) {
  struct png *png = context;
  struct strip *strip = &png->strips[index];
  int first = (int)index * STRIP_ROWS, end = first + STRIP_ROWS < png->height ? first + STRIP_ROWS : png->height;
  strip->row_bytes = (size_t)(end - first) * (1 + 3 * (size_t)png->width);
  /* What cannot be made smaller is stored, in blocks with a few bytes each. */
  size_t room = strip->row_bytes + strip->row_bytes / 64 + 1024;
  uint8_t *rows = malloc(strip->row_bytes), *level = calloc(1, LEVEL_BYTES);
  strip->chunk = malloc(room + CHUNK_BYTES);
  enum status status = STATUS_OK;
  if (!rows || !strip->chunk || !level) {
    status = fault_set(fault, STATUS_MEMORY, "out of memory for the picture");
  } else {
    filter_rows(png, first, end, rows);
    strip->sum = isal_adler32(1, rows, strip->row_bytes);
    if (!deflate_strip(strip, rows, index + 1 == png->count, level, room))
      status = fault_set(fault, STATUS_INTERNAL, "a strip of the picture cannot be deflated");
  }
  free(rows);
  free(level);
  return status;
}

/* Adler-32 (RFC 1950) of what two sums are of, one behind the other; `size`: bytes of the second. */
static uint32_t join_sums(uint32_t first, uint32_t second, size_t size) {
  const uint64_t base = 65521, low = first & 0xFFFF, before = low + base - 1;
  uint64_t high = (first >> 16) + (second >> 16) + size % base * before;
  return (uint32_t)(high % base << 16 | (before + (second & 0xFFFF)) % base);
}

static uint32_t checksum(const struct png *png) {
  uint32_t sum = 1;
  for (size_t i = 0; i < png->count; i++) sum = join_sums(sum, png->strips[i].sum, png->strips[i].row_bytes);
  return sum;
}

static bool put(FILE *file, const uint8_t *bytes, size_t size) {
  return fwrite(bytes, 1, size, file) == size;
}

static bool write_chunks(const struct png *png, FILE *file) {
  uint8_t bytes[sizeof SIGNATURE + 2 * CHUNK_BYTES + HEADER_BYTES + sizeof ZLIB_HEADER], *to = bytes, sum[4];
  uint8_t header[HEADER_BYTES] = {0};
  memcpy(put32(put32(header, (uint32_t)png->width), (uint32_t)png->height), (const uint8_t[]){8, TRUE_COLOUR}, 2);
  memcpy(to, SIGNATURE, sizeof SIGNATURE);
  to = put_chunk(to + sizeof SIGNATURE, "IHDR", header, sizeof header);
  to = put_chunk(to, "IDAT", ZLIB_HEADER, sizeof ZLIB_HEADER);
  bool good = put(file, bytes, (size_t)(to - bytes));
  for (size_t i = 0; i < png->count && good; i++) good = put(file, png->strips[i].chunk, png->strips[i].size);
  put32(sum, checksum(png));
  to = put_chunk(put_chunk(bytes, "IDAT", sum, sizeof sum), "IEND", NULL, 0);
  return good && put(file, bytes, (size_t)(to - bytes));
}

static enum status write_file(const struct png *png, const char *path, struct fault *fault) {
  char *beside = NULL;
  if (asprintf(&beside, "%s.part", path) < 0) return fault_set(fault, STATUS_MEMORY, "%s: out of memory", path);
  FILE *file = fopen(beside, "we");
  bool written = file && write_chunks(png, file);
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

static void png_free(struct png *png) {
  for (size_t i = 0; i < png->count; i++) free(png->strips[i].chunk);
  free(png);
}

enum status png_pack(const uint32_t *pixels, int width, int height, size_t stride, int threads, struct png **packed,
                     struct fault *fault) {
  const size_t count = ((size_t)height + STRIP_ROWS - 1) / STRIP_ROWS;
  struct png *png = calloc(1, sizeof *png + count * sizeof *png->strips);
  *packed = NULL;
  if (!png) return fault_set(fault, STATUS_MEMORY, "out of memory for the picture");
  png->pixels = pixels, png->width = width, png->height = height, png->stride = stride, png->count = count;
  const struct crew crew = {threads, make_strip, png};
  enum status status = crew_run(&crew, count, fault);
  if (status)
    png_free(png);
  else
    *packed = png;
  return status;
}

enum status png_put(struct png *png, const char *path, struct fault *fault) {
  enum status status = write_file(png, path, fault);
  png_free(png);
  return status;
}
