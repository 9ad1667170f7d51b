#include "cli/bench/patches.h"

#include "engine/select.h"
#include "engine/solve.h"

#include <math.h>
#include <stdlib.h>

enum { SIDE = 48, STEP = 32, BLACK = 3, WHITE = 251, ROUNDS = 6, UNKNOWNS = 4, LEAST_PATCHES = 20 };

/* Standard deviation of a displacement, share of a patch that is not saturated, correlation, and displacement, px, from
 * which a patch counts little. */
static const double LEAST_SURE = 0.06, LEAST_KNOWN = 0.7, LEAST_ALIKE = 0.95, STRAY = 0.5;

/* One patch of the warped photo, with a border for its gradient. */
enum { WARPED = SIDE + 2 };

struct warped {
  double value[WARPED * WARPED];
  bool known[WARPED * WARPED];
};

/* 5 x 5 binomial mean about a place, between pixels by bilinear shares; false where it is not all within. */
static bool smooth_at(const struct plane *p, double x, double y, double *value) {
  static const double binomial[5] = {1 / 16.0, 4 / 16.0, 6 / 16.0, 4 / 16.0, 1 / 16.0};
  int32_t left = (int32_t)floor(x), top = (int32_t)floor(y);
  if (!(x >= 2 && y >= 2 && left + 3 < p->width && top + 3 < p->height)) return false;
  double u = x - left, v = y - top, sum = 0;
  for (int j = -2; j <= 3; j++) {
    const uint8_t *row = p->pixels + (size_t)(top + j) * p->stride + left;
    double across = 0, down = (j < 3 ? (1 - v) * binomial[j + 2] : 0) + (j > -2 ? v * binomial[j + 1] : 0);
    for (int i = -2; i <= 3; i++)
      across += ((i < 3 ? (1 - u) * binomial[i + 2] : 0) + (i > -2 ? u * binomial[i + 1] : 0)) * row[i];
    sum += down * across;
  }
  *value = sum;
  return true;
}

static bool is_saturated(double value) {
  return value < BLACK || value > WHITE;
}

static void warp(const struct plane *photo, const struct pose *pose, int32_t left, int32_t top, struct warped *w) {
  for (int j = 0; j < WARPED; j++)
    for (int i = 0; i < WARPED; i++) {
      struct pose_point at;
      size_t k = (size_t)j * WARPED + (size_t)i;
      w->value[k] = 0;
      w->known[k] = pose_apply(pose, left + i - 1, top + j - 1, &at) && smooth_at(photo, at.x, at.y, &w->value[k]) &&
                    !is_saturated(w->value[k]);
    }
}

/* golden = gain (photo + gradient . off) + offset, by least squares over the patch. */
struct equations {
  double a[UNKNOWNS * UNKNOWNS], b[UNKNOWNS], square, sum;
  long count;
};

static void add_pixel(const struct warped *w, int i, int j, double golden, struct equations *e) {
  const double *v = w->value + (size_t)(j + 1) * WARPED + (size_t)(i + 1);
  const double factor[UNKNOWNS] = {0.5 * (v[1] - v[-1]), 0.5 * (v[WARPED] - v[-WARPED]), *v, 1};
  for (int r = 0; r < UNKNOWNS; r++) {
    for (int c = 0; c < UNKNOWNS; c++) e->a[r * UNKNOWNS + c] += factor[r] * factor[c];
    e->b[r] += factor[r] * golden;
  }
  e->square += golden * golden, e->sum += golden, e->count++;
}

static bool is_known(const struct warped *w, int i, int j) {
  const bool *k = w->known + (size_t)(j + 1) * WARPED + (size_t)(i + 1);
  return k[0] && k[-1] && k[1] && k[-WARPED] && k[WARPED];
}

static bool solve_patch(const struct equations *e, struct pose_point *off) {
  double x[UNKNOWNS], left = e->square;
  if ((double)e->count < LEAST_KNOWN * SIDE * SIDE || !solve_symmetric(e->a, e->b, UNKNOWNS, x)) return false;
  for (int i = 0; i < UNKNOWNS; i++) left -= x[i] * e->b[i];
  double n = (double)e->count, gain = x[2], all = e->square - e->sum * e->sum / n;
  if (!(gain > 0.1) || !(left < (1 - LEAST_ALIKE * LEAST_ALIKE) * all)) return false;
  for (int i = 0; i < 2; i++) {
    double one[UNKNOWNS] = {0};
    one[i] = 1;
    if (!solve_symmetric(e->a, one, UNKNOWNS, one)) return false;
    if (!(sqrt(one[i] * left / n) < LEAST_SURE * gain)) return false;
  }
  off->x = x[0] / gain, off->y = x[1] / gain;
  return true;
}

