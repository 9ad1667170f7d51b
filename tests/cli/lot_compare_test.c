/* assay lot compare and assay compare, driven as users do. */
#include "tests/cli/program.h"
#include "tests/engine/lots/sample.h"
#include "tests/support.h"

#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* 400 units: the night has a stain on every fourth, the day on none, and a hole that is 0.1 larger. */
static char *write_results(const char *folder) {
  char *path = support_text("%s/results.jsonl", folder);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  for (int i = 0; i < 400; i++) {
    bool night = i % 2, stained = night && i % 8 == 1;
    char unit[16];
    snprintf(unit, sizeof unit, "U%d", i);
    sample_write(file, &(struct sample){.number = i,
                                        .lot = "L",
                                        .factory = "North",
                                        .shift = night ? "night" : "day",
                                        .unit = unit,
                                        .verdict = stained ? VERDICT_FAIL : VERDICT_PASS,
                                        .defect = stained,
                                        .severity = SEVERITY_MAJOR,
                                        .class_ = CLASS_STAIN,
                                        .score = 80 + i % 7,
                                        .dimension_count = 1,
                                        .dimensions = {{.name = "hole",
                                                        .unit = "mm",
                                                        .value = 2.2 + (night ? 0.1 : 0) + 0.01 * (i % 5),
                                                        .lower = 2,
                                                        .upper = 3}}});
  }
  fclose(file);
  return path;
}

static void the_finding_is_a_sentence_and_the_numbers_stand_beside_it(void **state) {
  (void)state;
  char *folder = support_folder(), *path = write_results(folder);
  struct program_end end = RUN("compare", "--by", "shift", path);
  ASSERT_EXIT(end, 0);
  ASSERT_HAS(end.out, "hole: night is larger by 0.1000 mm than day (2.3200 against 2.2200, 95 %: ");
  ASSERT_HAS(end.out, "stain: night has more, 25.00 % of 200 units against 0.00 % of 200 in day (at least ");
  ASSERT_HAS(end.out, " % of its variance lies between shifts");
  program_end_free(&end);
  end = RUN("compare", "--by", "factory", path);
  ASSERT_EXIT(end, 0);
  ASSERT_HAS(end.out, "all results are of one factory, and there is nothing to compare it with");
  program_end_free(&end);
  end = RUN("lot", "compare", "--by", "shift", path, "--json");
  ASSERT_EXIT(end, 0);
  json_t *json = json_loads(end.out, 0, NULL);
  assert_non_null(json);
  const json_t *measures = json_object_get(json, "measures"), *hole = json_array_get(measures, 1);
  assert_string_equal(json_string_value(json_object_get(hole, "name")), "hole");
  const json_t *night = json_array_get(json_object_get(hole, "groups"), 1);
  assert_true(fabs(json_number_value(json_object_get(night, "mean")) - 2.32) < 1e-9);
  assert_true(json_number_value(json_object_get(night, "cpk")) > 1);
  assert_true(json_array_size(json_object_get(json, "findings")) >= 3);
  json_decref(json);
  program_end_free(&end);
  end = RUN("lot", "compare", "--by", "factory", path);
  ASSERT_EXIT(end, 0);
  program_end_free(&end);
  free(path);
  support_remove(folder);
}

static void what_cannot_be_compared_is_said(void **state) {
  (void)state;
  char *folder = support_folder(), *path = support_text("%s/empty.jsonl", folder);
  support_write(path, "", 0);
  struct program_end end = RUN("compare", path);
  ASSERT_EXIT(end, 65);
  ASSERT_HAS(end.err, "nothing to compare");
  program_end_free(&end);
  end = RUN("compare", path, "--by", "unit");
  ASSERT_EXIT(end, 64);
  program_end_free(&end);
  free(path);
  support_remove(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_finding_is_a_sentence_and_the_numbers_stand_beside_it),
      cmocka_unit_test(what_cannot_be_compared_is_said),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
