#include "engine/statistics/studentized_range.h"

#include "engine/statistics/distributions.h"

#include <math.h>

enum { HALF = 8, NODES = 2 * HALF, PANELS = 8, POINTS = PANELS * NODES };

/* Gauss and Legendre, 16 nodes: those above 0, and their weights. */
static const double nodes[HALF][2] = {
    {0.98940093499164993260, 0.02715245941175409485}, {0.94457502307323257608, 0.06225352393864789286},
    {0.86563120238783174388, 0.09515851168249278481}, {0.75540440835500303390, 0.12462897125553387205},
    {0.61787624440264374845, 0.14959598881657673208}, {0.45801677765722738634, 0.16915651939500253819},
    {0.28160355077925891323, 0.18260341504492358887}, {0.09501250983763744019, 0.18945061045506849629},
};

/* Composite rule over low..high: POINTS abscissae and weights. */
static void lay_out(double low, double high, double *at, double *weight) {
  double half = (high - low) / (2 * PANELS);
  for (int panel = 0; panel < PANELS; panel++) {
    double middle = low + half * (2 * panel + 1);
    for (int i = 0; i < HALF; i++) {
      int first = panel * NODES + 2 * i;
      at[first] = middle - half * nodes[i][0];
      at[first + 1] = middle + half * nodes[i][0];
      weight[first] = weight[first + 1] = half * nodes[i][1];
    }
  }
}

/* Beyond these, what a normal variable or the range of the groups has left is below 1e-16 of everything. */
static const double FAR = 9, FARTHEST_RANGE = 14, SMALLEST = 1e-16;

static double below(double x) {
  return 0.5 * erfc(-x * M_SQRT1_2);
}

static double power(double base, int exponent) {
  double result = 1;
  for (; exponent; exponent >>= 1, base *= base)
    if (exponent & 1) result *= base;
  return result;
}

/* What of the range's distribution does not depend on w, at the abscissae of the largest value. */
struct largest {
  double at[POINTS], density[POINTS], share[POINTS], power[POINTS];
  int groups;
};

static void prepare(struct largest *largest, int groups) {
  double weight[POINTS];
  lay_out(-FAR, FAR, largest->at, weight);
  largest->groups = groups;
  for (int i = 0; i < POINTS; i++) {
    double z = largest->at[i];
    largest->density[i] = weight[i] * groups * exp(-0.5 * z * z) / sqrt(2 * M_PI);
    largest->share[i] = below(z);
    largest->power[i] = power(largest->share[i], groups - 1);
  }
}

/* P(range > w): the largest value lies at z, and not all others within w below it. */
static double range_upper(const struct largest *largest, double w) {
  if (w <= 0) return 1;
  double sum = 0;
  for (int i = 0; i < POINTS; i++) {
    double within = largest->share[i] - below(largest->at[i] - w);
    sum += largest->density[i] * (largest->power[i] - power(within > 0 ? within : 0, largest->groups - 1));
  }
  return sum < 1 ? sum : 1;
}

/* The density of a standard deviation with `df` degrees of freedom around 1. */
static double deviation_density(double s, double df) {
  int sign;
  double half = df / 2;
  return 2 * exp(half * log(half) - lgamma_r(half, &sign) + (df - 1) * log(s) - half * s * s);
}

static double upper(const struct largest *largest, double q, double df) {
  if (df == INFINITY) return range_upper(largest, q);
  double low = sqrt(chi_square_quantile(SMALLEST, df) / df), high = sqrt(chi_square_upper_quantile(SMALLEST, df) / df);
  if (high > FARTHEST_RANGE / q) high = FARTHEST_RANGE / q;
  if (high <= low) return 0;
  double at[POINTS], weight[POINTS], sum = 0;
  /* Over the fourth root of the deviation: near 0 the density is a power of it that need not be whole. */
  lay_out(sqrt(sqrt(low)), sqrt(sqrt(high)), at, weight);
  for (int i = 0; i < POINTS; i++) {
    double cube = at[i] * at[i] * at[i], s = cube * at[i];
    sum += 4 * cube * weight[i] * deviation_density(s, df) * range_upper(largest, q * s);
  }
  return sum < 1 ? sum : 1;
}

double studentized_range_upper(double q, int groups, double df) {
  if (isnan(q) || groups < 2 || groups > STUDENTIZED_RANGE_MOST || !(df > 0)) return NAN;
  if (q <= 0) return 1;
  if (q == INFINITY) return 0;
  struct largest largest;
  prepare(&largest, groups);
  return upper(&largest, q, df);
}

double studentized_range_upper_quantile(double p, int groups, double df) {
  if (!(p > 0 && p < 1) || groups < 2 || groups > STUDENTIZED_RANGE_MOST || !(df > 0)) return NAN;
  struct largest largest;
  prepare(&largest, groups);
  double low = 0, high = 4;
  while (upper(&largest, high, df) > p) {
    low = high;
    high *= 2;
    if (high > 1e9) return NAN;
  }
  /* False position with Illinois' halving, on the logarithm, in which the tail is nearly straight. */
  double target = log(p), at_low = log(upper(&largest, low > 0 ? low : 1e-9, df)) - target,
         at_high = log(upper(&largest, high, df) + 1e-300) - target;
  int side = 0;
  for (int i = 0; i < 100 && high - low > 1e-11 * high; i++) {
    double middle = (low * at_high - high * at_low) / (at_high - at_low);
    double value = log(upper(&largest, middle, df) + 1e-300) - target;
    if (fabs(value) < 1e-12) return middle;
    if (value > 0) {
      low = middle, at_low = value;
      if (side > 0) at_high /= 2;
      side = 1;
    } else {
      high = middle, at_high = value;
      if (side < 0) at_low /= 2;
      side = -1;
    }
  }
  return (low + high) / 2;
}
