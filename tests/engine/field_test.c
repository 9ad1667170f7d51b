#include "engine/field.h"
#include "engine/refine.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { COLUMNS = 12, ROWS = 9, COUNT = COLUMNS * ROWS };

struct scene {
  struct tiles tiles;
  struct field field;
  int64_t sums[COUNT * KERNEL_SUMS];
  int32_t light[COUNT * 2];
  double x[COUNT], y[COUNT]; /* what each tile would see where the field is zero, pixels of the level */
  bool blind[COUNT];
};

static void make(struct scene *s, int level) {
  memset(s, 0, sizeof *s);
  s->tiles = (struct tiles){.level = level,
                            .width = COLUMNS * 16,
                            .height = ROWS * 16,
                            .columns = COLUMNS,
                            .rows = ROWS,
                            .sums = s->sums,
                            .light = s->light};
  for (size_t i = 0; i < COUNT; i++) s->light[2 * i] = 4096;
  assert_int_equal(field_reserve(&s->field, COLUMNS, ROWS, 16 << level, tiles_middle(&s->tiles, 0), NULL), STATUS_OK);
}

/* Sums as the kernel would give for tiles of strong texture that still are displaced by so much. A gradient of 10
 * levels a pixel each way, all weights 64; the sums of X, Y and XY are those of texture in all directions: 0. */
static void look(struct scene *s) {
  for (size_t i = 0; i < COUNT; i++) {
    int64_t *t = s->sums + i * KERNEL_SUMS;
    double unit = (double)(1 << s->tiles.level);
    double x = s->x[i] - s->field.x[i] / unit, y = s->y[i] - s->field.y[i] / unit;
    memset(t, 0, KERNEL_SUMS * sizeof *t);
    if (s->blind[i]) continue;
    t[SUM_SEEN] = 256, t[SUM_W] = 64 * 256, t[SUM_G] = 100 * t[SUM_W], t[SUM_GG] = 110 * t[SUM_G];
    t[SUM_XX] = t[SUM_YY] = 20 * 20 * t[SUM_W];
    /* E = -gradient displacement, in sixteenths. */
    t[SUM_XE] = (int64_t)(-8 * x * (double)t[SUM_XX]), t[SUM_YE] = (int64_t)(-8 * y * (double)t[SUM_YY]);
  }
}

static void an_even_tile_without_noise_tells_nothing(void **state) {
  (void)state;
  int64_t sums[KERNEL_SUMS] = {[SUM_W] = 64 * 256, [SUM_G] = 64 * 256 * 100, [SUM_GG] = 64 * 256 * 10000};
  const int32_t light[2] = {4096, 0};
  struct tile_equation q = tile_equation(sums, light, 0);
  assert_true(q.xx == 0 && q.xy == 0 && q.yy == 0 && q.bx == 0 && q.by == 0);
}

static double step(struct scene *s, double bound) {
  double rms = -1, moved = -1;
  look(s);
  assert_int_equal(field_step(&s->tiles, 2, bound, &s->field, &rms, &moved, NULL), STATUS_OK);
  return rms;
}

static void an_even_displacement_is_followed(void **state) {
  (void)state;
  for (int level = 0; level < 3; level++) {
    struct scene s;
    double unit = (double)(1 << level);
    make(&s, level);
    for (int i = 0; i < COUNT; i++) s.x[i] = 0.4, s.y[i] = -0.3;
    double rms = step(&s, 5 * unit);
    assert_true(fabs(rms - 0.5 * unit) < 0.02 * unit);
    for (int i = 0; i < COUNT; i++) {
      assert_true(fabs(s.field.x[i] - 0.4 * unit) < 0.01 * unit);
      assert_true(fabs(s.field.y[i] + 0.3 * unit) < 0.01 * unit);
    }
    /* A field that is right stays. */
    rms = step(&s, 5 * unit);
    assert_true(fabs(rms - 0.5 * unit) < 0.02 * unit);
    field_free(&s.field);
  }
}

static void a_smooth_bend_is_followed(void **state) {
  (void)state;
  struct scene s;
  make(&s, 0);
  for (int i = 0; i < COUNT; i++) {
    double u = (i % COLUMNS) / (COLUMNS - 1.0) * 2 - 1, v = (double)(i / COLUMNS) / (ROWS - 1) * 2 - 1;
    s.x[i] = 0.8 * u * u, s.y[i] = 0.5 * u * v;
  }
  for (int round = 0; round < 2; round++) step(&s, 5);
  for (int i = 0; i < COUNT; i++) assert_true(hypot(s.field.x[i] - s.x[i], s.field.y[i] - s.y[i]) < 0.12);
  field_free(&s.field);
}

