#include "engine/measure/edge_sharpened.h"

#include "engine/measure/light_table.h"
#include "engine/measure/strips.h"
#include "engine/solve.h"

#include <math.h>

/* What cameras do, before the photo is asked: on the mean, and its standard deviation; and the most: what asks for more
 * is not sharpening. */
static const double USUAL = 0.5, USUAL_SPREAD = 0.65, MOST = 1.5;
/* Residuals of neighbouring bins are not independent, for a mosaic's pixels and the mask's are not: so many count for
 * one. */
static const double TOGETHER = 2;
/* Of the shift so much is undone; what is right lies as far as this to either side of it (a rectangular distribution):
 * overshoots in light count for more or less than those in levels. */
static const double UNDONE = 0.85, EITHER_WAY = 0.5;
/* The amount whose effect is looked at where there is hardly any. */
static const double NOTABLE = 0.4;
/* A step that is still made by a fit, px. */
static const double SETTLED = 1e-3;
/* The blurred copy, by bins: of the binomial 3 x 3 across an edge, on the mean over its angles. Variance 1/2 px^2,
 * fourth moment 9/16: two thirds of what it is along a row, one third of a binomial that reaches 2 px. */
enum { REACH = 4, UNDOING = 10 };
static const double COPY[REACH + 1] = {326.0 / 768, 56.0 / 768, 156.0 / 768, 8.0 / 768, 1.0 / 768};

static double level_of(double light) {
  int low = 0, high = 255;
  while (high - low > 1) {
    const int middle = (low + high) / 2;
    *(light_table[middle] <= light ? &low : &high) = middle;
  }
  const double part = (light - light_table[low]) / (light_table[low + 1] - light_table[low]);
  return low + (part > 0 ? part : 0);
}

struct profile {
  int32_t first, count; /* bins without a gap */
  double level[EDGE_MOST_BINS];
};

/* The levels of the bins from the first to the last that hold something; between them what is empty is as before it. */
static struct profile levels_of(const struct edge_sums *light) {
  struct profile p = {.first = -1};
  for (int32_t i = 0; i < light->count; i++) {
    if (light->pixels[i] > 0) {
      if (p.first < 0) p.first = i;
      p.level[i] = level_of(light->values[i] / light->pixels[i]);
      p.count = i + 1 - p.first;
    } else if (p.first >= 0) {
      p.level[i] = p.level[i - 1];
    }
  }
  return p;
}

/* Along a curved edge the copy reaches, on the mean, a quarter of the curvature outward: 1/2 px^2 of half of it. */
static double blurred(const double *level, int32_t first, int32_t end, int32_t i, double curvature) {
  double sum = COPY[0] * level[i];
  if (i > first && i + 1 < end) sum += 0.25 * curvature * (level[i + 1] - level[i - 1]);
  for (int k = 1; k <= REACH; k++) {
    const int32_t before = i - k < first ? first : i - k, after = i + k < end ? i + k : end - 1;
    sum += COPY[k] * (level[before] + level[after]);
  }
  return sum;
}

void edge_sharpened_undo(const struct edge_sums *light, double amount, double curvature, struct edge_sums *out) {
  const struct profile profile = levels_of(light), *p = &profile;
  *out = *light;
  double now[EDGE_MOST_BINS] = {0}, next[EDGE_MOST_BINS] = {0};
  const int32_t end = p->first + p->count;
  for (int32_t i = p->first; i < end; i++) now[i] = p->level[i];
  for (int round = 0; round < UNDOING; round++) {
    for (int32_t i = p->first; i < end; i++)
      next[i] = (p->level[i] + amount * blurred(now, p->first, end, i, curvature)) / (1 + amount);
    for (int32_t i = p->first; i < end; i++) now[i] = next[i];
  }
  for (int32_t i = p->first; i < end; i++) out->values[i] = out->pixels[i] * strips_light_of(now[i]);
}

/* ---- the edge that was sharpened ---- */

enum { LEVEL, CONTRAST, SIGMA, PLACE, AMOUNT, PARAMETERS, ROUNDS = 10 };

/* A blurred step in light, by levels, sharpened, on the bins of a profile; and what its parameters do to it. */
struct model {
  double level[EDGE_MOST_BINS], by[PARAMETERS][EDGE_MOST_BINS];
};

static double light_slope(double level) {
  const int row = level > 0 ? level < 254 ? (int)level : 254 : 0;
  return light_table[row + 1] - light_table[row];
}

/* The levels, or a change of them, as the camera sharpens them. */
static void sharpen(const struct profile *p, double amount, double curvature, double *level) {
  double copy[EDGE_MOST_BINS];
  const int32_t end = p->first + p->count;
  for (int32_t i = p->first; i < end; i++) copy[i] = blurred(level, p->first, end, i, curvature);
  for (int32_t i = p->first; i < end; i++) level[i] += amount * (level[i] - copy[i]);
}

