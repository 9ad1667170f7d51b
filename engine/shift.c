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

/* A picture of the surroundings in 16ths of a grey level, which is what golden and photo hold. Of a row first every
 * stride-th pixel from the first one on, then from the second one: places that are looked at are neighbours. */
struct picture {
  int16_t *values;
  int32_t width, height, stride, part; /* values of each part of a row */
};

struct pictures {
  struct picture golden, photo;
};

/* Differences are worked on so many at a time, and so many squares are added up before what they are in is full: what
 * lies further apart than MOST is no photo's, nor a golden's. */
enum { LANES = 8, BLOCK = 32, MOST = 8191 };

static const int16_t *value_at(const struct picture *p, int32_t x, int32_t y) {
  return p->values + ((size_t)y * (size_t)p->stride + (size_t)(x % p->stride)) * (size_t)p->part + x / p->stride;
}

static void fill(const float *restrict row, const struct picture *p, int16_t *to) {
  for (int32_t first = 0; first < p->stride; first++, to += p->part)
    for (int32_t x = first, i = 0; x < p->width; x += p->stride, i++) {
      float value = row[x] * 16;
      to[i] = (int16_t)(value < MOST ? value : MOST);
    }
}

static void take(const struct surroundings *s, const float *from, int32_t stride, int16_t *values, struct picture *p) {
  *p = (struct picture){values, s->width, s->height, stride, (s->width + stride - 1) / stride};
  for (int32_t y = 0; y < s->height; y++)
    fill(from + (size_t)y * (size_t)s->width, p, values + (size_t)y * (size_t)stride * (size_t)p->part);
}

/* The caller frees *memory. What is read of a row's last places lies up to LANES values behind a picture. */
static bool take_both(const struct surroundings *s, int32_t stride, struct pictures *both, int16_t **memory) {
  size_t size = (size_t)s->height * ((size_t)s->width + (size_t)stride) + LANES;
  *memory = calloc(2 * size, sizeof **memory);
  if (!*memory) return false;
  take(s, s->golden, stride, *memory, &both->golden);
  take(s, s->smooth, stride, *memory + size, &both->photo);
  return true;
}

/* Of `count` places of a row. */
static int64_t squares(const int16_t *restrict a, const int16_t *restrict b, int32_t count) {
  static const int16_t last[2 * LANES] = {-1, -1, -1, -1, -1, -1, -1, -1};
  int64_t sum = 0;
  for (; count > 0; count -= BLOCK, a += BLOCK, b += BLOCK) {
    int32_t part = 0, groups = count < BLOCK ? count / LANES : BLOCK / LANES, rest = count < BLOCK ? count % LANES : 0;
    for (int32_t i = 0; i < LANES * groups; i++) {
      int16_t d = (int16_t)(b[i] - a[i]);
      part += d * d;
    }
    const int16_t *x = a + LANES * groups, *y = b + LANES * groups, *counts = last + LANES - rest;
    for (int32_t i = 0; i < LANES && rest; i++) {
      int16_t d = (int16_t)((y[i] - x[i]) & counts[i]);
      part += d * d;
    }
    sum += part;
  }
  return sum;
}

/* Mean squared difference of places of one picture from those of another dx, dy off; of what is `enough` or more no
 * more is asked than that it is. */
static double difference(const struct places *p, const struct picture *here, const struct picture *there, int32_t dx,
                         int32_t dy, double enough) {
  double columns = (double)((p->right - p->left) / p->stride + 1),
         rows = (double)((p->bottom - p->top) / p->stride + 1);
  double surely = 1.000001 * 256 * enough * columns * rows;
  int64_t sum = 0;
  /* Places whose counterpart the picture has. */
  int32_t first = p->left, last = p->right + dx < there->width ? p->right : there->width - 1 - dx;
  while (first + dx < 0) first += p->stride;
  int32_t across = last >= first ? (last - first) / p->stride + 1 : 0, count = 0;
  for (int32_t y = p->top; y <= p->bottom && across; y += p->stride) {
    if (y + dy < 0 || y + dy >= there->height) continue;
    sum += squares(value_at(here, first, y), value_at(there, first + dx, y + dy), across);
    count += across;
    if ((double)sum > surely) break;
  }
  return count ? (double)sum / 256 / count : 0;
}

/* A way to lay the pictures on each other. */
struct way {
  const struct picture *from, *to;
  int32_t sign;
};

/* What a shift leaves; no less than `least` is all that is asked of what leaves more. The way that told of the last one
 * that it leaves more often tells it of the next one, too: it is asked first. */
static double left_by(const struct places *p, struct way ways[2], int32_t dx, int32_t dy, double least) {
  double most = 0;
  for (int i = 0; i < 2; i++) {
    const struct way way = ways[i];
    double left = difference(p, way.from, way.to, way.sign * dx, way.sign * dy, least);
    most = left > most ? left : most;
    if (left < least) continue;
    ways[i] = ways[0], ways[0] = way;
    break;
  }
  return most;
}

/* Between the pictures, at the places dx, dy off. */
static double change_at(const struct pictures *both, const struct places *p, int32_t dx, int32_t dy) {
  struct places to = {p->left + dx, p->top + dy, p->right + dx, p->bottom + dy, p->stride};
  if (to.left < 0) to.left = 0;
  if (to.top < 0) to.top = 0;
  if (to.right >= both->golden.width) to.right = both->golden.width - 1;
  if (to.bottom >= both->golden.height) to.bottom = both->golden.height - 1;
  return difference(&to, &both->golden, &both->photo, 0, 0, INFINITY);
}

static double search(const struct pictures *both, const struct places *p) {
  struct way ways[2] = {{&both->golden, &both->photo, 1}, {&both->photo, &both->golden, -1}};
  double before = difference(p, &both->golden, &both->photo, 0, 0, INFINITY), least = before;
  int32_t best_x = 0, best_y = 0;
  for (int32_t dy = -SHIFT_REACH; dy <= SHIFT_REACH; dy += STEP)
    for (int32_t dx = -SHIFT_REACH; dx <= SHIFT_REACH; dx += STEP) {
      double left = left_by(p, ways, dx, dy, least);
      if (left < least) least = left, best_x = dx, best_y = dy;
    }
  int32_t middle_x = best_x, middle_y = best_y;
  for (int32_t dy = middle_y - 1; dy <= middle_y + 1; dy++)
    for (int32_t dx = middle_x - 1; dx <= middle_x + 1; dx++) {
      double left = left_by(p, ways, dx, dy, least);
      if (left < least) least = left, best_x = dx, best_y = dy;
    }
  bool off = abs(best_x) >= LEAST || abs(best_y) >= LEAST;
  double to = change_at(both, p, best_x, best_y), from = change_at(both, p, -best_x, -best_y);
  if ((to > from ? to : from) < CHANGED * before) off = false;
  return off && before > 0 ? least / before : 1;
}

enum status shift_left(const struct surroundings *s, const struct finding *f, double *left, struct fault *fault) {
  const struct places p = places_of(s, f);
  struct pictures both;
  int16_t *memory;
  if (!take_both(s, p.stride, &both, &memory)) return fault_set(fault, STATUS_MEMORY, "regions: out of memory");
  *left = search(&both, &p);
  free(memory);
  return STATUS_OK;
}
