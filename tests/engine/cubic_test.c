#include "engine/cubic.h"

#include "tests/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { COLUMNS = 7, ROWS = 6 };

static double across[COLUMNS], down[ROWS];
static const double coefficients[CUBIC_UNKNOWNS] = {0.5, -0.2, 0.3, 0.7,  -0.6, 0.1, 0.9,  -0.4, 0.2, -0.8,
                                                    0.1, 0.6,  0.2, -0.3, 0.4,  0.8, -0.5, 0.3,  0.7, -0.1};

static double drawn(uint64_t *seed) {
  return (double)(support_random(seed) % 1000) / 1000;
}

static void terms_at(double u, double v, double *terms) {
  const double all[CUBIC_TERMS] = {1, u, v, u * u, u * v, v * v, u * u * u, u * u * v, u * v * v, v * v * v};
  memcpy(terms, all, sizeof all);
}

static struct pose_point answer_at(const struct cubic *cubic, const double *terms) {
  struct pose_point sum = {0, 0};
  for (int i = 0; i < CUBIC_TERMS; i++)
    sum.x += cubic->answer[i] * terms[i], sum.y += cubic->answer[CUBIC_TERMS + i] * terms[i];
  return sum;
}

/* Tile by tile and term by term. */
static void add_tile(const struct tile_equation *d, double weight, const double *terms, struct cubic *c) {
  for (int i = 0; i < CUBIC_TERMS; i++) {
    double *of_x = c->a + i * CUBIC_UNKNOWNS, *of_y = c->a + (CUBIC_TERMS + i) * CUBIC_UNKNOWNS;
    for (int k = 0; k < CUBIC_TERMS; k++) {
      of_y[k] += weight * terms[i] * d->xy * terms[k];
      if (k > i) continue;
      of_x[k] += weight * terms[i] * d->xx * terms[k];
      of_y[CUBIC_TERMS + k] += weight * terms[i] * d->yy * terms[k];
    }
    c->b[i] += weight * terms[i] * d->bx, c->b[CUBIC_TERMS + i] += weight * terms[i] * d->by;
  }
}

/* What a tile says that knows both directions unequally, and where it is. */
static struct tile_equation tile_at(const struct cubic *truth, int i, int j, uint64_t *seed) {
  struct tile_equation d = {.xx = 1 + drawn(seed), .xy = 0.5 * drawn(seed), .yy = 1 + drawn(seed)};
  double terms[CUBIC_TERMS];
  terms_at(across[i], down[j], terms);
  struct pose_point at = answer_at(truth, terms);
  d.bx = d.xx * at.x + d.xy * at.y, d.by = d.xy * at.x + d.yy * at.y;
  return d;
}

static void a_row_adds_what_its_tiles_add(void **state) {
  (void)state;
  uint64_t seed = 7;
  struct cubic truth = {{0}, {0}, {0}}, tiles, rows;
  memcpy(truth.answer, coefficients, sizeof coefficients);
  for (int i = 0; i < COLUMNS; i++) across[i] = (i - 3) / 3.5;
  for (int j = 0; j < ROWS; j++) down[j] = (j - 2.5) / 3.5;
  cubic_begin(1e-9, &tiles);
  cubic_begin(1e-9, &rows);
  for (int j = 0; j < ROWS; j++) {
    struct cubic_sums sums = {{0}, {0}, {0}, {0}, {0}};
    for (int i = 0; i < COLUMNS; i++) {
      const struct tile_equation d = tile_at(&truth, i, j, &seed);
      const double weight = i == j ? 0 : drawn(&seed);
      double terms[CUBIC_TERMS];
      terms_at(across[i], down[j], terms);
      add_tile(&d, weight, terms, &tiles);
      cubic_sum(&d, weight, across[i], &sums);
    }
    cubic_add(&sums, down[j], &rows);
  }
  for (size_t i = 0; i < CUBIC_UNKNOWNS; i++) {
    for (size_t k = 0; k <= i; k++)
      assert_true(fabs(rows.a[i * CUBIC_UNKNOWNS + k] - tiles.a[i * CUBIC_UNKNOWNS + k]) < 1e-12);
    assert_true(fabs(rows.b[i] - tiles.b[i]) < 1e-12);
  }
  assert_true(cubic_solve(&rows));
  for (size_t i = 0; i < CUBIC_UNKNOWNS; i++) assert_true(fabs(rows.answer[i] - coefficients[i]) < 1e-6);
}

static void along_a_row_the_answer_is_the_same(void **state) {
  (void)state;
  struct cubic cubic = {{0}, {0}, {0}};
  memcpy(cubic.answer, coefficients, sizeof coefficients);
  const struct cubic_row row = cubic_row(&cubic, -0.7);
  for (int i = -10; i <= 10; i++) {
    double terms[CUBIC_TERMS];
    terms_at(0.1 * i, -0.7, terms);
    struct pose_point expected = answer_at(&cubic, terms), at = cubic_row_at(&row, 0.1 * i);
    assert_true(fabs(at.x - expected.x) < 1e-12 && fabs(at.y - expected.y) < 1e-12);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_row_adds_what_its_tiles_add),
      cmocka_unit_test(along_a_row_the_answer_is_the_same),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
