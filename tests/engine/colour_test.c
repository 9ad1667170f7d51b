#include "engine/colour.h"

#include "engine/colour_matrix.h"
#include "engine/colour_profile.h"
#include "tests/engine/samples.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void grey_stays_grey(void **state) {
  (void)state;
  for (int v = 0; v < 256; v++) {
    uint8_t cb, cr, rgb[3];
    assert_int_equal(colour_luma(v, v, v), v);
    colour_chroma_of_four(4 * v, 4 * v, 4 * v, &cb, &cr);
    assert_int_equal(cb, 128);
    assert_int_equal(cr, 128);
    colour_ycbcr_to_rgb(v, 128, 128, rgb);
    assert_int_equal(rgb[0], v);
    assert_int_equal(rgb[1], v);
    assert_int_equal(rgb[2], v);
  }
}

/* JFIF's formulas in floating point. */
static void conversions_are_the_formulas_rounded(void **state) {
  (void)state;
  for (int r = 0; r < 256; r += 15)
    for (int g = 0; g < 256; g += 15)
      for (int b = 0; b < 256; b += 15) {
        const double y = 0.299 * r + 0.587 * g + 0.114 * b;
        uint8_t cb, cr;
        colour_chroma_of_four(4 * r, 4 * g, 4 * b, &cb, &cr);
        assert_true(abs((int)(10000 * (colour_luma(r, g, b) - y))) <= 5010);
        assert_true(abs((int)(10000 * (cb - (b - y) / 1.772 - 128))) <= 5010);
        assert_true(abs((int)(10000 * (cr - (r - y) / 1.402 - 128))) <= 5010);
      }
}

/* JFIF's formulas, the factors with 16 fractional bits, of every luma with every chroma; and rows of them. */
static void colours_are_the_formulas_rounded_one_by_one_and_in_rows(void **state) {
  (void)state;
  enum { COUNT = 256 };
  uint8_t y[COUNT], b[COUNT], r[COUNT], row[3 * COUNT], rgb[3];
  for (int cb = 0; cb < 256; cb += 3)
    for (int cr = 0; cr < 256; cr++) {
      for (int i = 0; i < COUNT; i++) y[i] = (uint8_t)i, b[i] = (uint8_t)cb, r[i] = (uint8_t)cr;
      colour_ycbcr_row(y, b, r, (size_t)(COUNT - cr % 3), row);
      for (int i = 0; i < COUNT - cr % 3; i++) {
        const int64_t u = cb - 128, v = cr - 128, half = 32768, luma = i * INT64_C(65536);
        const int64_t wanted[3] = {(luma + 91881 * v + half) >> 16, (luma - 22554 * u - 46802 * v + half) >> 16,
                                   (luma + 116130 * u + half) >> 16};
        colour_ycbcr_to_rgb(i, cb, cr, rgb);
        for (int c = 0; c < 3; c++) {
          const int64_t value = wanted[c] < 0 ? 0 : wanted[c] > 255 ? 255 : wanted[c];
          if (rgb[c] != value || row[3 * i + c] != value)
            fail_msg("y %d, cb %d, cr %d: %d and %d, expected %d", i, cb, cr, rgb[c], row[3 * i + c], (int)value);
        }
      }
    }
}

static void samples_are_rounded_to_the_nearest(void **state) {
  (void)state;
  for (uint32_t v = 0; v < 65536; v++) {
    assert_int_equal(colour_16_to_8((uint16_t)v), (v + 128) / 257);
    assert_int_equal(colour_scaled(v, 65535), colour_16_to_8((uint16_t)v));
  }
  assert_int_equal(colour_scaled(1, 1), 255);
  assert_int_equal(colour_scaled(9, 3), 255);
  for (int v = 0; v < 256; v++) {
    assert_int_equal(colour_over_white(v, 255), v);
    assert_int_equal(colour_over_white(v, 0), 255);
  }
}

/* Against a transform of lcms2 without shortcuts. */
static void assert_matrix_near_lcms(struct blob profile) {
  cmsHPROFILE from = cmsOpenProfileFromMem(profile.bytes, (cmsUInt32Number)profile.size), to = cmsCreate_sRGBProfile();
  cmsHTRANSFORM transform =
      cmsCreateTransform(from, TYPE_RGB_8, to, TYPE_RGB_8, INTENT_PERCEPTUAL, cmsFLAGS_NOOPTIMIZE | cmsFLAGS_NOCACHE);
  struct colour_matrix matrix;
  assert_true(colour_matrix_make(from, &matrix));
  for (int r = 0; r < 256; r += 5)
    for (int g = 0; g < 256; g += 15)
      for (int b = 0; b < 256; b += 5) {
        const uint8_t in[3] = {(uint8_t)r, (uint8_t)g, (uint8_t)b};
        uint8_t out[3] = {in[0], in[1], in[2]}, expected[3];
        cmsDoTransform(transform, in, expected, 1);
        colour_matrix_apply(&matrix, out, 1);
        for (int k = 0; k < 3; k++)
          if (abs(out[k] - expected[k]) > 1)
            fail_msg("(%d, %d, %d): channel %d is %d, expected %d", r, g, b, k, out[k], expected[k]);
      }
  cmsDeleteTransform(transform);
  cmsCloseProfile(from);
  cmsCloseProfile(to);
  blob_free(&profile);
}

static void matrix_profiles_come_within_one_of_lcms(void **state) {
  (void)state;
  assert_matrix_near_lcms(sample_profile_display_p3());
  assert_matrix_near_lcms(sample_profile_srgb());
  const double adobe[6] = {0.64, 0.33, 0.21, 0.71, 0.15, 0.06},
               wide[6] = {0.7347, 0.2653, 0.1596, 0.8404, 0.0366, 0.0001};
  assert_matrix_near_lcms(sample_profile_rgb(adobe, 2.19921875));
  assert_matrix_near_lcms(sample_profile_rgb(wide, 1.8));
}

static void only_a_profile_that_moves_nothing_is_srgb(void **state) {
  (void)state;
  struct blob srgb = sample_profile_srgb(), wide = sample_profile_display_p3(), grey = sample_profile_grey(2.2);
  assert_true(profile_is_srgb(NULL, 0, 3));
  assert_true(profile_is_srgb(srgb.bytes, srgb.size, 3));
  assert_true(profile_is_srgb(srgb.bytes, srgb.size, 1));
  assert_false(profile_is_srgb(srgb.bytes, srgb.size, 4));
  assert_false(profile_is_srgb(srgb.bytes, 100, 3));
  assert_false(profile_is_srgb(wide.bytes, wide.size, 3));
  assert_false(profile_is_srgb(grey.bytes, grey.size, 1));
  blob_free(&srgb);
  blob_free(&wide);
  blob_free(&grey);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(grey_stays_grey),
      cmocka_unit_test(conversions_are_the_formulas_rounded),
      cmocka_unit_test(colours_are_the_formulas_rounded_one_by_one_and_in_rows),
      cmocka_unit_test(samples_are_rounded_to_the_nearest),
      cmocka_unit_test(matrix_profiles_come_within_one_of_lcms),
      cmocka_unit_test(only_a_profile_that_moves_nothing_is_srgb),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
