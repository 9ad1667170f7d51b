#include "engine/drift/shewhart.h"

#include "engine/drift/constants.h"

#include <math.h>

double chart_mean(const double *values, size_t count) {
  double sum = 0;
  for (size_t i = 0; i < count; i++) sum += values[i];
  return count ? sum / (double)count : 0;
}

double chart_range(const double *values, size_t count) {
  double least = INFINITY, most = -INFINITY;
  for (size_t i = 0; i < count; i++) {
    least = fmin(least, values[i]);
    most = fmax(most, values[i]);
  }
  return count ? most - least : 0;
}

double chart_deviation(const double *values, size_t count) {
  double mean = chart_mean(values, count), sum = 0;
  for (size_t i = 0; i < count; i++) sum += (values[i] - mean) * (values[i] - mean);
  return count > 1 ? sqrt(sum / (double)(count - 1)) : 0;
}

static struct chart_limits around(double centre, double three) {
  return (struct chart_limits){.lower = centre - three, .centre = centre, .upper = centre + three};
}

static struct chart_limits not_negative(double centre, double three) {
  struct chart_limits limits = around(centre, three);
  limits.lower = fmax(limits.lower, 0);
  return limits;
}

struct chart_pair chart_individuals(const double *values, size_t count) {
  double sum = 0, d2 = 2 / sqrt(M_PI) /* of two values, in closed form */, d3 = sqrt(2 - d2 * d2);
  for (size_t i = 1; i < count; i++) sum += fabs(values[i] - values[i - 1]);
  double range = count > 1 ? sum / (double)(count - 1) : 0, sigma = range / d2;
  return (struct chart_pair){.location = around(chart_mean(values, count), 3 * sigma),
                             .spread = not_negative(range, 3 * d3 * sigma),
                             .sigma = sigma};
}

struct chart_pair chart_mean_range(double mean, double mean_range, int size) {
  double sigma = mean_range / chart_d2(size);
  return (struct chart_pair){.location = around(mean, 3 * sigma / sqrt(size)),
                             .spread = not_negative(mean_range, 3 * chart_d3(size) * sigma),
                             .sigma = sigma};
}

struct chart_pair chart_mean_deviation(double mean, double mean_deviation, int size) {
  double c4 = chart_c4(size), sigma = mean_deviation / c4;
  return (struct chart_pair){.location = around(mean, 3 * sigma / sqrt(size)),
                             .spread = not_negative(mean_deviation, 3 * sigma * sqrt(1 - c4 * c4)),
                             .sigma = sigma};
}

struct chart_limits chart_given(double mean, double sigma, size_t size) {
  return around(mean, 3 * sigma / sqrt((double)size));
}

struct chart_limits chart_p(double rate, double size) {
  struct chart_limits limits = not_negative(rate, 3 * sqrt(rate * (1 - rate) / size));
  limits.upper = fmin(limits.upper, 1);
  return limits;
}

struct chart_limits chart_u(double rate, double size) {
  return not_negative(rate, 3 * sqrt(rate / size));
}
