#include "engine/placement.h"
#include "kernels/kernels.h"
#include "tests/engine/picture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static void reserve(struct field *field, int columns, int rows, double spacing, double origin) {
  assert_int_equal(field_reserve(field, columns, rows, spacing, origin, NULL), STATUS_OK);
}

static void assert_near(double a, double b, double most) {
  if (!(fabs(a - b) <= most)) fail_msg("%.9g and %.9g differ by more than %g", a, b, most);
}

static void the_field_is_bilinear_and_even_beyond_its_ends(void **state) {
  (void)state;
  struct field field = {0};
  reserve(&field, 3, 2, 10, 5);
  for (int i = 0; i < 6; i++) field.x[i] = (i % 3) + 10.0 * (i / 3), field.y[i] = -field.x[i];
  static const struct {
    double x, y, value;
  } places[] = {{5, 5, 0},    {15, 5, 1},  {25, 15, 12},   {10, 10, 5.5}, {20, 5, 1.5},
                {-99, -9, 0}, {1e9, 5, 2}, {1e9, 1e9, 12}, {-3, 99, 10},  {25, 10, 7}};
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    struct pose_point d = field_at(&field, places[i].x, places[i].y);
    assert_near(d.x, places[i].value, 1e-12), assert_near(d.y, -places[i].value, 1e-12);
  }
  field_free(&field);
}

static void fields_of_one_point_or_none(void **state) {
  (void)state;
  struct field field = {0};
  assert_true(field_at(&field, 3, 4).x == 0);
  reserve(&field, 1, 1, 16, 7.5);
  assert_true(field_at(&field, 3, 4).x == 0 && field_at(&field, 3, 4).y == 0);
  field.x[0] = 2, field.y[0] = 3;
  assert_true(field_at(&field, -50, 900).x == 2 && field_at(&field, 900, -50).y == 3);
  /* Made anew it is zero, larger or smaller. */
  reserve(&field, 4, 5, 16, 7.5);
  for (int i = 0; i < 20; i++) assert_true(field.x[i] == 0 && field.y[i] == 0);
  field.x[0] = 1;
  reserve(&field, 1, 2, 16, 7.5);
  assert_true(field.x[0] == 0 && field.y[1] == 0);
  field_free(&field);
}

/* Corner (i, j) of the grid lies at level pixel (16 i, 16 j). */
static void the_grid_says_where_level_pixels_lie(void **state) {
  (void)state;
  enum { WIDTH = 100, HEIGHT = 40 };
  struct placement p = {.pose = pose_turned(20, 1.5, 50, 20, 90, 70)};
  reserve(&p.field, 2, 2, 100, 0);
  for (int i = 0; i < 4; i++) p.field.x[i] = 1.25, p.field.y[i] = -0.75;
  for (int golden = 0; golden < 3; golden++)
    for (int photo = 0; photo < 3; photo++) {
      int32_t width = WIDTH >> golden, height = HEIGHT >> golden, columns = KERNEL_NODES(width);
      int32_t *grid = calloc((size_t)columns * (size_t)KERNEL_NODES(height) * 2, sizeof *grid);
      assert_non_null(grid);
      placement_grid(&p, golden, width, height, photo, grid);
      for (int32_t j = 0; j < KERNEL_NODES(height); j++)
        for (int32_t i = 0; i < columns; i++) {
          struct pose_point q;
          double x = ldexp(16 * i + 0.5, golden) - 0.5, y = ldexp(16 * j + 0.5, golden) - 0.5;
          assert_true(pose_apply(&p.pose, x + 1.25, y - 0.75, &q));
          const int32_t *at = grid + 2 * ((size_t)j * (size_t)columns + (size_t)i);
          assert_near(at[0] / 65536.0, ldexp(q.x + 0.5, -photo) - 0.5, 1.0 / 65536);
          assert_near(at[1] / 65536.0, ldexp(q.y + 0.5, -photo) - 0.5, 1.0 / 65536);
        }
      free(grid);
    }
  field_free(&p.field);
}

