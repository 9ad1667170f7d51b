#include "datasets/panels.h"
#include "tests/datasets/stage.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* A plain product under an even lamp; on its first panel stand lines finer than a photo's pixel. */
enum { LINED, PLAIN };

static const double pitch = 0.2;

static int set_stage(void **state) {
  struct stage *s = calloc(1, sizeof *s);
  char *argv[] = {"assay-synth", "--out", "x", "--megapixels", "0.3", "--card"};
  double box[4];
  if (!s || !stage_begin(s, 6, argv)) return -1;
  panels_box(&s->scene, LINED, box);
  for (double x = box[0]; x < box[2]; x += pitch)
    scene_add(&s->scene, ITEM_BOX, x + pitch / 4, (box[1] + box[3]) / 2, pitch / 2, box[3] - box[1], colour_hex(0));
  if (!stage_light(s, 6)) return -1;
  s->shot.light = (struct light){.exposure = 0.8, .cast = {1, 1, 1}, .size = 1};
  *state = s;
  return 0;
}

static int strike_stage(void **state) {
  stage_strike(*state);
  free(*state);
  return 0;
}

static double shown(struct stage *s, int panel, double tint) {
  const double tints[3] = {tint, tint, tint};
  double delta_e = -1;
  assert_int_equal(panels_shown(&s->studio, panel, tints, &s->shot, &s->darkroom, &delta_e, NULL), STATUS_OK);
  return delta_e;
}

/* CIEDE2000 of two greys. */
static double of_lightness(double p, double q) {
  double l = (p + q) / 2 - 50;
  return fabs(p - q) / (1 + 0.015 * l * l / sqrt(20 + l * l));
}

static void the_approved_material_shows_no_difference(void **state) {
  assert_true(shown(*state, PLAIN, 1) == 0);
}

static void plain_ground_shows_what_its_artwork_has(void **state) {
  struct stage *s = *state;
  double lab[3];
  panels_colour(&s->artwork, PLAIN, lab);
  assert_float_equal(shown(s, PLAIN, 0.8), of_lightness(lab[0], (lab[0] + 16) * cbrt(0.8) - 16), 0.15);
}

/* Half of the light, which is more than half as light: lines of which the lens makes grey darken as grey does. */
static void fine_detail_shows_as_the_lens_mixes_it(void **state) {
  struct stage *s = *state;
  double lab[3];
  panels_colour(&s->artwork, PLAIN, lab);
  double grey = (lab[0] + 16) * cbrt(0.5) - 16;
  assert_float_equal(shown(s, LINED, 0.8), of_lightness(grey, (grey + 16) * cbrt(0.8) - 16), 0.25);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_approved_material_shows_no_difference),
      cmocka_unit_test(plain_ground_shows_what_its_artwork_has),
      cmocka_unit_test(fine_detail_shows_as_the_lens_mixes_it),
  };
  int failed = cmocka_run_group_tests(tests, set_stage, strike_stage);
  scene_end();
  return failed;
}
