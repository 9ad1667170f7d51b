#include "tests/engine/samples.h"

#include "engine/colour.h"
#include "tests/support.h"

#include <lcms2.h>
#include <spng.h>
#include <turbojpeg.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void blob_free(struct blob *blob) {
  free(blob->bytes);
  *blob = (struct blob){0};
}

void blob_insert(struct blob *blob, size_t at, const void *bytes, size_t size) {
  blob->bytes = realloc(blob->bytes, blob->size + size + 1);
  assert_non_null(blob->bytes);
  memmove(blob->bytes + at + size, blob->bytes + at, blob->size - at);
  if (size) memcpy(blob->bytes + at, bytes, size);
  blob->size += size;
}

void blob_append(struct blob *blob, const void *bytes, size_t size) {
  blob_insert(blob, blob->size, bytes, size);
}

uint8_t *sample_scene(int width, int height) {
  uint8_t *rgb = malloc((size_t)width * (size_t)height * 3), *out = rgb;
  assert_non_null(rgb);
  uint64_t random = 7;
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++, out += 3) {
      const int dx = x - width / 3, dy = y - height / 4, radius = (width < height ? width : height) / 5;
      const int noise = (int)(support_random(&random) >> 61);
      out[0] = (uint8_t)(40 + 180 * x / width + noise);
      out[1] = (uint8_t)(200 - 150 * y / height + noise);
      out[2] = (uint8_t)(dx * dx + dy * dy < radius * radius ? 230 : 60 + noise);
    }
  return rgb;
}

/* Where the stored pixel (x, y) belongs in the upright picture, by the table of EXIF 2.32 (row 0 and column 0 are:
 * 1 top left, 2 top right, 3 bottom right, 4 bottom left, 5 left top, 6 right top, 7 right bottom, 8 left bottom). */
static void upright(int orientation, int x, int y, int width, int height, int *to_x, int *to_y) {
  switch (orientation) {
  case 2:
    *to_x = width - 1 - x, *to_y = y;
    break;
  case 3:
    *to_x = width - 1 - x, *to_y = height - 1 - y;
    break;
  case 4:
    *to_x = x, *to_y = height - 1 - y;
    break;
  case 5:
    *to_x = y, *to_y = x;
    break;
  case 6:
    *to_x = width - 1 - y, *to_y = x;
    break;
  case 7:
    *to_x = width - 1 - y, *to_y = height - 1 - x;
    break;
  case 8:
    *to_x = y, *to_y = height - 1 - x;
    break;
  default:
    *to_x = x, *to_y = y;
  }
}

uint8_t *sample_unturned(const uint8_t *rgb, int width, int height, int orientation, int *out_width, int *out_height) {
  const int w = orientation >= 5 ? height : width, h = orientation >= 5 ? width : height;
  uint8_t *out = malloc((size_t)width * (size_t)height * 3);
  assert_non_null(out);
  for (int y = 0; y < h; y++)
    for (int x = 0; x < w; x++) {
      int from_x, from_y;
      upright(orientation, x, y, width, height, &from_x, &from_y);
      memcpy(out + 3 * ((size_t)y * (size_t)w + (size_t)x), rgb + 3 * ((size_t)from_y * (size_t)width + (size_t)from_x),
             3);
    }
  *out_width = w, *out_height = h;
  return out;
}

struct blob sample_jpeg(const uint8_t *rgb, int width, int height, int subsampling, bool progressive) {
  tjhandle tj = tjInitCompress();
  unsigned char *bytes = NULL;
  unsigned long size = 0;
  assert_int_equal(tjCompress2(tj, rgb, width, 0, height, TJPF_RGB, &bytes, &size, subsampling, 92,
                               progressive ? TJFLAG_PROGRESSIVE : 0),
                   0);
  struct blob blob = {0};
  blob_append(&blob, bytes, size);
  tjFree(bytes);
  tjDestroy(tj);
  return blob;
}

struct blob sample_exif(int orientation, const char *captured) {
  uint8_t block[96] = "MM\0*\0\0\0\10\0\2"
                      "\1\22\0\3\0\0\0\1\0\0\0\0"
                      "\207\151\0\4\0\0\0\1\0\0\0\46"
                      "\0\0\0\0"
                      "\0\1\220\3\0\2\0\0\0\24\0\0\0\70\0\0\0\0";
  block[19] = (uint8_t)orientation;
  if (captured) memcpy(block + 56, captured, strlen(captured) + 1);
  struct blob blob = {0};
  blob_append(&blob, block, 76);
  return blob;
}

