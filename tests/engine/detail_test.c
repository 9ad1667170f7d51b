#include "engine/detail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WIDTH = 13, HEIGHT = 9 };

static void a_block_and_its_neighbours_tell_the_contrast(void **state) {
  (void)state;
  uint8_t pixels[WIDTH * HEIGHT];
  memset(pixels, 100, sizeof pixels);
  pixels[4 * WIDTH + 6] = 150; /* in block (3, 2) */
  struct plane luma = {pixels, WIDTH, HEIGHT, WIDTH}, detail, quarter;
  assert_int_equal(detail_of(&luma, &detail, &quarter, NULL), STATUS_OK);
  assert_int_equal(detail.width, 7);
  assert_int_equal(detail.height, 5);
  for (int32_t y = 0; y < detail.height; y++)
    for (int32_t x = 0; x < detail.width; x++) {
      int near = abs(x - 3) <= 1 && abs(y - 2) <= 1;
      assert_int_equal(detail.pixels[(size_t)y * detail.stride + (size_t)x], near ? 50 : 0);
    }
  free(detail.pixels);
  free(quarter.pixels);
}

static void contrast_is_told_up_to_a_limit(void **state) {
  (void)state;
  uint8_t pixels[WIDTH * HEIGHT] = {0};
  pixels[WIDTH * HEIGHT - 1] = 255;
  struct plane luma = {pixels, WIDTH, HEIGHT, WIDTH}, half, detail;
  assert_int_equal(detail_of(&luma, &half, &detail, NULL), STATUS_OK);
  assert_int_equal(detail.width, 4);
  assert_int_equal(detail.height, 3);
  assert_int_equal(detail.pixels[2 * detail.stride + 3], DETAIL_MOST);
  assert_int_equal(detail.pixels[0], 0);
  free(half.pixels);
  free(detail.pixels);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_block_and_its_neighbours_tell_the_contrast),
                                     cmocka_unit_test(contrast_is_told_up_to_a_limit)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
