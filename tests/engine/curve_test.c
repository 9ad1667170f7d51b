/* A camera's curve brought back to the golden's, also what lies between whole levels. */
#include "engine/curve.h"
#include "tests/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* Values become their 1.25th power. */
static struct curve power_curve(void) {
  struct curve curve;
  for (int v = 0; v < 256; v++) {
    curve.exact[v] = 255 * pow(v / 255.0, 1.25);
    curve.value[v] = (uint8_t)floor(curve.exact[v] + 0.5);
  }
  return curve;
}

/* Even ground of Y 120.25, Cb 131.5, Cr 122.75, in whole levels and what is left. */
static void fractions_say_what_the_curve_would_have_made_of_them_unrounded(void **state) {
  (void)state;
  struct fault fault = {0};
  struct image image = {0};
  const struct curve curve = power_curve();
  const double value[3] = {120.25, 131.5, 122.75};
  double rgb[3], ycc[3];
  assert_int_equal(image_reserve(&image, 70, 40, true, &fault), STATUS_OK);
  assert_int_equal(image_reserve_fractions(&image, &fault), STATUS_OK);
  for (int k = 0; k < 3; k++) {
    const struct plane *plane = &image.planes[k], *fraction = &image.fraction[k];
    for (size_t i = 0; i < plane->stride * (size_t)plane->height; i++) plane->pixels[i] = (uint8_t)value[k];
    for (size_t i = 0; i < fraction->stride * (size_t)fraction->height; i++)
      fraction->pixels[i] = (uint8_t)(128 + IMAGE_FRACTION_UNIT * (value[k] - floor(value[k])));
  }
  curve_apply(&curve, &image);
  image_rgb_of(value[0], value[1] - 128, value[2] - 128, rgb);
  for (int c = 0; c < 3; c++) rgb[c] = 255 * pow(rgb[c] / 255, 1.25);
  image_ycc_of(rgb, ycc);
  for (int k = 0; k < 3; k++) {
    const struct plane *fraction = &image.fraction[k];
    for (size_t i = 0; i < fraction->stride * (size_t)fraction->height; i++)
      assert_float_equal(image.planes[k].pixels[0] + (fraction->pixels[i] - 128.0) / IMAGE_FRACTION_UNIT,
                         ycc[k] + (k ? 128 : 0), 0.02);
  }
  image_free(&image);
}

/* White that was not clipped must not seem so, nor the other way round, behind a curve that lifts or lowers it. */
static void what_was_full_stays_full_behind_a_curve_and_nothing_else(void **state) {
  (void)state;
  const struct curve curve = power_curve();
  for (int colour = 0; colour < 2; colour++) {
    struct fault fault = {0};
    struct image image = {0};
    assert_int_equal(image_reserve(&image, 16, 16, colour, &fault), STATUS_OK);
    for (int k = 0; k < (colour ? 3 : 1); k++)
      memset(image.planes[k].pixels, k ? 128 : IMAGE_FULL, image.planes[k].stride * (size_t)image.planes[k].height);
    assert_true(image.full == IMAGE_FULL);
    curve_apply(&curve, &image);
    assert_float_equal(image.full, 255 * pow(IMAGE_FULL / 255.0, 1.25), 1e-9);
    assert_float_equal(image.planes[0].pixels[0], image.full, 0.51);
    assert_int_equal(image_reserve(&image, 16, 16, colour, &fault), STATUS_OK);
    assert_true(image.full == IMAGE_FULL);
    image_free(&image);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(fractions_say_what_the_curve_would_have_made_of_them_unrounded),
      cmocka_unit_test(what_was_full_stays_full_behind_a_curve_and_nothing_else),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
