#include "engine/measure/edge_stepped.h"

#include "engine/solve.h"
#include "kernels/math.h"

#include <math.h>
#include <string.h>

/* Distances of the second step that are tried, to either side, px; not less than this share of the blur. */
static const double WIDTHS[] = {0.8, 1.1, 1.5, 2, 2.7, 3.6, 4.8, 6.4};
static const double LEAST_WIDTH = 0.7;
/* Behind the second step so much must be seen of what follows, px. */
static const double SEEN = 1;
/* A bin's mean is not the response at its mean place: half of what its pixels spread, 1/48 px^2, times the bend. */
static const double GATHERED = 0.5 / 48;
/* A second step's share of the contrast before the photo is asked: none, with this standard deviation. More than half
 * is the other step's part. */
static const double USUAL = 0.3, MOST = 0.5;
/* How likely there is a second step where one does not explain the profile. */
static const double PRIOR = 0.05;
/* Bevels are seldom as even as two steps: so much of the shift is uncertain beside what the profile leaves open. */
static const double UNEVEN = 0.2;
/* What has no more than the first share of the contrast may be the tail of the lens's own response, and is the edge's
 * then: half of the shift is made, and either end of it is as likely. What has the second share is a step. */
static const double TAIL = 0.1, STEP = 0.15;
/* A round that moves less settles it, px. */
static const double SETTLED = 1e-3;
/* A profile that is skewed by so many deviations is not that of one step; or whose squares are beyond their upper
 * 0.1 % point. */
static const double SKEWED = 3.2;

struct sample {
  double place, mean, weight;
  struct edge_response alone; /* of the one step fitted */
  double rest;                /* what that leaves */
};

struct samples {
  int32_t count;
  double first, end; /* px */
  struct sample one[EDGE_MOST_BINS];
};

static void take(const struct edge_sums *sums, const struct edge_shape *shape, const struct edge_fit *fit,
                 const struct edge_doubt *doubt, struct samples *out) {
  struct edge_shape own = edge_shape_at(shape, fit->place);
  double distances[EDGE_MOST_BINS];
  struct edge_response responses[EDGE_MOST_BINS];
  own.sigma = fit->sigma;
  out->count = 0, out->first = sums->first, out->end = sums->first + (double)sums->count / KERNEL_PROFILE_SCALE;
  for (int32_t i = 0; i < sums->count; i++) {
    const double pixels = sums->pixels[i];
    if (!(pixels > 0)) continue;
    const double place = edge_bin_place(sums, i);
    distances[out->count] = place - fit->place;
    out->one[out->count++] = (struct sample){.place = place, .mean = sums->values[i] / pixels, .weight = pixels};
  }
  edge_responses(&own, distances, out->count, responses);
  for (int32_t i = 0; i < out->count; i++) {
    const struct edge_response *r = &responses[i];
    const double model = doubt->model, jitter = doubt->jitter * r->slope, gathered = GATHERED * r->bend;
    const double off = fit->contrast * fit->contrast * (model * model + jitter * jitter + gathered * gathered);
    struct sample *one = &out->one[i];
    one->weight = 1 / (doubt->noise / one->weight + off), one->alone = *r;
    one->rest = one->mean - fit->level - fit->contrast * r->value;
  }
}

enum { LEVEL, CONTRAST, SIGMA, PLACE, SHARE, PARAMETERS, ROUNDS = 12 };

/* What one step leaves: weighted squares, and how many of its deviations the profile's skewness is from none. */
struct left {
  double squares, skew;
};

/* Skewness is what the third derivative of the response does to a profile, once the step has been fitted to it: by the
 * differences of the second between neighbours. A plateau has level and contrast alone. */
static struct left left_by(const struct samples *s) {
  double a[PARAMETERS * PARAMETERS] = {0}, b[PARAMETERS] = {0};
  struct left left = {0, 0};
  struct solved_last skew;
  for (int32_t i = 0; i < s->count; i++) {
    const int32_t before = i ? i - 1 : i, after = i + 1 < s->count ? i + 1 : i;
    const struct edge_response *r = &s->one[i].alone;
    const double third = s->one[after].alone.bend - s->one[before].alone.bend, w = s->one[i].weight;
    const double row[PARAMETERS] = {1, r->value, r->by_sigma, r->slope, third};
    const double rest = s->one[i].rest;
    const size_t there = third != 0 || r->slope != 0 ? PARAMETERS : r->value != 0 ? 2 : 1;
    left.squares += w * rest * rest;
    solve_add(a, b, PARAMETERS, row, there, w, rest);
  }
  if (solve_last(a, b, PARAMETERS, &skew)) left.skew = fabs(skew.x) / sqrt(skew.variance);
  return left;
}

