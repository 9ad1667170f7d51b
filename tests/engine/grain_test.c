#include "engine/grain.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { WIDTH = 80, HEIGHT = 40, LIMIT = 32 };

static float golden[WIDTH * HEIGHT], photo[WIDTH * HEIGHT];
static uint8_t map[WIDTH * HEIGHT];

/* A streak of STREAK grey levels, which is just the tolerance, along the middle. */
static const struct finding streak = {.left = 20, .top = 18, .right = 59, .bottom = 21};
static const double STREAK = 13;

static bool in_streak(int x, int y) {
  return x >= streak.left && x <= streak.right && y >= streak.top && y <= streak.bottom;
}

/* The streak's deviations, where each row of the ground lies some of `grain` grey levels off, and beyond a golden edge
 * of height `edge` twenty more. */
static double deviations(double grain, double edge, int width) {
  struct surroundings s = {.width = width, .height = HEIGHT, .golden = golden, .smooth = photo, .map = map};
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < width; x++) {
      int i = y * width + x;
      golden[i] = edge > 0 && y >= HEIGHT - 6 ? 120 + edge * (y % 2) : 120;
      photo[i] = golden[i] + (in_streak(x, y) ? STREAK : y % 4 < 2 ? grain : -grain);
      if (edge > 0 && y >= HEIGHT - 6) photo[i] += y % 2 ? 20 : -20;
      map[i] = (uint8_t)(in_streak(x, y) ? LIMIT : 0);
    }
  return grain_deviations(&s, &streak, LIMIT);
}

static void a_streak_is_measured_by_the_grain_about_it(void **state) {
  (void)state;
  assert_true(fabs(deviations(3, 0, WIDTH) - STREAK / 3) < 0.1);
  assert_true(fabs(deviations(1, 0, WIDTH) - STREAK) < 0.3);
}

static void an_even_level_of_the_ground_is_no_grain(void **state) {
  (void)state;
  struct surroundings s = {.width = WIDTH, .height = HEIGHT, .golden = golden, .smooth = photo, .map = map};
  deviations(1, 0, WIDTH);
  for (int i = 0; i < WIDTH * HEIGHT; i++) photo[i] += 10;
  assert_true(grain_deviations(&s, &streak, LIMIT) > STREAK + 9);
}

static void edges_that_lie_off_are_not_the_ground(void **state) {
  (void)state;
  assert_true(deviations(1, 40, WIDTH) > 0.9 * STREAK);
}

static void ground_that_cannot_be_seen_explains_nothing(void **state) {
  (void)state;
  struct surroundings s = {.width = WIDTH, .height = HEIGHT, .golden = golden, .smooth = photo, .map = map};
  deviations(3, 0, WIDTH);
  for (int i = 0; i < WIDTH * HEIGHT; i++) map[i] = LIMIT;
  assert_true(isinf(grain_deviations(&s, &streak, LIMIT)));
  deviations(0, 0, WIDTH);
  assert_true(isinf(grain_deviations(&s, &streak, LIMIT)));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_streak_is_measured_by_the_grain_about_it),
                                     cmocka_unit_test(an_even_level_of_the_ground_is_no_grain),
                                     cmocka_unit_test(edges_that_lie_off_are_not_the_ground),
                                     cmocka_unit_test(ground_that_cannot_be_seen_explains_nothing)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