static void insert_segment(struct blob *jpeg, int marker, const void *name, size_t name_size, const void *bytes,
                           size_t size) {
  const size_t length = 2 + name_size + size;
  const uint8_t head[4] = {0xFF, (uint8_t)marker, (uint8_t)(length >> 8), (uint8_t)length};
  blob_insert(jpeg, 2, bytes, size);
  blob_insert(jpeg, 2, name, name_size);
  blob_insert(jpeg, 2, head, 4);
}

void sample_jpeg_exif(struct blob *jpeg, int orientation, const char *captured) {
  struct blob exif = sample_exif(orientation, captured);
  insert_segment(jpeg, 0xE1, "Exif\0", 6, exif.bytes, exif.size);
  blob_free(&exif);
}

void sample_jpeg_profile(struct blob *jpeg, const uint8_t *profile, size_t size) {
  insert_segment(jpeg, 0xE2, "ICC_PROFILE\0\1\1", 14, profile, size);
}

struct blob sample_png(const struct sample_png *png, const void *pixels, size_t size) {
  spng_ctx *ctx = spng_ctx_new(SPNG_CTX_ENCODER);
  spng_set_option(ctx, SPNG_ENCODE_TO_BUFFER, 1);
  struct spng_ihdr ihdr = {.width = (uint32_t)png->width,
                           .height = (uint32_t)png->height,
                           .bit_depth = (uint8_t)png->bit_depth,
                           .color_type = (uint8_t)png->colour_type};
  assert_int_equal(spng_set_ihdr(ctx, &ihdr), 0);
  struct spng_plte palette = {.n_entries = (uint32_t)png->colours};
  struct spng_trns transparency = {.n_type3_entries = (uint32_t)png->colours};
  for (int i = 0; i < png->colours; i++) {
    palette.entries[i] =
        (struct spng_plte_entry){png->palette[i][0], png->palette[i][1], png->palette[i][2], png->palette[i][3]};
    transparency.type3_alpha[i] = png->palette[i][3];
  }
  if (png->colours) {
    assert_int_equal(spng_set_plte(ctx, &palette), 0);
    assert_int_equal(spng_set_trns(ctx, &transparency), 0);
  }
  struct spng_iccp profile = {.profile_name = "test", .profile_len = png->profile_size};
  struct blob copy = {0}, exif = {0};
  if (png->profile) {
    blob_append(&copy, png->profile, png->profile_size);
    profile.profile = (char *)copy.bytes;
    assert_int_equal(spng_set_iccp(ctx, &profile), 0);
  }
  if (png->orientation) {
    exif = sample_exif(png->orientation, NULL);
    struct spng_exif chunk = {exif.size, (char *)exif.bytes};
    assert_int_equal(spng_set_exif(ctx, &chunk), 0);
  }
  assert_int_equal(spng_encode_image(ctx, pixels, size, SPNG_FMT_RAW, SPNG_ENCODE_FINALIZE), 0);
  int error = 0;
  struct blob blob = {0};
  void *bytes = spng_get_png_buffer(ctx, &blob.size, &error);
  assert_non_null(bytes);
  blob.bytes = bytes;
  spng_ctx_free(ctx);
  blob_free(&copy);
  blob_free(&exif);
  return blob;
}

static struct blob saved(cmsHPROFILE profile) {
  assert_non_null(profile);
  cmsUInt32Number size = 0;
  assert_true(cmsSaveProfileToMem(profile, NULL, &size));
  struct blob blob = {malloc(size), size};
  assert_non_null(blob.bytes);
  assert_true(cmsSaveProfileToMem(profile, blob.bytes, &size));
  cmsCloseProfile(profile);
  return blob;
}

struct blob sample_profile_srgb(void) {
  return saved(cmsCreate_sRGBProfile());
}

