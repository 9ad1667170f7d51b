#include "engine/field_columns.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static double part(uint64_t *random) {
  return (double)(support_random(random) >> 11) * 0x1p-53;
}

/* On rows in an order that leaves a pair of the field's rows and comes back to it. */
static void assert_as_field_at(const struct field *field, int count) {
  static const double rows[] = {-40, 0, 3, 60, 61, 30, 500, 2, 1e6};
  struct field_columns columns;
  double x[FIELD_COLUMNS], dx[FIELD_COLUMNS], dy[FIELD_COLUMNS];
  for (int i = 0; i < count; i++) x[i] = 7.3 * i - 20;
  field_columns_begin(field, x, count, &columns);
  for (size_t j = 0; j < sizeof rows / sizeof *rows; j++) {
    field_columns_at(&columns, rows[j], dx, dy);
    for (int i = 0; i < count; i++) {
      struct pose_point d = field ? field_at(field, x[i], rows[j]) : (struct pose_point){0, 0};
      assert_true(dx[i] == d.x && dy[i] == d.y);
    }
  }
}

static void columns_are_as_single_places(void **state) {
  (void)state;
  static const int sizes[][2] = {{1, 1}, {1, 5}, {6, 1}, {2, 2}, {9, 7}};
  uint64_t random = 3;
  struct field field = {.columns = 0};
  for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
    assert_int_equal(field_reserve(&field, sizes[k][0], sizes[k][1], 32, 15.5, NULL), STATUS_OK);
    for (int i = 0; i < sizes[k][0] * sizes[k][1]; i++) field.x[i] = part(&random), field.y[i] = -part(&random);
    assert_as_field_at(&field, 1);
    assert_as_field_at(&field, FIELD_COLUMNS);
  }
  field_free(&field);
}

static void no_field_moves_nothing(void **state) {
  (void)state;
  struct field none = {.columns = 0};
  assert_as_field_at(&none, FIELD_COLUMNS);
  assert_as_field_at(NULL, 5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(columns_are_as_single_places),
      cmocka_unit_test(no_field_moves_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
