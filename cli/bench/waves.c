#include "cli/bench/waves.h"

#include <math.h>

/* Samples along a pixel's side. */
enum { FINE = 4 };
static const double PI = 3.14159265358979323846, COARSEST = 100;

void waves_draw(struct waves *w, double finest, double deviation, struct draws *draws) {
  w->middle = 127.5;
  for (int k = 0; k < WAVES; k++) {
    double period = finest * pow(COARSEST / finest, (k + draw_even(draws, 0, 1)) / WAVES);
    double direction = draw_even(draws, 0, 2 * PI);
    w->height[k] = deviation * sqrt(2.0 / WAVES);
    w->u[k] = 2 * PI / period * cos(direction), w->v[k] = 2 * PI / period * sin(direction);
    w->phase[k] = draw_even(draws, 0, 2 * PI);
  }
}

/* What the mean of FINE samples over a pixel leaves of a wave that turns by `turn` a pixel. */
static double left_of(double turn) {
  return fabs(turn) < 1e-9 ? 1 : sin(0.5 * turn) / (FINE * sin(0.5 * turn / FINE));
}

struct waves waves_seen(const struct waves *scene, const double t[6]) {
  struct waves seen = {.middle = scene->middle};
  for (int k = 0; k < WAVES; k++) {
    double u = scene->u[k], v = scene->v[k];
    seen.u[k] = u * t[0] + v * t[3], seen.v[k] = u * t[1] + v * t[4];
    seen.phase[k] = scene->phase[k] + u * t[2] + v * t[5];
    seen.height[k] = scene->height[k] * left_of(seen.u[k]) * left_of(seen.v[k]);
  }
  return seen;
}

/* Each wave is a phasor that turns by the same angle from pixel to pixel. */
void waves_row(const struct waves *w, double y, int count, double *level, double *gx, double *gy) {
  for (int i = 0; i < count; i++) {
    if (level) level[i] = w->middle;
    if (gx) gx[i] = 0;
    if (gy) gy[i] = 0;
  }
  for (int k = 0; k < WAVES; k++) {
    double angle = w->v[k] * y + w->phase[k], c = cos(w->u[k]), s = sin(w->u[k]);
    double re = w->height[k] * cos(angle), im = w->height[k] * sin(angle);
    for (int i = 0; i < count; i++) {
      if (level) level[i] += re;
      if (gx) gx[i] -= w->u[k] * im;
      if (gy) gy[i] -= w->v[k] * im;
      double next = re * c - im * s;
      im = re * s + im * c, re = next;
    }
  }
}
