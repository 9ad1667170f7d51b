#include "engine/noise.h"
#include "tests/engine/picture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { WIDTH = 300, HEIGHT = 200 };

static double measured(struct picture *picture) {
  struct plane plane = {picture_bytes(picture), picture->width, picture->height, (size_t)picture->width};
  double noise = noise_of(&plane);
  free(plane.pixels);
  picture_free(picture);
  return noise;
}

static void assert_measured(struct picture *picture, double sigma, double share) {
  double noise = measured(picture);
  if (!(fabs(noise - sigma) <= share * sigma)) fail_msg("measured %.3f, expected %.3f", noise, sigma);
}

static void known_noise_is_measured(void **state) {
  (void)state;
  for (int i = 0; i < 4; i++) {
    double sigma = (const double[]){1, 2, 5, 10}[i];
    struct picture p = picture_even(WIDTH, HEIGHT, 1, 128);
    picture_noise(&p, sigma, 3);
    /* Rounding to bytes adds a twelfth. */
    assert_measured(&p, sqrt(sigma * sigma + 1.0 / 12), 0.05);
  }
}

static void light_and_edges_are_not_noise(void **state) {
  (void)state;
  struct picture p = picture_even(WIDTH, HEIGHT, 1, 120);
  for (int x = 0; x < WIDTH; x += 20) picture_box(&p, x, 0, 10, HEIGHT, (const float[]){80});
  picture_light(&p, 1, 0.2, 0.2);
  picture_noise(&p, 3, 5);
  assert_measured(&p, sqrt(9 + 1.0 / 12), 0.08);
}

static void a_print_is_not_noise(void **state) {
  (void)state;
  struct picture p = picture_product(2 * WIDTH, 2 * HEIGHT, 1, 4);
  picture_noise(&p, 2, 6);
  assert_measured(&p, sqrt(4 + 1.0 / 12), 0.25);
}

static void an_even_plane_has_none(void **state) {
  (void)state;
  struct picture p = picture_even(WIDTH, HEIGHT, 1, 77), small = picture_even(2, 2, 1, 77),
                 thin = picture_even(9, 1, 1, 7);
  assert_true(measured(&p) < 0.13);
  assert_true(measured(&small) == 0);
  assert_true(measured(&thin) == 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(known_noise_is_measured),
      cmocka_unit_test(light_and_edges_are_not_noise),
      cmocka_unit_test(a_print_is_not_noise),
      cmocka_unit_test(an_even_plane_has_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
