#include "engine/decode.h"
#include "tests/engine/samples_tiff.h"

#include <tiffio.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_decodes_to(const struct sample_tiff *shape, const void *rows, size_t row_size,
                              const struct image *expected) {
  struct blob tiff = sample_tiff(shape, rows, row_size);
  struct image image = {0};
  sample_decode(&tiff, NULL, &image);
  assert_same_image(&image, expected);
  image_free(&image);
  blob_free(&tiff);
}

static void strips_tiles_planes_and_every_packing_give_the_same_photo(void **state) {
  (void)state;
  static const int PACKINGS[] = {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE, COMPRESSION_PACKBITS};
  uint8_t *rgb = sample_scene(45, 38), deep[45 * 38 * 6];
  for (size_t i = 0; i < sizeof deep / 2; i++) {
    const uint16_t value = (uint16_t)(rgb[i] * 257 + (i % 2 ? 128 : -128) * (rgb[i] > 0 && rgb[i] < 255));
    memcpy(deep + 2 * i, &value, 2);
  }
  struct image expected = {0};
  sample_image(rgb, 45, 38, &expected);
  for (int packing = 0; packing < 4; packing++)
    for (int planar = PLANARCONFIG_CONTIG; planar <= PLANARCONFIG_SEPARATE; planar++)
      for (int tile = 0; tile <= 16; tile += 16) {
        struct sample_tiff shape = {.width = 45, .height = 38, .bits = 8, .samples = 3, .photometric = PHOTOMETRIC_RGB};
        shape.compression = PACKINGS[packing], shape.planar = planar, shape.tile = tile;
        assert_decodes_to(&shape, rgb, 45 * 3, &expected);
        shape.bits = 16;
        assert_decodes_to(&shape, deep, 45 * 6, &expected);
      }
  image_free(&expected);
  free(rgb);
}

static void all_eight_orientations_give_the_same_upright_planes(void **state) {
  (void)state;
  uint8_t *rgb = sample_scene(45, 38);
  struct image expected = {0};
  sample_image(rgb, 45, 38, &expected);
  for (int orientation = 1; orientation <= 8; orientation++) {
    int width, height;
    uint8_t *stored = sample_unturned(rgb, 45, 38, orientation, &width, &height);
    const struct sample_tiff shape = {.width = width,
                                      .height = height,
                                      .bits = 8,
                                      .samples = 3,
                                      .photometric = PHOTOMETRIC_RGB,
                                      .orientation = orientation};
    assert_decodes_to(&shape, stored, (size_t)width * 3, &expected);
    free(stored);
  }
  image_free(&expected);
  free(rgb);
}

static void assert_grey_decodes(const struct sample_tiff *shape, const void *row, size_t row_size,
                                const uint8_t expected[4]) {
  struct blob tiff = sample_tiff(shape, row, row_size);
  struct image image = {0};
  sample_decode(&tiff, NULL, &image);
  assert_false(image.colour);
  assert_memory_equal(image.planes[0].pixels, expected, 4);
  image_free(&image);
  blob_free(&tiff);
}

static void grey_bilevel_and_min_is_white(void **state) {
  (void)state;
  struct sample_tiff shape = {
      .width = 4, .height = 1, .bits = 8, .samples = 1, .photometric = PHOTOMETRIC_MINISBLACK, .orientation = 6};
  shape.orientation = 2;
  assert_grey_decodes(&shape, (uint8_t[]){0, 7, 200, 255}, 4, (uint8_t[]){255, 200, 7, 0});
  shape.orientation = 0;
  shape.photometric = PHOTOMETRIC_MINISWHITE;
  assert_grey_decodes(&shape, (uint8_t[]){0, 7, 200, 255}, 4, (uint8_t[]){255, 248, 55, 0});
  shape.bits = 16;
  assert_grey_decodes(&shape, (uint16_t[]){0, 128, 129, 65535}, 8, (uint8_t[]){255, 255, 254, 0});
  shape.bits = 1;
  assert_grey_decodes(&shape, (uint8_t[]){0x50}, 1, (uint8_t[]){255, 0, 255, 0});
  shape.compression = COMPRESSION_CCITTFAX4;
  assert_grey_decodes(&shape, (uint8_t[]){0x50}, 1, (uint8_t[]){255, 0, 255, 0});
  shape.compression = 0, shape.bits = 4, shape.photometric = PHOTOMETRIC_MINISBLACK;
  assert_grey_decodes(&shape, (uint8_t[]){0x05, 0xAF}, 2, (uint8_t[]){0, 85, 170, 255});
}

static void alpha_is_laid_over_white_whether_premultiplied_or_not(void **state) {
  (void)state;
  struct image expected = {0};
  sample_image((uint8_t[]){10, 200, 30, 193, 173, 153}, 2, 1, &expected);
  struct sample_tiff shape = {.width = 2, .height = 1, .bits = 8, .samples = 4, .photometric = PHOTOMETRIC_RGB};
  shape.extra = EXTRASAMPLE_UNASSALPHA;
  assert_decodes_to(&shape, (uint8_t[]){10, 200, 30, 255, 100, 50, 0, 102}, 8, &expected);
  shape.extra = EXTRASAMPLE_ASSOCALPHA;
  assert_decodes_to(&shape, (uint8_t[]){10, 200, 30, 255, 40, 20, 0, 102}, 8, &expected);
  image_free(&expected);
}

