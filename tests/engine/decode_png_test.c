#include "engine/colour.h"
#include "engine/decode.h"
#include "tests/engine/samples.h"

#include <spng.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct blob png_of(const uint8_t *rgb, int width, int height, int orientation) {
  const struct sample_png png = {
      .width = width, .height = height, .bit_depth = 8, .colour_type = 2, .orientation = orientation};
  return sample_png(&png, rgb, (size_t)width * (size_t)height * 3);
}

static void colour_becomes_planes_by_the_definition(void **state) {
  (void)state;
  static const int SIZES[][2] = {{1, 1}, {1, 2}, {5, 1}, {64, 64}, {65, 67}, {130, 129}};
  for (size_t s = 0; s < sizeof SIZES / sizeof *SIZES; s++) {
    uint8_t *rgb = sample_scene(SIZES[s][0], SIZES[s][1]);
    struct blob png = png_of(rgb, SIZES[s][0], SIZES[s][1], 0);
    struct image image = {0}, expected = {0};
    sample_decode(&png, NULL, &image);
    sample_image(rgb, SIZES[s][0], SIZES[s][1], &expected);
    assert_same_image(&image, &expected);
    image_free(&image);
    image_free(&expected);
    blob_free(&png);
    free(rgb);
  }
}

static void all_eight_orientations_give_the_same_upright_planes(void **state) {
  (void)state;
  uint8_t *rgb = sample_scene(83, 130);
  struct image image = {0}, expected = {0};
  sample_image(rgb, 83, 130, &expected);
  for (int orientation = 1; orientation <= 8; orientation++) {
    int width, height;
    uint8_t *stored = sample_unturned(rgb, 83, 130, orientation, &width, &height);
    struct blob png = png_of(stored, width, height, orientation);
    sample_decode(&png, NULL, &image);
    assert_same_image(&image, &expected);
    assert_int_equal(image.full_width, 83);
    blob_free(&png);
    free(stored);
  }
  image_free(&image);
  image_free(&expected);
  free(rgb);
}

static void grey_of_every_depth_becomes_luma(void **state) {
  (void)state;
  static const struct {
    int depth;
    uint8_t bytes[8];
    size_t size;
    uint8_t expected[4];
  } CASES[] = {
      {1, {0xA0}, 1, {255, 0, 255, 0}},
      {2, {0x1B}, 1, {0, 85, 170, 255}},
      {4, {0x05, 0xAF}, 2, {0, 85, 170, 255}},
      {8, {0, 7, 200, 255}, 4, {0, 7, 200, 255}},
      {16, {0x00, 0x80, 0x00, 0x81, 0x80, 0x00, 0xFF, 0x7F}, 8, {0, 1, 128, 255}},
  };
  for (size_t c = 0; c < sizeof CASES / sizeof *CASES; c++) {
    const struct sample_png shape = {.width = 4, .height = 1, .bit_depth = CASES[c].depth};
    struct blob png = sample_png(&shape, CASES[c].bytes, CASES[c].size);
    struct image image = {0};
    sample_decode(&png, NULL, &image);
    assert_false(image.colour);
    assert_memory_equal(image.planes[0].pixels, CASES[c].expected, 4);
    image_free(&image);
    blob_free(&png);
  }
}

static void a_16_bit_colour_photo_is_rounded(void **state) {
  (void)state;
  const uint8_t deep[12] = {0x12, 0x34, 0xAB, 0xCD, 0x00, 0x81, 0xFF, 0x7F, 0x80, 0x80, 0x7F, 0x7F};
  const uint8_t rounded[6] = {0x12, 0xAB, 0x01, 0xFF, 0x80, 0x7F};
  const struct sample_png shape = {.width = 2, .height = 1, .bit_depth = 16, .colour_type = 2};
  struct blob png = sample_png(&shape, deep, sizeof deep);
  struct image image = {0}, expected = {0};
  sample_decode(&png, NULL, &image);
  sample_image(rounded, 2, 1, &expected);
  assert_same_image(&image, &expected);
  image_free(&image);
  image_free(&expected);
  blob_free(&png);
}

