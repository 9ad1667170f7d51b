#include "engine/crew.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>

#include <cmocka.h>

enum { PIECES = 100 };

struct seen {
  atomic_int times[PIECES];
  size_t bad; /* from this piece on they fail */
};

static enum status piece(void *context, size_t index, struct fault *fault) {
  struct seen *seen = context;
  atomic_fetch_add(&seen->times[index], 1);
  return index < seen->bad ? STATUS_OK : fault_set(fault, STATUS_INVALID, "piece %zu", index);
}

static void each_piece_is_done_once_whatever_the_threads(void **state) {
  (void)state;
  for (int threads = 0; threads <= CREW_MOST + 1; threads++) {
    struct seen seen = {.bad = PIECES};
    const struct crew crew = {threads, piece, &seen};
    assert_int_equal(crew_run(&crew, PIECES, NULL), STATUS_OK);
    for (int i = 0; i < PIECES; i++) assert_int_equal(atomic_load(&seen.times[i]), 1);
  }
}

static void there_may_be_fewer_pieces_than_threads(void **state) {
  (void)state;
  struct seen seen = {.bad = PIECES};
  const struct crew crew = {CREW_MOST, piece, &seen};
  assert_int_equal(crew_run(&crew, 0, NULL), STATUS_OK);
  assert_int_equal(crew_run(&crew, 1, NULL), STATUS_OK);
  assert_int_equal(atomic_load(&seen.times[0]), 1);
  assert_int_equal(atomic_load(&seen.times[1]), 0);
}

static void the_first_failure_is_told_and_nothing_more_begun(void **state) {
  (void)state;
  for (int threads = 1; threads <= 4; threads++) {
    struct seen seen = {.bad = 10};
    struct fault fault = {0};
    const struct crew crew = {threads, piece, &seen};
    assert_int_equal(crew_run(&crew, PIECES, &fault), STATUS_INVALID);
    assert_string_equal(fault.text, "piece 10");
    for (int i = 10 + threads; i < PIECES; i++) assert_int_equal(atomic_load(&seen.times[i]), 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(each_piece_is_done_once_whatever_the_threads),
                                     cmocka_unit_test(there_may_be_fewer_pieces_than_threads),
                                     cmocka_unit_test(the_first_failure_is_told_and_nothing_more_begun)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
