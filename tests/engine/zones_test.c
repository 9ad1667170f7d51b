#include "engine/zones.h"
#include "tests/engine/picture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { WIDTH = 13, HEIGHT = 9 };

static struct spec parse(const char *text) {
  struct spec spec;
  struct fault fault = {0};
  if (spec_parse(text, strlen(text), "golden.yaml", &spec, &fault)) fail_msg("%s", fault.text);
  return spec;
}

/* Draws and compares with rows of digits: '0' not compared, '1' outside, '2' the first zone. */
static void assert_drawn(const char *text, const struct photo *masks, const char *const rows[HEIGHT]) {
  struct spec spec = parse(text);
  struct zones zones;
  struct fault fault = {0};
  if (zones_draw(&spec, masks, WIDTH, HEIGHT, &zones, &fault)) fail_msg("%s", fault.text);
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++) {
      int label = zones.labels.pixels[(size_t)y * zones.labels.stride + (size_t)x];
      if (label != rows[y][x] - '0') fail_msg("(%d, %d) is %d, expected %c", x, y, label, rows[y][x]);
    }
  zones_free(&zones);
  spec_free(&spec);
}

static void refused(const char *text, const struct photo *masks, int32_t width, const char *words) {
  struct spec spec = parse(text);
  struct zones zones;
  struct fault fault = {0};
  assert_int_equal(zones_draw(&spec, masks, width, HEIGHT, &zones, &fault), STATUS_INVALID);
  if (!strstr(fault.text, words)) fail_msg("\"%s\" does not say \"%s\"", fault.text, words);
  assert_null(zones.memory);
  spec_free(&spec);
}

/* Centres at integers: from 2 to 5 are the columns 2, 3, 4; a right or lower border through centres leaves them out. */
static void a_pixel_belongs_to_a_polygon_if_its_centre_does(void **state) {
  (void)state;
  assert_drawn("zones: [{name: a, polygon: [[2, 1], [5, 1], [5, 4], [2, 4]]},\n"
               "        {name: b, polygon: [[6.5, 5.5], [9.4, 5.5], [9.4, 7.4], [6.5, 7.4]]}]\n",
               NULL,
               (const char *const[]){"1111111111111", "1122211111111", "1122211111111", "1122211111111",
                                     "1111111111111", "1111111111111", "1111111333111", "1111111333111",
                                     "1111111111111"});
}

/* Two neighbours that share a slanting border leave no pixel out and give none to both. */
static void neighbours_share_no_pixel(void **state) {
  (void)state;
  assert_drawn("outside: ignore\nzones: [{name: a, polygon: [[-1, -1], [4, -1], [9, 9], [-1, 9]]},\n"
               "        {name: b, polygon: [[4, -1], [14, -1], [14, 9], [9, 9]]}]\n",
               NULL,
               (const char *const[]){"2222233333333", "2222233333333", "2222223333333", "2222223333333",
                                     "2222222333333", "2222222333333", "2222222233333", "2222222233333",
                                     "2222222223333"});
}

/* A figure of eight: even-odd, as for a ring drawn in one stroke. */
static void polygons_that_cross_themselves_are_even_odd(void **state) {
  (void)state;
  assert_drawn("zones: [{name: a, polygon: [[1, 1], [9, 1], [9, 7], [1, 7], [1, 1], [3, 3], [3, 5], [6, 5], [6, 3], "
               "[3, 3]]}]\n",
               NULL,
               (const char *const[]){"1111111111111", "1222222221111", "1222222221111", "1221112221111",
                                     "1221112221111", "1222222221111", "1222222221111", "1111111111111",
                                     "1111111111111"});
}

static void later_zones_win_and_ignored_ones_over_all(void **state) {
  (void)state;
  assert_drawn("zones: [{name: hole, ignore: true, polygon: [[3, 3], [7, 3], [7, 6], [3, 6]]},\n"
               "        {name: a, polygon: [[1, 1], [6, 1], [6, 5], [1, 5]]},\n"
               "        {name: b, polygon: [[4, 2], [11, 2], [11, 7], [4, 7]]}]\n",
               NULL,
               (const char *const[]){"1111111111111", "1333331111111", "1333444444411", "1330000444411",
                                     "1330000444411", "1110000444411", "1111444444411", "1111111111111",
                                     "1111111111111"});
}

static void zones_reach_beyond_the_picture(void **state) {
  (void)state;
  assert_drawn(
      "outside: ignore\nzones: [{name: a, polygon: [[-99999, 2], [99999, 2], [99999, 99999], [-99999, 99999]]}]\n",
      NULL,
      (const char *const[]){"0000000000000", "0000000000000", "2222222222222", "2222222222222", "2222222222222",
                            "2222222222222", "2222222222222", "2222222222222", "2222222222222"});
}

static struct photo mask_photo(int width, int height) {
  struct picture p = picture_even(width, height, 1, 0);
  picture_box(&p, 2, 1, 3, 2, (const float[]){1});
  picture_box(&p, 8, 6, 4, 2, (const float[]){255});
  struct photo photo = picture_photo(&p, "masks/a.pgm");
  picture_free(&p);
  return photo;
}

