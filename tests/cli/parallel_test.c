#include "cli/parallel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { COUNT = 1000 };

struct record {
  atomic_int worked[COUNT];
  size_t finished;
  size_t stop_at; /* finish fails there; COUNT: never */
  atomic_size_t furthest;
  size_t ahead; /* how far work went ahead of finish, at most */
};

static void work(void *context, size_t index) {
  struct record *record = context;
  atomic_fetch_add(&record->worked[index], 1);
  size_t furthest = atomic_load(&record->furthest);
  while (furthest < index && !atomic_compare_exchange_weak(&record->furthest, &furthest, index)) {
  }
}

static enum status finish(void *context, size_t index, struct fault *fault) {
  struct record *record = context;
  assert_int_equal(index, record->finished);
  assert_int_equal(atomic_load(&record->worked[index]), 1);
  size_t ahead = atomic_load(&record->furthest) - index;
  if (ahead > record->ahead && atomic_load(&record->furthest) > index) record->ahead = ahead;
  record->finished++;
  return index == record->stop_at ? fault_set(fault, STATUS_IO, "enough") : STATUS_OK;
}

static void all_are_worked_on_once_and_finished_in_order(void **state) {
  (void)state;
  for (size_t threads = 1; threads <= 5; threads += 2) {
    struct record record = {.stop_at = COUNT};
    const struct parallel parallel = {COUNT, threads, work, finish, &record};
    struct fault fault = {0};
    assert_int_equal(parallel_run(&parallel, &fault), STATUS_OK);
    assert_int_equal(record.finished, COUNT);
    assert_true(record.ahead <= 4 * threads);
  }
}

static void a_failed_finish_stops_the_rest(void **state) {
  (void)state;
  struct record record = {.stop_at = 10};
  const struct parallel parallel = {COUNT, 2, work, finish, &record};
  struct fault fault = {0};
  assert_int_equal(parallel_run(&parallel, &fault), STATUS_IO);
  assert_string_equal(fault.text, "enough");
  assert_int_equal(record.finished, 11);
  assert_int_equal(atomic_load(&record.worked[COUNT - 1]), 0);
}

static void nothing_to_do_is_done_at_once(void **state) {
  (void)state;
  const struct parallel parallel = {0, 3, work, finish, NULL};
  assert_int_equal(parallel_run(&parallel, NULL), STATUS_OK);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_are_worked_on_once_and_finished_in_order),
      cmocka_unit_test(a_failed_finish_stops_the_rest),
      cmocka_unit_test(nothing_to_do_is_done_at_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
