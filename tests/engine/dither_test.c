/* Where between coarse steps even ground lies, by its noise: of drawn blocks, and of photos. */
#include "engine/dither.h"
#include "tests/engine/samples.h"
#include "tests/support.h"

#include <turbojpeg.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SIDE = 24 };
static const double STEP = 2.125;

/* About normal: of standard deviation 1. */
static double noise(uint64_t *random) {
  double sum = -6;
  for (int i = 0; i < 12; i++) sum += (double)(support_random(random) >> 11) * 0x1p-53;
  return sum;
}

/* Blocks of ground of a value, in steps, with so much noise, grey levels. */
static void draw(double value, double levels, int left, int right, uint64_t *random, int16_t *level) {
  for (int y = 0; y < SIDE; y++)
    for (int x = left; x < right; x++) level[y * SIDE + x] = (int16_t)lrint(value + levels / STEP * noise(random));
}

/* Means over all even blocks: of the levels, and with what the blocks about them add. */
static void means(const int16_t *level, double *plain, double *told) {
  struct dither dither;
  int count = 0;
  dither_open(SIDE, SIDE, level, STEP, &dither);
  *plain = *told = 0;
  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++) {
      const int own = level[y * SIDE + x];
      if (own == DITHER_UNEVEN) continue;
      *plain += own, *told += own + dither_at(&dither, x, y), count++;
    }
  *plain /= count, *told /= count;
}

static void noise_tells_ground_near_the_middle_between_two_steps(void **state) {
  (void)state;
  uint64_t random = 5;
  int16_t level[SIDE * SIDE];
  for (double value = -0.66; value < -0.33; value += 0.04)
    for (double levels = 0.12; levels < 0.3; levels += 0.08) {
      double plain, told;
      draw(value, levels, 0, SIDE, &random, level);
      means(level, &plain, &told);
      assert_true(fabs(told - value) <= fabs(plain - value) + 0.02);
      if (plain > -0.92 && plain < -0.08) assert_float_equal(told, value, 0.1);
    }
}

static void ground_far_from_it_stays_at_its_step(void **state) {
  (void)state;
  uint64_t random = 6;
  int16_t level[SIDE * SIDE];
  double plain, told;
  draw(0.2, 0.15, 0, SIDE, &random, level);
  means(level, &plain, &told);
  assert_float_equal(plain, 0, 0);
  assert_float_equal(told, 0, 0);
}

static void two_grounds_side_by_side_stay_at_their_steps(void **state) {
  (void)state;
  uint64_t random = 7;
  int16_t level[SIDE * SIDE];
  struct dither dither;
  draw(0, 0.1, 0, SIDE / 2, &random, level);
  draw(1, 0.1, SIDE / 2, SIDE, &random, level);
  dither_open(SIDE, SIDE, level, STEP, &dither);
  for (int x = 0; x < SIDE; x++) assert_float_equal(dither_at(&dither, x, SIDE / 2), 0, 0);
}

static void uneven_blocks_tell_nothing_and_are_told_nothing(void **state) {
  (void)state;
  uint64_t random = 8;
  int16_t level[SIDE * SIDE];
  double plain, told;
  draw(-0.45, 0.18, 0, SIDE, &random, level);
  for (int i = 0; i < SIDE * SIDE; i += 3) level[i] = DITHER_UNEVEN;
  struct dither dither;
  dither_open(SIDE, SIDE, level, STEP, &dither);
  assert_float_equal(dither_at(&dither, 0, 0), 0, 0);
  means(level, &plain, &told);
  assert_float_equal(told, -0.45, 0.1);
}

/* ---- of photos ---- */

enum { COLUMNS = 20, ROWS = 14 };

/* Even ground, so much redder than grey, with a sensor's noise, at quality 50. */
static struct blob photo(double redder) {
  const int width = 16 * COLUMNS, height = 16 * ROWS;
  uint8_t *rgb = malloc(3 * (size_t)width * (size_t)height);
  unsigned char *bytes = NULL;
  unsigned long size = 0;
  uint64_t random = 9;
  assert_non_null(rgb);
  for (int i = 0; i < width * height; i++)
    for (int k = 0; k < 3; k++) rgb[3 * i + k] = (uint8_t)lrint(150 + (k ? 0 : redder) + 4.5 * noise(&random));
  tjhandle tj = tjInitCompress();
  assert_int_equal(tjCompress2(tj, rgb, width, 0, height, TJPF_RGB, &bytes, &size, TJSAMP_420, 50, 0), 0);
  struct blob blob = {NULL, 0};
  blob_append(&blob, bytes, size);
  tjFree(bytes);
  tjDestroy(tj);
  free(rgb);
  return blob;
}

/* The mean of Cr. */
static double mean_cr(const struct image *image) {
  double sum = 0;
  for (int y = 0; y < image->planes[2].height; y++)
    for (int x = 0; x < image->planes[2].width; x++) {
      const size_t square = (size_t)(y / 8) * image->fraction[2].stride + (size_t)(x / 8);
      sum += image->planes[2].pixels[(size_t)y * image->planes[2].stride + (size_t)x] - 128;
      sum += (image->fraction[2].pixels[square] - 128.0) / IMAGE_FRACTION_UNIT;
    }
  return sum / (image->planes[2].width * image->planes[2].height);
}

static void a_photo_s_noise_tells_its_colour_between_coarse_steps(void **state) {
  (void)state;
  const struct decode_options options = {.fractions = true};
  struct image image = {0};
  for (double redder = 1.7; redder < 2.6; redder += 0.2) {
    struct blob blob = photo(redder);
    sample_decode(&blob, &options, &image);
    assert_float_equal(mean_cr(&image), 0.5 * redder, 0.12);
    blob_free(&blob);
  }
  image_free(&image);
}

static void what_noise_tells_turns_with_the_photo(void **state) {
  (void)state;
  const struct decode_options options = {.fractions = true};
  struct image upright = {0}, turned = {0};
  struct blob blob = photo(1.9);
  sample_decode(&blob, &options, &upright);
  sample_jpeg_exif(&blob, 6, NULL); /* the file's left edge is the top */
  sample_decode(&blob, &options, &turned);
  for (int y = 0; y < ROWS; y++)
    for (int x = 0; x < COLUMNS; x++)
      assert_int_equal(turned.fraction[2].pixels[(size_t)x * turned.fraction[2].stride + (size_t)(ROWS - 1 - y)],
                       upright.fraction[2].pixels[(size_t)y * upright.fraction[2].stride + (size_t)x]);
  image_free(&upright), image_free(&turned);
  blob_free(&blob);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(noise_tells_ground_near_the_middle_between_two_steps),
      cmocka_unit_test(ground_far_from_it_stays_at_its_step),
      cmocka_unit_test(two_grounds_side_by_side_stay_at_their_steps),
      cmocka_unit_test(uneven_blocks_tell_nothing_and_are_told_nothing),
      cmocka_unit_test(a_photo_s_noise_tells_its_colour_between_coarse_steps),
      cmocka_unit_test(what_noise_tells_turns_with_the_photo),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
