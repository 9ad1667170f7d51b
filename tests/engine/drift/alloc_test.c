/* Every allocation of a look through a season fails in turn: each says so, and nothing leaks (the sanitizers' build
 * would tell). */
#include "engine/drift/findings.h"
#include "engine/drift/random.h"
#include "engine/drift/run_rules.h"
#include "engine/drift/signals.h"
#include "tests/alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* 400 photos on two lines, out of order; on one of them a dimension steps and scratches come. */
static enum status fill(struct season *season, struct fault *fault) {
  uint64_t seed = 1;
  enum status status = STATUS_OK;
  for (int i = 399; i >= 0 && !status; i--) {
    bool late = i % 2 && i > 200;
    const struct row_dimension dimension = {
        .name = "d", .unit = "mm", .value = drift_normal(&seed) + (late ? 3 : 0), .lower = -5, .upper = 5};
    const struct row_zone zone = {.name = "z", .delta_e = 1 + drift_uniform(&seed), .limit = 4};
    const struct row_region region = {.class_ = CLASS_SCRATCH};
    const struct row row = {.keys = {[ROW_GOLDEN] = "g",
                                     [ROW_FACTORY] = "f",
                                     [ROW_LINE] = i % 2 ? "a" : "b",
                                     [ROW_LOT] = i < 100   ? "1"
                                                 : i < 300 ? "2"
                                                           : "3"},
                            .has_time = true,
                            .time_ms = i,
                            .verdict = late && i % 3 == 0 ? VERDICT_FAIL : VERDICT_PASS,
                            .score = 80,
                            .regions = &region,
                            .region_count = late && i % 3 == 0,
                            .dimensions = &dimension,
                            .dimension_count = 1,
                            .zones = &zone,
                            .zone_count = 1};
    status = season_add(season, &row, fault);
  }
  return status ? status : season_sort(season, fault);
}

static enum status look(struct fault *fault) {
  struct season season = {0};
  struct findings findings = {0};
  enum status status = fill(&season, fault);
  if (!status) status = findings_look(&season, 0.05, &findings, fault);
  if (!status && !findings.count) fail_msg("nothing found");
  char *line = status ? NULL : finding_write(&season, &findings.items[0]);
  if (!status && !line) status = fault_set(fault, STATUS_MEMORY, "no memory for a line");
  free(line);
  findings_free(&findings);
  season_free(&season);
  return status;
}

static enum status chart(struct fault *fault) {
  struct season season = {0};
  struct signals signals = {0};
  const struct signal_options how = {
      .rules = RULES_NELSON, .reference = 20, .subgroup = 5, .sample = 10, .run_length = 370};
  enum status status = fill(&season, fault);
  if (!status) status = signals_look(&season, &how, &signals, fault);
  signals_free(&signals);
  season_free(&season);
  return status;
}

/* Lets each `stride`th allocation fail; how many did. */
static size_t fail_each(enum status (*run)(struct fault *fault), size_t stride) {
  for (size_t n = 1, told = 0;; n += stride, told++) {
    struct fault fault = {0};
    alloc_fail_at(n);
    enum status status = run(&fault);
    bool failed = alloc_has_failed();
    alloc_fail_at(0);
    if (!failed) {
      assert_int_equal(status, STATUS_OK);
      return told;
    }
    if (status != STATUS_MEMORY) fail_msg("allocation %zu: status %d, \"%s\"", n, (int)status, fault.text);
  }
}

static void each_failed_allocation_of_a_look_is_told(void **state) {
  (void)state;
  assert_true(fail_each(look, 1) > 100);
}

/* Run lengths take their time. */
static void failed_allocations_of_charts_are_told(void **state) {
  (void)state;
  assert_true(fail_each(chart, 23) > 5);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(each_failed_allocation_of_a_look_is_told),
                                     cmocka_unit_test(failed_allocations_of_charts_are_told)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
