/* What samples of a photo tell of its light and its camera's curve. */
#include "engine/tone.h"
#include "tests/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { SIDE = 100, SAMPLES = 60 };

/* Inks from dark to bright over the golden, seen under a light by `level` and a camera of another `contrast`. */
static void draw(double level, double contrast, struct tone_sample *samples) {
  for (int i = 0; i < SAMPLES; i++) {
    samples[i] = (struct tone_sample){.x = i * 37 % SIDE, .y = i * 61 % SIDE, .label = 1};
    for (int c = 0; c < 3; c++) {
      samples[i].golden[c] = -3.5 + 3.0 * i / SAMPLES;
      samples[i].photo[c] = samples[i].golden[c] + level + contrast * (samples[i].golden[c] - TONE_MIDDLE);
      samples[i].weight[c] = 1;
    }
  }
}

static struct tone fit(const struct tone_sample *samples) {
  struct tone tone = tone_none(SIDE, SIDE);
  struct fault fault = {0};
  double terms[SAMPLES * TONE_TERMS];
  tone_terms(&tone, samples, SAMPLES, terms);
  if (tone_fit(samples, terms, SAMPLES, 0, 0, &tone, &fault)) fail_msg("%s", fault.text);
  return tone;
}

static void light_and_curve_are_told_apart(void **state) {
  (void)state;
  struct tone_sample samples[SAMPLES];
  draw(0.2, 0.25, samples);
  struct tone tone = fit(samples);
  assert_float_equal(tone.contrast, 0.25, 0.01);
  assert_float_equal(tone.bend, 0, 0.01);
  for (int c = 0; c < 3; c++) assert_float_equal(tone.level[c], 0.2, 0.01);
}

static void what_the_curve_did_is_undone(void **state) {
  (void)state;
  struct tone_sample samples[SAMPLES];
  draw(0.2, 0.25, samples);
  struct tone tone = fit(samples);
  for (int i = 0; i < SAMPLES; i++)
    assert_float_equal(tone_undo(&tone, samples[i].x, samples[i].y, 0, samples[i].photo[0]), samples[i].golden[0],
                       0.02);
}

/* Where edges run through all samples, dark ones come out brighter and bright ones darker than they are, whatever the
 * camera does. */
static void mixed_samples_tell_of_the_light_but_not_of_the_curve(void **state) {
  (void)state;
  struct tone_sample samples[SAMPLES];
  draw(0.2, -0.3, samples);
  for (int i = 0; i < SAMPLES; i++) samples[i].mixed = true;
  struct tone tone = fit(samples);
  assert_float_equal(tone.contrast, 0, 0);
  assert_float_equal(tone.bend, 0, 0);
  assert_true(tone.level[0] > 0.05 && tone.level[0] < 0.5);
}

static void few_pure_samples_among_mixed_ones_tell_of_the_curve(void **state) {
  (void)state;
  struct tone_sample samples[SAMPLES], pure[SAMPLES];
  draw(0.2, -0.3, samples);
  draw(0.2, 0.1, pure);
  for (int i = 0; i < SAMPLES; i++)
    if (i % 3 == 0)
      samples[i] = pure[i];
    else
      samples[i].mixed = true;
  assert_float_equal(fit(samples).contrast, 0.1, 0.02);
}

static void no_samples_leave_the_golden_s_own_light(void **state) {
  (void)state;
  struct tone tone = tone_none(SIDE, SIDE);
  struct fault fault = {0};
  if (tone_fit(NULL, NULL, 0, 0, 0, &tone, &fault)) fail_msg("%s", fault.text);
  assert_float_equal(tone_undo(&tone, 10, 10, 1, -1.25), -1.25, 1e-12);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(light_and_curve_are_told_apart),
      cmocka_unit_test(what_the_curve_did_is_undone),
      cmocka_unit_test(mixed_samples_tell_of_the_light_but_not_of_the_curve),
      cmocka_unit_test(few_pure_samples_among_mixed_ones_tell_of_the_curve),
      cmocka_unit_test(no_samples_leave_the_golden_s_own_light),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
