#include "tests/datasets/stage.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A white product with one dark dot, photographed with everything that the options allow. */
static const double dot_x = 131.7, dot_y = 22.3, dot_size = 5;

static int set_stage(void **state) {
  struct stage *s = calloc(1, sizeof *s);
  char *argv[] = {"assay-synth", "--out", "x", "--megapixels", "0.8"};
  if (!s || !stage_begin(s, 5, argv)) return -1;
  scene_add(&s->scene, ITEM_DISC, dot_x, dot_y, dot_size, 0, colour_hex(0x202020));
  *state = s;
  return stage_light(s, 3) ? 0 : -1;
}

static int strike_stage(void **state) {
  stage_strike(*state);
  free(*state);
  return 0;
}

static void render(struct stage *s, struct rectangle r, bool noisy, uint8_t *rgb) {
  assert_int_equal(
      camera_render(&s->studio, &s->shot, &s->view, r, noisy, &s->darkroom, rgb, 3 * (size_t)(r.x1 - r.x0), NULL),
      STATUS_OK);
}

static void a_dot_is_where_the_mapping_says(void **state) {
  struct stage *s = *state;
  enum { HALF = 22, SIDE = 2 * HALF };
  uint8_t rgb[3 * SIDE * SIDE];
  double at[2], sum = 0, sx = 0, sy = 0;
  mapping_project(&s->shot.mapping, dot_x, dot_y, at);
  struct rectangle r = {(int)at[0] - HALF, (int)at[1] - HALF, (int)at[0] + HALF, (int)at[1] + HALF};
  render(s, r, false, rgb);
  double ground = rgb[3 * HALF + 1];
  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++) {
      double weight = ground - rgb[3 * (y * SIDE + x) + 1];
      if (weight > 12) sum += weight, sx += weight * x, sy += weight * y;
    }
  assert_true(sum > 0);
  double off_x = r.x0 + sx / sum - at[0], off_y = r.y0 + sy / sum - at[1];
  if (fabs(off_x) > 0.05 || fabs(off_y) > 0.05) fail_msg("the dot is off by %.3f, %.3f px", off_x, off_y);
}

static void a_pixel_does_not_depend_on_the_rectangle(void **state) {
  struct stage *s = *state;
  uint8_t large[3 * 60 * 50], small[3 * 20 * 10];
  render(s, (struct rectangle){201, 103, 261, 153}, true, large);
  render(s, (struct rectangle){223, 121, 243, 131}, true, small);
  for (int y = 0; y < 10; y++) assert_memory_equal(small + 60 * y, large + 3 * ((y + 18) * 60 + 22), 60);
}

static void noise_is_as_strong_as_asked(void **state) {
  struct stage *s = *state;
  enum { SIDE = 40 };
  uint8_t clean[3 * SIDE * SIDE], noisy[3 * SIDE * SIDE];
  double at[2], squares = 0;
  mapping_project(&s->shot.mapping, 60, 60, at);
  struct rectangle r = {(int)at[0], (int)at[1], (int)at[0] + SIDE, (int)at[1] + SIDE};
  render(s, r, false, clean);
  render(s, r, true, noisy);
  for (int i = 0; i < SIDE * SIDE; i++)
    squares += (noisy[3 * i + 1] - clean[3 * i + 1]) * (noisy[3 * i + 1] - clean[3 * i + 1]);
  double sigma = sqrt(squares / (SIDE * SIDE));
  /* 1.5 grey levels at a sensor pixel; demosaicing and sharpening change it a little. */
  if (sigma < 0.7 || sigma > 3) fail_msg("noise of %.2f grey levels", sigma);
}

static void a_patch_shows_what_changed_and_comes_off_again(void **state) {
  struct stage *s = *state;
  enum { SIDE = 30 };
  uint8_t first[3 * SIDE * SIDE], changed[3 * SIDE * SIDE], again[3 * SIDE * SIDE];
  struct change change = {.mark_count = 1};
  change.marks[0] = (struct mark){
      .kind = MARK_SPECK, .x = 50, .y = 70, .w = 3, .h = 3, .strength = 1, .colour = {0, 0, 0}, .part = -1};
  const double box[4] = {47, 67, 53, 73};
  double at[2];
  mapping_project(&s->shot.mapping, 50, 70, at);
  struct rectangle r = {(int)at[0] - SIDE / 2, (int)at[1] - SIDE / 2, (int)at[0] + SIDE / 2, (int)at[1] + SIDE / 2};
  render(s, r, true, first);
  assert_int_equal(view_patch(&s->view, &change, box, NULL), STATUS_OK);
  render(s, r, true, changed);
  assert_true(first[3 * (SIDE / 2 * SIDE + SIDE / 2)] > changed[3 * (SIDE / 2 * SIDE + SIDE / 2)] + 60);
  view_truncate(&s->view, 0);
  render(s, r, true, again);
  assert_memory_equal(first, again, sizeof first);
}

static void a_texel_above_its_cover_is_taken_as_white(void **state) {
  struct stage *s = *state;
  enum { SIDE = 12, TEXELS = 120 };
  static uint32_t texels[TEXELS * TEXELS];
  uint8_t above[3 * SIDE * SIDE], white[3 * SIDE * SIDE];
  double at[2], scale = s->artwork.scale;
  mapping_project(&s->shot.mapping, 70, 80, at);
  struct rectangle r = {(int)at[0] - SIDE / 2, (int)at[1] - SIDE / 2, (int)at[0] + SIDE / 2, (int)at[1] + SIDE / 2};
  struct view view = {.artwork = &s->artwork, .count = 1};
  view.patches[0] = (struct raster){.pixels = texels, .width = TEXELS, .height = TEXELS, .stride = TEXELS};
  view.patches[0].x = (int)(70 * scale) - TEXELS / 2, view.patches[0].y = (int)(80 * scale) - TEXELS / 2;
  for (int pass = 0; pass < 2; pass++) {
    for (int i = 0; i < TEXELS * TEXELS; i++) texels[i] = pass ? 0x80808080 : 0x80FFFFFF;
    assert_int_equal(camera_render(&s->studio, &s->shot, &view, r, false, &s->darkroom, pass ? white : above,
                                   3 * (size_t)SIDE, NULL),
                     STATUS_OK);
  }
  assert_memory_equal(above, white, sizeof above);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_dot_is_where_the_mapping_says),
      cmocka_unit_test(a_pixel_does_not_depend_on_the_rectangle),
      cmocka_unit_test(noise_is_as_strong_as_asked),
      cmocka_unit_test(a_texel_above_its_cover_is_taken_as_white),
      cmocka_unit_test(a_patch_shows_what_changed_and_comes_off_again),
  };
  int failed = cmocka_run_group_tests(tests, set_stage, strike_stage);
  scene_end();
  return failed;
}
