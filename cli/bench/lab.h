/* A bench of its own for gauges: drawn pictures measured without a golden, so that what is right is known. */
#ifndef ASSAY_CLI_BENCH_LAB_H
#define ASSAY_CLI_BENCH_LAB_H

#include "cli/bench/figures.h"
#include "cli/drawing.h"
#include "engine/measure/value.h"

struct bench_lab {
  struct device device;
  struct device_memory memory;
  struct measuring measuring;
  struct drawing drawing;
  struct draws draws;
  struct placement placement; /* of the gauges in hand */
  struct scale scale;
};

/* Opens on the best CPU level there is; the pose is the identity, the scale photo pixels. */
enum status bench_lab_open(struct bench_lab *lab, struct fault *fault);
void bench_lab_close(struct bench_lab *lab);

/* Measures gauges on the picture that drawing_finish made. */
enum status bench_lab_measure(struct bench_lab *lab, const struct spec_dimension *gauges, size_t count,
                              struct fault *fault);

/* Sum over a pixel's width of lines of (dI/dx)^2 for a step of height 1: the information of an edge, per pixel of its
 * length, for the Cramer-Rao bound sqrt((noise^2 + 1/12) / (length contrast^2 information)) of a known profile's shift
 * (Kay, Fundamentals of Statistical Signal Processing: Estimation Theory, 1993, example 3.13). */
double bench_lab_information(double sigma);

/* Mean and spread of many numbers. */
struct bench_spread {
  double count, sum, squares;
};
void bench_spread_add(struct bench_spread *spread, double value);
double bench_spread_mean(const struct bench_spread *spread);
double bench_spread_deviation(const struct bench_spread *spread);

/* Acceptance figures of straight edges, circles, uncertainties and a part that is too large; and of time. `runs`: how
 * many photos a figure. */
enum status bench_edges(long runs, struct bench_figures *figures, struct fault *fault);
enum status bench_circles(long runs, struct bench_figures *figures, struct fault *fault);
enum status bench_coverage(long runs, struct bench_figures *figures, struct fault *fault);
enum status bench_large_part(struct bench_figures *figures, struct fault *fault);
enum status bench_gauge_time(long runs, struct bench_figures *figures, struct fault *fault);

#endif
