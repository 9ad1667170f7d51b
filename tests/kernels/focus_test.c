#include "tests/kernels/harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const int64_t binomial[3] = {1, 2, 1};

struct bend_case {
  struct block *mean, *bend;
};

static enum kernel_status bend(const struct kernel_operations *o, struct kernel_context *device, const void *context) {
  const struct bend_case *c = context;
  struct kernel_bend call = {.mean = block_view(c->mean), .bend = block_view(c->bend)};
  return o->bend ? o->bend(device, &call) : KERNEL_OPERATION_MISSING;
}

static void bend_of_size(struct harness *h, int32_t width, int32_t height, int round) {
  struct bend_case c = {harness_image(h, U16, width, height), harness_image(h, U16, width, height)};
  if (round % 3)
    block_fill_between(h, c.mean, 0, 4080);
  else
    block_fill(h, c.mean, (enum fill)(round / 3 % FILLS));
  for (int32_t y = 0; y < height; y++)
    for (int32_t x = 0; x < width; x++) {
      int64_t sum = 0;
      for (int32_t j = -1; j <= 1; j++)
        for (int32_t i = -1; i <= 1; i++)
          sum += binomial[i + 1] * binomial[j + 1] *
                 block_get(c.mean, clamp(x + i, 0, width - 1), clamp(y + j, 0, height - 1));
      int64_t expected = clamp(floor_shift(sum - 16 * block_get(c.mean, x, y), 2), INT16_MIN, INT16_MAX);
      block_expect(c.bend, x, y, expected & 0xFFFF);
    }
  harness_run(h, bend, &c, KERNEL_OK);
}

static void the_bend_is_the_binomial_mean_less_the_mean(void **state) {
  (void)state;
  harness_sizes("bend", 9100, 200, bend_of_size);
}

struct sums_case {
  struct block *photo, *seen, *mean, *bend, *compared, *sums;
  int32_t cut;
};

static enum kernel_status focus_sums(const struct kernel_operations *o, struct kernel_context *device,
                                     const void *context) {
  const struct sums_case *c = context;
  struct kernel_focus_sums call = {.photo = block_view(c->photo),
                                   .seen = block_view(c->seen),
                                   .mean = block_view(c->mean),
                                   .bend = block_view(c->bend),
                                   .compared = block_view(c->compared),
                                   .cut = c->cut,
                                   .sums = c->sums->buffer};
  return o->focus_sums ? o->focus_sums(device, &call) : KERNEL_OPERATION_MISSING;
}

/* The smoothed photo; false where it is not seen. */
static bool smooth_at(const struct sums_case *c, int32_t x, int32_t y, int64_t *smooth) {
  *smooth = 0;
  for (int32_t j = -1; j <= 1; j++)
    for (int32_t i = -1; i <= 1; i++) {
      int32_t u = clamp(x + i, 0, c->photo->width - 1), v = clamp(y + j, 0, c->photo->height - 1);
      if (!block_get(c->seen, u, v)) return false;
      *smooth += binomial[i + 1] * binomial[j + 1] * block_get(c->photo, u, v);
    }
  return true;
}

static void sums_of_size(struct harness *h, int32_t width, int32_t height, int round) {
  struct sums_case c = {harness_image(h, U8, width, height),           harness_image(h, U8, width, height),
                        harness_image(h, U16, width, height),          harness_image(h, U16, width, height),
                        harness_image(h, U16, width, height),          harness_array(h, I64, 2),
                        round % 7 ? harness_between(h, 0, 4080) : 4080};
  int64_t squares = 0, products = 0, smooth;
  block_fill(h, c.photo, (enum fill)(round % FILLS));
  block_fill(h, c.seen, round % 3 == 0 ? FILL_MOST : round % 3 == 1 ? FILL_SPARSE : FILL_RANDOM);
  block_fill_between(h, c.mean, 0, round % 4 ? 4080 : 65535);
  block_fill(h, c.bend, (enum fill)(round / 2 % FILLS));
  block_fill(h, c.compared, round % 5 ? FILL_SPARSE : FILL_SMALL);
  for (int32_t y = 0; y < height; y += KERNEL_FOCUS_ROWS)
    for (int32_t x = 0; x < width; x++) {
      int64_t b = (int16_t)block_get(c.bend, x, y);
      if (!block_get(c.compared, x, y) || !smooth_at(&c, x, y, &smooth)) continue;
      int64_t difference = smooth - block_get(c.mean, x, y);
      if ((b < KERNEL_FOCUS_BEND && b > -KERNEL_FOCUS_BEND) || difference > c.cut || difference < -c.cut) continue;
      b = floor_shift(b, 3);
      squares += b * b, products += b * difference;
    }
  block_expect(c.sums, 0, 0, squares);
  block_expect(c.sums, 1, 0, products);
  harness_run(h, focus_sums, &c, KERNEL_OK);
}

static void the_sums_are_those_of_every_fourth_row(void **state) {
  (void)state;
  harness_sizes("focus_sums", 9200, 200, sums_of_size);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_bend_is_the_binomial_mean_less_the_mean),
                                     cmocka_unit_test(the_sums_are_those_of_every_fourth_row)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
