#include "engine/measure/robust.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const double PI = 3.14159265358979323846;
enum { ROWS = 24, PARAMETERS = 3 };

/* A rim about its circle: shifted and of another radius, and by `offsets` off that. */
static void rim(const double *offsets, struct robust_row *rows) {
  for (int i = 0; i < ROWS; i++) {
    double turn = 2 * PI * i / ROWS;
    rows[i] = (struct robust_row){.basis = {cos(turn), sin(turn), 1}, .usable = true};
    rows[i].offset = 0.4 * cos(turn) - 0.2 * sin(turn) + 0.3 + offsets[i];
  }
}

/* What looks like noise of the size given. */
static double jitter(int i, double size) {
  return size * sin(91.7 * i + 0.3) * 1.2;
}

static void a_chip_and_dirt_are_told_from_a_noisy_rim(void **state) {
  (void)state;
  static const double chip[] = {-0.9, -1.9, -2.1, -1.8, -0.8}, dirt[] = {0.8, 1.9, 2.4, 2.0, 0.9};
  double offsets[ROWS], q[ROBUST_MOST];
  struct robust_row rows[ROWS];
  for (int turn = 0; turn < ROWS; turn++) {
    for (int i = 0; i < ROWS; i++) offsets[i] = jitter(i, 0.12);
    for (int i = 0; i < 5; i++) offsets[(turn + i) % ROWS] += chip[i], offsets[(turn + 8 + i) % ROWS] += dirt[i];
    rim(offsets, rows);
    assert_true(robust_fit(rows, ROWS, PARAMETERS, 3.5 * 0.12, q));
    for (int i = 0; i < 5; i++) assert_false(rows[(turn + i) % ROWS].usable || rows[(turn + 8 + i) % ROWS].usable);
    assert_true(fabs(q[0] - 0.4) < 0.15 && fabs(q[1] + 0.2) < 0.15 && fabs(q[2] - 0.3) < 0.15);
  }
}

/* What is off all round, and more than noise, is the part's form: none of it is an outlier. */
static void an_oval_is_not_taken_for_a_circle_with_outliers(void **state) {
  (void)state;
  double offsets[ROWS], q[ROBUST_MOST];
  struct robust_row rows[ROWS];
  for (int lobes = 2; lobes <= 5; lobes++)
    for (double size = 0.05; size < 1; size *= 2) {
      for (int i = 0; i < ROWS; i++) offsets[i] = jitter(i, 0.02) + size * cos(lobes * 2 * PI * i / ROWS + 0.4);
      rim(offsets, rows);
      assert_true(robust_fit(rows, ROWS, PARAMETERS, 3.5 * 0.02, q));
      for (int i = 0; i < ROWS; i++) assert_true(rows[i].usable);
    }
}

static void half_of_the_rows_have_to_agree(void **state) {
  (void)state;
  double offsets[ROWS], q[ROBUST_MOST];
  struct robust_row rows[ROWS];
  for (int i = 0; i < ROWS; i++) offsets[i] = i % 5 < 3 ? 3.0 * (i % 7) - 1.7 * (i % 3) : jitter(i, 0.02);
  rim(offsets, rows);
  bool agreed = robust_fit(rows, ROWS, PARAMETERS, 3.5 * 0.02, q);
  int usable = 0;
  for (int i = 0; i < ROWS; i++) usable += rows[i].usable;
  assert_true(!agreed || 2 * usable >= ROWS);
  for (int i = 0; i < ROWS; i++) rows[i].usable = i < PARAMETERS;
  assert_false(robust_fit(rows, ROWS, PARAMETERS, 1, q));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_chip_and_dirt_are_told_from_a_noisy_rim),
      cmocka_unit_test(an_oval_is_not_taken_for_a_circle_with_outliers),
      cmocka_unit_test(half_of_the_rows_have_to_agree),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
