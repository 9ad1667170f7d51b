#include "engine/cielab.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* The pairs of Sharma, Wu and Dalal, "The CIEDE2000 color-difference formula: implementation notes, supplementary test
 * data, and mathematical observations", Color Research and Application 30, 2005, table 1. */
static const double pairs[34][7] = {
    {50, 2.6772, -79.7751, 50, 0, -82.7485, 2.0425},
    {50, 3.1571, -77.2803, 50, 0, -82.7485, 2.8615},
    {50, 2.8361, -74.0200, 50, 0, -82.7485, 3.4412},
    {50, -1.3802, -84.2814, 50, 0, -82.7485, 1.0000},
    {50, -1.1848, -84.8006, 50, 0, -82.7485, 1.0000},
    {50, -0.9009, -85.5211, 50, 0, -82.7485, 1.0000},
    {50, 0, 0, 50, -1, 2, 2.3669},
    {50, -1, 2, 50, 0, 0, 2.3669},
    {50, 2.4900, -0.0010, 50, -2.4900, 0.0009, 7.1792},
    {50, 2.4900, -0.0010, 50, -2.4900, 0.0010, 7.1792},
    {50, 2.4900, -0.0010, 50, -2.4900, 0.0011, 7.2195},
    {50, 2.4900, -0.0010, 50, -2.4900, 0.0012, 7.2195},
    {50, -0.0010, 2.4900, 50, 0.0009, -2.4900, 4.8045},
    {50, -0.0010, 2.4900, 50, 0.0010, -2.4900, 4.8045},
    {50, -0.0010, 2.4900, 50, 0.0011, -2.4900, 4.7461},
    {50, 2.5000, 0, 50, 0, -2.5000, 4.3065},
    {50, 2.5000, 0, 73, 25, -18, 27.1492},
    {50, 2.5000, 0, 61, -5, 29, 22.8977},
    {50, 2.5000, 0, 56, -27, -3, 31.9030},
    {50, 2.5000, 0, 58, 24, 15, 19.4535},
    {50, 2.5000, 0, 50, 3.1736, 0.5854, 1.0000},
    {50, 2.5000, 0, 50, 3.2972, 0, 1.0000},
    {50, 2.5000, 0, 50, 1.8634, 0.5757, 1.0000},
    {50, 2.5000, 0, 50, 3.2592, 0.3350, 1.0000},
    {60.2574, -34.0099, 36.2677, 60.4626, -34.1751, 39.4387, 1.2644},
    {63.0109, -31.0961, -5.8663, 62.8187, -29.7946, -4.0864, 1.2630},
    {61.2901, 3.7196, -5.3901, 61.4292, 2.2480, -4.9620, 1.8731},
    {35.0831, -44.1164, 3.7933, 35.0232, -40.0716, 1.5901, 1.8645},
    {22.7233, 20.0904, -46.6940, 23.0331, 14.9730, -42.5619, 2.0373},
    {36.4612, 47.8580, 18.3852, 36.2715, 50.5065, 21.2231, 1.4146},
    {90.8027, -2.0831, 1.4410, 91.1528, -1.6435, 0.0447, 1.4441},
    {90.9257, -0.5406, -0.9208, 88.6381, -0.8985, -0.7239, 1.5381},
    {6.7747, -0.2908, -2.4247, 5.8714, -0.0985, -2.2286, 0.6377},
    {2.0776, 0.0795, -1.1350, 0.9033, -0.0636, -0.5514, 0.9082},
};

static void the_published_pairs_have_their_differences(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    const double *v = pairs[i];
    struct cielab a = {v[0], v[1], v[2]}, b = {v[3], v[4], v[5]};
    double found = cielab_difference(&a, &b), back = cielab_difference(&b, &a);
    if (fabs(found - v[6]) > 0.00005001 || fabs(back - found) > 1e-9)
      fail_msg("pair %zu: %.6f, back %.6f; expected %.4f", i + 1, found, back, v[6]);
  }
}

static void white_grey_and_the_primaries_have_their_lab(void **state) {
  (void)state;
  static const struct {
    double rgb[3], lab[3];
  } known[] = {
      {{255, 255, 255}, {100, 0, 0}},           {{0, 0, 0}, {0, 0, 0}},
      {{119, 119, 119}, {50.034, 0, 0}},        {{255, 0, 0}, {53.241, 80.092, 67.203}},
      {{0, 255, 0}, {87.735, -86.183, 83.179}}, {{0, 0, 255}, {32.297, 79.188, -107.860}},
  };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    double light[3];
    for (int c = 0; c < 3; c++) light[c] = cielab_light(known[i].rgb[c]);
    struct cielab found = cielab_of_light(light);
    double off =
        fmax(fabs(found.l - known[i].lab[0]), fmax(fabs(found.a - known[i].lab[1]), fabs(found.b - known[i].lab[2])));
    if (off > 0.02) fail_msg("colour %zu: %.4f %.4f %.4f", i, found.l, found.a, found.b);
  }
}

static void a_value_comes_back_from_its_light(void **state) {
  (void)state;
  for (int v = 0; v <= 255; v++) assert_true(fabs(cielab_value(cielab_light(v)) - v) < 1e-3);
  assert_true(cielab_value(-1) == 0 && cielab_value(2) == 255 && cielab_value(NAN) == 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_published_pairs_have_their_differences),
      cmocka_unit_test(a_value_comes_back_from_its_light),
      cmocka_unit_test(white_grey_and_the_primaries_have_their_lab),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
