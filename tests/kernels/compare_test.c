#include "tests/kernels/harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct compare_case {
  struct block *photo, *seen, *mean, *rise, *fall, *map, *histogram, *bend;
  int32_t focus;
  bool bent;
};

static enum kernel_status compare(const struct kernel_operations *o, struct kernel_context *device,
                                  const void *context) {
  const struct compare_case *c = context;
  struct kernel_compare call = {.photo = block_view(c->photo),
                                .seen = block_view(c->seen),
                                .mean = block_view(c->mean),
                                .rise = block_view(c->rise),
                                .fall = block_view(c->fall),
                                .map = block_view(c->map),
                                .histogram = c->histogram->buffer};
  if (c->bent) call.bend = block_view(c->bend), call.focus = c->focus;
  return o->compare ? o->compare(device, &call) : KERNEL_OPERATION_MISSING;
}

/* The map's value; negative where nothing is compared. */
static int64_t use_at(const struct compare_case *c, int32_t x, int32_t y) {
  static const int64_t binomial[3] = {1, 2, 1};
  int64_t s = 0, rise = block_get(c->rise, x, y), fall = block_get(c->fall, x, y);
  for (int32_t j = -1; j <= 1; j++)
    for (int32_t i = -1; i <= 1; i++) {
      int32_t u = clamp(x + i, 0, c->photo->width - 1), v = clamp(y + j, 0, c->photo->height - 1);
      if (!block_get(c->seen, u, v)) return -1;
      s += binomial[i + 1] * binomial[j + 1] * block_get(c->photo, u, v);
    }
  if (!rise) return -1;
  int64_t mean = block_get(c->mean, x, y);
  if (c->bent) mean = clamp(mean + floor_shift((int16_t)block_get(c->bend, x, y) * (int64_t)c->focus, 16), 0, 65535);
  int64_t d = s - mean, use = d >= 0 ? d * rise / 65536 : -d * fall / 65536;
  return use < 255 ? use : 255;
}

static struct compare_case case_of_size(struct harness *h, int32_t width, int32_t height, bool bent) {
  return (struct compare_case){harness_image(h, U8, width, height),
                               harness_image(h, U8, width, height),
                               harness_image(h, U16, width, height),
                               harness_image(h, U16, width, height),
                               harness_image(h, U16, width, height),
                               harness_image(h, U8, width, height),
                               harness_array(h, I32, 256),
                               harness_image(h, U16, width, height),
                               harness_between(h, INT16_MIN, INT16_MAX),
                               bent};
}

static void run_case(struct harness *h, const struct compare_case *c) {
  int64_t counts[256] = {0};
  for (int32_t y = 0; y < c->photo->height; y++)
    for (int32_t x = 0; x < c->photo->width; x++) {
      int64_t use = use_at(c, x, y);
      block_expect(c->map, x, y, use < 0 ? 0 : use);
      if (use >= 0) counts[use]++;
    }
  for (int32_t i = 0; i < 256; i++) block_expect(c->histogram, i, 0, counts[i]);
  harness_run(h, compare, c, KERNEL_OK);
}

static void compare_of_size(struct harness *h, int32_t width, int32_t height, int round) {
  struct compare_case c = case_of_size(h, width, height, round % 2 == 1);
  block_fill(h, c.photo, (enum fill)(round % FILLS));
  block_fill(h, c.seen, round % 3 == 0 ? FILL_MOST : round % 3 == 1 ? FILL_SPARSE : FILL_RANDOM);
  if (round % 4)
    block_fill_between(h, c.mean, 0, 4080);
  else
    block_fill(h, c.mean, (enum fill)(round / 3 % FILLS));
  block_fill(h, c.rise, (enum fill)(round / 2 % FILLS));
  block_fill(h, c.fall, (enum fill)(round / 5 % FILLS));
  block_fill(h, c.bend, (enum fill)(round / 4 % FILLS));
  if (round % 5 == 1) block_fill_between(h, c.rise, 0, 2000), block_fill_between(h, c.fall, 0, 2000);
  run_case(h, &c);
}

static void the_map_is_the_use_of_tolerance(void **state) {
  (void)state;
  harness_sizes("compare", 8000, 200, compare_of_size);
}

/* Also of those that a fast version takes together with others than the pixel itself. */
static void next_to_one_pixel_that_is_not_seen_nothing_is_compared(void **state) {
  (void)state;
  enum { WIDTH = 530, HEIGHT = 7 };
  static const int32_t columns[] = {0, 1, 63, 64, 65, 127, 128, 254, 255, 256, 257, 511, 512, 513, WIDTH - 1};
  for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
    for (int32_t y = 0; y < HEIGHT; y++) {
      struct harness *h = harness_open("compare", 8500 + i);
      struct compare_case c = case_of_size(h, WIDTH, HEIGHT, false);
      harness_note(h, ", not seen: %d, %d", columns[i], y);
      block_fill(h, c.photo, FILL_RANDOM), block_fill_between(h, c.mean, 0, 4080);
      block_fill_between(h, c.rise, 1, 2000), block_fill_between(h, c.fall, 1, 2000);
      block_fill(h, c.seen, FILL_MOST), block_set(c.seen, columns[i], y, 0);
      run_case(h, &c);
      harness_close(h);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_map_is_the_use_of_tolerance),
      cmocka_unit_test(next_to_one_pixel_that_is_not_seen_nothing_is_compared),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
