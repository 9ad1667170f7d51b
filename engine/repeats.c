#include "engine/repeats.h"

#include <math.h>
#include <stdlib.h>

/* Correlation from which a shifted golden is like itself, and what of one is no difference. */
static const double ALIKE = 0.6, EVEN = 0.005, EVEN_SEEN = 0.02;

/* Sine of the angle between two directions. */
static const double OTHER_DIRECTION = 0.3;

/* Pixels of the small level: half the window whose mean is taken off, and the shortest shift. */
enum { HALF = 4, SHORTEST = 3, MOST_PARTS = 3, MOST_ROUNDS = 4 };

/* What is finer than the window, 0 where nothing takes part. */
struct detail {
  int32_t width, height;
  int32_t *values;
};

/* Mean over the window of what takes part. */
static int32_t mean_near(const struct plane *p, const struct plane *mask, int32_t x, int32_t y) {
  int32_t sum = 0, count = 0;
  for (int32_t v = y > HALF ? y - HALF : 0; v <= y + HALF && v < p->height; v++)
    for (int32_t u = x > HALF ? x - HALF : 0; u <= x + HALF && u < p->width; u++) {
      if (mask && !mask->pixels[(size_t)v * mask->stride + (size_t)u]) continue;
      sum += p->pixels[(size_t)v * p->stride + (size_t)u], count++;
    }
  return count ? sum / count : 0;
}

static enum status detail_of(const struct plane *p, const struct plane *mask, struct detail *d, struct fault *fault) {
  *d = (struct detail){p->width, p->height, calloc((size_t)p->width * (size_t)p->height, sizeof *d->values)};
  if (!d->values) return fault_set(fault, STATUS_MEMORY, "alignment: out of memory");
  for (int32_t y = 0; y < p->height; y++)
    for (int32_t x = 0; x < p->width; x++) {
      if (mask && !mask->pixels[(size_t)y * mask->stride + (size_t)x]) continue;
      d->values[(size_t)y * (size_t)p->width + (size_t)x] =
          p->pixels[(size_t)y * p->stride + (size_t)x] - mean_near(p, mask, x, y);
    }
  return STATUS_OK;
}

/* Correlation of the picture with itself shifted by (dx, dy), dx >= 0, where both are. */
static double alike_at(const struct detail *d, int32_t dx, int32_t dy) {
  int64_t both = 0, here = 0, there = 0;
  for (int32_t y = dy < 0 ? -dy : 0; y < d->height && y + dy < d->height; y++) {
    const int32_t *a = d->values + (size_t)y * (size_t)d->width, *b = a + (ptrdiff_t)dy * d->width + dx;
    int32_t row_both = 0, row_here = 0, row_there = 0;
    for (int32_t x = 0; x < d->width - dx; x++)
      row_both += a[x] * b[x], row_here += a[x] * a[x], row_there += b[x] * b[x];
    both += row_both, here += row_here, there += row_there;
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
  free(detail.values);
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
