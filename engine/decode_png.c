#include "engine/colour.h"
#include "engine/decode_bytes.h"
#include "engine/decode_formats.h"

#include <spng.h>

#include <stdlib.h>
#include <string.h>

/* What other chunks (profiles, texts) may come to, unpacked. */
enum { LONGEST_CHUNK = 16 << 20, LONGEST_CHUNKS = 64 << 20 };

static enum status refuse(int error, struct fault *fault) {
  switch (error) {
  case SPNG_EMEM:
    return fault_set(fault, STATUS_MEMORY, "out of memory while reading a PNG");
  case SPNG_ECHUNK_LIMITS:
    return fault_set(fault, STATUS_LIMIT, "the PNG has too large profiles or texts: at most %d bytes are accepted",
                     LONGEST_CHUNK);
  case SPNG_IO_EOF:
  case SPNG_EOF:
  case SPNG_EIDAT_TOO_SHORT:
    return fault_set(fault, STATUS_INVALID, "the PNG data ends early: the file is truncated");
  default:
    return fault_set(fault, STATUS_INVALID, "the PNG data is damaged: %s", spng_strerror(error));
  }
}

static enum status open_png(struct source source, spng_ctx **png, struct spng_ihdr *ihdr, struct fault *fault) {
  *png = spng_ctx_new(0);
  if (!*png) return refuse(SPNG_EMEM, fault);
  spng_set_crc_action(*png, SPNG_CRC_ERROR, SPNG_CRC_DISCARD);
  spng_set_chunk_limits(*png, LONGEST_CHUNK, LONGEST_CHUNKS);
  int error = spng_set_png_buffer(*png, source.bytes, source.size);
  if (!error) error = spng_get_ihdr(*png, ihdr);
  return error ? refuse(error, fault) : STATUS_OK;
}

static bool matches(struct source source) {
  return source.size >= 8 && !memcmp(source.bytes, "\x89PNG\r\n\x1A\n", 8);
}

/* EXIF may stand before or after the pixels; stepping over chunks finds it without unpacking them. */
static enum status find_exif(struct source source, struct header *header, struct fault *fault) {
  size_t at = 8;
  while (source.size - at >= 12) {
    const uint8_t *chunk = source.bytes + at;
    const size_t length = bytes_be32(chunk);
    if (length > source.size - at - 12) return STATUS_OK;
    if (!memcmp(chunk + 4, "eXIf", 4)) return header_read_exif(header, chunk + 8, length, fault);
    at += 12 + length;
  }
  return STATUS_OK;
}

static enum status read_header(struct source source, struct header *header, struct fault *fault) {
  spng_ctx *png = NULL;
  struct spng_ihdr ihdr;
  enum status status = open_png(source, &png, &ihdr, fault);
  if (!status) {
    header->width = ihdr.width, header->height = ihdr.height;
    status = find_exif(source, header, fault);
  }
  spng_ctx_free(png);
  return status;
}

/* How the pixels come out of libspng and what becomes of them. */
struct layout {
  int format;    /* SPNG_FMT_ */
  int channels;  /* as read: 1 grey, 3 RGB, 4 RGBA */
  bool deep;     /* 16 bits, of this machine's byte order */
  bool grey_out; /* R = G = B in any case */
  int flags;
};

static bool has_grey_palette(spng_ctx *png) {
  struct spng_plte palette;
  if (spng_get_plte(png, &palette)) return false;
  for (uint32_t i = 0; i < palette.n_entries; i++) {
    const struct spng_plte_entry *entry = &palette.entries[i];
    if (entry->red != entry->green || entry->green != entry->blue) return false;
  }
  return true;
}

static struct layout choose_layout(spng_ctx *png, const struct spng_ihdr *ihdr) {
  struct spng_trns transparency;
  const bool keyed = spng_get_trns(png, &transparency) == 0;
  const int type = ihdr->color_type;
  struct layout layout = {.deep = ihdr->bit_depth == 16};
  layout.grey_out = type == SPNG_COLOR_TYPE_GRAYSCALE || type == SPNG_COLOR_TYPE_GRAYSCALE_ALPHA ||
                    (type == SPNG_COLOR_TYPE_INDEXED && has_grey_palette(png));
  if (keyed || type == SPNG_COLOR_TYPE_GRAYSCALE_ALPHA || type == SPNG_COLOR_TYPE_TRUECOLOR_ALPHA) {
    layout.format = layout.deep ? SPNG_FMT_RGBA16 : SPNG_FMT_RGBA8;
    layout.channels = 4;
    layout.flags = SPNG_DECODE_TRNS;
  } else {
    const bool grey = type == SPNG_COLOR_TYPE_GRAYSCALE;
    layout.format = layout.deep ? SPNG_FMT_PNG : grey ? SPNG_FMT_G8 : SPNG_FMT_RGB8;
    layout.channels = grey ? 1 : 3;
  }
  return layout;
}

