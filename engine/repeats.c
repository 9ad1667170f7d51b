#include "engine/repeats.h"

#include <math.h>
#include <stdlib.h>

/* Correlation from which a shifted golden is like itself, and what of one is no difference. */
static const double ALIKE = 0.6, EVEN = 0.005, EVEN_SEEN = 0.02;

/* Sine of the angle between two directions. */
static const double OTHER_DIRECTION = 0.3;

/* Pixels of the small level: half the window whose mean is taken off, and the shortest shift. */
enum { HALF = 4, SHORTEST = 3, MOST_PARTS = 3, MOST_ROUNDS = 4 };

/* Sums of all that is above and to the left of each corner: width + 1 a row. */
struct sums {
  size_t stride;
  int64_t *values;
};

static enum status sums_make(int32_t width, int32_t height, struct sums *s, struct fault *fault) {
  s->stride = (size_t)width + 1;
  s->values = calloc(s->stride * ((size_t)height + 1), sizeof *s->values);
  return s->values ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "alignment: out of memory");
}

/* The next of a row's values, row by row. */
static void sums_add(struct sums *s, int32_t x, int32_t y, int64_t value) {
  int64_t *to = s->values + (size_t)(y + 1) * s->stride + (size_t)x + 1;
  to[0] = value + to[-1] + to[-(ptrdiff_t)s->stride] - to[-1 - (ptrdiff_t)s->stride];
}

/* Of columns left..right - 1 and rows top..bottom - 1. */
static int64_t sums_of(const struct sums *s, int32_t left, int32_t top, int32_t right, int32_t bottom) {
  const int64_t *above = s->values + (size_t)top * s->stride, *below = s->values + (size_t)bottom * s->stride;
  return below[right] - below[left] - above[right] + above[left];
}

/* What is finer than the window, 0 where nothing takes part. */
struct detail {
  int32_t width, height;
  int16_t *values;
  struct sums squares;
};

static void detail_free(struct detail *d) {
  free(d->values);
  free(d->squares.values);
}

static bool takes_part(const struct plane *mask, int32_t x, int32_t y) {
  return !mask || mask->pixels[(size_t)y * mask->stride + (size_t)x];
}

/* What takes part less its mean over the window. */
static void take_mean_off(const struct plane *p, const struct plane *mask, const struct sums *sum,
                          const struct sums *count, struct detail *d) {
  for (int32_t y = 0; y < p->height; y++)
    for (int32_t x = 0; x < p->width; x++) {
      int32_t left = x > HALF ? x - HALF : 0, right = x + HALF < p->width ? x + HALF + 1 : p->width;
      int32_t top = y > HALF ? y - HALF : 0, bottom = y + HALF < p->height ? y + HALF + 1 : p->height;
      int16_t value = 0;
      if (takes_part(mask, x, y))
        value = (int16_t)(p->pixels[(size_t)y * p->stride + (size_t)x] -
                          sums_of(sum, left, top, right, bottom) / sums_of(count, left, top, right, bottom));
      d->values[(size_t)y * (size_t)p->width + (size_t)x] = value;
      sums_add(&d->squares, x, y, value * value);
    }
}

static enum status detail_of(const struct plane *p, const struct plane *mask, struct detail *d, struct fault *fault) {
  struct sums sum = {0}, count = {0};
  *d = (struct detail){p->width, p->height, calloc((size_t)p->width * (size_t)p->height, sizeof *d->values), {0}};
  enum status status = d->values ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "alignment: out of memory");
  if (!status) status = sums_make(p->width, p->height, &sum, fault);
  if (!status) status = sums_make(p->width, p->height, &count, fault);
  if (!status) status = sums_make(p->width, p->height, &d->squares, fault);
  for (int32_t y = 0; y < p->height && !status; y++)
    for (int32_t x = 0; x < p->width; x++) {
      bool in = takes_part(mask, x, y);
      sums_add(&sum, x, y, in ? p->pixels[(size_t)y * p->stride + (size_t)x] : 0), sums_add(&count, x, y, in);
    }
  if (!status) take_mean_off(p, mask, &sum, &count, d);
  free(sum.values);
  free(count.values);
  return status;
}

