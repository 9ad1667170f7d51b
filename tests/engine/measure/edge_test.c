#include "engine/measure/edge.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { BINS = 40 };

static struct edge_profile full(struct kernel_bin *bins, uint64_t pixels) {
  for (int i = 0; i < BINS; i++) bins[i].word = pixels | pixels * 255 << 16 | pixels * 255 << 40;
  return (struct edge_profile){bins, BINS, -10};
}

/* So many and so bright that two of them are more than a word holds. */
static void what_a_word_has_no_room_for_is_added_to_the_sums_before(void **state) {
  (void)state;
  const double pixels = 40000;
  struct kernel_bin bins[BINS];
  const struct edge_profile profile = full(bins, (uint64_t)pixels);
  struct edge_sums by_words = {0}, plain = {0};
  struct edge_words words = {0};
  for (int i = 0; i < 5; i++) {
    edge_words_add(&words, &profile, i, pixels, &by_words);
    edge_sums_add(&plain, &profile, i);
  }
  edge_words_end(&words, &by_words);
  assert_memory_equal(&by_words, &plain, sizeof plain);
  assert_true(plain.values[BINS - 1] == 5 * 255 * pixels && plain.pixels[0] == pixels);
}

/* A dark plateau and a light one, with a ripple of 4 px on both. */
static struct edge_profile step(struct kernel_bin *bins, int at, uint64_t before, uint64_t after, uint64_t ripple) {
  for (int i = 0; i < BINS; i++) {
    const uint64_t level = (i < at ? before : after) + (i % 8 < 4 ? ripple : 0);
    bins[i].word = 10 | 10 * level << 16 | (uint64_t)10 * (KERNEL_PROFILE_FINE / 2) << 40;
  }
  return (struct edge_profile){bins, BINS, -0.5 * BINS / KERNEL_PROFILE_SCALE};
}

static void a_faint_edge_is_found_where_the_profile_is_calm_and_not_where_it_is_as_strong_as_the_rest(void **state) {
  (void)state;
  struct kernel_bin bins[BINS];
  struct edge_candidate found[EDGE_MOST_CANDIDATES];
  const struct edge_profile calm = step(bins, BINS / 2, 100, 104, 0);
  assert_int_equal(edge_find(&calm, 0.5, found), 1);
  assert_true(fabs(found[0].place) < 0.05);
  const struct edge_profile restless = step(bins, BINS / 2, 100, 104, 6);
  assert_int_equal(edge_find(&restless, 0.5, found), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_a_word_has_no_room_for_is_added_to_the_sums_before),
      cmocka_unit_test(a_faint_edge_is_found_where_the_profile_is_calm_and_not_where_it_is_as_strong_as_the_rest),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
