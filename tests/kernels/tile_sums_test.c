#include "tests/kernels/harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

struct sums_case {
  const struct block *golden, *mask, *photo, *place, *light, *sums;
  int32_t cut;
  bool light_only;
};

static enum kernel_status tile_sums(const struct kernel_operations *o, struct kernel_context *device,
                                    const void *context) {
  const struct sums_case *c = context;
  struct kernel_tile_sums call = {.golden = block_view(c->golden),
                                  .photo = block_view(c->photo),
                                  .place = c->place->buffer,
                                  .light = c->light->buffer,
                                  .cut = c->cut,
                                  .light_only = c->light_only,
                                  .sums = c->sums->buffer};
  if (c->mask) call.mask = block_view(c->mask);
  return o->tile_sums ? o->tile_sums(device, &call) : KERNEL_OPERATION_MISSING;
}

/* W = 64 (1 - (E / cut)^2), rounded down, at least 0: 64 less the share, which is rounded up. */
static int64_t weight(int64_t e, int64_t cut) {
  return llabs(e) >= cut ? 0 : 64 - 64 * e * e / (cut * cut);
}

static void add_pixel(const struct sums_case *c, int32_t x, int32_t y, int64_t *sums) {
  int32_t tile = y / 16 * KERNEL_TILES(c->golden->width) + x / 16, p;
  if (x < 1 || y < 1 || x + 1 >= c->golden->width || y + 1 >= c->golden->height) return;
  if (c->mask && !block_get(c->mask, x, y)) return;
  if (!sample_at(c->photo, grid_at(c->place, c->golden->width, 2, 0, x, y),
                 grid_at(c->place, c->golden->width, 2, 1, x, y), &p))
    return;
  int64_t g = block_get(c->golden, x, y), gain = block_get(c->light, 2 * tile, 0);
  int64_t gx = block_get(c->golden, x + 1, y) - block_get(c->golden, x - 1, y);
  int64_t gy = block_get(c->golden, x, y + 1) - block_get(c->golden, x, y - 1);
  int64_t e = wrap32(p - wrap32(floor_shift(wrap32(g * gain), 8) + block_get(c->light, 2 * tile + 1, 0)));
  int64_t w = weight(e, c->cut), *s = sums + tile * KERNEL_SUMS;
  s[SUM_W] += w, s[SUM_G] += w * g, s[SUM_E] += w * e;
  if (c->light_only) return;
  s[SUM_SEEN]++;
  s[SUM_GG] += w * g * g;
  if (!w) return;
  s[SUM_EE] += w * e * e, s[SUM_GE] += w * g * e;
  s[SUM_X] += w * gx, s[SUM_Y] += w * gy;
  s[SUM_XX] += w * gx * gx, s[SUM_XY] += w * gx * gy, s[SUM_YY] += w * gy * gy;
  s[SUM_XE] += w * gx * e, s[SUM_YE] += w * gy * e, s[SUM_XG] += w * gx * g, s[SUM_YG] += w * gy * g;
}

static void sums_of_size(struct harness *h, int32_t width, int32_t height, int round) {
  bool masked = round % 2, wild = round % 5 == 0;
  int32_t photo_width = harness_between(h, 1, 70), photo_height = harness_between(h, 1, 70);
  size_t tiles = (size_t)KERNEL_TILES(width) * (size_t)KERNEL_TILES(height);
  struct sums_case c = {.cut = harness_between(h, 16, 2032), .light_only = round % 3 == 1};
  if (round % 7 == 0) c.cut = round % 2 ? 16 : 2032;
  harness_note(h, ", photo %d x %d, cut %d", photo_width, photo_height, c.cut);
  struct block *golden = harness_image(h, U8, width, height), *photo = harness_image(h, U8, photo_width, photo_height);
  struct block *mask = masked ? harness_image(h, U8, width, height) : NULL;
  struct block *light = harness_array(h, I32, 2 * tiles), *sums = harness_array(h, I64, tiles * KERNEL_SUMS);
  c.place = harness_places(h, width, height, photo_width, photo_height, wild);
  block_fill(h, golden, (enum fill)(round % FILLS));
  /* Mostly alike, so that residuals are under the cut. */
  block_fill(h, photo, (enum fill)((round % 3 ? round : round / FILLS) % FILLS));
  if (mask) block_fill(h, mask, FILL_SPARSE);
  for (size_t i = 0; i < tiles; i++) {
    block_set(light, (int32_t)(2 * i), 0, wild ? wrap32((int64_t)harness_random(h)) : harness_between(h, 3500, 4700));
    block_set(light, (int32_t)(2 * i + 1), 0,
              wild ? wrap32((int64_t)harness_random(h)) : harness_between(h, -300, 300));
  }
  c.golden = golden, c.mask = mask, c.photo = photo, c.light = light, c.sums = sums;
  int64_t *expected = calloc(tiles * KERNEL_SUMS, sizeof *expected);
  assert_non_null(expected);
  for (int32_t y = 0; y < height; y++)
    for (int32_t x = 0; x < width; x++) add_pixel(&c, x, y, expected);
  for (size_t i = 0; i < tiles * KERNEL_SUMS; i++) block_expect(sums, (int32_t)i, 0, expected[i]);
  free(expected);
  harness_run(h, tile_sums, &c, KERNEL_OK);
}

static void sums_over_a_tile_are_those_of_its_pixels(void **state) {
  (void)state;
  harness_sizes("tile_sums", 1000, 300, sums_of_size);
}

/* A tile for each residual at which the share of the square is whole: all pixels 0, the offset is the residual. */
static void weights_at_whole_shares_are_not_rounded_away(void **state) {
  (void)state;
  for (int32_t cut = 16; cut <= 2032; cut += 8) {
    struct harness *h = harness_open("tile_sums", (uint64_t)cut);
    harness_note(h, ", cut %d", cut);
    struct block *golden = harness_image(h, U8, 8 * 16, 3), *photo = harness_image(h, U8, 8 * 16, 3);
    struct block *light = harness_array(h, I32, 16), *sums = harness_array(h, I64, 8 * KERNEL_SUMS);
    struct block *place = harness_array(h, I32, 2 * 9 * 2);
    struct sums_case c = {.golden = golden, .photo = photo, .place = place, .light = light, .sums = sums, .cut = cut};
    int64_t expected[8 * KERNEL_SUMS] = {0};
    block_fill(h, golden, FILL_LEAST), block_fill(h, photo, FILL_LEAST);
    for (int32_t i = 0; i < 18; i++) {
      block_set(place, 2 * i, 0, i % 9 * 16 * 65536);
      block_set(place, 2 * i + 1, 0, i / 9 * 16 * 65536);
    }
    for (int32_t i = 0; i < 8; i++) block_set(light, 2 * i, 0, 0), block_set(light, 2 * i + 1, 0, -i * cut / 8);
    for (int32_t x = 0; x < 8 * 16; x++) add_pixel(&c, x, 1, expected);
    for (int32_t i = 0; i < 8 * KERNEL_SUMS; i++) block_expect(sums, i, 0, expected[i]);
    harness_run(h, tile_sums, &c, KERNEL_OK);
    harness_close(h);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sums_over_a_tile_are_those_of_its_pixels),
      cmocka_unit_test(weights_at_whole_shares_are_not_rounded_away),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
