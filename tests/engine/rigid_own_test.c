/* A textured part whose frame of teeth stayed where it was, moved over the ground: what belongs to it. */
#include "engine/rigid_own.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SIDE = 96, FRAME = 10, MOVED_X = 3, MOVED_Y = 2 };

/* Smooth enough to be sampled, different everywhere. */
static uint8_t texture(int x, int y) {
  int value = 0;
  for (int v = -1; v <= 1; v++)
    for (int u = -1; u <= 1; u++)
      value += (int)(((uint32_t)(x + u + 64) * 2654435761u ^ (uint32_t)(y + v + 64) * 2246822519u) >> 13 & 255);
  return (uint8_t)(40 + value / 18);
}

static bool is_frame(int x, int y) {
  return x < FRAME || y < FRAME || x >= SIDE - FRAME || y >= SIDE - FRAME;
}

struct stage {
  struct device device;
  struct pyramid golden, photo, mask;
  struct placement moved, still;
  struct refine refine;
  struct rigid_own own;
  bool told;
};

static struct pyramid level_of(struct device *device, uint8_t *pixels) {
  struct pyramid p = {.count = 0};
  const struct plane plane = {pixels, SIDE, SIDE, SIDE};
  assert_int_equal(pyramid_build_copy(device, &p, &plane, 1, NULL), STATUS_OK);
  return p;
}

static void make(struct stage *s, int moved_x, int moved_y) {
  static uint8_t golden[SIDE * SIDE], photo[SIDE * SIDE], mask[SIDE * SIDE];
  memset(s, 0, sizeof *s);
  assert_int_equal(device_open(&kernel_cpu, &s->device, NULL), STATUS_OK);
  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++) {
      int at = y * SIDE + x;
      mask[at] = 255, golden[at] = texture(x, y);
      photo[at] = is_frame(x, y) ? golden[at] : texture(x - moved_x, y - moved_y);
    }
  s->golden = level_of(&s->device, golden), s->photo = level_of(&s->device, photo);
  s->mask = level_of(&s->device, mask);
  s->still = (struct placement){.pose = {{1, 0, 0, 0, 1, 0, 0, 0, 1}}};
  s->moved = (struct placement){.pose = {{1, 0, moved_x, 0, 1, moved_y, 0, 0, 1}}};
  s->refine = (struct refine){.device = &s->device,
                              .golden = &s->golden,
                              .mask = &s->mask,
                              .photo = &s->photo,
                              .placement = &s->moved,
                              .light = light_none(SIDE, SIDE)};
  assert_int_equal(rigid_own_find(&s->refine, &s->still, 0, &s->own, &s->told, NULL), STATUS_OK);
}

static void end(struct stage *s) {
  rigid_own_free(&s->device, &s->own);
  pyramid_release(&s->device, &s->golden);
  pyramid_release(&s->device, &s->photo);
  pyramid_release(&s->device, &s->mask);
  device_close(&s->device);
}

static void what_stayed_is_left_out_and_what_moved_is_kept(void **state) {
  (void)state;
  struct stage s;
  make(&s, MOVED_X, MOVED_Y);
  assert_true(s.told);
  uint8_t *own = malloc(SIDE * SIDE);
  assert_non_null(own);
  struct plane plane = {own, SIDE, SIDE, SIDE};
  assert_int_equal(device_download_plane(&s.device, &s.own.mask.level[0], &plane, NULL), STATUS_OK);
  int inside = 0, kept = 0, frame = 0, taken = 0;
  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++) {
      bool deep = x >= FRAME + 4 && y >= FRAME + 4 && x < SIDE - FRAME - 8 && y < SIDE - FRAME - 8;
      inside += deep, kept += deep && own[y * SIDE + x];
      frame += is_frame(x, y), taken += is_frame(x, y) && own[y * SIDE + x];
    }
  print_message("kept %d of %d pixels of the part, and %d of %d of its frame\n", kept, inside, taken, frame);
  assert_true(kept > 0.99 * inside && taken < 0.06 * frame);
  free(own);
  end(&s);
}

static void places_that_are_too_near_are_not_told_apart(void **state) {
  (void)state;
  struct stage s;
  make(&s, 0, 0);
  assert_false(s.told);
  end(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_stayed_is_left_out_and_what_moved_is_kept),
      cmocka_unit_test(places_that_are_too_near_are_not_told_apart),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
