#include "cli/picture_area.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { WIDTH = 4000, HEIGHT = 3000, SIDE = 250 };

static const double SCALE = 0.2;

static struct plane map;

static int make_map(void **state) {
  (void)state;
  map = (struct plane){calloc(WIDTH, HEIGHT), WIDTH, HEIGHT, WIDTH};
  return map.pixels == NULL;
}

static int free_map(void **state) {
  (void)state;
  free(map.pixels);
  return 0;
}

static void assert_area(struct picture_area area, int32_t x, int32_t y, int32_t width, int32_t height) {
  if (area.x != x || area.y != y || area.width != width || area.height != height)
    fail_msg("%d x %d at (%d, %d), expected %d x %d at (%d, %d)", area.width, area.height, area.x, area.y, width,
             height, x, y);
}

static void a_finding_is_shown_whole_with_what_lies_about_it(void **state) {
  (void)state;
  const int32_t box[4] = {1000, 600, 200, 100}, small[4] = {1000, 600, 3, 5}, corner[4] = {3990, 0, 10, 100};
  assert_area(picture_area_of(box, &map, SIDE, SCALE), 950, 500, 300, 300);
  assert_area(picture_area_of(small, &map, SIDE, SCALE), 981, 582, 40, 40);
  assert_area(picture_area_of(corner, &map, SIDE, SCALE), 3850, 0, 150, 150);
}

static void one_that_the_whole_picture_shows_as_large_is_shown_where_it_is_worst(void **state) {
  (void)state;
  const int32_t band[4] = {10, 200, 3980, 100};
  map.pixels[(size_t)220 * WIDTH + 2000] = 60;
  map.pixels[(size_t)250 * WIDTH + 3000] = 90;
  map.pixels[(size_t)1500 * WIDTH + 500] = 200; /* of another finding */
  struct picture_area area = picture_area_of(band, &map, SIDE, SCALE);
  assert_area(area, 3000 - 312, 0, 625, 625);
  assert_true(picture_area_scale(area, SIDE) >= 2 * SCALE);
}

static void a_golden_smaller_than_the_square_is_shown_whole(void **state) {
  (void)state;
  const struct plane tiny = {map.pixels, 20, 10, 20};
  const int32_t box[4] = {0, 0, 20, 10};
  assert_area(picture_area_of(box, &tiny, SIDE, 14), 0, 0, 20, 10);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_finding_is_shown_whole_with_what_lies_about_it),
      cmocka_unit_test(one_that_the_whole_picture_shows_as_large_is_shown_where_it_is_worst),
      cmocka_unit_test(a_golden_smaller_than_the_square_is_shown_whole)};
  return cmocka_run_group_tests(tests, make_map, free_map);
}
