#include "engine/nudge.h"

#include <math.h>

/* Pixels. */
static const double MOST = 1;

/* Change of the golden a pixel, grey levels. */
struct slope {
  double x, y;
};

static struct slope slope_at(const struct surroundings *s, int32_t x, int32_t y) {
  const float *g = s->golden + (size_t)y * (size_t)s->width + (size_t)x;
  return (struct slope){0.5 * (g[1] - g[-1]), 0.5 * (g[s->width] - g[-s->width])};
}

/* Where the golden lies, as the photo shows it: at most MOST off. */
static struct slope find_shift(const struct surroundings *s) {
  double xx = 0, xy = 0, yy = 0, xd = 0, yd = 0;
  for (int32_t y = 1; y + 1 < s->height; y++)
    for (int32_t x = 1; x + 1 < s->width; x++) {
      size_t at = (size_t)y * (size_t)s->width + (size_t)x;
      struct slope g = slope_at(s, x, y);
      double d = s->smooth[at] - s->golden[at];
      xx += g.x * g.x, xy += g.x * g.y, yy += g.y * g.y, xd += g.x * d, yd += g.y * d;
    }
  /* An edge says nothing of a shift along it: a hundredth of what is known keeps that near zero. */
  double held = 0.01 * (xx + yy);
  xx += held, yy += held;
  double determinant = xx * yy - xy * xy;
  if (!(determinant > 0)) return (struct slope){0, 0};
  struct slope shift = {-(yy * xd - xy * yd) / determinant, -(xx * yd - xy * xd) / determinant};
  double length = sqrt(shift.x * shift.x + shift.y * shift.y);
  if (length > MOST) shift.x *= MOST / length, shift.y *= MOST / length;
  return shift;
}

struct nudge nudge_left(const struct surroundings *s, int32_t limit) {
  struct slope shift = find_shift(s);
  struct nudge left = {0, 0};
  double squares = 0, left_squares = 0;
  for (int32_t y = 0; y < s->height; y++)
    for (int32_t x = 0; x < s->width; x++) {
      size_t at = (size_t)y * (size_t)s->width + (size_t)x;
      if (s->map[at] < limit / 2) continue;
      bool inside = x > 0 && y > 0 && x + 1 < s->width && y + 1 < s->height;
      struct slope g = inside ? slope_at(s, x, y) : (struct slope){0, 0};
      double d = s->smooth[at] - s->golden[at], rest = fabs(d + shift.x * g.x + shift.y * g.y);
      double before = (double)s->map[at] / limit, use = fabs(d) > 0 ? before * rest / fabs(d) : 0;
      squares += before * before, left_squares += use * use;
      if (use > left.peak) left.peak = use;
    }
  left.share = squares > 0 ? left_squares / squares : 1;
  return left;
}