static void places_that_have_no_image_lie_outside(void **state) {
  (void)state;
  struct placement behind = {.pose = {{1, 0, 0, 0, 1, 0, -0.02, 0, 1}}},
                   far = {.pose = {{8, 0, 1e8, 0, 8, -1e8, 0, 0, 1}}}, none = {.pose = {{NAN, 0, 0, 0, 1, 0, 0, 0, 1}}};
  int32_t grid[2 * 8 * 3];
  placement_grid(&behind, 0, 100, 20, 0, grid);
  assert_true(grid[2 * 7] < 0 && grid[2 * 7 + 1] < 0);
  placement_grid(&far, 0, 100, 20, 0, grid);
  for (int i = 0; i < 24; i++) assert_true(grid[2 * i] == 32700 * 65536 && grid[2 * i + 1] == -1024 * 65536);
  placement_grid(&none, 0, 100, 20, 0, grid);
  for (int i = 0; i < 24; i++) assert_true(grid[2 * i] < 0);
}

static void the_photo_level_is_the_one_of_like_pixels(void **state) {
  (void)state;
  static const struct {
    double scale;
    int golden, count, level;
  } cases[] = {{1, 0, 9, 0},   {1, 3, 9, 3}, {2, 0, 9, 1}, {2, 1, 9, 2},   {0.5, 2, 9, 1},
               {0.3, 0, 9, 0}, {8, 0, 9, 3}, {8, 4, 5, 4}, {1.4, 0, 9, 0}, {1.42, 0, 9, 1}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct placement p = {.pose = pose_turned(33, cases[i].scale, 50, 50, 400, 400)};
    assert_int_equal(placement_photo_level(&p, cases[i].golden, 101, 101, cases[i].count), cases[i].level);
  }
}

/* A part of 40 x 24 pixels that lies 3 to the right and 2 up: its pixels' nodes go with it, others far away do not. */
static void a_part_that_moved_takes_its_nodes_with_it(void **state) {
  (void)state;
  enum { WIDTH = 200, HEIGHT = 120, COLUMNS = KERNEL_TILES(WIDTH), ROWS = KERNEL_TILES(HEIGHT) };
  static const double motion[1][6] = {{0, 0, 3, 0, 0, -2}};
  uint8_t owner[COLUMNS * ROWS] = {0};
  for (int y = 50; y < 74; y++)
    for (int x = 90; x < 130; x++) owner[y / KERNEL_CELL * COLUMNS + x / KERNEL_CELL] = 1;
  struct placement p = {.pose = pose_identity(), .parts = {COLUMNS, ROWS, owner, motion}};
  int32_t grid[2 * KERNEL_NODES(WIDTH) * KERNEL_NODES(HEIGHT)];
  placement_grid(&p, 0, WIDTH, HEIGHT, 0, grid);
  for (int j = 0; j < KERNEL_NODES(HEIGHT); j++)
    for (int i = 0; i < KERNEL_NODES(WIDTH); i++) {
      const int32_t *at = grid + 2 * (j * KERNEL_NODES(WIDTH) + i);
      int x = KERNEL_CELL * i, y = KERNEL_CELL * j;
      bool with = x >= 80 && x <= 144 && y >= 48 && y <= 80, without = x <= 64 || x >= 160 || y <= 32 || y >= 96;
      if (with && (at[0] != (x + 3) * 65536 || at[1] != (y - 2) * 65536)) fail_msg("node %d %d stayed", i, j);
      if (without && (at[0] != x * 65536 || at[1] != y * 65536)) fail_msg("node %d %d moved", i, j);
    }
  struct pose_point d = placement_displacement(&p, 100, 60);
  assert_true(d.x == 3 && d.y == -2);
  d = placement_displacement(&p, 40, 60);
  assert_true(d.x == 0 && d.y == 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_field_is_bilinear_and_even_beyond_its_ends),
      cmocka_unit_test(fields_of_one_point_or_none),
      cmocka_unit_test(the_grid_says_where_level_pixels_lie),
      cmocka_unit_test(places_that_have_no_image_lie_outside),
      cmocka_unit_test(a_part_that_moved_takes_its_nodes_with_it),
      cmocka_unit_test(the_photo_level_is_the_one_of_like_pixels),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
