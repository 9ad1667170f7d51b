#include "engine/nudge.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { SIDE = 24, LIMIT = 32 };

static float golden[SIDE * SIDE], photo[SIDE * SIDE];
static uint8_t map[SIDE * SIDE];

/* A ring, its edges 3 px soft, and what `shown` makes of the place of each pixel. */
static double ring_at(double x, double y) {
  double r = sqrt((x - 12) * (x - 12) + (y - 12) * (y - 12));
  return 60 + 120 / (1 + exp(-2 * (r - 5))) - 120 / (1 + exp(-2 * (r - 9)));
}

/* 30 grey levels are a tolerance. */
static struct nudge left_of(double dx, double dy, double spot) {
  struct surroundings s = {.width = SIDE, .height = SIDE, .golden = golden, .smooth = photo, .map = map};
  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++) {
      int i = y * SIDE + x;
      golden[i] = ring_at(x, y), photo[i] = ring_at(x - dx, y - dy);
      if (spot > 0 && x >= 10 && x < 14 && y >= 17 && y < 21) photo[i] -= spot;
      double use = LIMIT * fabs(photo[i] - golden[i]) / 30;
      map[i] = (uint8_t)(use < 255 ? use : 255);
    }
  return nudge_left(&s, LIMIT);
}

static void edges_that_lie_off_by_less_than_a_pixel_are_explained(void **state) {
  (void)state;
  struct nudge left = left_of(0.6, -0.4, 0);
  assert_true(left.peak < 1);
  assert_true(left.share < 0.1);
}

static void a_spot_is_not(void **state) {
  (void)state;
  struct nudge left = left_of(0, 0, 50);
  assert_true(left.peak > 1.3);
  assert_true(left.share > 0.5);
}

static void what_lies_two_pixels_off_is_not(void **state) {
  (void)state;
  struct nudge left = left_of(2, 0, 0);
  assert_true(left.peak > 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(edges_that_lie_off_by_less_than_a_pixel_are_explained),
                                     cmocka_unit_test(a_spot_is_not),
                                     cmocka_unit_test(what_lies_two_pixels_off_is_not)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