/* Two steps `width` apart. */
struct two {
  double width, p[PARAMETERS];
  double squares;                        /* with what is expected of the share */
  double place_variance, share_variance; /* px^2 */
};

/* Adds up the normal equations at the parameters; the weighted squares there. */
static double add_rows(const struct samples *s, const struct edge_shape *shape, const struct two *t, double *a,
                       double *b) {
  struct edge_shape near = edge_shape_at(shape, t->p[PLACE]), far = edge_shape_at(shape, t->p[PLACE] + t->width);
  near.sigma = far.sigma = t->p[SIGMA];
  const double share = t->p[SHARE], c = t->p[CONTRAST];
  double squares = 0, distances[2][EDGE_MOST_BINS];
  struct edge_response responses[2][EDGE_MOST_BINS];
  for (int32_t i = 0; i < s->count; i++) {
    distances[0][i] = s->one[i].place - t->p[PLACE];
    distances[1][i] = distances[0][i] - t->width;
  }
  edge_responses(&near, distances[0], s->count, responses[0]);
  edge_responses(&far, distances[1], s->count, responses[1]);
  for (int32_t i = 0; i < s->count; i++) {
    const double w = s->one[i].weight;
    const struct edge_response first = responses[0][i], second = responses[1][i];
    const double value = (1 - share) * first.value + share * second.value;
    const double row[PARAMETERS] = {1, value, c * ((1 - share) * first.by_sigma + share * second.by_sigma),
                                    -c * ((1 - share) * first.slope + share * second.slope),
                                    c * (second.value - first.value)};
    const double left = s->one[i].mean - t->p[LEVEL] - c * value;
    squares += w * left * left;
    solve_add(a, b, PARAMETERS, row, PARAMETERS, w, left);
  }
  a[SHARE * PARAMETERS + SHARE] += 1 / (USUAL * USUAL);
  b[SHARE] -= share / (USUAL * USUAL);
  return squares + share * share / (USUAL * USUAL);
}

static double bounded(double value, double most) {
  return value > most ? most : value < -most ? -most : value;
}

/* Fits two steps from the one fitted. False where they do not settle or change parts. */
static bool fit_two(const struct samples *s, const struct edge_shape *shape, const struct edge_fit *fit,
                    struct two *t) {
  double a[PARAMETERS * PARAMETERS], b[PARAMETERS], moved = INFINITY;
  const double start[PARAMETERS] = {fit->level, fit->contrast, fit->sigma, fit->place, 0};
  memcpy(t->p, start, sizeof start);
  for (int round = 0; round < ROUNDS; round++) {
    memset(a, 0, sizeof a);
    memset(b, 0, sizeof b);
    t->squares = add_rows(s, shape, t, a, b);
    if (moved < SETTLED) break;
    if (!solve_symmetric(a, b, PARAMETERS, b)) return false;
    const double blur = bounded(b[SIGMA], 0.3 * t->p[SIGMA]), place = bounded(b[PLACE], 0.5);
    t->p[LEVEL] += b[LEVEL], t->p[CONTRAST] += b[CONTRAST];
    t->p[SIGMA] += blur, t->p[PLACE] += place, t->p[SHARE] += bounded(b[SHARE], 0.2);
    if (t->p[SIGMA] < EDGE_LEAST_SIGMA) t->p[SIGMA] = EDGE_LEAST_SIGMA;
    const double far = t->p[PLACE] + t->width;
    if (!(fabs(t->p[SHARE]) <= MOST && t->p[PLACE] > s->first && t->p[PLACE] < s->end && far > s->first + SEEN &&
          far < s->end - SEEN))
      return false;
    moved = fabs(blur) > fabs(place) ? fabs(blur) : fabs(place);
  }
  t->place_variance = solve_variance(a, PARAMETERS, PLACE);
  t->share_variance = solve_variance(a, PARAMETERS, SHARE);
  return moved < 0.05 && isfinite(t->place_variance) && isfinite(t->share_variance);
}