static void alpha_is_laid_over_white(void **state) {
  (void)state;
  const uint8_t rgba[8] = {10, 200, 30, 255, 100, 50, 0, 102};
  const uint8_t over[6] = {10, 200, 30, 193, 173, 153};
  const struct sample_png colour = {.width = 2, .height = 1, .bit_depth = 8, .colour_type = 6};
  struct blob png = sample_png(&colour, rgba, sizeof rgba);
  struct image image = {0}, expected = {0};
  sample_decode(&png, NULL, &image);
  sample_image(over, 2, 1, &expected);
  assert_same_image(&image, &expected);
  blob_free(&png);

  const uint8_t grey_alpha[4] = {10, 255, 100, 102};
  const struct sample_png grey = {.width = 2, .height = 1, .bit_depth = 8, .colour_type = 4};
  png = sample_png(&grey, grey_alpha, sizeof grey_alpha);
  sample_decode(&png, NULL, &image);
  assert_false(image.colour);
  assert_memory_equal(image.planes[0].pixels, ((uint8_t[]){10, 193}), 2);
  blob_free(&png);

  const uint8_t deep[8] = {10, 10, 255, 255, 100, 100, 102, 102};
  const struct sample_png grey16 = {.width = 2, .height = 1, .bit_depth = 16, .colour_type = 4};
  png = sample_png(&grey16, deep, sizeof deep);
  sample_decode(&png, NULL, &image);
  assert_memory_equal(image.planes[0].pixels, ((uint8_t[]){10, 193}), 2);
  blob_free(&png);
  image_free(&image);
  image_free(&expected);
}

static void a_palette_is_expanded_and_one_of_greys_is_grey(void **state) {
  (void)state;
  const uint8_t colours[4][4] = {{255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 0}, {9, 9, 9, 255}};
  const uint8_t rgb[12] = {9, 9, 9, 255, 255, 255, 0, 255, 0, 255, 0, 0};
  struct sample_png shape = {
      .width = 4, .height = 1, .bit_depth = 2, .colour_type = 3, .palette = colours, .colours = 4};
  struct blob png = sample_png(&shape, "\xE4", 1);
  struct image image = {0}, expected = {0};
  sample_decode(&png, NULL, &image);
  sample_image(rgb, 4, 1, &expected);
  assert_same_image(&image, &expected);
  blob_free(&png);

  const uint8_t greys[4][4] = {{0, 0, 0, 255}, {50, 50, 50, 255}, {100, 100, 100, 255}, {200, 200, 200, 255}};
  shape.palette = greys;
  png = sample_png(&shape, "\xE4", 1);
  sample_decode(&png, NULL, &image);
  assert_false(image.colour);
  assert_memory_equal(image.planes[0].pixels, ((uint8_t[]){200, 100, 50, 0}), 4);
  blob_free(&png);
  image_free(&image);
  image_free(&expected);
}

static void a_png_that_claims_60000_by_60000_is_refused_at_once(void **state) {
  (void)state;
  struct blob png = png_of((const uint8_t[]){1, 2, 3}, 1, 1, 0);
  memcpy(png.bytes + 16, "\0\0\xEA\x60\0\0\xEA\x60", 8);
  /* The header's own CRC, so that the claim itself is judged. */
  uint32_t crc = 0xFFFFFFFF;
  for (int i = 12; i < 29; i++) {
    crc ^= png.bytes[i];
    for (int k = 0; k < 8; k++) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
  }
  for (int k = 0; k < 4; k++) png.bytes[29 + k] = (uint8_t)(~crc >> (24 - 8 * k));
  assert_refused(&png, "60000 x 60000");
  struct fault fault;
  int32_t width, height;
  assert_int_equal(decode_header(png.bytes, png.size, &width, &height, NULL, &fault), STATUS_LIMIT);
  blob_free(&png);
}

