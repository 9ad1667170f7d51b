#include "tests/engine/measure/lab.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct bench_lab lab;

int open_lab(void **state) {
  struct fault fault;
  (void)state;
  return bench_lab_open(&lab, &fault) != STATUS_OK;
}

int close_lab(void **state) {
  (void)state;
  bench_lab_close(&lab);
  return 0;
}

struct drawing *begin_picture(int width, int height) {
  struct fault fault;
  assert_int_equal(drawing_begin(&lab.drawing, width, height, 2, &fault), STATUS_OK);
  return &lab.drawing;
}

const struct gauge *measure_drawn(double level, double contrast, double noise, const struct spec_dimension *gauges,
                                  size_t count) {
  struct fault fault;
  drawing_finish(&lab.drawing, level, contrast, noise, &lab.draws);
  assert_int_equal(bench_lab_measure(&lab, gauges, count, &fault), STATUS_OK);
  return lab.measuring.gauges;
}

const struct gauge *measure_gauges(const struct spec_dimension *gauges, size_t count) {
  drawing_blur(&lab.drawing, 1);
  return measure_drawn(60, 120, 2, gauges, count);
}