static bool measure_patch(const struct plane *golden, const struct plane *photo, const struct pose *pose, int32_t left,
                          int32_t top, struct pose_point *off) {
  struct warped w;
  struct equations e = {.count = 0};
  warp(photo, pose, left, top, &w);
  for (int j = 0; j < SIDE; j++)
    for (int i = 0; i < SIDE; i++) {
      double value;
      if (!smooth_at(golden, left + i, top + j, &value) || is_saturated(value) || !is_known(&w, i, j)) continue;
      add_pixel(&w, i, j, value, &e);
    }
  return solve_patch(&e, off);
}

static double median_of(const struct patches *p, double *lengths) {
  for (size_t i = 0; i < p->count; i++) lengths[i] = hypot(p->patches[i].off.x, p->patches[i].off.y);
  return p->count ? select_value(lengths, p->count, p->count / 2) : NAN;
}

enum status patches_measure(const struct image *golden, const struct image *photo, const struct pose *pose,
                            struct patches *p, struct fault *fault) {
  const struct plane *plane = &golden->planes[0];
  size_t most = ((size_t)plane->width / STEP + 1) * ((size_t)plane->height / STEP + 1);
  *p = (struct patches){.patches = malloc(most * sizeof *p->patches), .median = NAN};
  double *lengths = malloc(most * sizeof *lengths);
  if (!p->patches || !lengths) {
    free(p->patches);
    free(lengths);
    *p = (struct patches){.median = NAN};
    return fault_set(fault, STATUS_MEMORY, "patches: out of memory");
  }
  for (int32_t top = 0; top + SIDE <= plane->height; top += STEP)
    for (int32_t left = 0; left + SIDE <= plane->width; left += STEP) {
      struct patch *patch = &p->patches[p->count];
      patch->at = (struct pose_point){left + 0.5 * (SIDE - 1), top + 0.5 * (SIDE - 1)};
      p->count += measure_patch(plane, &photo->planes[0], pose, left, top, &patch->off);
    }
  p->median = median_of(p, lengths);
  free(lengths);
  return STATUS_OK;
}

/* The pose that takes each patch to where it was found. */
static bool refit(const struct patches *p, const struct pose *pose, struct pose_point *from, struct pose_point *to,
                  double *weight, struct pose *fitted) {
  size_t count = 0;
  for (size_t i = 0; i < p->count; i++) {
    const struct patch *patch = &p->patches[i];
    double far = hypot(patch->off.x, patch->off.y) / STRAY;
    if (!pose_apply(pose, patch->at.x + patch->off.x, patch->at.y + patch->off.y, &to[count])) continue;
    from[count] = patch->at, weight[count++] = 1 / (1 + far * far);
  }
  return count >= LEAST_PATCHES && pose_fit(MOTION_HOMOGRAPHY, from, to, weight, count, fitted);
}

enum status patches_fit(const struct image *golden, const struct image *photo, const struct pose *start,
                        struct pose *fitted, bool *told, struct fault *fault) {
  enum status status = STATUS_OK;
  *fitted = *start, *told = true;
  for (int round = 0; round < ROUNDS && *told && !status; round++) {
    struct patches p;
    status = patches_measure(golden, photo, fitted, &p, fault);
    if (status) break;
    struct pose_point *from = malloc((p.count + 1) * sizeof *from), *to = malloc((p.count + 1) * sizeof *to);
    double *weight = malloc((p.count + 1) * sizeof *weight);
    const struct pose pose = *fitted;
    if (!from || !to || !weight)
      status = fault_set(fault, STATUS_MEMORY, "patches: out of memory");
    else
      *told = refit(&p, &pose, from, to, weight, fitted);
    free(from), free(to), free(weight);
    free(p.patches);
  }
  return status;
}
