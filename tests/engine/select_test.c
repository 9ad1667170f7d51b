#include "engine/select.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 300 };

static int by_size(const void *a, const void *b) {
  const double *x = a, *y = b;
  return (*x > *y) - (*x < *y);
}

/* Of values as they come, and that none is lost. */
static void assert_all_ranks(const double *values, size_t count) {
  double sorted[MOST], work[MOST];
  memcpy(sorted, values, count * sizeof *sorted);
  qsort(sorted, count, sizeof *sorted, by_size);
  for (size_t k = 0; k < count; k++) {
    memcpy(work, values, count * sizeof *work);
    assert_true(select_value(work, count, k) == sorted[k]);
    qsort(work, count, sizeof *work, by_size);
    assert_memory_equal(work, sorted, count * sizeof *work);
  }
}

static void any_rank_is_as_sorting_has_it(void **state) {
  (void)state;
  uint64_t random = 5;
  double values[MOST];
  for (size_t count = 1; count <= MOST; count += count < 20 ? 1 : 40) {
    for (size_t i = 0; i < count; i++) values[i] = (double)(support_random(&random) >> 11);
    assert_all_ranks(values, count);
  }
}

static void values_may_be_alike(void **state) {
  (void)state;
  uint64_t random = 7;
  double values[MOST];
  for (uint64_t kinds = 1; kinds <= 5; kinds++) {
    for (size_t i = 0; i < MOST; i++) values[i] = (double)(support_random(&random) % kinds);
    assert_all_ranks(values, MOST);
  }
}

static void values_may_be_in_an_order(void **state) {
  (void)state;
  double rising[MOST], falling[MOST], both[MOST];
  for (int i = 0; i < MOST; i++) rising[i] = i, falling[i] = MOST - i, both[i] = i < MOST / 2 ? i : MOST - i;
  assert_all_ranks(rising, MOST);
  assert_all_ranks(falling, MOST);
  assert_all_ranks(both, MOST);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(any_rank_is_as_sorting_has_it),
      cmocka_unit_test(values_may_be_alike),
      cmocka_unit_test(values_may_be_in_an_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
