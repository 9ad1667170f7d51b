#include "engine/decode.h"
#include "tests/engine/samples.h"

#include <libheif/heif.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct heif_error collect(struct heif_context *context, const void *bytes, size_t size, void *user) {
  (void)context;
  blob_append(user, bytes, size);
  return (struct heif_error){heif_error_Ok, heif_suberror_Unspecified, ""};
}

static void must(struct heif_error error) {
  if (error.code != heif_error_Ok) fail_msg("libheif: %s", error.message);
}

/* HEIC by x265, without loss but for the colour conversion; skips the test where libheif has no encoder. */
static struct blob sample_heic(const uint8_t *rgb, int width, int height, const struct blob *profile,
                               const struct blob *exif) {
  struct heif_context *context = heif_context_alloc();
  struct heif_encoder *encoder = NULL;
  if (heif_context_get_encoder_for_format(context, heif_compression_HEVC, &encoder).code != heif_error_Ok) {
    heif_context_free(context);
    print_message("skipped: libheif has no HEVC encoder here\n");
    skip();
  }
  struct heif_image *image = NULL;
  struct heif_image_handle *handle = NULL;
  must(heif_image_create(width, height, heif_colorspace_RGB, heif_chroma_interleaved_RGB, &image));
  must(heif_image_add_plane(image, heif_channel_interleaved, width, height, 24));
  int stride = 0;
  uint8_t *pixels = heif_image_get_plane(image, heif_channel_interleaved, &stride);
  for (int y = 0; y < height; y++) memcpy(pixels + y * stride, rgb + 3 * y * width, (size_t)(3 * width));
  if (profile) must(heif_image_set_raw_color_profile(image, "prof", profile->bytes, profile->size));
  must(heif_encoder_set_lossy_quality(encoder, 95));
  must(heif_context_encode_image(context, image, encoder, NULL, &handle));
  if (exif) must(heif_context_add_exif_metadata(context, handle, exif->bytes, (int)exif->size));
  struct blob blob = {0};
  struct heif_writer writer = {.writer_api_version = 1, .write = collect};
  must(heif_context_write(context, &writer, &blob));
  heif_image_handle_release(handle);
  heif_image_release(image);
  heif_encoder_release(encoder);
  heif_context_free(context);
  return blob;
}

static void a_heic_photo_decodes_and_is_not_turned_twice(void **state) {
  (void)state;
  uint8_t *rgb = sample_scene(96, 64);
  struct blob exif = sample_exif(6, "2026:03:01 22:14:05"), heic = sample_heic(rgb, 96, 64, NULL, &exif);
  struct image image = {0}, expected = {0};
  struct decode_info info;
  struct fault fault = {0};
  int32_t width, height;
  assert_int_equal(decode_header(heic.bytes, heic.size, &width, &height, &info, &fault), STATUS_OK);
  assert_int_equal(width, 96);
  assert_int_equal(height, 64);
  if (decode_photo(heic.bytes, heic.size, NULL, &image, &info, &fault)) fail_msg("%s", fault.text);
  assert_string_equal(info.format, "HEIC");
  assert_string_equal(info.captured, "2026-03-01T22:14:05");
  assert_int_equal(info.orientation, 6);
  sample_image(rgb, 96, 64, &expected);
  assert_int_equal(image.width, 96);
  int difference = 0;
  for (int i = 0; i < 96 * 64; i++) difference += abs(image.planes[0].pixels[i] - expected.planes[0].pixels[i]);
  assert_true(difference < 6 * 96 * 64);
  for (size_t size = 12; size < heic.size; size += 307) {
    struct blob cut = {0};
    blob_append(&cut, heic.bytes, size);
    assert_refused(&cut, "HEIC");
    blob_free(&cut);
  }
  image_free(&image);
  image_free(&expected);
  blob_free(&exif);
  blob_free(&heic);
  free(rgb);
}

static void the_profile_of_a_heic_photo_is_used(void **state) {
  (void)state;
  uint8_t rgb[64 * 64 * 3];
  for (int i = 0; i < 64 * 64; i++) memcpy(rgb + 3 * i, (const uint8_t[3]){200, 100, 50}, 3);
  struct blob wide = sample_profile_display_p3(), heic = sample_heic(rgb, 64, 64, &wide, NULL);
  struct image image = {0};
  sample_decode(&heic, NULL, &image);
  uint8_t row[64 * 3];
  image_rgb_row(&image, 32, row);
  const int expected[3] = {215, 93, 31};
  for (int k = 0; k < 3; k++) assert_in_range(row[96 + k] + 5, expected[k], expected[k] + 10);
  image_free(&image);
  blob_free(&wide);
  blob_free(&heic);
}

/* x265 never frees some of its tables. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) { return "leak:libx265"; }

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_heic_photo_decodes_and_is_not_turned_twice),
      cmocka_unit_test(the_profile_of_a_heic_photo_is_used),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
