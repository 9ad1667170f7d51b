/* Distances over a chessboard are those that asking every pixel of every other gives. */
#include "engine/chessboard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 300, GUARD = 77 };

static int apart(int a, int b) {
  return a < b ? b - a : a - b;
}

static int larger(int a, int b) {
  return a > b ? a : b;
}

/* To the nearest of what is there, at most 255. */
static int nearest(const uint8_t *there, int width, int height, int x, int y) {
  int least = 255;
  for (int v = 0; v < height; v++)
    for (int u = 0; u < width; u++)
      if (there[v * width + u] && larger(apart(x, u), apart(y, v)) < least) least = larger(apart(x, u), apart(y, v));
  return least;
}

/* `rare`: one pixel of so many is there. */
static void check(int width, int height, int rare, int reach) {
  uint8_t there[MOST * 8], pixels[MOST * 8], room[MOST];
  const int stride = width + 3;
  memset(pixels, GUARD, sizeof pixels);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++) {
      there[y * width + x] = rand() % rare == 0;
      pixels[y * stride + x] = there[y * width + x] ? 0 : 255;
    }
  const struct plane plane = {pixels, width, height, (size_t)stride};
  chessboard_spread(&plane, reach, room);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < stride; x++) {
      int is = pixels[y * stride + x], expected = x < width ? nearest(there, width, height, x, y) : GUARD;
      if (expected <= reach || x >= width)
        assert_int_equal(is, expected);
      else
        assert_true(is > reach);
    }
}

static void distances_are_those_to_the_nearest(void **state) {
  const int sizes[][2] = {{1, 1}, {1, 9}, {9, 1}, {2, 2}, {17, 5}, {40, 31}};
  (void)state;
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
    for (int rare = 1; rare < 2000; rare *= 7) {
      check(sizes[i][0], sizes[i][1], rare, 255);
      check(sizes[i][0], sizes[i][1], rare, 6);
    }
}

static void a_row_longer_than_any_distance_holds_255_far_off(void **state) {
  (void)state;
  check(MOST, 2, 400, 255);
  check(MOST, 2, 100, 255);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(distances_are_those_to_the_nearest),
                                     cmocka_unit_test(a_row_longer_than_any_distance_holds_255_far_off)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
