#include "engine/decode.h"
#include "tests/engine/samples.h"

#include <webp/encode.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct blob lossless(const uint8_t *pixels, int width, int height, bool alpha) {
  uint8_t *bytes = NULL;
  const size_t size = alpha ? WebPEncodeLosslessRGBA(pixels, width, height, 4 * width, &bytes)
                            : WebPEncodeLosslessRGB(pixels, width, height, 3 * width, &bytes);
  assert_true(size > 0);
  struct blob blob = {0};
  blob_append(&blob, bytes, size);
  WebPFree(bytes);
  return blob;
}

static void put32(uint8_t *p, size_t v) {
  for (int i = 0; i < 4; i++) p[i] = (uint8_t)(v >> 8 * i);
}

static void append_chunk(struct blob *blob, const char *name, const void *bytes, size_t size) {
  uint8_t head[8];
  memcpy(head, name, 4);
  put32(head + 4, size);
  blob_append(blob, head, 8);
  blob_append(blob, bytes, size);
  if (size % 2) blob_append(blob, "", 1);
}

enum { ANIMATION = 2, EXIF = 8, PROFILE = 32 };

/* A simple WebP made an extended one. */
static struct blob extended(const struct blob *simple, int width, int height, int flags, const struct blob *exif,
                            const struct blob *profile) {
  uint8_t features[11] = {(uint8_t)flags};
  put32(features + 4, (size_t)width - 1);
  put32(features + 7, (size_t)height - 1); /* 24 bits each: what is written on top is zero */
  struct blob blob = {0};
  blob_append(&blob, "RIFF\0\0\0\0WEBP", 12);
  append_chunk(&blob, "VP8X", features, 10);
  if (profile) append_chunk(&blob, "ICCP", profile->bytes, profile->size);
  blob_append(&blob, simple->bytes + 12, simple->size - 12);
  if (exif) append_chunk(&blob, "EXIF", exif->bytes, exif->size);
  put32(blob.bytes + 4, blob.size - 8);
  return blob;
}

static void a_lossless_photo_becomes_planes_by_the_definition(void **state) {
  (void)state;
  uint8_t *rgb = sample_scene(61, 43);
  struct blob webp = lossless(rgb, 61, 43, false);
  struct image image = {0}, expected = {0};
  sample_decode(&webp, NULL, &image);
  sample_image(rgb, 61, 43, &expected);
  assert_same_image(&image, &expected);
  image_free(&image);
  image_free(&expected);
  blob_free(&webp);
  free(rgb);
}

static void a_lossy_photo_comes_near(void **state) {
  (void)state;
  uint8_t *rgb = sample_scene(61, 43), *bytes = NULL;
  const size_t size = WebPEncodeRGB(rgb, 61, 43, 3 * 61, 95, &bytes);
  struct blob webp = {bytes, size};
  struct image image = {0}, expected = {0};
  sample_decode(&webp, NULL, &image);
  sample_image(rgb, 61, 43, &expected);
  int difference = 0;
  for (int i = 0; i < 61 * 43; i++) difference += abs(image.planes[0].pixels[i] - expected.planes[0].pixels[i]);
  assert_true(difference < 4 * 61 * 43);
  image_free(&image);
  image_free(&expected);
  WebPFree(bytes);
  free(rgb);
}

static void all_eight_orientations_give_the_same_upright_planes(void **state) {
  (void)state;
  uint8_t *rgb = sample_scene(61, 43);
  struct image image = {0}, expected = {0};
  sample_image(rgb, 61, 43, &expected);
  for (int orientation = 1; orientation <= 8; orientation++) {
    int width, height;
    uint8_t *stored = sample_unturned(rgb, 61, 43, orientation, &width, &height);
    struct blob simple = lossless(stored, width, height, false), exif = sample_exif(orientation, "2026:03:01 22:14:05");
    struct blob webp = extended(&simple, width, height, EXIF, &exif, NULL);
    struct decode_info info;
    struct fault fault = {0};
    if (decode_photo(webp.bytes, webp.size, NULL, &image, &info, &fault)) fail_msg("%s", fault.text);
    assert_same_image(&image, &expected);
    assert_int_equal(info.orientation, orientation);
    assert_string_equal(info.captured, "2026-03-01T22:14:05");
    blob_free(&simple);
    blob_free(&exif);
    blob_free(&webp);
    free(stored);
  }
  image_free(&image);
  image_free(&expected);
  free(rgb);
}

static void a_profile_is_used(void **state) {
  (void)state;
  struct blob simple = lossless((const uint8_t[]){200, 100, 50}, 1, 1, false), wide = sample_profile_display_p3();
  struct blob webp = extended(&simple, 1, 1, PROFILE, NULL, &wide);
  struct image image = {0}, expected = {0};
  sample_decode(&webp, NULL, &image);
  sample_image((const uint8_t[]){215, 93, 31}, 1, 1, &expected);
  assert_in_range(image_difference(&image, &expected), 0, 1);
  image_free(&image);
  image_free(&expected);
  blob_free(&simple);
  blob_free(&wide);
  blob_free(&webp);
}

static void alpha_is_laid_over_white(void **state) {
  (void)state;
  struct blob webp = lossless((const uint8_t[]){10, 200, 30, 255, 100, 50, 0, 102}, 2, 1, true);
  struct image image = {0}, expected = {0};
  sample_decode(&webp, NULL, &image);
  sample_image((const uint8_t[]){10, 200, 30, 193, 173, 153}, 2, 1, &expected);
  assert_same_image(&image, &expected);
  image_free(&image);
  image_free(&expected);
  blob_free(&webp);
}

static void an_animation_and_a_truncated_photo_are_refused_in_words(void **state) {
  (void)state;
  uint8_t *rgb = sample_scene(61, 43);
  struct blob simple = lossless(rgb, 61, 43, false), webp = extended(&simple, 61, 43, ANIMATION, NULL, NULL);
  assert_refused(&webp, "animation");
  for (size_t size = 12; size < simple.size; size += 97) {
    struct blob cut = {0};
    blob_append(&cut, simple.bytes, size);
    assert_refused(&cut, "WebP");
    blob_free(&cut);
  }
  blob_free(&simple);
  blob_free(&webp);
  free(rgb);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_lossless_photo_becomes_planes_by_the_definition),
      cmocka_unit_test(a_lossy_photo_comes_near),
      cmocka_unit_test(all_eight_orientations_give_the_same_upright_planes),
      cmocka_unit_test(a_profile_is_used),
      cmocka_unit_test(alpha_is_laid_over_white),
      cmocka_unit_test(an_animation_and_a_truncated_photo_are_refused_in_words),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
