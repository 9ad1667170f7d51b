#include "tests/kernels/harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct warp_case {
  const struct block *photo, *place, *light, *tint, *out;
};

static enum kernel_status warp(const struct kernel_operations *o, struct kernel_context *device, const void *context) {
  const struct warp_case *c = context;
  struct kernel_warp call = {
      .photo = block_view(c->photo), .place = c->place->buffer, .light = c->light->buffer, .out = block_view(c->out)};
  if (c->tint) call.tint = block_view(c->tint);
  return o->warp ? o->warp(device, &call) : KERNEL_OPERATION_MISSING;
}

static void expect_pixel(const struct warp_case *c, int32_t x, int32_t y, struct block *out) {
  int32_t p, width = out->width;
  block_expect(out, x, y, 0);
  if (!sample_at(c->photo, grid_at(c->place, width, 2, 0, x, y), grid_at(c->place, width, 2, 1, x, y), &p)) return;
  int32_t scale = grid_at(c->light, width, 2, 0, x, y), shift = grid_at(c->light, width, 2, 1, x, y);
  int32_t value = wrap32(floor_shift(wrap32((int64_t)p * scale), 12) + shift);
  if (c->tint) value = wrap32(value + 16 * (block_get(c->tint, x / 2, y / 2) - 128));
  block_expect(out, x, y, clamp(floor_shift(wrap32((int64_t)value + 8), 4), 1, 255));
}

static void warp_of_size(struct harness *h, int32_t width, int32_t height, int round) {
  bool wild = round % 5 == 0, tinted = round % 2, even = round % 3 == 1;
  int32_t photo_width = harness_between(h, 1, 80), photo_height = harness_between(h, 1, 80);
  size_t nodes = (size_t)KERNEL_NODES(width) * (size_t)KERNEL_NODES(height);
  harness_note(h, ", photo %d x %d%s%s", photo_width, photo_height, wild ? ", wild" : "", tinted ? ", tinted" : "");
  struct block *photo = harness_image(h, U8, photo_width, photo_height), *light = harness_array(h, I32, 2 * nodes);
  struct block *tint = tinted ? harness_image(h, U8, (width + 1) / 2, (height + 1) / 2) : NULL;
  struct block *out = harness_image(h, U8, width, height);
  const struct block *place = harness_places(h, width, height, photo_width, photo_height, wild);
  block_fill(h, photo, (enum fill)(round % FILLS));
  if (tint) block_fill(h, tint, (enum fill)(round / 2 % FILLS));
  harness_lights(h, light, nodes, even ? 33000 : 0, wild);
  struct warp_case c = {photo, place, light, tint, out};
  for (int32_t y = 0; y < height; y++)
    for (int32_t x = 0; x < width; x++) expect_pixel(&c, x, y, out);
  harness_run(h, warp, &c, KERNEL_OK);
}

static void warp_brings_the_photo_to_the_goldens_place_and_light(void **state) {
  (void)state;
  harness_sizes("warp", 2000, 300, warp_of_size);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(warp_brings_the_photo_to_the_goldens_place_and_light)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
