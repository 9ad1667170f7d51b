#include "cli/bench/lab.h"

#include <math.h>
#include <string.h>

enum status bench_lab_open(struct bench_lab *lab, struct fault *fault) {
  memset(lab, 0, sizeof *lab);
  lab->draws.state = 20260301;
  lab->placement.pose = pose_identity();
  lab->scale = scale_pixels();
  return device_open(kernel_cpu_level(NULL), &lab->device, fault);
}

void bench_lab_close(struct bench_lab *lab) {
  measuring_free(&lab->measuring, &lab->device);
  device_release(&lab->device, &lab->memory);
  device_close(&lab->device);
  drawing_free(&lab->drawing);
}

enum status bench_lab_measure(struct bench_lab *lab, const struct spec_dimension *gauges, size_t count,
                              struct fault *fault) {
  const struct drawing *d = &lab->drawing;
  const struct plane plane = {d->pixels, d->width, d->height, (size_t)d->width};
  struct kernel_image luma;
  enum status status = device_upload_plane(&lab->device, &lab->memory, &plane, &luma, fault);
  const struct gauge_photo photo = {
      .device = &lab->device, .luma = &luma, .placement = &lab->placement, .scale = &lab->scale};
  return status ? status : gauges_measure(&lab->measuring, &photo, gauges, count, fault);
}

double bench_lab_information(double sigma) {
  /* Of a Gaussian blur and a pixel's box, by the trapezium rule. */
  double sum = 0, step = 0.01, reach = 8 * sigma + 1;
  for (double x = -reach; x <= reach; x += step) {
    double slope = 0.5 * (erf((x + 0.5) / (sigma * sqrt(2))) - erf((x - 0.5) / (sigma * sqrt(2))));
    sum += slope * slope * step;
  }
  return sum;
}

void bench_spread_add(struct bench_spread *s, double value) {
  s->count++, s->sum += value, s->squares += value * value;
}

double bench_spread_mean(const struct bench_spread *s) {
  return s->sum / s->count;
}

double bench_spread_deviation(const struct bench_spread *s) {
  double mean = bench_spread_mean(s), variance = s->squares / s->count - mean * mean;
  return variance > 0 ? sqrt(variance) : 0;
}