/* Small enough a row for 32 bits. */
static int32_t product(const int16_t *restrict a, const int16_t *restrict b, int32_t count) {
  int32_t sum = 0;
  for (int32_t x = 0; x < count; x++) sum += a[x] * b[x];
  return sum;
}

/* Correlation of the picture with itself shifted by (dx, dy), dx >= 0, where both are. */
static double alike_at(const struct detail *d, int32_t dx, int32_t dy) {
  int32_t top = dy < 0 ? -dy : 0, bottom = dy < 0 ? d->height : d->height - dy, across = d->width - dx;
  int64_t both = 0, here = sums_of(&d->squares, 0, top, across, bottom);
  int64_t there = sums_of(&d->squares, dx, top + dy, d->width, bottom + dy);
  for (int32_t y = top; y < bottom; y++) {
    const int16_t *a = d->values + (size_t)y * (size_t)d->width;
    both += product(a, a + (ptrdiff_t)dy * d->width + dx, across);
  }
  return here > 0 && there > 0 ? (double)both / sqrt((double)here * (double)there) : 0;
}

/* All shifts of half the plane, [2 reach_y + 1][reach_x + 1]. */
struct shifts {
  int32_t reach_x, reach_y;
  double *alike;
};

static double shift_alike(const struct shifts *s, int32_t dx, int32_t dy) {
  /* To the left is to the right the other way. */
  if (dx < 0) dx = -dx, dy = -dy;
  if (dx > s->reach_x || dy < -s->reach_y || dy > s->reach_y) return 0;
  return s->alike[(size_t)(dy + s->reach_y) * (size_t)(s->reach_x + 1) + (size_t)dx];
}

static bool is_peak(const struct shifts *s, int32_t dx, int32_t dy) {
  double here = shift_alike(s, dx, dy);
  if (here < ALIKE) return false;
  for (int32_t v = -1; v <= 1; v++)
    for (int32_t u = -1; u <= 1; u++)
      if ((u || v) && shift_alike(s, dx + u, dy + v) > here) return false;
  return true;
}

static enum status try_shifts(const struct detail *d, struct shifts *s, struct fault *fault) {
  s->reach_x = d->width / 2, s->reach_y = d->height / 2;
  s->alike = calloc((size_t)(2 * s->reach_y + 1) * (size_t)(s->reach_x + 1), sizeof *s->alike);
  if (!s->alike) return fault_set(fault, STATUS_MEMORY, "alignment: out of memory");
  for (int32_t dy = -s->reach_y; dy <= s->reach_y; dy++)
    for (int32_t dx = 0; dx <= s->reach_x; dx++)
      s->alike[(size_t)(dy + s->reach_y) * (size_t)(s->reach_x + 1) + (size_t)dx] = alike_at(d, dx, dy);
  return STATUS_OK;
}

/* The shortest peak in another direction than those that there are. */
static bool shortest(const struct shifts *s, const struct repeats *had, struct pose_point *shift) {
  double least = INFINITY;
  for (int32_t dy = -s->reach_y; dy <= s->reach_y; dy++)
    for (int32_t dx = 0; dx <= s->reach_x; dx++) {
      double length = sqrt((double)dx * dx + (double)dy * dy);
      if (length < SHORTEST || length >= least || !is_peak(s, dx, dy)) continue;
      const struct pose_point *a = &had->shift[0];
      if (had->count && fabs(a->x * dy - a->y * dx) < OTHER_DIRECTION * length * sqrt(a->x * a->x + a->y * a->y))
        continue;
      least = length, *shift = (struct pose_point){dx, dy};
    }
  return isfinite(least);
}

static struct pose shifted(const struct pose *pose, double x, double y) {
  struct pose by = {{1, 0, x, 0, 1, y, 0, 0, 1}}, result;
  return pose_compose(pose, &by, &result) ? result : *pose;
}

