#include "engine/light.h"
#include "tests/support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { WIDTH = 640, HEIGHT = 480, COLUMNS = 20, ROWS = 15, SAMPLES = COLUMNS * ROWS };

static double part(uint64_t *random) {
  return (double)(support_random(random) >> 11) * 0x1p-53;
}

/* A gain that falls by 30 % from left to right, and a bump. */
static double true_gain(double x, double y) {
  double u = 2 * x / WIDTH - 1, v = 2 * y / HEIGHT - 1;
  return 0.8 * (1 - 0.15 * u + 0.05 * v - 0.04 * u * u);
}

/* `wrong` per cent of the samples are another product. */
static void draw(struct light_sample *samples, int wrong, double offset, uint64_t seed) {
  uint64_t random = seed;
  for (int i = 0; i < SAMPLES; i++) {
    struct light_sample *s = &samples[i];
    s->x = (i % COLUMNS + 0.5) * WIDTH / COLUMNS, s->y = (i / COLUMNS + 0.5) * HEIGHT / ROWS;
    s->golden = 30 + 200 * part(&random), s->weight = 100 + 156 * part(&random);
    s->photo = true_gain(s->x, s->y) * (s->golden + LIGHT_PEDESTAL) - LIGHT_PEDESTAL + offset + part(&random) - 0.5;
    if ((int)(part(&random) * 100) < wrong) s->photo = 255 * part(&random);
  }
}

/* The largest difference, grey levels, of what the light makes of the goldens values and what it should. */
static double worst(const struct light *light, double offset) {
  double most = 0;
  for (int y = 0; y < HEIGHT; y += 60)
    for (int x = 0; x < WIDTH; x += 60)
      for (int golden = 30; golden <= 230; golden += 100) {
        double e = (light_gain(light, x, y) - true_gain(x, y)) * (golden + LIGHT_PEDESTAL) + light->offset - offset;
        if (fabs(e) > most) most = fabs(e);
      }
  return most;
}

static void a_gradient_is_recovered_though_a_third_of_the_product_changed(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 10; seed++) {
    struct light_sample samples[SAMPLES];
    struct light light = light_none(WIDTH, HEIGHT);
    draw(samples, 30, 0, seed);
    assert_int_equal(light_fit(samples, SAMPLES, 2, LIGHT_ROUNDS, &light, NULL), STATUS_OK);
    assert_int_equal(light.order, 2);
    double e = worst(&light, 0);
    if (!(e < 1.5)) fail_msg("seed %d: off by %.2f grey levels", (int)seed, e);
  }
}

static void rows_may_be_of_any_length(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 10; seed++) {
    struct light_sample samples[SAMPLES];
    struct light light = light_none(WIDTH, HEIGHT);
    size_t kept = 0;
    uint64_t random = seed;
    draw(samples, 0, 0, seed);
    /* Of every other row some are left, of every fifth one. */
    for (int i = 0; i < SAMPLES; i++) {
      int row = i / COLUMNS, most = row % 5 == 0 ? 1 : row % 2 ? COLUMNS : (int)(support_random(&random) % COLUMNS);
      if (i % COLUMNS < most) samples[kept++] = samples[i];
    }
    assert_int_equal(light_fit(samples, kept, 2, LIGHT_ROUNDS, &light, NULL), STATUS_OK);
    assert_int_equal(light.order, 2);
    double e = worst(&light, 0);
    if (!(e < 1.5)) fail_msg("seed %d: off by %.2f grey levels", (int)seed, e);
  }
}

/* A uniform gain can mimic an offset, so that it is held back: most of it is found, and the gain takes up the rest. */
static void most_of_an_offset_is_recovered(void **state) {
  (void)state;
  struct light_sample samples[SAMPLES];
  struct light light = light_none(WIDTH, HEIGHT);
  draw(samples, 0, 12, 3);
  assert_int_equal(light_fit(samples, SAMPLES, 2, LIGHT_ROUNDS, &light, NULL), STATUS_OK);
  print_message("offset %.2f of 12, off by %.2f grey levels\n", light.offset, worst(&light, 12));
  assert_true(light.offset > 8 && light.offset < 12.5);
  assert_true(worst(&light, 12) < 4.5);
}

static void no_light_is_no_change(void **state) {
  (void)state;
  struct light light = light_none(WIDTH, HEIGHT);
  for (int x = -100; x < 1000; x += 100) assert_true(light_gain(&light, x, 2 * x) == 1);
  assert_true(light.offset == 0);
}

static void few_samples_lower_the_order(void **state) {
  (void)state;
  /* 8 samples a term: 8, 24, 48, 80 and 120 for the orders 0 to 4. */
  static const struct {
    size_t samples;
    int order;
  } rule[] = {{1, 0}, {23, 0}, {24, 1}, {47, 1}, {48, 2}, {79, 2}, {80, 3}, {119, 3}, {120, 4}, {SAMPLES, 4}};
  struct light_sample samples[SAMPLES];
  draw(samples, 0, 0, 4);
  for (size_t i = 0; i < sizeof rule / sizeof *rule; i++) {
    struct light light = light_none(WIDTH, HEIGHT);
    assert_int_equal(light_fit(samples, rule[i].samples, LIGHT_MAX_ORDER, LIGHT_ROUNDS, &light, NULL), STATUS_OK);
    assert_int_equal(light.order, rule[i].order);
  }
}

static void nothing_to_fit_to_leaves_the_light_alone(void **state) {
  (void)state;
  struct light_sample samples[SAMPLES];
  struct light light = light_none(WIDTH, HEIGHT), before = light;
  draw(samples, 0, 0, 5);
  assert_int_equal(light_fit(samples, 0, 2, LIGHT_ROUNDS, &light, NULL), STATUS_OK);
  for (int i = 0; i < SAMPLES; i++) samples[i].weight = 0;
  assert_int_equal(light_fit(samples, SAMPLES, 2, LIGHT_ROUNDS, &light, NULL), STATUS_OK);
  assert_memory_equal(&light, &before, sizeof light);
}

static void the_gain_stays_within_reason(void **state) {
  (void)state;
  struct light light = light_none(WIDTH, HEIGHT);
  light.order = 1, light.coefficient[1] = 1000;
  assert_true(light_gain(&light, WIDTH, 0) == 20);
  assert_true(light_gain(&light, 0, 0) == 0.05);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_gradient_is_recovered_though_a_third_of_the_product_changed),
      cmocka_unit_test(rows_may_be_of_any_length),
      cmocka_unit_test(most_of_an_offset_is_recovered),
      cmocka_unit_test(no_light_is_no_change),
      cmocka_unit_test(few_samples_lower_the_order),
      cmocka_unit_test(nothing_to_fit_to_leaves_the_light_alone),
      cmocka_unit_test(the_gain_stays_within_reason),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
