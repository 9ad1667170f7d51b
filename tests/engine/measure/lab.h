/* The benchmark's drawn pictures and gauges, open for a group of tests: as cmocka's group setup and teardown. */
#ifndef ASSAY_TESTS_ENGINE_MEASURE_LAB_H
#define ASSAY_TESTS_ENGINE_MEASURE_LAB_H

#include "cli/bench/lab.h"

extern struct bench_lab lab;

int open_lab(void **state);
int close_lab(void **state);

/* Begins the lab's next picture, of two samples a side in a pixel. */
struct drawing *begin_picture(int width, int height);

/* Ends it, as drawing_finish, and measures. The gauges, in the given order. */
const struct gauge *measure_drawn(double level, double contrast, double noise, const struct spec_dimension *gauges,
                                  size_t count);
/* The same with the blur, levels and noise that most tests have. */
const struct gauge *measure_gauges(const struct spec_dimension *gauges, size_t count);

#endif
