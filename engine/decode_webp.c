#include "engine/colour.h"
#include "engine/decode_bytes.h"
#include "engine/decode_formats.h"

#include <webp/decode.h>

#include <stdlib.h>
#include <string.h>

static bool matches(struct source source) {
  return source.size >= 12 && !memcmp(source.bytes, "RIFF", 4) && !memcmp(source.bytes + 8, "WEBP", 4);
}

static enum status refuse(VP8StatusCode code, struct fault *fault) {
  switch (code) {
  case VP8_STATUS_OUT_OF_MEMORY:
    return fault_set(fault, STATUS_MEMORY, "out of memory while reading a WebP");
  case VP8_STATUS_NOT_ENOUGH_DATA:
    return fault_set(fault, STATUS_INVALID, "the WebP data ends early: the file is truncated");
  default:
    return fault_set(fault, STATUS_INVALID, "the WebP data is damaged or not supported (libwebp: %d)", code);
  }
}

/* The payload of the first chunk of this name; size 0 where there is none. */
static struct source find_chunk(struct source source, const char name[4]) {
  size_t at = 12;
  while (at < source.size && source.size - at >= 8) {
    const uint8_t *chunk = source.bytes + at;
    const size_t length = bytes_le32(chunk + 4), left = source.size - at - 8;
    if (length > left) break;
    if (!memcmp(chunk, name, 4)) return (struct source){chunk + 8, length};
    at += 8 + length + length % 2;
  }
  return (struct source){0};
}

static enum status read_features(struct source source, WebPBitstreamFeatures *features, struct fault *fault) {
  const VP8StatusCode code = WebPGetFeatures(source.bytes, source.size, features);
  if (code != VP8_STATUS_OK) return refuse(code, fault);
  if (features->has_animation)
    return fault_set(fault, STATUS_INVALID, "the WebP is an animation: expected a single photo");
  return STATUS_OK;
}

static enum status read_header(struct source source, struct header *header, struct fault *fault) {
  WebPBitstreamFeatures features;
  enum status status = read_features(source, &features, fault);
  if (status) return status;
  header->width = features.width, header->height = features.height;
  const struct source exif = find_chunk(source, "EXIF"), profile = find_chunk(source, "ICCP");
  if (exif.size) status = header_read_exif(header, exif.bytes, exif.size, fault);
  if (!status && profile.size) status = header_keep_profile(header, profile.bytes, profile.size, fault);
  return status;
}

static void lay_over_white(const uint8_t *rgba, size_t pixels, uint8_t *rgb) {
  for (size_t i = 0; i < pixels; i++)
    for (size_t k = 0; k < 3; k++) rgb[3 * i + k] = colour_over_white(rgba[4 * i + k], rgba[4 * i + 3]);
}

/* Decodes into `out`, `channels` (3 or 4) bytes a pixel. */
static enum status decode_into(struct source source, const WebPBitstreamFeatures *features, size_t channels,
                               uint8_t *out, struct fault *fault) {
  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config))
    return fault_set(fault, STATUS_INTERNAL, "libwebp is of another version than the one assay was built with");
  config.output.colorspace = channels == 4 ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = out;
  config.output.u.RGBA.stride = features->width * (int)channels;
  config.output.u.RGBA.size = (size_t)features->width * (size_t)features->height * channels;
  const VP8StatusCode code = WebPDecode(source.bytes, source.size, &config);
  WebPFreeDecBuffer(&config.output);
  return code == VP8_STATUS_OK ? STATUS_OK : refuse(code, fault);
}

static enum status read_raster(struct source source, const WebPBitstreamFeatures *features, struct raster *raster,
                               struct fault *fault) {
  enum status status = raster_reserve(raster, features->width, features->height, 3, fault);
  if (status) return status;
  if (!features->has_alpha) return decode_into(source, features, 3, raster->pixels, fault);
  const size_t pixels = (size_t)raster->width * (size_t)raster->height;
  uint8_t *rgba = malloc(pixels * 4);
  if (!rgba) return refuse(VP8_STATUS_OUT_OF_MEMORY, fault);
  status = decode_into(source, features, 4, rgba, fault);
  if (!status) lay_over_white(rgba, pixels, raster->pixels);
  free(rgba);
  return status;
}

static enum status read_pixels(struct source source, const struct header *header, const struct decode_options *options,
                               struct image *image, struct fault *fault) {
  (void)options;
  WebPBitstreamFeatures features;
  struct raster raster = {0};
  enum status status = read_features(source, &features, fault);
  if (!status) status = read_raster(source, &features, &raster, fault);
  if (!status) status = raster_finish(&raster, header, image, fault);
  raster_free(&raster);
  return status;
}

const struct format format_webp = {"WebP", matches, read_header, read_pixels};
