#include "engine/drift/quadratic.h"

#include "engine/statistics/distributions.h"

#include <math.h>
#include <stdbool.h>

/* Smith, Communications of the ACM 4 (1961), 168. */
void quadratic_values(double c[QUADRATIC_AXES][QUADRATIC_AXES], double values[QUADRATIC_AXES]) {
  double mean = (c[0][0] + c[1][1] + c[2][2]) / 3, spread = 0;
  for (int i = 0; i < QUADRATIC_AXES; i++)
    for (int j = 0; j < QUADRATIC_AXES; j++) {
      double off = c[i][j] - (i == j ? mean : 0);
      spread += off * off / 6;
    }
  double root = sqrt(spread), d[QUADRATIC_AXES][QUADRATIC_AXES];
  for (int i = 0; i < QUADRATIC_AXES; i++)
    for (int j = 0; j < QUADRATIC_AXES; j++) d[i][j] = root > 0 ? (c[i][j] - (i == j ? mean : 0)) / root : 0;
  double half = (d[0][0] * (d[1][1] * d[2][2] - d[1][2] * d[2][1]) - d[0][1] * (d[1][0] * d[2][2] - d[1][2] * d[2][0]) +
                 d[0][2] * (d[1][0] * d[2][1] - d[1][1] * d[2][0])) /
                2;
  double angle = acos(fmax(-1, fmin(1, half))) / 3;
  values[0] = fmax(0, mean + 2 * root * cos(angle));
  values[2] = fmax(0, mean + 2 * root * cos(angle + 2 * M_PI / 3));
  values[1] = fmax(0, 3 * mean - values[0] - values[2]);
}

/* Of the sum of squares less `ratio` times the estimates: the cumulant generating function and its derivatives. */
struct cumulants {
  double value, first, second;
};

static struct cumulants cumulants_at(const double values[QUADRATIC_AXES], double freedom, double ratio, double t) {
  struct cumulants k = {0};
  for (int i = 0; i < QUADRATIC_AXES; i++) {
    double own = values[i], over = 1 - 2 * t * own, slack = ratio * own, under = 1 + 2 * t * slack / freedom;
    bool known = isinf(freedom);
    k.value -= log(over) / 2 + (known ? t * slack : freedom * log(under) / 2);
    k.first += own / over - slack / under;
    k.second += 2 * own * own / (over * over) + 2 * slack * slack / freedom / (under * under);
  }
  return k;
}

double quadratic_upper(const double values[QUADRATIC_AXES], double freedom, double ratio) {
  if (!(ratio > 1)) return 1;
  double low = 0, high = 0.5 / values[0];
  for (int i = 0; i < 60; i++) {
    double middle = (low + high) / 2;
    if (cumulants_at(values, freedom, ratio, middle).first < 0)
      low = middle;
    else
      high = middle;
  }
  struct cumulants k = cumulants_at(values, freedom, ratio, low);
  double root = sqrt(fmax(0, -2 * k.value)), slope = low * sqrt(k.second);
  /* So near to the mean the form is 0 over 0. */
  if (!(root > 0.05 && slope > 0)) return 1;
  return normal_upper(root + log(slope / root) / root);
}
