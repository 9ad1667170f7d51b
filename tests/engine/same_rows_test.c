#include "engine/same_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint8_t *numbered(int32_t width) {
  uint8_t *row = malloc((size_t)width);
  for (int32_t x = 0; x < width; x++) row[x] = (uint8_t)(7 * x + 1);
  return row;
}

static uint8_t *row_of(const struct same_rows *rows, int32_t y) {
  return rows->plane.pixels + (size_t)y * rows->plane.stride;
}

static void every_row_is_as_given(void **state) {
  (void)state;
  static const int32_t sizes[][2] = {{1, 1}, {3, 3}, {255, 4000}, {256, 2047}, {257, 2049}, {4000, 3001}, {20000, 65}};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    int32_t width = sizes[i][0], height = sizes[i][1];
    uint8_t *row = numbered(width);
    struct same_rows rows;
    assert_true(same_rows_make(row, width, height, &rows));
    assert_int_equal(rows.plane.width, width);
    assert_int_equal(rows.plane.height, height);
    assert_true(rows.plane.stride >= (size_t)width);
    for (int32_t y = 0; y < height; y++) assert_memory_equal(row_of(&rows, y), row, (size_t)width);
    same_rows_free(&rows);
    free(row);
  }
}

static void what_is_written_changes_its_place_alone(void **state) {
  (void)state;
  enum { WIDTH = 4000, HEIGHT = 3001, WRITTEN = 1234 };
  uint8_t *row = numbered(WIDTH);
  struct same_rows rows;
  assert_true(same_rows_make(row, WIDTH, HEIGHT, &rows));
  assert_true(rows.mapped);
  memset(row_of(&rows, WRITTEN), 0, WIDTH);
  for (int32_t y = 0; y < HEIGHT; y++)
    if (y != WRITTEN) assert_memory_equal(row_of(&rows, y), row, WIDTH);
  for (int32_t x = 0; x < WIDTH; x++) assert_int_equal(row_of(&rows, WRITTEN)[x], 0);
  same_rows_free(&rows);
  free(row);
}

static void what_is_small_is_filled_as_any_plane(void **state) {
  (void)state;
  uint8_t row[100] = {1, 2, 3};
  struct same_rows rows;
  assert_true(same_rows_make(row, 100, 100, &rows));
  assert_false(rows.mapped);
  assert_memory_equal(row_of(&rows, 99), row, sizeof row);
  same_rows_free(&rows);
  assert_null(rows.plane.pixels);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_row_is_as_given),
                                     cmocka_unit_test(what_is_written_changes_its_place_alone),
                                     cmocka_unit_test(what_is_small_is_filled_as_any_plane)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