/* Golden pixels, as exactly as the golden tells; how much it is like itself there. */
static enum status sharpen(struct refine *r, int fine, struct pose_point *shift, double *alike, struct fault *fault) {
  const struct pose identity = pose_identity();
  r->placement->pose = shifted(&identity, shift->x, shift->y);
  r->light = light_none(r->golden->level[0].width, r->golden->level[0].height);
  r->sigma = r->cut = 127;
  enum status status = refine_pose(r, fine, 5, 0.05, fault);
  r->cut = 127;
  if (!status) status = refine_measure(r, fine, fault);
  const double *h = r->placement->pose.h;
  *shift = (struct pose_point){h[2], h[5]}, *alike = r->correlation;
  return status;
}

/* On so small a level a short shift may hide between the pixels, behind a multiple that is nearly whole. */
static enum status add_shift(struct refine *r, const struct pose_point *coarse, int level, int fine,
                             struct repeats *repeats, struct fault *fault) {
  double most = ALIKE, shortest = ldexp(SHORTEST, level);
  bool holds = false;
  enum status status = STATUS_OK;
  for (int part = 1; part <= MOST_PARTS && !status; part++) {
    struct pose_point shift = {ldexp(coarse->x, level) / part, ldexp(coarse->y, level) / part};
    double alike;
    status = sharpen(r, fine, &shift, &alike, fault);
    if (status || alike < most || fabs(shift.x) + fabs(shift.y) < shortest) continue;
    repeats->shift[repeats->count] = shift;
    holds = true, most = alike;
  }
  repeats->count += holds;
  return status;
}

enum status repeats_find(struct refine *r, const struct plane *small, const struct plane *mask, int level, int fine,
                         struct repeats *repeats, struct fault *fault) {
  struct detail detail = {0};
  struct shifts shifts = {0};
  struct repeats coarse = {0};
  *repeats = coarse;
  enum status status = detail_of(small, mask, &detail, fault);
  if (!status) status = try_shifts(&detail, &shifts, fault);
  while (!status && coarse.count < 2 && shortest(&shifts, &coarse, &coarse.shift[coarse.count])) coarse.count++;
  r->motion = MOTION_TRANSLATION;
  for (int i = 0; i < coarse.count && !status; i++)
    status = add_shift(r, &coarse.shift[i], level, fine, repeats, fault);
  free(shifts.alike);
  detail_free(&detail);
  return status;
}

/* How well a pose does. */
struct merit {
  double correlation, seen;
};

static bool better(const struct merit *a, const struct merit *b) {
  if (a->correlation > b->correlation + EVEN) return true;
  return a->correlation >= b->correlation - EVEN && a->seen > b->seen * (1 + EVEN_SEEN);
}

static enum status measure(struct refine *r, const struct pose *pose, int level, struct merit *merit,
                           struct fault *fault) {
  r->placement->pose = *pose;
  enum status status = refine_measure(r, level, fault);
  *merit = (struct merit){r->correlation, r->seen};
  return status;
}

/* The best pose along one shift, as far as the golden's size goes. */
static enum status search_along(struct refine *r, const struct pose_point *shift, int level, struct merit *best,
                                struct pose *pose, bool *found, struct fault *fault) {
  const struct pose from = *pose;
  int32_t width = r->golden->level[0].width, height = r->golden->level[0].height;
  enum status status = STATUS_OK;
  for (int side = -1; side <= 1; side += 2)
    for (int n = side; fabs(n * shift->x) < width && fabs(n * shift->y) < height && !status; n += side) {
      struct pose to = shifted(&from, n * shift->x, n * shift->y);
      struct merit merit;
      if (!pose_plausible(&to, width, height)) break;
      status = measure(r, &to, level, &merit, fault);
      if (!status && better(&merit, best)) *best = merit, *pose = to, *found = true;
    }
  return status;
}

enum status repeats_settle(struct refine *r, const struct repeats *repeats, int level, bool *moved,
                           struct fault *fault) {
  struct pose pose = r->placement->pose;
  struct merit best;
  bool found = repeats->count > 0;
  *moved = false;
  if (!found) return STATUS_OK;
  r->cut = 127;
  enum status status = measure(r, &pose, level, &best, fault);
  for (int round = 0; round < MOST_ROUNDS && found && !status; round++) {
    found = false;
    for (int i = 0; i < repeats->count && !status; i++)
      status = search_along(r, &repeats->shift[i], level, &best, &pose, &found, fault);
    *moved = *moved || found;
  }
  r->placement->pose = pose;
  return status;
}
