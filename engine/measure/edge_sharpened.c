#include "engine/measure/edge_sharpened.h"

#include "engine/measure/light_table.h"
#include "engine/measure/strips.h"

#include <math.h>

/* Amounts that are tried; and the most: what asks for more is not sharpening. */
static const double TRIED[] = {0, 0.4, 0.8}, MOST = 1.5;
/* What cameras do, before the photo is asked: none, with this standard deviation. */
static const double USUAL = 0.6;
/* Residuals of neighbouring bins are not independent, for a mosaic's pixels and the mask's are not: so many count for
 * one. */
static const double TOGETHER = 2;
/* Of the shift so much is undone; what is right lies as far as this to either side of it (a rectangular distribution):
 * overshoots in light count for more or less than those in levels. */
static const double UNDONE = 0.85, EITHER_WAY = 0.45;
/* A step that is still made by a fit, px. */
static const double SETTLED = 1e-3;
/* The blurred copy, by bins: of the binomial 3 x 3 across an edge, on the mean over its angles. Variance 1/2 px^2,
 * fourth moment 9/16: two thirds of what it is along a row, one third of a binomial that reaches 2 px. */
enum { REACH = 4, ROUNDS = 10 };
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

/* The profile, in light, whose levels sharpened by `amount` are these: by fixed-point iteration. */
static struct edge_sums unsharpened(const struct edge_sums *light, const struct profile *p, double amount,
                                    double curvature) {
  struct edge_sums out = *light;
  double now[EDGE_MOST_BINS] = {0}, next[EDGE_MOST_BINS] = {0};
  const int32_t end = p->first + p->count;
  for (int32_t i = p->first; i < end; i++) now[i] = p->level[i];
  for (int round = 0; round < ROUNDS; round++) {
    for (int32_t i = p->first; i < end; i++)
      next[i] = (p->level[i] + amount * blurred(now, p->first, end, i, curvature)) / (1 + amount);
    for (int32_t i = p->first; i < end; i++) now[i] = next[i];
  }
  for (int32_t i = p->first; i < end; i++) out.values[i] = out.pixels[i] * strips_light_of(now[i]);
  return out;
}

/* Squares that the fit leaves of the profile as it is, once what was fitted is sharpened. */
static double misfit(const struct edge_sums *light, const struct profile *p, const struct edge_shape *shape,
                     const struct edge_fit *fit, double amount) {
  struct edge_shape own = edge_shape_at(shape, fit->place);
  double level[EDGE_MOST_BINS], squares = 0, fine = 0.5;
  const int32_t end = p->first + p->count;
  own.sigma = fit->sigma;
  const double reach = edge_reach(&own);
  for (int32_t i = p->first; i < end; i++) {
    if (light->pixels[i] > 0) fine = (light->places[i] / light->pixels[i] + 0.5) / KERNEL_PROFILE_FINE;
    const double d = light->first + (i + fine) / KERNEL_PROFILE_SCALE - fit->place;
    const double response = d <= -reach ? 0 : d >= reach ? 1 : edge_response(&own, d).value;
    level[i] = level_of(fit->level + fit->contrast * response);
  }
  for (int32_t i = p->first; i < end; i++) {
    const double model = level[i] + amount * (level[i] - blurred(level, p->first, end, i, own.curvature));
    const double left = light->pixels[i] > 0 ? light->values[i] / light->pixels[i] - strips_light_of(model) : 0;
    squares += light->pixels[i] * left * left;
  }
  return squares;
}

struct trial {
  double amount, squares, place;
};

static bool try_amount(const struct edge_sums *light, const struct profile *p, const struct edge_shape *shape,
                       const struct edge_fit *start, double amount, struct trial *trial) {
  const struct edge_sums plain = amount > 0 ? unsharpened(light, p, amount, shape->curvature) : *light;
  struct edge_fit fit;
  if (!edge_fit(&plain, shape, start->place, 0.5 * fabs(start->contrast), SETTLED, &fit)) return false;
  *trial = (struct trial){amount, misfit(light, p, shape, &fit, amount), fit.place};
  return true;
}

struct edge_sharpened edge_sharpened_find(const struct edge_sums *light, const struct edge_shape *shape,
                                          const struct edge_fit *fit) {
  enum { TRIALS = (int)(sizeof TRIED / sizeof *TRIED) };
  const struct edge_sharpened none = {0, 0, 0};
  const struct profile p = levels_of(light);
  struct trial t[TRIALS];
  if (p.count <= 2 * REACH) return none;
  for (int i = 0; i < TRIALS; i++)
    if (!try_amount(light, &p, shape, fit, TRIED[i], &t[i])) return none;
  /* Squares as a parabola of the amount: where it is least, and how sure that is. */
  const double up = (t[1].squares - t[0].squares) / TRIED[1],
               on = (t[2].squares - t[1].squares) / (TRIED[2] - TRIED[1]);
  const double bend = (on - up) / TRIED[2], least = bend > 0 ? 0.5 * (TRIED[1] - up / bend) : 0;
  double squares = t[0].squares < t[1].squares ? t[0].squares : t[1].squares;
  if (t[2].squares < squares) squares = t[2].squares;
  const double variance = bend > 0 ? TOGETHER * squares / (p.count - 5) / bend : INFINITY, prior = USUAL * USUAL;
  const double kept = prior / (prior + variance), seen = least < 0 ? 0 : least > MOST ? MOST : least;
  const double amount = kept * seen, moves = (t[2].place - t[0].place) / TRIED[2];
  const double known = sqrt((1 - kept) * prior + EITHER_WAY * EITHER_WAY / 3 * amount * amount);
  return (struct edge_sharpened){amount, UNDONE * moves * amount, moves * known};
}
