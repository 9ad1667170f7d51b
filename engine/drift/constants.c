#include "engine/drift/constants.h"

#include "engine/statistics/distributions.h"

#include <math.h>

enum { STEPS = 240 };
static const double reach = 12; /* the range of 1000 normal values is below 12 sigma but for 1e-12 */

double chart_c4(int n) {
  /* glibc's lgamma writes to a global; the reentrant one does not. */
  int sign;
  return sqrt(2.0 / (n - 1)) * exp(lgamma_r(n / 2.0, &sign) - lgamma_r((n - 1) / 2.0, &sign));
}

/* P(range <= r) = n int phi(x) (Phi(x + r) - Phi(x))^(n-1) dx; the trapezoid rule is exact to rounding here. */
static double range_below(double r, int n) {
  double step = 0.05, sum = 0;
  for (int i = -180; i <= 180; i++) {
    double x = i * step, inside = normal_cdf(x + r) - normal_cdf(x);
    sum += normal_density(x) * pow(inside, n - 1);
  }
  return n * sum * step;
}

/* E(R^power) = power int r^(power-1) P(R > r) dr, by Simpson's rule. */
static double range_moment(int n, int power) {
  double step = reach / STEPS, sum = 0;
  for (int i = 0; i <= STEPS; i++) {
    double r = i * step, weight = i == 0 || i == STEPS ? 1 : i % 2 ? 4 : 2;
    sum += weight * pow(r, power - 1) * (1 - range_below(r, n));
  }
  return power * sum * step / 3;
}

double chart_d2(int n) {
  return range_moment(n, 1);
}

double chart_d3(int n) {
  double mean = range_moment(n, 1);
  return sqrt(range_moment(n, 2) - mean * mean);
}