struct blob sample_profile_display_p3(void) {
  const cmsCIExyY white = {0.3127, 0.3290, 1};
  const cmsCIExyYTRIPLE primaries = {{0.680, 0.320, 1}, {0.265, 0.690, 1}, {0.150, 0.060, 1}};
  const cmsFloat64Number curve[5] = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
  cmsToneCurve *tone = cmsBuildParametricToneCurve(NULL, 4, curve);
  cmsToneCurve *const tones[3] = {tone, tone, tone};
  struct blob blob = saved(cmsCreateRGBProfile(&white, &primaries, tones));
  cmsFreeToneCurve(tone);
  return blob;
}

struct blob sample_profile_rgb(const double xy[6], double gamma) {
  const cmsCIExyY white = {0.3127, 0.3290, 1};
  const cmsCIExyYTRIPLE primaries = {{xy[0], xy[1], 1}, {xy[2], xy[3], 1}, {xy[4], xy[5], 1}};
  cmsToneCurve *tone = cmsBuildGamma(NULL, gamma);
  cmsToneCurve *const tones[3] = {tone, tone, tone};
  struct blob blob = saved(cmsCreateRGBProfile(&white, &primaries, tones));
  cmsFreeToneCurve(tone);
  return blob;
}

struct blob sample_profile_grey(double gamma) {
  cmsToneCurve *tone = cmsBuildGamma(NULL, gamma);
  struct blob blob = saved(cmsCreateGrayProfile(cmsD50_xyY(), tone));
  cmsFreeToneCurve(tone);
  return blob;
}

void sample_decode(const struct blob *blob, const struct decode_options *options, struct image *image) {
  struct fault fault = {0};
  if (decode_photo(blob->bytes, blob->size, options, image, NULL, &fault)) fail_msg("%s", fault.text);
}

void assert_refused(const struct blob *blob, const char *words) {
  struct fault fault = {0};
  struct image image = {0};
  assert_int_not_equal(decode_photo(blob->bytes, blob->size, NULL, &image, NULL, &fault), STATUS_OK);
  if (!strstr(fault.text, words)) fail_msg("\"%s\" does not say \"%s\"", fault.text, words);
  image_free(&image);
}

int image_difference(const struct image *a, const struct image *b) {
  assert_int_equal(a->width, b->width);
  assert_int_equal(a->height, b->height);
  assert_int_equal(a->colour, b->colour);
  int most = 0;
  for (int i = 0; i < (a->colour ? 3 : 1); i++) {
    const struct plane *p = &a->planes[i], *q = &b->planes[i];
    assert_int_equal(p->width, q->width);
    assert_int_equal(p->height, q->height);
    for (int y = 0; y < p->height; y++)
      for (int x = 0; x < p->width; x++) {
        const int d = abs(p->pixels[(size_t)y * p->stride + (size_t)x] - q->pixels[(size_t)y * q->stride + (size_t)x]);
        if (d > most) most = d;
      }
  }
  return most;
}

void assert_same_image(const struct image *image, const struct image *expected) {
  assert_int_equal(image_difference(image, expected), 0);
}

void sample_image(const uint8_t *rgb, int width, int height, struct image *image) {
  struct fault fault;
  assert_int_equal(image_reserve(image, width, height, true, &fault), STATUS_OK);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++) {
      const uint8_t *pixel = rgb + 3 * ((size_t)y * (size_t)width + (size_t)x);
      image->planes[0].pixels[(size_t)y * image->planes[0].stride + (size_t)x] =
          colour_luma(pixel[0], pixel[1], pixel[2]);
    }
  for (int j = 0; j < image->planes[1].height; j++)
    for (int i = 0; i < image->planes[1].width; i++) {
      int sum[3] = {0};
      for (int k = 0; k < 4; k++) {
        const int x = 2 * i + k % 2 < width ? 2 * i + k % 2 : width - 1;
        const int y = 2 * j + k / 2 < height ? 2 * j + k / 2 : height - 1;
        for (int c = 0; c < 3; c++) sum[c] += rgb[3 * ((size_t)y * (size_t)width + (size_t)x) + (size_t)c];
      }
      const size_t at = (size_t)j * image->planes[1].stride + (size_t)i;
      colour_chroma_of_four(sum[0], sum[1], sum[2], &image->planes[1].pixels[at], &image->planes[2].pixels[at]);
    }
}
