/* Every allocation in turn fails: it is told, nothing is leaked (under ASan), and nothing half done is used. */
#include "engine/lots/compare.h"
#include "engine/lots/judge.h"
#include "tests/alloc.h"
#include "tests/engine/lots/sample.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 40, ROOM = 1 << 14, MOST = 5000 };
static char lines[ROWS][ROOM];
static size_t sizes[ROWS];

static int make_lines(void **state) {
  (void)state;
  for (int i = 0; i < ROWS; i++) {
    const char *const lots[] = {"A", "B", NULL};
    char unit[8], captured[32];
    snprintf(unit, sizeof unit, "U%d", i / 2);
    snprintf(captured, sizeof captured, "2026-03-01T10:%02d:00", i);
    char *line =
        sample_line(&(struct sample){.number = i,
                                     .lot = lots[i % 3],
                                     .factory = i % 5 ? "North" : NULL,
                                     .shift = i % 2 ? "night" : "day",
                                     .unit = unit,
                                     .view = i % 2 ? "front" : "back",
                                     .captured = captured,
                                     .verdict = (enum verdict)(i % 3),
                                     .defect = i % 3 == VERDICT_FAIL,
                                     .reason = REASON_BLURRED,
                                     .score = i,
                                     .dimension_count = 1,
                                     .dimensions = {{.name = "hole", .value = i % 7, .lower = 0, .upper = 9}}});
    sizes[i] = strlen(line);
    assert_true(sizes[i] + ROW_PADDING < ROOM);
    memcpy(lines[i], line, sizes[i]);
    free(line);
  }
  return 0;
}

/* Gives the rows to `add`. The parser's own memory is C++'s, whose failures are not counted. */
static enum status each_row(enum status (*add)(void *, const struct row *, struct fault *), void *context,
                            struct fault *fault) {
  struct row_parser *parser = row_parser_new();
  assert_non_null(parser);
  enum status status = STATUS_OK;
  for (int i = 0; i < ROWS && !status; i++) {
    struct row *row;
    status = row_parse(parser, lines[i], sizes[i], &row, fault);
    if (!status) status = add(context, row, fault);
  }
  row_parser_free(parser);
  return status;
}

static enum status add_to_lots(void *lots, const struct row *row, struct fault *fault) {
  return lots_add(lots, row, fault);
}

static enum status judge_all(struct fault *fault) {
  const struct judge_terms terms = {.level = PLAN_II, .aql = {0, 2.5, 4.0}, .size = 20};
  struct lots lots = {.by = ROW_LOT, .check_times = true};
  struct history history = {0};
  enum status status = each_row(add_to_lots, &lots, fault);
  if (!status) status = lots_end(&lots, fault);
  size_t *order = status ? NULL : judge_order(&lots);
  if (!status && !order) status = fault_set(fault, STATUS_MEMORY, "order");
  for (size_t i = 0; !status && i < lots.count; i++) {
    struct judge_lot verdict;
    status = judge_lot(&lots, order[i], &terms, &history, false, &verdict, fault);
  }
  free(order);
  history_free(&history);
  lots_free(&lots);
  return status;
}

static enum status add_to_compare(void *compare, const struct row *row, struct fault *fault) {
  return compare_add(compare, row, fault);
}

static enum status compare_all(struct fault *fault) {
  struct compare compare = {.units = {.by = ROW_SHIFT, .across = true}};
  struct compare_results results = {0};
  enum status status = each_row(add_to_compare, &compare, fault);
  if (!status) status = compare_end(&compare, fault);
  if (!status) status = compare_work_out(&compare, &results, fault);
  compare_results_free(&results);
  compare_free(&compare);
  return status;
}

static void fail_each(enum status (*work)(struct fault *)) {
  for (size_t n = 1; n < MOST; n++) {
    struct fault fault = {0};
    alloc_fail_at(n);
    enum status status = work(&fault);
    bool failed = alloc_has_failed();
    alloc_fail_at(0);
    assert_int_equal(status, failed ? STATUS_MEMORY : STATUS_OK);
    if (!failed) return;
    assert_true(fault.text[0]);
  }
  fail_msg("more than %d allocations", MOST);
}

static void of_judging(void **state) {
  (void)state;
  fail_each(judge_all);
}

static void of_comparing(void **state) {
  (void)state;
  fail_each(compare_all);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(of_judging), cmocka_unit_test(of_comparing)};
  return cmocka_run_group_tests(tests, make_lines, NULL);
}
