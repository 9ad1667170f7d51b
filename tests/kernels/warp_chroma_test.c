#include "tests/kernels/harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

struct chroma_case {
  const struct block *luma, *cb, *cr, *place, *light;
  struct block *out_cb, *out_cr, *tint, *seen;
};

static enum kernel_status warp_chroma(const struct kernel_operations *o, struct kernel_context *device,
                                      const void *context) {
  const struct chroma_case *c = context;
  struct kernel_warp_chroma call = {.luma = block_view(c->luma),
                                    .cb = block_view(c->cb),
                                    .cr = block_view(c->cr),
                                    .place = c->place->buffer,
                                    .light = c->light->buffer,
                                    .out_cb = block_view(c->out_cb),
                                    .out_cr = block_view(c->out_cr),
                                    .tint = block_view(c->tint),
                                    .seen = block_view(c->seen)};
  return o->warp_chroma ? o->warp_chroma(device, &call) : KERNEL_OPERATION_MISSING;
}

/* value Q4 scale Q12 + shift Q4. */
static int32_t lit(const struct chroma_case *c, int32_t channel, int32_t x, int32_t y, int32_t value) {
  int32_t scale = grid_at(c->light, c->out_cb->width, 8, 2 * channel, x, y);
  return wrap32(floor_shift(wrap32((int64_t)value * scale), 12) +
                grid_at(c->light, c->out_cb->width, 8, 2 * channel + 1, x, y));
}

/* A sum of Q14 products, to the nearest, wrapping as 32 bits do. */
static int32_t nearest(int64_t sum) {
  return (int32_t)floor_shift(wrap32(wrap32(sum) + (int64_t)8192), 14);
}

static int32_t to_byte(int32_t q4) {
  return clamp(floor_shift(wrap32((int64_t)q4 + 8), 4), 0, 255);
}

static void expect_pixel(const struct chroma_case *c, int32_t x, int32_t y) {
  int32_t px = grid_at(c->place, c->out_cb->width, 2, 0, x, y), py = grid_at(c->place, c->out_cb->width, 2, 1, x, y);
  int32_t luma, cb, cr;
  bool inside = sample_at(c->luma, px, py, &luma) && sample_at(c->cb, px, py, &cb) && sample_at(c->cr, px, py, &cr);
  block_expect(c->seen, x, y, inside ? 255 : 0);
  if (!inside) {
    block_expect(c->out_cb, x, y, 128), block_expect(c->out_cr, x, y, 128), block_expect(c->tint, x, y, 128);
    return;
  }
  cb -= 2048, cr -= 2048;
  int32_t red = lit(c, 0, x, y, luma + nearest(22970 * (int64_t)cr));
  int32_t green = lit(c, 1, x, y, luma - nearest(5638 * (int64_t)cb + 11700 * (int64_t)cr));
  int32_t blue = lit(c, 2, x, y, luma + nearest(29032 * (int64_t)cb));
  int32_t corrected = nearest(4899 * (int64_t)red + 9617 * (int64_t)green + 1868 * (int64_t)blue);
  block_expect(c->out_cb, x, y, to_byte(2048 + nearest(9246 * (int64_t)wrap32((int64_t)blue - corrected))));
  block_expect(c->out_cr, x, y, to_byte(2048 + nearest(11686 * (int64_t)wrap32((int64_t)red - corrected))));
  block_expect(c->tint, x, y, to_byte(wrap32(2048 + (int64_t)wrap32((int64_t)corrected - lit(c, 3, x, y, luma)))));
}

static void chroma_of_size(struct harness *h, int32_t width, int32_t height, int round) {
  bool wild = round % 5 == 0;
  int32_t photo_width = harness_between(h, 1, 80), photo_height = harness_between(h, 1, 80);
  size_t nodes = (size_t)KERNEL_NODES(width) * (size_t)KERNEL_NODES(height);
  harness_note(h, ", photo %d x %d%s", photo_width, photo_height, wild ? ", wild" : "");
  struct block *planes[3], *light = harness_array(h, I32, 8 * nodes);
  for (int i = 0; i < 3; i++) {
    planes[i] = harness_image(h, U8, photo_width, photo_height);
    block_fill(h, planes[i], (enum fill)((i ? round / 2 + i : round) % FILLS));
  }
  harness_lights(h, light, 4 * nodes, round % 3 == 1 ? 8500 : 0, wild);
  struct chroma_case c = {.luma = planes[0], .cb = planes[1], .cr = planes[2], .light = light};
  c.place = harness_places(h, width, height, photo_width, photo_height, wild);
  c.out_cb = harness_image(h, U8, width, height), c.out_cr = harness_image(h, U8, width, height);
  c.tint = harness_image(h, U8, width, height), c.seen = harness_image(h, U8, width, height);
  for (int32_t y = 0; y < height; y++)
    for (int32_t x = 0; x < width; x++) expect_pixel(&c, x, y);
  harness_run(h, warp_chroma, &c, KERNEL_OK);
}

static void warp_chroma_corrects_the_colour_in_red_green_and_blue(void **state) {
  (void)state;
  harness_sizes("warp_chroma", 3000, 300, chroma_of_size);
}

/* Light that changes nothing, over a grey picture: it stays grey, and luma needs no tint. */
static void grey_under_even_light_stays_grey(void **state) {
  (void)state;
  struct harness *h = harness_open("warp_chroma", 1);
  enum { SIDE = 20, NODES = 3 * 3 };
  struct block *planes[3], *light = harness_array(h, I32, 8 * NODES), *place = harness_array(h, I32, 2 * NODES);
  for (int i = 0; i < 3; i++) {
    planes[i] = harness_image(h, U8, SIDE, SIDE);
    block_fill_between(h, planes[i], i ? 128 : 0, i ? 128 : 255);
  }
  for (int32_t i = 0; i < NODES; i++) {
    block_set(place, 2 * i, 0, 16 * (i % 3) * 65536), block_set(place, 2 * i + 1, 0, (int64_t)16 * (i / 3) * 65536);
    for (int32_t k = 0; k < 4; k++) block_set(light, 8 * i + 2 * k, 0, 4096), block_set(light, 8 * i + 2 * k + 1, 0, 0);
  }
  struct chroma_case c = {.luma = planes[0], .cb = planes[1], .cr = planes[2], .light = light, .place = place};
  c.out_cb = harness_image(h, U8, SIDE, SIDE), c.out_cr = harness_image(h, U8, SIDE, SIDE);
  c.tint = harness_image(h, U8, SIDE, SIDE), c.seen = harness_image(h, U8, SIDE, SIDE);
  for (int32_t y = 0; y < SIDE; y++)
    for (int32_t x = 0; x < SIDE; x++) {
      block_expect(c.out_cb, x, y, 128), block_expect(c.out_cr, x, y, 128);
      block_expect(c.tint, x, y, 128), block_expect(c.seen, x, y, 255);
    }
  harness_run(h, warp_chroma, &c, KERNEL_OK);
  harness_close(h);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(warp_chroma_corrects_the_colour_in_red_green_and_blue),
      cmocka_unit_test(grey_under_even_light_stays_grey),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