/* Upper 0.1 % point of chi-square by Wilson and Hilferty's approximation (1931). */
static double limit_of(double freedom) {
  const double v = 2 / (9 * freedom), root = 1 - v + 3.0902323061678132 * sqrt(v);
  return freedom * root * root * root;
}

enum { SIDES = 2, MOST_TWO = SIDES * (int)(sizeof WIDTHS / sizeof *WIDTHS) };

/* All that fit; how many. */
static int fit_all(const struct samples *s, const struct edge_shape *shape, const struct edge_fit *fit,
                   struct two *all) {
  int count = 0;
  for (int i = 0; i < MOST_TWO; i++) {
    all[count].width = i % SIDES ? -WIDTHS[i / SIDES] : WIDTHS[i / SIDES];
    if (fabs(all[count].width) >= LEAST_WIDTH * fit->sigma && fit_two(s, shape, fit, &all[count])) count++;
  }
  return count;
}

/* The mean over two steps of each width, and one, by what the profile says of each; `alone`: the squares that one step
 * leaves. */
static struct edge_stepped average(const struct two *all, int count, const struct edge_fit *fit, double alone,
                                   double freedom, double variance) {
  double least = alone, weights, shifts = 0, squares, best;
  struct edge_stepped found = {0};
  for (int i = 0; i < count; i++)
    if (all[i].squares < least) least = all[i].squares;
  /* Where two steps do not explain the profile either, what they explain more counts for less (Birge, Physical Review
   * 40, 1932). */
  const double each = least > freedom ? 0.5 * freedom / least : 0.5;
  best = weights = (1 - PRIOR) * math_exp(each * (least - alone));
  squares = weights * variance;
  for (int i = 0; i < count; i++) {
    /* What is known of the share, against what was known of it before, is what the step's freedom costs. */
    const struct two *t = &all[i];
    const double odds = math_exp(each * (least - t->squares)), cost = sqrt(t->share_variance) / USUAL;
    const double weight = PRIOR / MOST_TWO * odds * cost, shift = t->p[PLACE] - fit->place;
    weights += weight, shifts += weight * shift, squares += weight * (shift * shift + t->place_variance);
    if (weight > best) best = weight, found.width = t->width, found.share = t->p[SHARE];
  }
  if (!(weights > 0)) return found;
  const double shift = shifts / weights, open = squares / weights - shift * shift - variance;
  const double clear = (fabs(found.share) - TAIL) / (STEP - TAIL), made = 0.5 + 0.5 * fmax(0, fmin(clear, 1));
  const double off = (UNEVEN * UNEVEN + (1 - made) * (1 - made) / 3) * shift * shift;
  found.shift = made * shift;
  found.spread = sqrt(fmax(0, open) + off);
  return found;
}

/* Whether one step leaves more than it may, and the weighted squares that it leaves. */
static bool leaves_more(const struct samples *s, double *squares) {
  const double freedom = s->count - 4;
  if (!(freedom >= 1)) return false;
  const struct left left = left_by(s);
  *squares = left.squares;
  return left.squares > limit_of(freedom) || left.skew > SKEWED;
}

bool edge_stepped_suspect(const struct edge_sums *sums, const struct edge_shape *shape, const struct edge_fit *fit,
                          const struct edge_doubt *doubt) {
  struct samples s;
  double squares;
  take(sums, shape, fit, doubt, &s);
  return leaves_more(&s, &squares);
}

struct edge_stepped edge_stepped_find(const struct edge_sums *sums, const struct edge_shape *shape,
                                      const struct edge_fit *rough, const struct edge_doubt *doubt) {
  const struct edge_stepped none = {0};
  struct samples s;
  struct edge_fit fit;
  struct two all[MOST_TWO];
  double alone;
  if (!edge_fit(sums, shape, rough->place, 0.5 * fabs(rough->contrast), SETTLED, &fit)) return none;
  take(sums, shape, &fit, doubt, &s);
  if (!leaves_more(&s, &alone)) return none;
  const double freedom = s.count > PARAMETERS ? s.count - PARAMETERS : 1;
  return average(all, fit_all(&s, shape, &fit, all), &fit, alone, freedom, doubt->noise * fit.spread * fit.spread);
}
