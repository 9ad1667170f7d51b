#include "tests/kernels/harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct accumulate_case {
  const struct block *photo, *seen;
  struct block *sum, *square, *count, *bend;
  int32_t focus;
  bool bent;
};

static enum kernel_status accumulate(const struct kernel_operations *o, struct kernel_context *device,
                                     const void *context) {
  const struct accumulate_case *c = context;
  struct kernel_accumulate call = {.photo = block_view(c->photo),
                                   .seen = block_view(c->seen),
                                   .sum = block_view(c->sum),
                                   .square = block_view(c->square),
                                   .count = block_view(c->count)};
  if (c->bent) call.bend = block_view(c->bend), call.focus = c->focus;
  return o->accumulate ? o->accumulate(device, &call) : KERNEL_OPERATION_MISSING;
}

static void expect_pixel(const struct accumulate_case *c, int32_t x, int32_t y) {
  static const int64_t binomial[3] = {1, 2, 1};
  int32_t width = c->photo->width, height = c->photo->height;
  int64_t s = 0;
  for (int32_t j = -1; j <= 1; j++)
    for (int32_t i = -1; i <= 1; i++) {
      int32_t u = clamp(x + i, 0, width - 1), v = clamp(y + j, 0, height - 1);
      if (!block_get(c->seen, u, v)) return;
      s += binomial[i + 1] * binomial[j + 1] * block_get(c->photo, u, v);
    }
  if (c->bent) s = clamp(s - floor_shift((int16_t)block_get(c->bend, x, y) * (int64_t)c->focus, 16), 0, 4080);
  block_expect(c->sum, x, y, (block_get(c->sum, x, y) + s) & UINT32_MAX);
  block_expect(c->square, x, y, (block_get(c->square, x, y) + s * s) & UINT32_MAX);
  block_expect(c->count, x, y, (block_get(c->count, x, y) + 1) & UINT16_MAX);
}

static void accumulate_of_size(struct harness *h, int32_t width, int32_t height, int round) {
  struct block *photo = harness_image(h, U8, width, height), *seen = harness_image(h, U8, width, height);
  struct accumulate_case c = {photo,
                              seen,
                              harness_image(h, U32, width, height),
                              harness_image(h, U32, width, height),
                              harness_image(h, U16, width, height),
                              harness_image(h, U16, width, height),
                              harness_between(h, INT16_MIN, INT16_MAX),
                              round % 2 == 1};
  block_fill(h, photo, (enum fill)(round % FILLS));
  block_fill(h, seen, round % 3 == 0 ? FILL_MOST : round % 3 == 1 ? FILL_SPARSE : FILL_RANDOM);
  block_fill(h, c.bend, (enum fill)(round / 4 % FILLS));
  for (int32_t y = 0; y < height; y++)
    for (int32_t x = 0; x < width; x++) expect_pixel(&c, x, y);
  harness_run(h, accumulate, &c, KERNEL_OK);
}

static void a_seen_photo_is_added_to_the_statistics(void **state) {
  (void)state;
  harness_sizes("accumulate", 4000, 200, accumulate_of_size);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_seen_photo_is_added_to_the_statistics)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
