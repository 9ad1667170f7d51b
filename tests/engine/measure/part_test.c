/* Whole parts: the back-lit part of the shared data, and a drawn one that is 2 % too large. */
#include "cli/bench/lab.h"
#include "engine/inspect.h"
#include "tests/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char backlit[] =
    "name: backlit\nalignment: {model: rigid}\ndimensions:\n"
    "- {name: hole, gauge: circle, centre: [312, 307], radius: 25, search: 15}\n"
    "- {name: left, gauge: line, box: {centre: [113, 260], size: [40, 80]}}\n"
    "- {name: right, gauge: line, box: {centre: [515, 260], size: [40, 80]}}\n"
    "- {name: bottom, gauge: line, box: {centre: [312, 396], size: [250, 40]}}\n"
    "- {name: top_left, gauge: line, box: {centre: [173, 172], size: [70, 40], angle: -25}}\n"
    "- {name: top_right, gauge: line, box: {centre: [450, 170], size: [70, 40], angle: 25}}\n"
    "- {name: radius, measure: radius, of: hole, lower: 21, upper: 23, unit: px}\n"
    "- {name: d1, measure: distance, of: [left, right], lower: 402, upper: 405, unit: px}\n"
    "- {name: d2, measure: distance, of: [hole, bottom], lower: 85, upper: 89, unit: px}\n"
    "- {name: angle, measure: angle, of: [top_left, top_right], lower: 130, upper: 133, unit: deg}\n";

static void read_photo(const char *name, struct photo *photo) {
  char *path = support_data(name);
  struct fault fault;
  assert_int_equal(photo_read(path, 0, photo, &fault), STATUS_OK);
  free(path);
}

static void the_back_lit_part_fails_by_its_hole_alone(void **state) {
  (void)state;
  static const char *const names[] = {"backlit-part/Teach.bmp", "backlit-part/1.bmp", "backlit-part/2.bmp",
                                      "backlit-part/3.bmp"};
  static const double radii[] = {21.94, 24.47, 21.95, 21.95};
  struct photo photos[4] = {{0}};
  struct fault fault;
  for (int i = 0; i < 4; i++) read_photo(names[i], &photos[i]);
  struct golden golden = {.photos = photos, .photo_count = 1};
  struct inspector *inspector = NULL;
  struct inspection *inspection = NULL;
  assert_int_equal(spec_parse(backlit, strlen(backlit), "golden.yaml", &golden.spec, &fault), STATUS_OK);
  assert_int_equal(inspector_open(&golden, NULL, &inspector, &fault), STATUS_OK);
  assert_int_equal(inspection_open(inspector, &inspection, &fault), STATUS_OK);
  for (int i = 0; i < 4; i++) {
    struct result result;
    assert_int_equal(inspect_measure(inspection, &photos[i], &result, &fault), STATUS_OK);
    assert_int_equal(result.dimension_count, 4);
    assert_true(fabs(result.dimensions[0].value - radii[i]) < 0.15);
    assert_int_equal(result.verdict, i == 1 ? VERDICT_FAIL : VERDICT_PASS);
    for (int k = 0; k < 4; k++)
      assert_int_equal(result.dimensions[k].verdict, i == 1 && k == 0 ? VERDICT_FAIL : VERDICT_PASS);
    static const char said[] = "1 dimension is out of tolerance: ";
    if (i == 1) assert_memory_equal(result.reasons[0].text, said, sizeof said - 1);
    result_free(&result);
  }
  inspection_close(inspection);
  inspector_close(inspector);
  spec_free(&golden.spec);
  for (int i = 0; i < 4; i++) photo_free(&photos[i]);
}

static void a_part_two_per_cent_too_large_is_said_to_be(void **state) {
  (void)state;
  struct bench_figures figures = {0};
  struct fault fault;
  assert_int_equal(bench_large_part(&figures, &fault), STATUS_OK);
  assert_int_equal(figures.count, 2);
  for (size_t i = 0; i < figures.count; i++) assert_true(bench_figure_holds(&figures.items[i]));
  bench_figures_free(&figures);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_back_lit_part_fails_by_its_hole_alone),
      cmocka_unit_test(a_part_two_per_cent_too_large_is_said_to_be),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
