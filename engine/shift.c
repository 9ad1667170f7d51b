#include "engine/shift.h"

#include <math.h>
#include <stdlib.h>

/* Pixels of the finding that are looked at, about, with so much around it; the steps of the search. */
enum { PLACES = 1000, AROUND = 4, STEP = 2, LEAST = 2 };

/* What has moved leaves a change where it lay and makes one where it lies: of the finding's own, so much at least. */
static const double CHANGED = 0.25;

/* Rows and columns of the surroundings that are looked at. */
struct places {
  int32_t left, top, right, bottom; /* inclusive */
  int32_t stride;
};

static struct places places_of(const struct surroundings *s, const struct finding *f) {
  int32_t left = f->left - s->left - AROUND, top = f->top - s->top - AROUND;
  int32_t right = f->right - s->left + AROUND, bottom = f->bottom - s->top + AROUND;
  struct places p = {left > 0 ? left : 0, top > 0 ? top : 0, right < s->width ? right : s->width - 1,
                     bottom < s->height ? bottom : s->height - 1, 1};
  int64_t pixels = (int64_t)(p.right - p.left + 1) * (p.bottom - p.top + 1);
  while ((int64_t)p.stride * p.stride * PLACES < pixels) p.stride++;
  return p;
}

/* Of `count` places of a row. What golden and photo hold are 16ths, so that every sum is exact, whatever its order. */
static double squares(const float *restrict a, const float *restrict b, int32_t count, int32_t stride) {
  enum { LANES = 4 };
  double part[LANES] = {0};
  int32_t i = 0;
  if (stride == 1)
    for (; i + LANES <= count; i += LANES)
      for (int k = 0; k < LANES; k++) {
        double d = b[i + k] - a[i + k];
        part[k] += d * d;
      }
  for (; i < count; i++) {
    double d = b[(size_t)i * (size_t)stride] - a[(size_t)i * (size_t)stride];
    part[i % LANES] += d * d;
  }
  return part[0] + part[1] + part[2] + part[3];
}

/* Mean squared difference of places of one picture from those of another dx, dy off; of what is `enough` or more no
 * more is asked than that it is. */
static double difference(const struct surroundings *s, const struct places *p, const float *here, const float *there,
                         int32_t dx, int32_t dy, double enough) {
  double columns = (double)((p->right - p->left) / p->stride + 1),
         rows = (double)((p->bottom - p->top) / p->stride + 1);
  double sum = 0, surely = 1.000001 * enough * columns * rows;
  /* Places whose counterpart the picture has. */
  int32_t first = p->left, last = p->right + dx < s->width ? p->right : s->width - 1 - dx;
  while (first + dx < 0) first += p->stride;
  int32_t across = last >= first ? (last - first) / p->stride + 1 : 0, count = 0;
  for (int32_t y = p->top; y <= p->bottom && across; y += p->stride) {
    if (y + dy < 0 || y + dy >= s->height) continue;
    size_t from = (size_t)y * (size_t)s->width + (size_t)first;
    size_t to = (size_t)(y + dy) * (size_t)s->width + (size_t)(first + dx);
    sum += squares(here + from, there + to, across, p->stride);
    count += across;
    if (sum > surely) break;
  }
  return count ? sum / count : 0;
}

/* What a shift leaves; no less than `least` is all that is asked of what leaves more. */
static double left_by(const struct surroundings *s, const struct places *p, int32_t dx, int32_t dy, double least) {
  double there = difference(s, p, s->golden, s->smooth, dx, dy, least);
  if (there >= least) return there;
  double back = difference(s, p, s->smooth, s->golden, -dx, -dy, least);
  return there > back ? there : back;
}

/* Between the pictures, at the places dx, dy off. */
static double change_at(const struct surroundings *s, const struct places *p, int32_t dx, int32_t dy) {
  struct places to = {p->left + dx, p->top + dy, p->right + dx, p->bottom + dy, p->stride};
  if (to.left < 0) to.left = 0;
  if (to.top < 0) to.top = 0;
  if (to.right >= s->width) to.right = s->width - 1;
  if (to.bottom >= s->height) to.bottom = s->height - 1;
  return difference(s, &to, s->golden, s->smooth, 0, 0, INFINITY);
}

double shift_left(const struct surroundings *s, const struct finding *f) {
  struct places p = places_of(s, f);
  double before = difference(s, &p, s->golden, s->smooth, 0, 0, INFINITY), least = before;
  int32_t best_x = 0, best_y = 0;
  for (int32_t dy = -SHIFT_REACH; dy <= SHIFT_REACH; dy += STEP)
    for (int32_t dx = -SHIFT_REACH; dx <= SHIFT_REACH; dx += STEP) {
      double left = left_by(s, &p, dx, dy, least);
      if (left < least) least = left, best_x = dx, best_y = dy;
    }
  int32_t middle_x = best_x, middle_y = best_y;
  for (int32_t dy = middle_y - 1; dy <= middle_y + 1; dy++)
    for (int32_t dx = middle_x - 1; dx <= middle_x + 1; dx++) {
      double left = left_by(s, &p, dx, dy, least);
      if (left < least) least = left, best_x = dx, best_y = dy;
    }
  bool off = abs(best_x) >= LEAST || abs(best_y) >= LEAST;
  double to = change_at(s, &p, best_x, best_y), from = change_at(s, &p, -best_x, -best_y);
  if ((to > from ? to : from) < CHANGED * before) off = false;
  return off && before > 0 ? least / before : 1;
}