static void narrow(const uint8_t *in, size_t samples, uint8_t *out) {
  for (size_t i = 0; i < samples; i++) {
    uint16_t value;
    memcpy(&value, in + 2 * i, 2);
    out[i] = colour_16_to_8(value);
  }
}

/* One row as read to one row of the raster. `in` is used up. */
static void convert_row(const struct layout *layout, uint8_t *in, int32_t width, uint8_t *out) {
  const size_t channels = (size_t)layout->channels, pixels = (size_t)width, kept = layout->grey_out ? 1 : 3;
  if (layout->deep) narrow(in, pixels * channels, in);
  if (channels == kept) {
    memcpy(out, in, pixels * kept);
    return;
  }
  for (size_t i = 0; i < pixels; i++)
    for (size_t k = 0; k < kept; k++) {
      const uint8_t *pixel = in + i * channels;
      out[i * kept + k] = channels == 4 ? colour_over_white(pixel[k], pixel[3]) : pixel[k];
    }
}

/* Adam7 builds up the whole picture over its passes. */
static int read_interlaced(spng_ctx *png, const struct layout *layout, uint8_t *buffer, size_t row_size,
                           const struct raster *raster) {
  const size_t size = row_size * (size_t)raster->height;
  const int error = spng_decode_image(png, buffer, size, layout->format, layout->flags);
  if (error) return error;
  for (int32_t y = 0; y < raster->height; y++)
    convert_row(layout, buffer + row_size * (size_t)y, raster->width, raster_row(raster, y));
  return 0;
}

static int read_rows(spng_ctx *png, const struct layout *layout, uint8_t *buffer, size_t row_size,
                     const struct raster *raster) {
  int error = spng_decode_image(png, NULL, 0, layout->format, layout->flags | SPNG_DECODE_PROGRESSIVE);
  for (int32_t y = 0; y < raster->height; y++) {
    if (error) return error == SPNG_EOI ? SPNG_EIDAT_TOO_SHORT : error;
    error = spng_decode_row(png, buffer, row_size);
    if (error && error != SPNG_EOI) return error;
    convert_row(layout, buffer, raster->width, raster_row(raster, y));
  }
  return 0;
}

static enum status read_raster(spng_ctx *png, const struct spng_ihdr *ihdr, const struct layout *layout,
                               struct raster *raster, struct fault *fault) {
  enum status status = raster_reserve(raster, ihdr->width, ihdr->height, layout->grey_out ? 1 : 3, fault);
  if (status) return status;
  const size_t row_size = (size_t)ihdr->width * (size_t)layout->channels * (layout->deep ? 2 : 1);
  const bool interlaced = ihdr->interlace_method != SPNG_INTERLACE_NONE;
  uint8_t *buffer = malloc(interlaced ? row_size * ihdr->height : row_size);
  if (!buffer) return refuse(SPNG_EMEM, fault);
  int error = (interlaced ? read_interlaced : read_rows)(png, layout, buffer, row_size, raster);
  if (!error) error = spng_decode_chunks(png);
  free(buffer);
  return error ? refuse(error, fault) : STATUS_OK;
}

static enum status read_pixels(struct source source, const struct header *header, const struct decode_options *options,
                               struct image *image, struct fault *fault) {
  (void)options;
  spng_ctx *png = NULL;
  struct spng_ihdr ihdr;
  struct raster raster = {0};
  struct spng_iccp profile;
  enum status status = open_png(source, &png, &ihdr, fault);
  if (!status) {
    const struct layout layout = choose_layout(png, &ihdr);
    status = read_raster(png, &ihdr, &layout, &raster, fault);
  }
  if (!status) {
    struct header with_profile = *header;
    if (!spng_get_iccp(png, &profile)) {
      with_profile.profile = (uint8_t *)profile.profile;
      with_profile.profile_size = profile.profile_len;
    }
    status = raster_finish(&raster, &with_profile, image, fault);
  }
  spng_ctx_free(png);
  raster_free(&raster);
  return status;
}

const struct format format_png = {"PNG", matches, read_header, read_pixels};