static void masks_are_zones_too(void **state) {
  (void)state;
  struct photo masks[2] = {mask_photo(WIDTH, HEIGHT)};
  assert_drawn("zones: [{name: a, mask: a.pgm}, {name: b, polygon: [[10, 0], [12, 0], [12, 9], [10, 9]]}]\n", masks,
               (const char *const[]){"1111111111331", "1122211111331", "1122211111331", "1111111111331",
                                     "1111111111331", "1111111111331", "1111111122331", "1111111122331",
                                     "1111111111331"});
  assert_drawn("zones: [{name: a, mask: a.pgm, ignore: true}]\n", masks,
               (const char *const[]){"1111111111111", "1100011111111", "1100011111111", "1111111111111",
                                     "1111111111111", "1111111111111", "1111111100001", "1111111100001",
                                     "1111111111111"});
  photo_free(&masks[0]);
}

static void masks_of_another_size_or_kind_are_refused(void **state) {
  (void)state;
  const char text[] = "zones: [{name: front, mask: a.pgm}]\n";
  struct photo masks[1] = {mask_photo(WIDTH + 1, HEIGHT)};
  refused(text, masks, WIDTH, "14 x 9 pixels; expected the golden's 13 x 9");
  memset(masks[0].bytes, 'x', masks[0].size);
  refused(text, masks, WIDTH, "zone front: mask masks/a.pgm");
  photo_free(&masks[0]);
}

static void a_golden_of_which_nothing_is_compared_is_refused(void **state) {
  (void)state;
  refused("outside: ignore\n", NULL, WIDTH, "no pixel");
  refused("outside: ignore\nzones: [{name: a, polygon: [[20, 0], [30, 0], [30, 9]]}]\n", NULL, WIDTH, "no pixel");
  refused("zones: [{name: a, ignore: true, polygon: [[-1, -1], [30, -1], [30, 30], [-1, 30]]}]\n", NULL, WIDTH,
          "no pixel");
  refused("outside: ignore\nzones: [{name: a, polygon: [[2.2, 2.2], [2.8, 2.2], [2.8, 2.8]]}]\n", NULL, WIDTH,
          "no pixel");
}

/* Half and quarter size: nothing where one of the four is not compared, nor at the frame, else the largest of their
 * numbers; odd sizes repeat the last row and column. */
static void smaller_sizes_are_compared_where_all_four_are_and_off_the_frame(void **state) {
  (void)state;
  struct spec spec = parse("zones: [{name: a, polygon: [[3, 0], [6, 0], [6, 3], [3, 3]]},\n"
                           "        {name: b, ignore: true, polygon: [[8, 4], [13, 4], [13, 5], [8, 5]]},\n"
                           "        {name: c, polygon: [[12, 8], [13, 8], [13, 9], [12, 9]]}]\n");
  struct zones zones;
  static const char *const rows[] = {"0000000", "0221110", "0111000", "0111110", "0000000"};
  assert_int_equal(zones_draw(&spec, NULL, WIDTH, HEIGHT, &zones, NULL), STATUS_OK);
  assert_int_equal(zones.half.width, 7);
  assert_int_equal(zones.half.height, 5);
  for (int y = 0; y < 5; y++)
    for (int x = 0; x < 7; x++)
      assert_int_equal(zones.half.pixels[(size_t)y * zones.half.stride + (size_t)x], rows[y][x] - '0');
  static const char *const quarter[] = {"0000", "0100", "0000"};
  assert_int_equal(zones.quarter.width, 4);
  assert_int_equal(zones.quarter.height, 3);
  for (int y = 0; y < 3; y++)
    for (int x = 0; x < 4; x++)
      assert_int_equal(zones.quarter.pixels[(size_t)y * zones.quarter.stride + (size_t)x], quarter[y][x] - '0');
  zones_free(&zones);
  spec_free(&spec);
}

/* As drawn, at sizes of which some are large enough to be mapped instead. */
static void without_zones_all_is_compared_but_the_frame(void **state) {
  (void)state;
  static const int32_t sizes[][2] = {{16, 16}, {17, 19}, {1001, 1003}, {4000, 1200}};
  struct spec spec = parse("name: a\n");
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    struct zones zones;
    assert_int_equal(zones_draw(&spec, NULL, sizes[i][0], sizes[i][1], &zones, NULL), STATUS_OK);
    assert_true(zones.whole);
    const struct plane *planes[] = {&zones.labels, &zones.half, &zones.quarter};
    for (int k = 0; k < 3; k++) {
      const struct plane *p = planes[k];
      assert_int_equal(p->width, k ? (planes[k - 1]->width + 1) / 2 : sizes[i][0]);
      assert_int_equal(p->height, k ? (planes[k - 1]->height + 1) / 2 : sizes[i][1]);
      for (int32_t y = 0; y < p->height; y++)
        for (int32_t x = 0; x < p->width; x++) {
          bool inside = x && y && x + 1 < p->width && y + 1 < p->height;
          assert_int_equal(p->pixels[(size_t)y * p->stride + (size_t)x], inside ? ZONES_OUTSIDE : 0);
        }
    }
    zones_free(&zones);
  }
  spec_free(&spec);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_pixel_belongs_to_a_polygon_if_its_centre_does),
      cmocka_unit_test(neighbours_share_no_pixel),
      cmocka_unit_test(polygons_that_cross_themselves_are_even_odd),
      cmocka_unit_test(later_zones_win_and_ignored_ones_over_all),
      cmocka_unit_test(zones_reach_beyond_the_picture),
      cmocka_unit_test(masks_are_zones_too),
      cmocka_unit_test(masks_of_another_size_or_kind_are_refused),
      cmocka_unit_test(without_zones_all_is_compared_but_the_frame),
      cmocka_unit_test(a_golden_of_which_nothing_is_compared_is_refused),
      cmocka_unit_test(smaller_sizes_are_compared_where_all_four_are_and_off_the_frame),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
