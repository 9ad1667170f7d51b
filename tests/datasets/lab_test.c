/* Colours of the synthetic sets lie apart as the program measures it. */
#include "datasets/lab.h"

#include "datasets/number.h"
#include "engine/cielab.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const double colours[][3] = {{55, 0.3, 0.1}, {58, 9, 14}, {53, 40, -40}, {30, -40, 20}};
enum { COLOURS = sizeof colours / sizeof *colours };

static void go(const double lab[3], const double off[3], double other[3]) {
  for (int k = 0; k < 3; k++) other[k] = lab[k] + off[k];
}

static void differences_are_those_of_the_program(void **state) {
  (void)state;
  for (int i = 0; i < COLOURS; i++)
    for (int j = 0; j < COLOURS; j++) {
      const struct cielab a = {colours[i][0], colours[i][1], colours[i][2]},
                          b = {colours[j][0], colours[j][1], colours[j][2]};
      assert_true(fabs(lab_difference(colours[i], colours[j]) - cielab_difference(&a, &b)) < 1e-3);
    }
}

static void every_way_leads_as_far(void **state) {
  (void)state;
  struct random random = random_stream(1, 0, 0);
  for (int i = 0; i < COLOURS; i++) {
    struct lab_ways ways;
    lab_ways(colours[i], &ways);
    for (int run = 0; run < 50; run++) {
      double far[3], off[3], other[3], length = 0;
      for (int k = 0; k < 3; k++) far[k] = random_normal(&random), length += far[k] * far[k];
      for (int k = 0; k < 3; k++) far[k] *= 0.8 / sqrt(length);
      lab_go(&ways, far, off);
      go(colours[i], off, other);
      assert_true(fabs(lab_difference(colours[i], other) - 0.8) < 0.05);
      lab_stretch(colours[i], 2.5, off);
      go(colours[i], off, other);
      assert_true(fabs(lab_difference(colours[i], other) - 2.5) < 1e-6);
    }
  }
}

static void light_goes_there_and_back(void **state) {
  (void)state;
  for (int i = 0; i < COLOURS; i++) {
    double light[3], lab[3];
    lab_to_light(colours[i], light);
    lab_of(light, lab);
    for (int k = 0; k < 3; k++) assert_true(fabs(lab[k] - colours[i][k]) < 1e-3);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(differences_are_those_of_the_program),
      cmocka_unit_test(every_way_leads_as_far),
      cmocka_unit_test(light_goes_there_and_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