/* As on a board whose corners show nothing but a hole: the bend goes on to it, though by itself it might have moved. */
static void a_bend_goes_on_to_a_corner_that_shows_little(void **state) {
  (void)state;
  struct scene s;
  make(&s, 0);
  for (int i = 0; i < COUNT; i++) {
    int column = i % COLUMNS, row = i / COLUMNS;
    double u = column / (COLUMNS - 1.0), v = row / (ROWS - 1.0);
    s.x[i] = 3 * u * u * v, s.y[i] = -2 * u * v * v;
    s.blind[i] = (column >= COLUMNS - 3 && row >= ROWS - 3) && !(column == COLUMNS - 1 && row == ROWS - 1);
  }
  for (int round = 0; round < 3; round++) step(&s, 5);
  assert_true(hypot(s.field.x[COUNT - 1] - 3, s.field.y[COUNT - 1] + 2) < 0.3);
  field_free(&s.field);
}

static void tiles_that_see_nothing_follow_their_surroundings(void **state) {
  (void)state;
  struct scene s;
  make(&s, 0);
  for (int i = 0; i < COUNT; i++) {
    s.x[i] = 0.5;
    int column = i % COLUMNS, row = i / COLUMNS;
    s.blind[i] = column >= 4 && column < 8 && row >= 3 && row < 6;
  }
  step(&s, 5);
  for (int i = 0; i < COUNT; i++) assert_true(fabs(s.field.x[i] - 0.5) < 0.05 && fabs(s.field.y[i]) < 0.01);
  for (int i = 0; i < COUNT; i++) s.blind[i] = true;
  memset(s.field.x, 0, COUNT * sizeof *s.field.x);
  assert_true(step(&s, 5) == 0);
  for (int i = 0; i < COUNT; i++) assert_true(s.field.x[i] == 0 && s.field.y[i] == 0);
  field_free(&s.field);
}

/* A label that was stuck on elsewhere must stay a difference: neighbours never part by more than the strain allows. */
static void a_part_that_moved_by_itself_is_not_followed(void **state) {
  (void)state;
  struct scene s;
  make(&s, 0);
  for (int row = 4; row < 6; row++)
    for (int column = 5; column < 7; column++) s.x[row * COLUMNS + column] = 4;
  for (int round = 0; round < 3; round++) step(&s, 5);
  double most = 0, at_part = s.field.x[4 * COLUMNS + 5];
  for (int i = 0; i < COUNT; i++) {
    if (i % COLUMNS + 1 < COLUMNS) most = fmax(most, fabs(s.field.x[i + 1] - s.field.x[i]));
    if (i + COLUMNS < COUNT) most = fmax(most, fabs(s.field.x[i + COLUMNS] - s.field.x[i]));
  }
  print_message("the part moved by 4 px: the field follows by %.2f px, neighbours differ by up to %.2f px\n", at_part,
                most);
  assert_true(most <= FIELD_STRAIN * 16 + 1e-9);
  assert_true(at_part < 1.6);
  field_free(&s.field);
}

static void no_point_goes_beyond_the_bound(void **state) {
  (void)state;
  struct scene s;
  make(&s, 1);
  for (int i = 0; i < COUNT; i++) s.x[i] = 3, s.y[i] = 4;
  step(&s, 2.5);
  for (int i = 0; i < COUNT; i++) {
    assert_true(hypot(s.field.x[i], s.field.y[i]) <= 2.5 + 1e-9);
    assert_true(fabs(s.field.y[i] / s.field.x[i] - 4.0 / 3) < 1e-3);
  }
  step(&s, 0);
  for (int i = 0; i < COUNT; i++) assert_true(s.field.x[i] == 0 && s.field.y[i] == 0);
  field_free(&s.field);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_even_tile_without_noise_tells_nothing),
      cmocka_unit_test(an_even_displacement_is_followed),
      cmocka_unit_test(a_smooth_bend_is_followed),
      cmocka_unit_test(a_bend_goes_on_to_a_corner_that_shows_little),
      cmocka_unit_test(tiles_that_see_nothing_follow_their_surroundings),
      cmocka_unit_test(a_part_that_moved_by_itself_is_not_followed),
      cmocka_unit_test(no_point_goes_beyond_the_bound),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
