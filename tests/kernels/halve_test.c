#include "tests/kernels/harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct pair {
  const struct block *from, *to;
};

static enum kernel_status halve(const struct kernel_operations *o, struct kernel_context *device, const void *context) {
  const struct pair *p = context;
  struct kernel_halve call = {.from = block_view(p->from), .to = block_view(p->to)};
  return o->halve ? o->halve(device, &call) : KERNEL_OPERATION_MISSING;
}

static enum kernel_status halve_mask(const struct kernel_operations *o, struct kernel_context *device,
                                     const void *context) {
  const struct pair *p = context;
  struct kernel_halve_mask call = {.from = block_view(p->from), .to = block_view(p->to)};
  return o->halve_mask ? o->halve_mask(device, &call) : KERNEL_OPERATION_MISSING;
}

/* One of the 2 x 2 pixels under (x, y); the last column or row of an odd size stands for the missing one. */
static int64_t under(const struct block *from, int32_t x, int32_t y, int32_t i, int32_t j) {
  int32_t u = 2 * x + i, v = 2 * y + j;
  return block_get(from, u < from->width ? u : from->width - 1, v < from->height ? v : from->height - 1);
}

static void halve_case(struct harness *h, int32_t width, int32_t height, int round) {
  struct block *from = harness_image(h, U8, width, height);
  struct block *to = harness_image(h, U8, (width + 1) / 2, (height + 1) / 2);
  block_fill(h, from, (enum fill)(round % FILLS));
  for (int32_t y = 0; y < to->height; y++)
    for (int32_t x = 0; x < to->width; x++)
      block_expect(
          to, x, y,
          (under(from, x, y, 0, 0) + under(from, x, y, 1, 0) + under(from, x, y, 0, 1) + under(from, x, y, 1, 1) + 2) /
              4);
  harness_run(h, halve, &(struct pair){from, to}, KERNEL_OK);
}

static void mask_case(struct harness *h, int32_t width, int32_t height, int round) {
  struct block *from = harness_image(h, U8, width, height);
  struct block *to = harness_image(h, U8, (width + 1) / 2, (height + 1) / 2);
  block_fill(h, from, (enum fill)(round % FILLS));
  for (int32_t y = 0; y < to->height; y++)
    for (int32_t x = 0; x < to->width; x++) {
      bool all =
          under(from, x, y, 0, 0) && under(from, x, y, 1, 0) && under(from, x, y, 0, 1) && under(from, x, y, 1, 1);
      block_expect(to, x, y, all ? 255 : 0);
    }
  harness_run(h, halve_mask, &(struct pair){from, to}, KERNEL_OK);
}

static void halve_is_the_rounded_mean_of_four(void **state) {
  (void)state;
  harness_sizes("halve", 100, 200, halve_case);
}

static void halve_mask_keeps_what_all_four_have(void **state) {
  (void)state;
  harness_sizes("halve_mask", 200, 200, mask_case);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(halve_is_the_rounded_mean_of_four),
      cmocka_unit_test(halve_mask_keeps_what_all_four_have),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