static void make_model(const struct edge_sums *light, const struct profile *p, const struct edge_shape *shape,
                       const double *at, struct model *m) {
  struct edge_shape own = edge_shape_at(shape, at[PLACE]);
  const int32_t end = p->first + p->count;
  double fine = 0.5, distances[EDGE_MOST_BINS];
  struct edge_response responses[EDGE_MOST_BINS];
  own.sigma = at[SIGMA];
  for (int32_t i = p->first; i < end; i++) {
    if (light->pixels[i] > 0) fine = (light->places[i] / light->pixels[i] + 0.5) / KERNEL_PROFILE_FINE;
    distances[i - p->first] = light->first + (i + fine) / KERNEL_PROFILE_SCALE - at[PLACE];
  }
  edge_responses(&own, distances, p->count, responses);
  for (int32_t i = p->first; i < end; i++) {
    const struct edge_response r = responses[i - p->first];
    m->level[i] = level_of(at[LEVEL] + at[CONTRAST] * r.value);
    const double each = 1 / light_slope(m->level[i]);
    m->by[LEVEL][i] = each, m->by[CONTRAST][i] = each * r.value;
    m->by[SIGMA][i] = each * at[CONTRAST] * r.by_sigma, m->by[PLACE][i] = -each * at[CONTRAST] * r.slope;
  }
  for (int32_t i = p->first; i < end; i++)
    m->by[AMOUNT][i] = m->level[i] - blurred(m->level, p->first, end, i, own.curvature);
  for (int k = 0; k < AMOUNT; k++) sharpen(p, at[AMOUNT], own.curvature, m->by[k]);
  sharpen(p, at[AMOUNT], own.curvature, m->level);
}

/* One Gauss-Newton step, with what is expected of the amount worth as much as noise makes it: that of the round before.
 * How far the place and the blur moved, px, or -1; the amount's variance. */
static double step(const struct edge_sums *light, const struct profile *p, const struct edge_shape *shape, double *at,
                   double *noise, double *variance) {
  struct model m;
  double a[PARAMETERS * PARAMETERS] = {0}, b[PARAMETERS] = {0}, squares = 0, bins = 0;
  make_model(light, p, shape, at, &m);
  for (int32_t i = p->first; i < p->first + p->count; i++) {
    const double pixels = light->pixels[i], bright = light_slope(m.level[i]), w = pixels * bright * bright;
    if (!(pixels > 0)) continue;
    const double left = (light->values[i] / pixels - strips_light_of(m.level[i])) / bright;
    squares += w * left * left, bins++;
    double row[PARAMETERS];
    for (int k = 0; k < PARAMETERS; k++) row[k] = m.by[k][i];
    solve_add(a, b, PARAMETERS, row, PARAMETERS, w, left);
  }
  if (!(bins > PARAMETERS)) return -1;
  *noise = TOGETHER * squares / (bins - PARAMETERS) + 1e-6;
  const double prior = *noise / (USUAL_SPREAD * USUAL_SPREAD);
  a[AMOUNT * PARAMETERS + AMOUNT] += prior, b[AMOUNT] += prior * (USUAL - at[AMOUNT]);
  if (!solve_symmetric(a, b, PARAMETERS, b)) return -1;
  *variance = *noise * solve_variance(a, PARAMETERS, AMOUNT);
  const double blur = fmax(-0.3 * at[SIGMA], fmin(b[SIGMA], 0.3 * at[SIGMA])), place = fmax(-0.5, fmin(b[PLACE], 0.5));
  at[LEVEL] += b[LEVEL], at[CONTRAST] += b[CONTRAST], at[PLACE] += place;
  at[SIGMA] = fmax(at[SIGMA] + blur, EDGE_LEAST_SIGMA), at[AMOUNT] = fmax(0, fmin(at[AMOUNT] + b[AMOUNT], MOST));
  return fmax(fabs(place), fabs(blur));
}

/* How far off an edge seems that was sharpened so, in light, px. */
static bool shift_of(const struct edge_sums *light, const struct profile *p, const struct edge_shape *shape,
                     const double *at, double *shift) {
  struct model m;
  struct edge_sums seen = *light;
  struct edge_fit fit;
  make_model(light, p, shape, at, &m);
  for (int32_t i = p->first; i < p->first + p->count; i++)
    seen.values[i] = seen.pixels[i] * strips_light_of(m.level[i]);
  const struct edge_shape start = {at[SIGMA], shape->box, shape->curvature};
  if (!edge_fit(&seen, &start, at[PLACE], 0.5 * fabs(at[CONTRAST]), SETTLED, &fit)) return false;
  *shift = fit.place - at[PLACE];
  return true;
}

struct edge_sharpened edge_sharpened_find(const struct edge_sums *light, const struct edge_shape *shape,
                                          const struct edge_fit *fit) {
  const struct edge_sharpened none = {0, 0, 0};
  const struct profile p = levels_of(light);
  double at[PARAMETERS] = {fit->level, fit->contrast, fit->sigma, fit->place, USUAL};
  double noise = 0, variance = 0, moved = 1, shift = 0;
  if (p.count <= 2 * REACH) return none;
  for (int round = 0; round < ROUNDS && moved >= SETTLED; round++) {
    moved = step(light, &p, shape, at, &noise, &variance);
    if (moved < 0) return none;
  }
  const double amount = at[AMOUNT];
  at[AMOUNT] = fmax(amount, NOTABLE);
  if (moved > 0.1 || !shift_of(light, &p, shape, at, &shift)) return none;
  const double moves = -shift / at[AMOUNT];
  const double known = sqrt(variance + EITHER_WAY * EITHER_WAY / 3 * amount * amount);
  return (struct edge_sharpened){amount, UNDONE * moves * amount, moves * known};
}
