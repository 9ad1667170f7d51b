/* ASSAY_FUZZ_FORMAT (JPEG, PNG, TIFF, WebP, BMP, PNM, HEIC): only this one is decoded, so that a fuzzer's whole time
 * goes to it. */
#include "engine/decode.h"
#include "engine/decode_formats.h"
#include "tests/engine/samples_heic.h"
#include "tests/engine/samples_tiff.h"
#include "tests/fuzz/fuzz.h"

#include <turbojpeg.h>
#include <webp/encode.h>

#include <stdlib.h>
#include <string.h>

static bool is_wanted(const uint8_t *bytes, size_t size) {
  const char *wanted = getenv("ASSAY_FUZZ_FORMAT");
  const struct format *const formats[] = {&format_jpeg, &format_png, &format_tiff, &format_webp,
                                          &format_bmp,  &format_pnm, &format_heic};
  for (size_t i = 0; wanted && i < sizeof formats / sizeof *formats; i++)
    if (!strcmp(formats[i]->name, wanted)) return formats[i]->matches((struct source){bytes, size});
  return !wanted;
}

/* What was decoded is all there. */
static void read_all(const struct plane *plane) {
  static volatile uint8_t sink;
  for (int32_t y = 0; y < plane->height; y++)
    for (int32_t x = 0; x < plane->width; x++) sink ^= plane->pixels[(size_t)y * plane->stride + (size_t)x];
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  static struct image image;
  const struct decode_options options = {.max_pixels = 1 << 20, .least_width = 8, .least_height = 8, .fractions = true};
  struct decode_info info;
  struct fault fault;
  int32_t width, height;
  if (!is_wanted(bytes, size)) return 0;
  (void)decode_header(bytes, size, &width, &height, &info, &fault);
  if (decode_photo(bytes, size, &options, &image, &info, &fault)) return 0;
  for (int p = 0; p < (image.colour ? 3 : 1); p++) {
    read_all(&image.planes[p]);
    if (image.fractions) read_all(&image.fraction[p]);
  }
  return 0;
}

static struct blob text(const char *bytes, size_t size) {
  struct blob blob = {0};
  blob_append(&blob, bytes, size);
  return blob;
}

static struct blob turned_jpeg(const uint8_t *rgb, int width, int height, int subsampling, int orientation,
                               bool progressive) {
  struct blob jpeg = sample_jpeg(rgb, width, height, subsampling, progressive);
  sample_jpeg_exif(&jpeg, orientation, "2026:03:01 22:14:05");
  return jpeg;
}

static struct blob profiled_jpeg(const uint8_t *rgb) {
  struct blob jpeg = sample_jpeg(rgb, 37, 29, TJSAMP_420, false), wide = sample_profile_display_p3();
  sample_jpeg_profile(&jpeg, wide.bytes, wide.size);
  blob_free(&wide);
  return jpeg;
}

static struct blob png(const uint8_t *rgb, int bits, int type, int channels) {
  const struct sample_png shape = {.width = 16, .height = 12, .bit_depth = bits, .colour_type = type, .orientation = 7};
  return sample_png(&shape, rgb, (size_t)16 * 12 * (size_t)bits / 8 * (size_t)channels);
}

static struct blob tiff(const uint8_t *rgb, int photometric, int samples, int bits, int compression, int tile) {
  const struct sample_tiff shape = {.width = 24,
                                    .height = 20,
                                    .bits = bits,
                                    .samples = samples,
                                    .photometric = photometric,
                                    .compression = compression,
                                    .tile = tile,
                                    .planar = tile ? PLANARCONFIG_SEPARATE : PLANARCONFIG_CONTIG};
  return sample_tiff(&shape, rgb, (size_t)((24 * bits * samples + 7) / 8));
}

static struct blob webp(const uint8_t *rgb, bool lossless) {
  uint8_t *bytes = NULL;
  const size_t size =
      lossless ? WebPEncodeLosslessRGBA(rgb, 24, 20, 24 * 4, &bytes) : WebPEncodeRGB(rgb, 24, 20, 24 * 3, 80, &bytes);
  struct blob blob = text((const char *)bytes, size);
  WebPFree(bytes);
  return blob;
}

static const char BMP_RLE8[] =
    "BM\0\0\0\0\0\0\0\0\76\0\0\0\50\0\0\0\5\0\0\0\2\0\0\0\1\0\10\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
    "\2\0\0\0\0\0\0\0\0\0\377\0\0\377\0\0\0\3\1\1\1\0\0\0\3\0\1\1\1\0\0\1";
static const char BMP_FIELDS[] =
    "BM\0\0\0\0\0\0\0\0\102\0\0\0\50\0\0\0\2\0\0\0\1\0\0\0\1\0\20\0\3\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
    "\0\370\0\0\340\7\0\0\37\0\0\0\1\2\3\4";

uint8_t *fuzz_seed(int i, size_t *size) {
  uint8_t *rgb = sample_scene(64, 48);
  struct blob seed = {0};
  switch (i) {
  case 0:
    seed = turned_jpeg(rgb, 37, 29, TJSAMP_420, 6, false);
    break;
  case 1:
    seed = turned_jpeg(rgb, 37, 29, TJSAMP_422, 3, true);
    break;
  case 2:
    seed = turned_jpeg(rgb, 37, 29, TJSAMP_411, 1, false);
    break;
  case 3:
    seed = turned_jpeg(rgb, 37, 29, TJSAMP_GRAY, 5, false);
    break;
  case 4:
    seed = profiled_jpeg(rgb);
    break;
  case 5:
    seed = png(rgb, 8, 2, 3);
    break;
  case 6:
    seed = png(rgb, 16, 6, 4);
    break;
  case 7:
    seed = tiff(rgb, PHOTOMETRIC_RGB, 3, 8, COMPRESSION_LZW, 0);
    break;
  case 8:
    seed = tiff(rgb, PHOTOMETRIC_RGB, 3, 16, COMPRESSION_NONE, 16);
    break;
  case 9:
    seed = tiff(rgb, PHOTOMETRIC_MINISWHITE, 1, 1, COMPRESSION_CCITTFAX4, 0);
    break;
  case 10:
    seed = tiff(rgb, PHOTOMETRIC_YCBCR, 3, 8, COMPRESSION_JPEG, 0);
    break;
  case 11:
    seed = tiff(rgb, PHOTOMETRIC_SEPARATED, 4, 8, COMPRESSION_ADOBE_DEFLATE, 0);
    break;
  case 12:
    seed = webp(rgb, false);
    break;
  case 13:
    seed = webp(rgb, true);
    break;
  case 14:
    seed = text(BMP_RLE8, sizeof BMP_RLE8 - 1);
    break;
  case 15:
    seed = text(BMP_FIELDS, sizeof BMP_FIELDS - 1);
    break;
  case 16:
    seed = text("P3 2 1 255 10 20 30 40 50 60", 28);
    break;
  case 17:
    seed = text("P5 # x\n4 1\n65535\n12345678", 24);
    break;
  case 18:
    seed = sample_heic(rgb, 64, 48, NULL, NULL);
    break;
  case 19:
    seed = turned_jpeg(rgb, 37, 29, TJSAMP_420, 1, false);
    break;
  case 20:
    seed = turned_jpeg(rgb, 37, 29, TJSAMP_422, 5, true);
    break;
  case 21:
    seed = turned_jpeg(rgb, 64, 48, TJSAMP_444, 3, false);
    break;
  }
  free(rgb);
  *size = seed.size;
  return seed.bytes;
}
