/* golden gauge and measure --explain as a user meets them: a plate with a hole, under a fixture. */
#include "tests/cli/program.h"
#include "tests/support.h"

#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WIDTH = 240, HEIGHT = 180 };

struct place {
  char *folder, *photo, *spec, *golden;
  int goldens;
};

static double ramp(double outside) {
  return outside > 1 ? 1 : outside < -1 ? 0 : 0.5 + 0.5 * outside;
}

/* Edges over 2 px, and noise of 1 grey level from a fixed sequence. */
static void draw(const char *path) {
  static unsigned char file[32 + WIDTH * HEIGHT];
  const int head = snprintf((char *)file, 32, "P5\n%d %d\n255\n", WIDTH, HEIGHT);
  uint32_t noise = 7;
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++) {
      const double plate = fmin(fmin(x - 30, 210.5 - x), fmin(y - 25.3, 150 - y));
      const double hole = 24 - hypot(x - 100.2, y - 90.4);
      noise = noise * 1664525 + 1013904223;
      file[head + y * WIDTH + x] =
          (unsigned char)(200 - 140 * ramp(plate) * (1 - ramp(hole)) + (double)(noise >> 8) / (1 << 24) * 3.4);
    }
  support_write(path, (const char *)file, (size_t)head + WIDTH * HEIGHT);
}

static void make_golden(struct place *place, const char *dimensions) {
  char *spec = support_text("name: plate\nalignment: {model: rigid}\n"
                            "scale: {source: fixture, mm_per_px: 0.1, within: 0.05}\n%s",
                            dimensions);
  support_write(place->spec, spec, strlen(spec));
  free(place->golden);
  place->golden = support_text("%s/golden-%d", place->folder, ++place->goldens);
  struct program_end end = RUN("golden", "create", place->golden, "--photo", place->photo, "--spec", place->spec);
  ASSERT_EXIT(end, 0);
  program_end_free(&end);
  free(spec);
}

static int set_up(void **state) {
  struct place *place = calloc(1, sizeof *place);
  if (!place) return 1;
  place->folder = support_folder();
  place->photo = support_text("%s/plate.pgm", place->folder);
  place->spec = support_text("%s/spec.yaml", place->folder);
  draw(place->photo);
  *state = place;
  return 0;
}

static int tear_down(void **state) {
  struct place *place = *state;
  support_remove(place->folder);
  free(place->photo);
  free(place->spec);
  free(place->golden);
  free(place);
  return 0;
}

static void what_is_found_is_a_spec_that_measures(void **state) {
  struct place *place = *state;
  make_golden(place, "");
  struct program_end found = RUN("golden", "gauge", place->golden);
  ASSERT_EXIT(found, 0);
  ASSERT_HAS(found.out, "dimensions:\n  - {name: circle1, gauge: circle, centre: [100.");
  ASSERT_HAS(found.out, "measure: diameter, of: circle1, lower: ");
  make_golden(place, found.out);
  struct program_end end = RUN("measure", place->golden, place->photo);
  ASSERT_EXIT(end, 0);
  ASSERT_HAS(end.out, "diameter_circle1");
  program_end_free(&end);
  program_end_free(&found);
}

static void what_is_found_is_told_to_programs_too(void **state) {
  struct place *place = *state;
  size_t gauges = 0, measures = 0;
  make_golden(place, "");
  struct program_end end = RUN("golden", "gauge", place->golden, "--json");
  ASSERT_EXIT(end, 0);
  for (char *rest = end.out, *line; (line = strtok_r(rest, "\n", &rest));) {
    json_t *json = json_loads(line, 0, NULL);
    assert_non_null(json);
    gauges += json_is_string(json_object_get(json, "gauge"));
    if (!strcmp(json_string_value(json_object_get(json, "name")), "diameter_circle1")) {
      /* The fixture's 0.05 % is in the uncertainty: 4.8 mm to 0.0028 mm. */
      assert_true(fabs(json_number_value(json_object_get(json, "value")) - 4.8) < 0.02);
      assert_true(json_number_value(json_object_get(json, "uncertainty")) > 0.0027);
      assert_string_equal(json_string_value(json_object_get(json, "unit")), "mm");
      measures++;
    }
    json_decref(json);
  }
  assert_true(gauges >= 2 && measures == 1);
  program_end_free(&end);
}

static void a_value_says_where_its_uncertainty_comes_from(void **state) {
  struct place *place = *state;
  make_golden(place, "dimensions:\n"
                     "  - {name: hole, gauge: circle, centre: [100, 90], radius: 24, search: 8}\n"
                     "  - {name: none, gauge: line, box: {centre: [100, 90], size: [10, 20]}}\n"
                     "  - {name: bars, gauge: count, along: width, polarity: light_to_dark, box: {centre: [120, 90], "
                     "size: [220, 9]}}\n"
                     "  - {name: size, measure: diameter, of: hole, lower: 4.7, upper: 4.9, unit: mm}\n"
                     "  - {name: off, measure: distance, of: [hole, none], unit: mm}\n"
                     "  - {name: number, measure: count, of: bars, lower: 2, upper: 2}\n");
  struct program_end end = RUN("measure", place->golden, place->photo, "--explain");
  ASSERT_EXIT(end, 2);
  ASSERT_HAS(end.out, "u, mm    freedom\n");
  ASSERT_HAS(end.out, "number                   2                            pass  2\n");
  ASSERT_HAS(end.out, "gauge none               not found: ");
  program_end_free(&end);
  end = RUN("measure", place->golden, place->photo, "--explain", "--json");
  ASSERT_EXIT(end, 2);
  json_t *json = json_loads(end.out, 0, NULL);
  const json_t *size = json_array_get(json_object_get(json, "budgets"), 0);
  assert_string_equal(json_string_value(json_object_get(size, "unit")), "mm");
  assert_true(json_number_value(json_object_get(size, "expanded")) > 0.0027);
  const json_t *gauges = json_object_get(json, "gauges");
  assert_int_equal(json_array_size(gauges), 3);
  assert_true(json_is_true(json_object_get(json_array_get(gauges, 0), "found")));
  assert_true(json_is_string(json_object_get(json_array_get(gauges, 1), "why")));
  json_decref(json);
  program_end_free(&end);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_found_is_a_spec_that_measures),
      cmocka_unit_test(what_is_found_is_told_to_programs_too),
      cmocka_unit_test(a_value_says_where_its_uncertainty_comes_from),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
