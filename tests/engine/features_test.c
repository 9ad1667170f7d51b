/* The bridge to OpenCV: features under a mask. */
#include "engine/features.h"

#include "tests/engine/picture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WIDTH = 400, HEIGHT = 300, COUNT = 1500, LEVELS = 8 };

static uint8_t *pixels;
static struct plane luma;

static int draw(void **state) {
  (void)state;
  struct picture product = picture_product(WIDTH, HEIGHT, 1, 5);
  pixels = picture_bytes(&product);
  luma = (struct plane){pixels, WIDTH, HEIGHT, WIDTH};
  picture_free(&product);
  return 0;
}

static int release(void **state) {
  (void)state;
  free(pixels);
  return 0;
}

/* Matches of the features under a mask with those of the whole picture. */
static size_t matches_under(const struct plane *mask, struct feature_match **matches) {
  struct features *part = NULL, *whole = NULL;
  struct fault fault = {0};
  size_t count = 0;
  if (features_detect(&luma, mask, COUNT, LEVELS, &part, &fault) ||
      features_detect(&luma, NULL, COUNT, LEVELS, &whole, &fault) ||
      features_match(part, whole, matches, &count, &fault))
    fail_msg("%s", fault.text);
  features_free(part);
  features_free(whole);
  return count;
}

static void a_mask_of_any_value_but_0_takes_all_features(void **state) {
  (void)state;
  static uint8_t ones[WIDTH * HEIGHT];
  struct plane mask = {ones, WIDTH, HEIGHT, WIDTH};
  struct feature_match *all = NULL, *masked = NULL;
  size_t count = matches_under(NULL, &all);
  assert_true(count > 100);
  memset(ones, 1, sizeof ones);
  assert_int_equal(matches_under(&mask, &masked), count);
  assert_memory_equal(masked, all, count * sizeof *all);
  free(all);
  free(masked);
}

static void no_feature_lies_where_the_mask_is_0(void **state) {
  (void)state;
  static uint8_t left[WIDTH * HEIGHT];
  struct plane mask = {left, WIDTH, HEIGHT, WIDTH};
  struct feature_match *matches = NULL;
  for (int y = 0; y < HEIGHT; y++) memset(left + (size_t)y * WIDTH, 2, WIDTH / 2);
  size_t count = matches_under(&mask, &matches);
  assert_true(count > 50);
  for (size_t i = 0; i < count; i++) assert_true(matches[i].golden_x < WIDTH / 2);
  free(matches);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_mask_of_any_value_but_0_takes_all_features),
      cmocka_unit_test(no_feature_lies_where_the_mask_is_0),
  };
  return cmocka_run_group_tests(tests, draw, release);
}
