/* Findings against marks: the figures are those of the formula, and a few real boards reach them. */
#include "cli/bench/accuracy.h"

#include "tests/cli/program.h"
#include "tests/support.h"

#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct accuracy_box box(double left, double top, double side, enum defect_class class_, double confidence) {
  return (struct accuracy_box){left, top, left + side, top + side, class_, confidence};
}

static void figures_follow_from_the_ranking(void **state) {
  (void)state;
  /* By confidence: right, wrong, right (of another class); one mark is missed. */
  struct accuracy_box marked[] = {box(0, 0, 30, CLASS_OPEN, 1), box(100, 0, 30, CLASS_SPUR, 1),
                                  box(200, 0, 30, CLASS_SHORT, 1)};
  struct accuracy_box found[] = {box(105, 5, 30, CLASS_COPPER, 0.2), box(5, 5, 30, CLASS_OPEN, 0.9),
                                 box(20, 20, 30, CLASS_OPEN, 0.5)};
  struct accuracy_image image = {.marked = marked, .found = found, .marked_count = 3, .found_count = 3};
  struct accuracy_figures any, classed;
  struct fault fault = {0};
  assert_int_equal(accuracy_score(&image, 1, false, &any, &fault), STATUS_OK);
  assert_int_equal(accuracy_score(&image, 1, true, &classed, &fault), STATUS_OK);
  assert_int_equal(any.right, 2);
  assert_true(fabs(any.precision - 2.0 / 3) < 1e-12 && fabs(any.recall - 2.0 / 3) < 1e-12);
  assert_true(fabs(any.f - 2.0 / 3) < 1e-12);
  assert_true(fabs(any.average_precision - (1 + 2.0 / 3) / 3) < 1e-12);
  assert_int_equal(classed.right, 1);
  assert_true(fabs(classed.average_precision - 1.0 / 3) < 1e-12);
}

static void link_pair(const char *data, const char *folder, const char *name) {
  static const char *const ends[] = {"_temp.jpg", "_test.jpg", ".txt"};
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    char *from = support_text("%s/%s%s", data, name, ends[i]), *to = support_text("%s/%s%s", folder, name, ends[i]);
    assert_int_equal(symlink(from, to), 0);
    free(from);
    free(to);
  }
}

/* One of each board; what they hold is found, named, and nothing else is. */
static void real_boards_reach_the_figures(void **state) {
  (void)state;
  static const char *const names[] = {"00041000", "13000036", "20085000", "77000001", "92000000"};
  char *data = support_data("deeppcb-dev"), *folder = support_folder();
  char *real = realpath(data, NULL);
  assert_non_null(real);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) link_pair(real, folder, names[i]);
  struct program_end end = RUN("bench", "accuracy", "deeppcb", folder, "--json");
  ASSERT_EXIT(end, 0);
  json_t *json = json_loads(end.out, 0, NULL);
  assert_non_null(json);
  assert_int_equal(json_integer_value(json_object_get(json, "pairs")), 5);
  static const char *const fields[] = {"any_class", "with_class"};
  for (int k = 0; k < 2; k++) {
    const json_t *row = json_object_get(json, fields[k]);
    double f = json_real_value(json_object_get(row, "f"));
    if (f < 0.98) fail_msg("%s: F %.4f; expected at least 0.98", fields[k], f);
    assert_true(json_real_value(json_object_get(row, "average_precision")) >= 0.97);
  }
  json_decref(json);
  program_end_free(&end);
  support_remove(folder);
  free(data), free(real);
}

static void what_is_no_layout_or_no_folder_is_refused(void **state) {
  (void)state;
  char *folder = support_folder();
  struct program_end end = RUN("bench", "accuracy", "other", folder);
  ASSERT_EXIT(end, 64);
  program_end_free(&end);
  end = RUN("bench", "accuracy", "deeppcb", folder);
  ASSERT_EXIT(end, 65);
  ASSERT_HAS(end.err, "_temp.jpg");
  program_end_free(&end);
  support_remove(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(figures_follow_from_the_ranking),
      cmocka_unit_test(real_boards_reach_the_figures),
      cmocka_unit_test(what_is_no_layout_or_no_folder_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
