#include "engine/grain.h"

#include <math.h>

/* The golden's range within AROUND pixels, grey levels, from which on what differs may be an edge that lies off;
 * texture stays below. So many pixels at least tell the ground. */
enum { EDGE = 24, AROUND = 2, LEAST_PIXELS = 200 };

static double range_at(const struct surroundings *s, int32_t x, int32_t y) {
  double low = 256, high = 0;
  for (int32_t v = y - AROUND; v <= y + AROUND; v++) {
    const float *row = s->golden + (size_t)v * (size_t)s->width + (size_t)(x - AROUND);
    for (int32_t i = 0; i <= 2 * AROUND; i++) {
      low = row[i] < low ? row[i] : low;
      high = row[i] > high ? row[i] : high;
    }
  }
  return high - low;
}

/* Of the ground without the finding. */
static double deviation(const struct surroundings *s, int32_t limit) {
  double sum = 0, squares = 0, n = 0;
  for (int32_t y = AROUND; y + AROUND < s->height; y++)
    for (int32_t x = AROUND; x + AROUND < s->width; x++) {
      size_t at = (size_t)y * (size_t)s->width + (size_t)x;
      if (s->map[at] >= limit / 2 || range_at(s, x, y) >= EDGE) continue;
      double d = s->smooth[at] - s->golden[at];
      sum += d, squares += d * d, n++;
    }
  if (n < LEAST_PIXELS) return 0;
  double variance = squares / n - sum / n * (sum / n);
  return variance > 0 ? sqrt(variance) : 0;
}

static double largest(const struct surroundings *s, const struct finding *f, int32_t limit) {
  double most = 0;
  for (int32_t y = f->top; y <= f->bottom; y++)
    for (int32_t x = f->left; x <= f->right; x++) {
      size_t at = surroundings_at(s, x, y);
      double d = fabs(s->smooth[at] - s->golden[at]);
      if (s->map[at] >= limit / 2 && d > most) most = d;
    }
  return most;
}

double grain_deviations(const struct surroundings *s, const struct finding *f, int32_t limit) {
  double unit = deviation(s, limit);
  return unit > 0 ? largest(s, f, limit) / unit : INFINITY;
}
