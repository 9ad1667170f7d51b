#include "engine/lots/rows.h"
#include "engine/lots/series.h"
#include "tests/engine/lots/sample.h"
#include "tests/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct dimension_result dimension(const char *name, double value, double upper) {
  struct dimension_result d = {.unit = "mm", .value = value, .uncertainty = 0.01, .lower = 1, .upper = upper};
  snprintf(d.name, sizeof d.name, "%s", name);
  return d;
}

static void take(struct series_set *set, const struct sample *samples, size_t count) {
  char *folder = support_folder(), *path = support_text("%s/results.jsonl", folder);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  for (size_t i = 0; i < count; i++) sample_write(file, &samples[i]);
  assert_int_equal(fclose(file), 0);
  const char *places[] = {path};
  struct rows_tally tally;
  struct fault fault = {0};
  if (rows_read(places, 1, series_take, set, &tally, &fault)) fail_msg("%s", fault.text);
  free(path);
  support_remove(folder);
}

static void values_stand_by_group_dimension_and_limits(void **state) {
  (void)state;
  const struct sample samples[] = {
      {.number = 1,
       .lot = "A",
       .shift = "day",
       .dimension_count = 2,
       .dimensions = {dimension("d", 2, 3), dimension("w", 5, 9)}},
      {.number = 2, .lot = "A", .shift = "night", .dimension_count = 1, .dimensions = {dimension("d", 2.5, 3)}},
      {.number = 3, .lot = "B", .shift = "day", .dimension_count = 1, .dimensions = {dimension("d", 2.1, 3)}},
      {.number = 4, .lot = "A", .shift = "day", .dimension_count = 1, .dimensions = {dimension("d", 2.2, 4)}},
      {.number = 5, .lot = "A", .shift = "day", .dimension_count = 1, .dimensions = {dimension("d", NAN, 3)}},
  };
  struct series_set set = {.grouped = true, .group_key = ROW_LOT, .subgrouped = true, .subgroup_key = ROW_SHIFT};
  take(&set, samples, 5);
  assert_int_equal(set.count, 4);
  assert_int_equal(set.items[0].count, 2);
  assert_float_equal(set.items[0].values[1].value, 2.5, 0);
  assert_true(set.items[0].values[0].subgroup != set.items[0].values[1].subgroup);
  assert_string_equal(names_text(&set.names, set.items[1].name), "w");
  assert_string_equal(names_text(&set.names, set.items[2].group), "B");
  assert_float_equal(set.items[3].upper, 4, 0);
  series_free(&set);
}

static void values_are_put_in_the_order_of_capture(void **state) {
  (void)state;
  struct sample samples[] = {
      {.number = 1, .captured = "2026-03-01T10:00:02", .dimension_count = 1, .dimensions = {dimension("d", 2, 3)}},
      {.number = 2, .captured = "2026-03-01T10:00:01", .dimension_count = 1, .dimensions = {dimension("d", 1, 3)}},
      {.number = 3, .captured = "2026-03-01T10:00:03", .dimension_count = 1, .dimensions = {dimension("d", 3, 3)}},
  };
  for (int timed = 1; timed >= 0; timed--) {
    struct series_set set = {0};
    if (!timed) samples[2].captured = NULL;
    take(&set, samples, 3);
    assert_int_equal(set.count, 1);
    series_sort(&set.items[0]);
    assert_float_equal(set.items[0].values[0].value, timed ? 1 : 2, 0);
    assert_float_equal(set.items[0].values[2].value, 3, 0);
    series_free(&set);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values_stand_by_group_dimension_and_limits),
      cmocka_unit_test(values_are_put_in_the_order_of_capture),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
