/* assay lot plan, driven as users do. */
#include "engine/lots/plan.h"
#include "tests/cli/program.h"

#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static json_t *plan(const char *size, const char *level, const char *aql) {
  struct program_end end = RUN("lot", "plan", "--size", size, "--level", level, "--aql", aql, "--json", "--share", "5",
                               "--nonconforming", "2");
  ASSERT_EXIT(end, 0);
  json_t *json = json_loads(end.out, 0, NULL);
  assert_non_null(json);
  program_end_free(&end);
  return json;
}

static void the_contracts_fields_say_the_plan(void **state) {
  (void)state;
  const struct {
    const char *size, *level, *aql, *letter, *plan_letter;
    int sample_size, accept;
  } all[] = {{"8", "II", "2.5", "A", "C", 5, 0},           {"9", "II", "4.0", "B", "B", 3, 0},
             {"1200", "II", "1.0", "J", "J", 80, 2},       {"1201", "II", "1.0", "K", "K", 125, 3},
             {"500001", "III", "0.10", "R", "R", 2000, 5}, {"4", "S-4", "10", "A", "C", 4, 1},
             {"300", "S4", "6.5", "E", "E", 13, 2}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    json_t *json = plan(all[i].size, all[i].level, all[i].aql);
    assert_string_equal(json_string_value(json_object_get(json, "letter")), all[i].letter);
    assert_string_equal(json_string_value(json_object_get(json, "plan_letter")), all[i].plan_letter);
    assert_int_equal(json_integer_value(json_object_get(json, "sample_size")), all[i].sample_size);
    assert_int_equal(json_integer_value(json_object_get(json, "accept")), all[i].accept);
    assert_int_equal(json_integer_value(json_object_get(json, "reject")), all[i].accept + 1);
    assert_string_equal(json_string_value(json_object_get(json, "standard")), "ISO 2859-1:1999");
    json_decref(json);
  }
}

/* Every cell that a level and a lot size bound -+1 lead to, as engine/lots/plan_test.c has it from the printed table:
 * here by the program itself, with ASSAY_TEST_ALL=1, else at one AQL. */
static void every_cell_comes_out_of_the_program(void **state) {
  (void)state;
  static const long bounds[] = {8, 15, 25, 50, 90, 150, 280, 500, 1200, 3200, 10000, 35000, 150000, 500000};
  static const char *const aqls[] = {"2.5", "0.10", "0.15", "0.25", "0.40", "0.65",
                                     "1.0", "1.5",  "4.0",  "6.5",  "10",   "15"};
  static const char *const levels[] = {"S-1", "S-2", "S-3", "S-4", "I", "II", "III"};
  size_t most = getenv("ASSAY_TEST_ALL") ? 12 : 1, step = getenv("ASSAY_TEST_ALL") ? 1 : 5;
  for (size_t aql = 0; aql < most; aql++)
    for (size_t cell = 0; cell < 7 * 14 * 3; cell += step) {
      long size = bounds[cell / 3 % 14] + (long)(cell % 3) - 1;
      char text[24];
      snprintf(text, sizeof text, "%ld", size);
      enum plan_level level;
      struct plan expected;
      assert_true(plan_level_parse(levels[cell / 42], &level));
      assert_int_equal(plan_find(size, level, strtod(aqls[aql], NULL), PLAN_NORMAL, &expected, NULL), STATUS_OK);
      json_t *json = plan(text, levels[cell / 42], aqls[aql]);
      assert_int_equal(json_string_value(json_object_get(json, "letter"))[0], expected.letter);
      assert_int_equal(json_string_value(json_object_get(json, "plan_letter"))[0], expected.plan_letter);
      assert_int_equal(json_integer_value(json_object_get(json, "sample_size")), expected.sample_size);
      assert_int_equal(json_integer_value(json_object_get(json, "accept")), expected.accept);
      assert_int_equal(json_integer_value(json_object_get(json, "reject")), expected.reject);
      json_decref(json);
    }
}

static void the_probability_of_acceptance_stands_beside_it(void **state) {
  (void)state;
  json_t *json = plan("10", "II", "4.0"); /* B: 3 of 10, none */
  assert_true(fabs(json_number_value(json_object_get(json, "accepts_share")) - 0.95 * 0.95 * 0.95) < 1e-9);
  assert_true(fabs(json_number_value(json_object_get(json, "accepts_nonconforming")) - 8.0 * 7 * 6 / (10 * 9 * 8)) <
              1e-9);
  assert_int_equal(json_array_size(json_object_get(json, "curve")), 9);
  json_decref(json);
  struct program_end end = RUN("lot", "plan", "--size", "3000", "--aql", "2.5");
  ASSERT_EXIT(end, 0);
  ASSERT_HAS(end.out, "a random sample of 125 units; accept the lot with 7 nonconforming or fewer");
  ASSERT_HAS(end.out, "Consumer's risk");
  program_end_free(&end);
}

static void what_makes_no_plan_is_wrong_usage(void **state) {
  (void)state;
  const char *const wrong[][8] = {{"--size", "0", "--aql", "2.5"},
                                  {"--size", "100", "--aql", "2.4"},
                                  {"--size", "100", "--aql", "nan"},
                                  {"--size", "100", "--aql", "2.5", "--level", "IV"},
                                  {"--size", "100", "--aql", "2.5", "--share", "101"},
                                  {"--size", "100", "--aql", "2.5", "--nonconforming", "101"},
                                  {"--size", "100"}};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    const char *arguments[12] = {"lot", "plan"};
    memcpy(arguments + 2, wrong[i], sizeof wrong[i]);
    struct program_end end = program_run(arguments);
    ASSERT_EXIT(end, 64);
    assert_string_equal(end.out, "");
    program_end_free(&end);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_contracts_fields_say_the_plan),
      cmocka_unit_test(every_cell_comes_out_of_the_program),
      cmocka_unit_test(the_probability_of_acceptance_stands_beside_it),
      cmocka_unit_test(what_makes_no_plan_is_wrong_usage),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
