/* Health: what is not well is told with its cause. */
#include "ipc/clock.h"
#include "ipc/metrics.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SILENCE_MS = 1000 };

static void expect(const struct broker_figures *figures, enum status expected, const char *words) {
  struct fault fault = {0};
  struct metrics *metrics;
  struct http_answer answer = {0};
  const struct metrics_options options = {.figures = figures, .store = "/nowhere", .silence_ms = SILENCE_MS};
  assert_int_equal(metrics_open(&options, &metrics, &fault), STATUS_OK);
  assert_int_equal(metrics_health(metrics, NULL, &answer, &fault), expected);
  assert_non_null(strstr(expected ? fault.text : answer.body, words));
  free(answer.body);
  metrics_close(metrics);
}

static void a_broker_that_takes_its_rounds_is_well(void **state) {
  (void)state;
  struct broker_figures figures = {0};
  atomic_store(&figures.beat, clock_ms());
  expect(&figures, STATUS_OK, "ok");
}

static void a_broker_that_hangs_or_cannot_store_is_not(void **state) {
  (void)state;
  struct broker_figures figures = {0};
  atomic_store(&figures.beat, clock_ms() - 2 * SILENCE_MS);
  expect(&figures, STATUS_UNAVAILABLE, "no round");
  atomic_store(&figures.beat, clock_ms());
  atomic_store(&figures.store_failing, 1);
  expect(&figures, STATUS_UNAVAILABLE, "the store fails");
}

static void figures_are_told_also_where_the_store_cannot_be_read(void **state) {
  (void)state;
  struct fault fault = {0};
  struct broker_figures figures = {0};
  struct metrics *metrics;
  struct http_answer answer = {0};
  const struct metrics_options options = {.figures = &figures, .store = "/no/such/folder", .silence_ms = SILENCE_MS};
  atomic_store(&figures.jobs_lost, 7);
  assert_int_equal(metrics_open(&options, &metrics, &fault), STATUS_OK);
  assert_int_equal(metrics_answer(metrics, NULL, &answer, &fault), STATUS_OK);
  assert_non_null(strstr(answer.body, "\nassay_jobs_lost_total 7\n"));
  assert_null(strstr(answer.body, "assay_jobs{"));
  free(answer.body);
  metrics_close(metrics);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_broker_that_takes_its_rounds_is_well),
      cmocka_unit_test(a_broker_that_hangs_or_cannot_store_is_not),
      cmocka_unit_test(figures_are_told_also_where_the_store_cannot_be_read),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
