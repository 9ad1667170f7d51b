#include "datasets/lab.h"

#include "datasets/number.h"

#include <math.h>

static const double to_xyz[3][3] = {
    {0.4124564, 0.3575761, 0.1804375}, {0.2126729, 0.7151522, 0.0721750}, {0.0193339, 0.1191920, 0.9503041}};
static const double from_xyz[3][3] = {
    {3.2404542, -1.5371385, -0.4985314}, {-0.9692660, 1.8760108, 0.0415560}, {0.0556434, -0.2040259, 1.0572252}};
static const double white[3] = {0.95047, 1, 1.08883};

void lab_of(const double light[3], double lab[3]) {
  double f[3];
  for (int i = 0; i < 3; i++) {
    double t = 0;
    for (int j = 0; j < 3; j++) t += to_xyz[i][j] * light[j] / white[i];
    f[i] = t > 216.0 / 24389 ? number_pow(t, 1.0 / 3) : (24389.0 / 27 * t + 16) / 116;
  }
  lab[0] = 116 * f[1] - 16, lab[1] = 500 * (f[0] - f[1]), lab[2] = 200 * (f[1] - f[2]);
}

void lab_to_light(const double lab[3], double light[3]) {
  double fy = (lab[0] + 16) / 116, f[3] = {fy + lab[1] / 500, fy, fy - lab[2] / 200}, xyz[3];
  for (int i = 0; i < 3; i++)
    xyz[i] = white[i] * (f[i] > 6.0 / 29 ? f[i] * f[i] * f[i] : (116 * f[i] - 16) * 27 / 24389);
  for (int i = 0; i < 3; i++) {
    light[i] = 0;
    for (int j = 0; j < 3; j++) light[i] += from_xyz[i][j] * xyz[j];
  }
}

static double degrees(double x) {
  return x * NUMBER_PI / 180;
}

double lab_difference(const double p[3], const double q[3]) {
  double c = (hypot(p[1], p[2]) + hypot(q[1], q[2])) / 2, c7 = number_pow(c, 7), far7 = 6103515625.0;
  double g = 1 + 0.5 * (1 - sqrt(c7 / (c7 + far7)));
  double c1 = hypot(g * p[1], p[2]), c2 = hypot(g * q[1], q[2]), mean = (c1 + c2) / 2;
  double h1 = atan2(p[2], g * p[1]) * 180 / NUMBER_PI, h2 = atan2(q[2], g * q[1]) * 180 / NUMBER_PI;
  double turn = h2 - h1 > 180 ? h2 - h1 - 360 : h2 - h1 < -180 ? h2 - h1 + 360 : h2 - h1, h = h1 + turn / 2;
  if (h < 0) h += 360;
  double t = 1 - 0.17 * number_cos(degrees(h - 30)) + 0.24 * number_cos(degrees(2 * h)) +
             0.32 * number_cos(degrees(3 * h + 6)) - 0.2 * number_cos(degrees(4 * h - 63));
  double l = (p[0] + q[0]) / 2 - 50, m7 = number_pow(mean, 7), bend = (h - 275) / 25;
  double dl = (q[0] - p[0]) / (1 + 0.015 * l * l / sqrt(20 + l * l)), dc = (c2 - c1) / (1 + 0.045 * mean);
  double dh = 2 * sqrt(c1 * c2) * number_sin(degrees(turn / 2)) / (1 + 0.015 * mean * t);
  double rt = -2 * sqrt(m7 / (m7 + far7)) * number_sin(degrees(60 * number_exp(-bend * bend)));
  return sqrt(fmax(dl * dl + dc * dc + dh * dh + rt * dc * dh, 0));
}

/* The square of the difference of two colours that lie about `lab`, `v` apart. */
static double square_about(const double lab[3], const double v[3]) {
  double before[3], after[3];
  for (int k = 0; k < 3; k++) before[k] = lab[k] - v[k] / 2, after[k] = lab[k] + v[k] / 2;
  double far = lab_difference(before, after);
  return far * far;
}

/* Of small differences CIEDE2000's square is a quadratic form; its matrix, from what it is along the axes and between
 * them. */
static void form_at(const double lab[3], double form[3][3]) {
  for (int i = 0; i < 3; i++) {
    double v[3] = {0};
    v[i] = 1;
    form[i][i] = square_about(lab, v);
  }
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < i; j++) {
      double v[3] = {0};
      v[i] = v[j] = 1;
      form[i][j] = form[j][i] = (square_about(lab, v) - form[i][i] - form[j][j]) / 2;
    }
}

void lab_ways(const double lab[3], struct lab_ways *ways) {
  double form[3][3], root[3][3] = {{0}};
  form_at(lab, form);
  /* Cholesky's root R of the form; the ways are the columns of its transpose's inverse. */
  for (int i = 0; i < 3; i++)
    for (int j = 0; j <= i; j++) {
      double rest = form[i][j];
      for (int k = 0; k < j; k++) rest -= root[i][k] * root[j][k];
      root[i][j] = i == j ? sqrt(rest) : rest / root[j][j];
    }
  for (int way = 0; way < 3; way++)
    for (int i = 2; i >= 0; i--) {
      double rest = i == way;
      for (int k = i + 1; k < 3; k++) rest -= root[k][i] * ways->way[way][k];
      ways->way[way][i] = rest / root[i][i];
    }
}

void lab_stretch(const double lab[3], double delta_e, double off[3]) {
  for (int i = 0; i < 8; i++) {
    const double other[3] = {lab[0] + off[0], lab[1] + off[1], lab[2] + off[2]};
    double more = delta_e / lab_difference(lab, other);
    for (int k = 0; k < 3; k++) off[k] *= more;
  }
}

void lab_go(const struct lab_ways *ways, const double far[3], double off[3]) {
  for (int i = 0; i < 3; i++) {
    off[i] = 0;
    for (int way = 0; way < 3; way++) off[i] += far[way] * ways->way[way][i];
  }
}