static void palette_and_cmyk_become_colour(void **state) {
  (void)state;
  uint16_t palette[12] = {65535, 0, 0, 2313, 0, 65535, 0, 2313, 0, 0, 65535, 2313};
  struct image expected = {0};
  sample_image((uint8_t[]){9, 9, 9, 0, 0, 255, 0, 255, 0, 255, 0, 0}, 4, 1, &expected);
  struct sample_tiff shape = {.width = 4, .height = 1, .bits = 2, .samples = 1, .photometric = PHOTOMETRIC_PALETTE};
  shape.palette = palette;
  assert_decodes_to(&shape, "\xE4", 1, &expected);
  sample_image((uint8_t[]){255, 255, 255, 0, 128, 64}, 2, 1, &expected);
  shape = (struct sample_tiff){.width = 2, .height = 1, .bits = 8, .samples = 4, .photometric = PHOTOMETRIC_SEPARATED};
  assert_decodes_to(&shape, (uint8_t[]){0, 0, 0, 0, 255, 0, 127, 127}, 8, &expected);
  image_free(&expected);
}

static void jpeg_inside_decodes_and_is_refused_when_damaged(void **state) {
  (void)state;
  uint8_t *rgb = sample_scene(64, 48);
  const struct sample_tiff shape = {.width = 64,
                                    .height = 48,
                                    .bits = 8,
                                    .samples = 3,
                                    .photometric = PHOTOMETRIC_YCBCR,
                                    .compression = COMPRESSION_JPEG};
  struct blob tiff = sample_tiff(&shape, rgb, 64 * 3);
  struct image image = {0}, expected = {0};
  sample_decode(&tiff, NULL, &image);
  sample_image(rgb, 64, 48, &expected);
  int64_t difference = 0;
  for (int i = 0; i < 64 * 48; i++) difference += abs(image.planes[0].pixels[i] - expected.planes[0].pixels[i]);
  assert_true(difference < 6 * 64 * 48);
  /* The scan of the first strip ends in the middle. */
  uint8_t *scan = memmem(tiff.bytes, tiff.size, "\xFF\xDA", 2);
  assert_non_null(scan);
  memcpy(scan + 60, "\xFF\xD9", 2);
  assert_refused(&tiff, "TIFF data");
  image_free(&image);
  image_free(&expected);
  blob_free(&tiff);
  free(rgb);
}

static void what_cannot_be_taken_is_refused_in_words(void **state) {
  (void)state;
  float row[4] = {0};
  struct sample_tiff shape = {.width = 4, .height = 1, .bits = 32, .samples = 1, .photometric = PHOTOMETRIC_MINISBLACK};
  shape.format = SAMPLEFORMAT_IEEEFP;
  struct blob tiff = sample_tiff(&shape, (const uint8_t *)row, sizeof row);
  assert_refused(&tiff, "floating-point");
  blob_free(&tiff);
  shape.format = SAMPLEFORMAT_UINT;
  tiff = sample_tiff(&shape, (const uint8_t *)row, sizeof row);
  assert_refused(&tiff, "32 bits a sample");
  blob_free(&tiff);
  shape = (struct sample_tiff){.width = 4, .height = 1, .bits = 8, .samples = 3, .photometric = PHOTOMETRIC_CIELAB};
  tiff = sample_tiff(&shape, (const uint8_t *)row, 12);
  assert_refused(&tiff, "photometric interpretation 8");
  blob_free(&tiff);
}

static void a_second_picture_is_refused_and_a_preview_or_mask_passed_over(void **state) {
  (void)state;
  uint8_t *rgb = sample_scene(45, 38);
  struct sample_tiff second = {.width = 45, .height = 38, .bits = 8, .samples = 3, .photometric = PHOTOMETRIC_RGB};
  struct sample_tiff shape = second;
  shape.second = &second;
  struct blob tiff = sample_tiff(&shape, rgb, 45 * 3);
  assert_refused(&tiff, "several pictures, page 2 of 45 x 38 pixels");
  blob_free(&tiff);
  const struct { int width, type; } passed[] = {{45, FILETYPE_REDUCEDIMAGE}, {45, FILETYPE_MASK}, {22, 0}};
  for (int i = 0; i < 3; i++) {
    second.width = passed[i].width, shape.second_type = passed[i].type;
    struct image image = {0};
    tiff = sample_tiff(&shape, rgb, 45 * 3);
    sample_decode(&tiff, NULL, &image);
    assert_int_equal(image.width, 45);
    image_free(&image);
    blob_free(&tiff);
  }
  free(rgb);
}

static void a_truncated_photo_is_refused_wherever_it_ends(void **state) {
  (void)state;
  uint8_t *rgb = sample_scene(45, 38);
  static const int PACKINGS[] = {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE};
  for (int packing = 0; packing < 3; packing++) {
    struct sample_tiff shape = {.width = 45, .height = 38, .bits = 8, .samples = 3, .photometric = PHOTOMETRIC_RGB};
    shape.compression = PACKINGS[packing];
    struct blob tiff = sample_tiff(&shape, rgb, 45 * 3);
    for (size_t size = 8; size < tiff.size; size += 101) {
      struct blob cut = {malloc(size), size};
      assert_non_null(cut.bytes);
      memcpy(cut.bytes, tiff.bytes, size);
      assert_refused(&cut, "TIFF data");
      blob_free(&cut);
    }
    blob_free(&tiff);
  }
  free(rgb);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(strips_tiles_planes_and_every_packing_give_the_same_photo),
      cmocka_unit_test(all_eight_orientations_give_the_same_upright_planes),
      cmocka_unit_test(grey_bilevel_and_min_is_white),
      cmocka_unit_test(alpha_is_laid_over_white_whether_premultiplied_or_not),
      cmocka_unit_test(palette_and_cmyk_become_colour),
      cmocka_unit_test(jpeg_inside_decodes_and_is_refused_when_damaged),
      cmocka_unit_test(what_cannot_be_taken_is_refused_in_words),
      cmocka_unit_test(a_second_picture_is_refused_and_a_preview_or_mask_passed_over),
      cmocka_unit_test(a_truncated_photo_is_refused_wherever_it_ends),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