static void a_truncated_photo_is_refused_wherever_it_ends(void **state) {
  (void)state;
  uint8_t *rgb = sample_scene(40, 30);
  struct blob png = png_of(rgb, 40, 30, 6);
  for (size_t size = 8; size < png.size; size += 11) {
    struct blob cut = {0};
    blob_append(&cut, png.bytes, size);
    assert_refused(&cut, "PNG data");
    blob_free(&cut);
  }
  png.bytes[png.size / 2] ^= 1;
  assert_refused(&png, "damaged");
  blob_free(&png);
  free(rgb);
}

static void a_wide_profile_is_converted_and_an_srgb_one_changes_nothing(void **state) {
  (void)state;
  uint8_t *rgb = sample_scene(33, 20);
  struct blob srgb = sample_profile_srgb(), wide = sample_profile_display_p3();
  struct sample_png shape = {.width = 33, .height = 20, .bit_depth = 8, .colour_type = 2};
  shape.profile = srgb.bytes, shape.profile_size = srgb.size;
  struct blob png = sample_png(&shape, rgb, 33 * 20 * 3);
  struct image image = {0}, expected = {0};
  sample_image(rgb, 33, 20, &expected);
  sample_decode(&png, NULL, &image);
  assert_same_image(&image, &expected);
  blob_free(&png);

  /* Display P3 (200, 100, 50) is sRGB (214.9, 92.6, 31.0) by the two sets of primaries and the same curve. */
  const uint8_t pixel[3] = {200, 100, 50};
  shape = (struct sample_png){.width = 1, .height = 1, .bit_depth = 8, .colour_type = 2};
  shape.profile = wide.bytes, shape.profile_size = wide.size;
  png = sample_png(&shape, pixel, 3);
  sample_decode(&png, NULL, &image);
  sample_image((const uint8_t[]){215, 93, 31}, 1, 1, &expected);
  assert_in_range(image_difference(&image, &expected), 0, 1);
  blob_free(&png);

  wide.size = 200;
  shape.profile_size = 200;
  png = sample_png(&shape, pixel, 3);
  assert_refused(&png, "colour profile");
  blob_free(&png);
  image_free(&image);
  image_free(&expected);
  blob_free(&srgb);
  blob_free(&wide);
  free(rgb);
}

static void a_grey_profile_moves_grey_and_does_not_fit_colour(void **state) {
  (void)state;
  struct blob linear = sample_profile_grey(1.0);
  struct sample_png shape = {.width = 3, .height = 1, .bit_depth = 8};
  shape.profile = linear.bytes, shape.profile_size = linear.size;
  const uint8_t pixels[9] = {0, 55, 255};
  struct blob png = sample_png(&shape, pixels, 3);
  struct image image = {0};
  sample_decode(&png, NULL, &image);
  assert_false(image.colour);
  assert_int_equal(image.planes[0].pixels[0], 0);
  assert_in_range(image.planes[0].pixels[1], 127, 129); /* linear 55/255 is 128 of sRGB */
  assert_int_equal(image.planes[0].pixels[2], 255);
  image_free(&image);
  blob_free(&png);
  shape.colour_type = 2;
  png = sample_png(&shape, pixels, 9);
  assert_refused(&png, "for other pixels");
  blob_free(&png);
  blob_free(&linear);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(colour_becomes_planes_by_the_definition),
      cmocka_unit_test(all_eight_orientations_give_the_same_upright_planes),
      cmocka_unit_test(grey_of_every_depth_becomes_luma),
      cmocka_unit_test(a_16_bit_colour_photo_is_rounded),
      cmocka_unit_test(alpha_is_laid_over_white),
      cmocka_unit_test(a_palette_is_expanded_and_one_of_greys_is_grey),
      cmocka_unit_test(a_png_that_claims_60000_by_60000_is_refused_at_once),
      cmocka_unit_test(a_truncated_photo_is_refused_wherever_it_ends),
      cmocka_unit_test(a_wide_profile_is_converted_and_an_srgb_one_changes_nothing),
      cmocka_unit_test(a_grey_profile_moves_grey_and_does_not_fit_colour),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
