#include "engine/cielab.h"

#include "kernels/math.h"

#include <stdbool.h>

double cielab_light(double value) {
  double v = value < 0 ? 0 : value > 255 ? 1 : value / 255;
  return v <= 0.04045 ? v / 12.92 : math_exp(2.4 * math_log((v + 0.055) / 1.055));
}

double cielab_value(double light) {
  if (!(light > 0)) return 0;
  if (light >= 1) return 255;
  return 255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * math_exp(math_log(light) / 2.4) - 0.055);
}

static double response(double t) {
  return t > 216.0 / 24389 ? math_cbrt(t) : (24389.0 / 27 * t + 16) / 116;
}

struct cielab cielab_of_light(const double light[3]) {
  /* To XYZ over that of D65's white: each row of sRGB's matrix divided by its sum. */
  static const double matrix[3][3] = {
      {0.4124564, 0.3575761, 0.1804375}, {0.2126729, 0.7151522, 0.0721750}, {0.0193339, 0.1191920, 0.9503041}};
  double f[3];
  for (int i = 0; i < 3; i++) {
    double sum = 0, white = 0;
    for (int j = 0; j < 3; j++) sum += matrix[i][j] * (light[j] > 0 ? light[j] : 0), white += matrix[i][j];
    f[i] = response(sum / white);
  }
  return (struct cielab){116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])};
}

static double degrees(double x) {
  return x * (MATH_PI / 180);
}

static double power7(double x) {
  double cube = x * x * x;
  return cube * cube * x;
}

/* sqrt(c^7 / (c^7 + 25^7)) */
static double saturation(double c) {
  double p = power7(c);
  return sqrt(p / (p + 6103515625.0));
}

/* 0..360 */
static double hue(double a, double b) {
  double h = math_atan2(b, a) * (180 / MATH_PI);
  return h < 0 ? h + 360 : h;
}

/* Hues that lie opposite, but for rounding. */
static const double HALF_TURN = 180 + 1e-9;

/* The turn from one hue to the other, -180..180, and the hue in the middle. */
static double turn_of(double h1, double h2, bool grey, double *middle) {
  double turn = h2 - h1, sum = h1 + h2;
  if (grey) {
    *middle = sum;
    return 0;
  }
  bool near = turn <= HALF_TURN && turn >= -HALF_TURN;
  *middle = near ? sum / 2 : sum < 360 ? (sum + 360) / 2 : (sum - 360) / 2;
  return near ? turn : turn > 180 ? turn - 360 : turn + 360;
}

double cielab_difference(const struct cielab *p, const struct cielab *q) {
  double c = 0.5 * (sqrt(p->a * p->a + p->b * p->b) + sqrt(q->a * q->a + q->b * q->b));
  double g = 1 + 0.5 * (1 - saturation(c)), a1 = g * p->a, a2 = g * q->a;
  double c1 = sqrt(a1 * a1 + p->b * p->b), c2 = sqrt(a2 * a2 + q->b * q->b), h;
  double turn = turn_of(hue(a1, p->b), hue(a2, q->b), c1 * c2 == 0, &h);
  double dl = q->l - p->l, dc = c2 - c1, dh = 2 * sqrt(c1 * c2) * math_sin(degrees(turn / 2));
  double l = 0.5 * (p->l + q->l) - 50, mean = 0.5 * (c1 + c2), bend = (h - 275) / 25;
  double t = 1 - 0.17 * math_cos(degrees(h - 30)) + 0.24 * math_cos(degrees(2 * h)) +
             0.32 * math_cos(degrees(3 * h + 6)) - 0.20 * math_cos(degrees(4 * h - 63));
  double sl = 1 + 0.015 * l * l / sqrt(20 + l * l), sc = 1 + 0.045 * mean, sh = 1 + 0.015 * mean * t;
  double rt = -math_sin(degrees(60 * math_exp(-bend * bend))) * 2 * saturation(mean);
  dl /= sl, dc /= sc, dh /= sh;
  double sum = dl * dl + dc * dc + dh * dh + rt * dc * dh;
  return sum > 0 ? sqrt(sum) : 0;
}
