#include "engine/decode.h"
#include "tests/engine/samples_heic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct blob encoded(const uint8_t *rgb, int width, int height, const struct blob *profile,
                           const struct blob *exif) {
  struct blob heic = sample_heic(rgb, width, height, profile, exif);
  if (!heic.size) {
    print_message("skipped: libheif has no HEVC encoder here\n");
    skip();
  }
  return heic;
}

static void a_heic_photo_decodes_and_is_not_turned_twice(void **state) {
  (void)state;
  uint8_t *rgb = sample_scene(96, 64);
  struct blob exif = sample_exif(6, "2026:03:01 22:14:05"), heic = encoded(rgb, 96, 64, NULL, &exif);
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
  struct blob wide = sample_profile_display_p3(), heic = encoded(rgb, 64, 64, &wide, NULL);
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

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_heic_photo_decodes_and_is_not_turned_twice),
      cmocka_unit_test(the_profile_of_a_heic_photo_is_used),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
