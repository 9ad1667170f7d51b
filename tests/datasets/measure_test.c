#include "datasets/defect.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WIDTH = 40, HEIGHT = 30 };
static uint8_t before[3 * WIDTH * HEIGHT], after[3 * WIDTH * HEIGHT];
static const struct rectangle rectangle = {100, 200, 100 + WIDTH, 200 + HEIGHT};

static void paint(int x0, int y0, int w, int h, int level) {
  memset(before, 128, sizeof before);
  memset(after, 128, sizeof after);
  for (int y = y0; y < y0 + h; y++)
    for (int x = x0; x < x0 + w; x++) memset(after + 3 * (y * WIDTH + x), level, 3);
}

static void a_box_has_its_size_place_and_contrast(void **state) {
  (void)state;
  struct defect defect = {0};
  paint(5, 7, 12, 9, 78);
  assert_int_equal(defect_measure(before, after, rectangle, false, &defect, NULL), STATUS_OK);
  assert_int_equal(defect.box.x0, 105);
  assert_int_equal(defect.box.y0, 207);
  assert_int_equal(defect.box.x1, 117);
  assert_int_equal(defect.box.y1, 216);
  assert_int_equal(defect.area, 108);
  assert_true(fabs(defect.contrast - 50) < 0.01);
  assert_true(defect.length == 12 && defect.width == 9);
  assert_true(fabs(defect.thickness - 9) < 0.01);
  defect_free(&defect);
}

static void a_line_is_long_and_thin(void **state) {
  (void)state;
  struct defect defect = {0};
  paint(3, 10, 3, 18, 200);
  assert_int_equal(defect_measure(before, after, rectangle, false, &defect, NULL), STATUS_OK);
  assert_true(defect.length == 18 && defect.width == 3);
  assert_true(fabs(defect.thickness - 3) < 0.01);
  defect_free(&defect);
}

static void a_hue_of_the_same_luma_counts_only_as_colour(void **state) {
  (void)state;
  struct defect defect = {0};
  paint(5, 5, 10, 10, 128);
  for (int y = 5; y < 15; y++)
    for (int x = 5; x < 15; x++) {
      uint8_t *p = after + 3 * (y * WIDTH + x);
      p[0] = 128 + 59, p[1] = 128 - 30, p[2] = 128;
    }
  assert_int_equal(defect_measure(before, after, rectangle, false, &defect, NULL), STATUS_MISSING);
  assert_int_equal(defect_measure(before, after, rectangle, true, &defect, NULL), STATUS_OK);
  assert_true(fabs(defect.contrast - 59 / 1.402) < 1);
  defect_free(&defect);
}

static void no_difference_is_no_defect(void **state) {
  (void)state;
  struct defect defect = {0};
  paint(5, 5, 10, 10, 131);
  assert_int_equal(defect_measure(before, after, rectangle, true, &defect, NULL), STATUS_MISSING);
  assert_null(defect.mask);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_box_has_its_size_place_and_contrast),
      cmocka_unit_test(a_line_is_long_and_thin),
      cmocka_unit_test(a_hue_of_the_same_luma_counts_only_as_colour),
      cmocka_unit_test(no_difference_is_no_defect),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
