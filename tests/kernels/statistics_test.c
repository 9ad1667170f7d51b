#include "tests/kernels/harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct statistics_case {
  struct block *sum, *square, *count, *mean, *variance;
};

static enum kernel_status statistics(const struct kernel_operations *o, struct kernel_context *device,
                                     const void *context) {
  const struct statistics_case *c = context;
  struct kernel_statistics call = {.sum = block_view(c->sum),
                                   .square = block_view(c->square),
                                   .count = block_view(c->count),
                                   .mean = block_view(c->mean),
                                   .variance = block_view(c->variance)};
  return o->statistics ? o->statistics(device, &call) : KERNEL_OPERATION_MISSING;
}

static struct statistics_case case_of(struct harness *h, int32_t width, int32_t height) {
  struct statistics_case c = {harness_image(h, U32, width, height), harness_image(h, U32, width, height),
                              harness_image(h, U16, width, height), harness_image(h, U16, width, height),
                              harness_image(h, U32, width, height)};
  return c;
}

/* Sums of `n` numbers of 0..4080, as accumulate makes them. */
static void photos_of_size(struct harness *h, int32_t width, int32_t height, int round) {
  struct statistics_case c = case_of(h, width, height);
  for (int32_t y = 0; y < height; y++)
    for (int32_t x = 0; x < width; x++) {
      int64_t n = round % 4 ? harness_between(h, 0, 9) : harness_between(h, 250, 256), sum = 0, square = 0;
      int32_t low = round % 3 ? 0 : 4000, high = round % 3 == 1 ? 16 : 4080;
      for (int64_t i = 0; i < n; i++) {
        int64_t value = harness_between(h, low, high);
        sum += value, square += value * value;
      }
      block_set(c.sum, x, y, sum), block_set(c.square, x, y, square), block_set(c.count, x, y, n);
      /* The mean to the nearest, halves up; the variance with n - 1, rounded down, exactly. */
      block_expect(c.mean, x, y, n ? (2 * sum + n - n % 2) / (2 * n) : 0);
      block_expect(c.variance, x, y, n > 1 ? (n * square - sum * sum) / (n * (n - 1)) : 0);
    }
  harness_run(h, statistics, &c, KERNEL_OK);
}

/* Any numbers: defined, and the same everywhere. 64 bits wrap, and what does not fit loses its upper bits. */
static void numbers_of_size(struct harness *h, int32_t width, int32_t height, int round) {
  struct statistics_case c = case_of(h, width, height);
  block_fill(h, c.sum, (enum fill)(round % FILLS));
  block_fill(h, c.square, (enum fill)((round + 1) % FILLS));
  block_fill(h, c.count, (enum fill)(round / 2 % FILLS));
  for (int32_t y = 0; y < height; y++)
    for (int32_t x = 0; x < width; x++) {
      uint64_t sum = (uint64_t)block_get(c.sum, x, y), square = (uint64_t)block_get(c.square, x, y);
      uint64_t n = (uint64_t)block_get(c.count, x, y);
      block_expect(c.mean, x, y, n ? (int64_t)((sum + n / 2) / n & UINT16_MAX) : 0);
      block_expect(c.variance, x, y, n > 1 ? (int64_t)((n * square - sum * sum) / (n * (n - 1)) & UINT32_MAX) : 0);
    }
  harness_run(h, statistics, &c, KERNEL_OK);
}

static void mean_and_variance_are_those_of_the_photos(void **state) {
  (void)state;
  harness_sizes("statistics", 5000, 100, photos_of_size);
}

static void numbers_that_no_photos_give_do_no_harm(void **state) {
  (void)state;
  harness_sizes("statistics", 6000, 100, numbers_of_size);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(mean_and_variance_are_those_of_the_photos),
      cmocka_unit_test(numbers_that_no_photos_give_do_no_harm),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
