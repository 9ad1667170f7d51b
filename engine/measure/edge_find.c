#include "engine/measure/edge.h"

#include <math.h>
#include <stdlib.h>

/* The Gaussian of 1 px reaches REACH cells of a pixel, each two of the profile's bins, to either side. */
enum { REACH = 3 };
_Static_assert(KERNEL_PROFILE_SCALE == 2, "a cell is two bins");
/* Two extremes of one sign that are no further apart are noise on the back of one, px. */
static const double APART = 3;
/* Height of the normal density; variance of the Gaussian, of the cell and of the difference between two, px^2; that of
 * a pixel. */
static const double HEIGHT = 0.39894228040143267794, SMOOTHED = 1 + 2.0 / 12, PIXEL = 1.0 / 12;

double edge_strength(double sigma) {
  return HEIGHT / sqrt(SMOOTHED + PIXEL + sigma * sigma);
}

double edge_blur(const struct edge_candidate *c) {
  double wide = HEIGHT * c->contrast / c->strength, square = wide * wide - SMOOTHED;
  return square > 0 ? sqrt(square) : 0;
}

/* The Gaussian's values at whole pixels. */
static const float WEIGHT[REACH + 1] = {1, 0.60653066f, 0.13533528f, 0.01110900f};

/* A profile's cells: sums of values, pixels, and smoothed means. */
struct cells {
  int32_t count;
  float *values, *pixels, *means;
};

static float smoothed(const float *c) {
  return WEIGHT[0] * c[0] + WEIGHT[1] * (c[-1] + c[1]) + WEIGHT[2] * (c[-2] + c[2]) + WEIGHT[3] * (c[-3] + c[3]);
}

/* One cell near an end, smoothed as far as both sides reach: a step to one side alone would not be a smoothing. */
static float smoothed_end(const float *cell, int32_t cells, int32_t i) {
  float sum = WEIGHT[0] * cell[i];
  for (int k = 1; k <= REACH && i - k >= 0 && i + k < cells; k++) sum += WEIGHT[k] * (cell[i - k] + cell[i + k]);
  return sum;
}

static float mean_end(const struct cells *c, int32_t i) {
  float near = smoothed_end(c->pixels, c->count, i);
  return near > 0 ? smoothed_end(c->values, c->count, i) / near : NAN;
}

/* Mean value of the smoothed profile around each cell; NAN where no pixel is near. */
static void smooth(const struct edge_profile *p, const struct cells *c) {
  float *restrict values = c->values, *restrict pixels = c->pixels, *restrict means = c->means;
  for (int32_t i = 0; i < c->count; i++) {
    /* A cell, too, is too narrow for its pixels to be more than a word counts. Signed: it is turned faster. */
    const struct kernel_bin both = {p->bins[2 * i].word + p->bins[2 * i + 1].word};
    values[i] = (float)(int32_t)kernel_bin_sum(both);
    pixels[i] = (float)(int32_t)kernel_bin_count(both);
  }
  /* 0 / 0 where no pixel is near. */
  for (int32_t i = REACH; i < c->count - REACH; i++) means[i] = smoothed(values + i) / smoothed(pixels + i);
  for (int32_t i = 0; i < REACH && i < c->count; i++)
    means[i] = mean_end(c, i), means[c->count - 1 - i] = mean_end(c, c->count - 1 - i);
}

static int keep(struct edge_candidate *candidates, int count, struct edge_candidate one) {
  if (count < EDGE_MOST_CANDIDATES) {
    candidates[count] = one;
    return count + 1;
  }
  int weakest = 0;
  for (int i = 1; i < count; i++)
    if (fabs(candidates[i].strength) < fabs(candidates[weakest].strength)) weakest = i;
  if (fabs(candidates[weakest].strength) >= fabs(one.strength)) return count;
  for (int i = weakest; i + 1 < count; i++) candidates[i] = candidates[i + 1];
  candidates[count - 1] = one;
  return count;
}

/* From each cell to the next one; 0 where one is not there, and at the end. */
static void find_rises(const float *restrict mean, int32_t cells, float *restrict rise) {
  for (int32_t i = 0; i + 1 < cells; i++) {
    float r = mean[i + 1] - mean[i];
    rise[i] = r == r ? r : 0;
  }
  rise[cells - 1] = 0;
}

/* What is known of the size that stands out of a profile's noise: the most that does not, the least that does. */
struct noise {
  float in, out;
};

/* Whether more than half of the slopes have less than a share of this size, which for normal noise is where it has so
 * many of their deviations. */
static bool stands_out(const float *rise, int32_t cells, float size, struct noise *noise) {
  static const float DEVIATIONS = 4, OF_MEDIAN = 1.4826f;
  const float most = size * (1 / (DEVIATIONS * OF_MEDIAN));
  int32_t less = 0;
  if (size <= noise->in || size >= noise->out) return size >= noise->out;
  for (int32_t i = 1; i + 2 < cells; i++) less += fabsf(rise[i]) <= most;
  const bool out = less > (cells - 3) / 2;
  *(out ? &noise->out : &noise->in) = size;
  return out;
}

/* Across the place between cells i and i + 1. */
static double contrast_at(const float *mean, int32_t cells, int32_t i) {
  enum { FAR = 5 };
  float after = mean[i + FAR < cells ? i + FAR : cells - 1], before = mean[i + 1 >= FAR ? i + 1 - FAR : 0];
  return after - before;
}

/* How far the pixels of cells i and i + 1 lie from the cells' border, on the mean, px: along a row of the photo they
 * all lie to one side. */
static double off_border(const struct edge_profile *p, int32_t i) {
  double places = 0, pixels = 0;
  for (int32_t k = 0; k < 4; k++) {
    const struct kernel_bin bin = p->bins[2 * i + k];
    const double count = kernel_bin_count(bin);
    places += (k - 2) * count + kernel_bin_place(bin) * (1.0 / KERNEL_PROFILE_FINE), pixels += count;
  }
  return pixels > 0 ? places / (KERNEL_PROFILE_SCALE * pixels) : 0;
}

/* Extremes of the slope, refined by a parabola. */
static int extremes(const struct edge_profile *p, const float *mean, const float *rise, int32_t cells, double least,
                    struct edge_candidate *candidates) {
  struct noise noise = {0, INFINITY};
  int count = 0;
  for (int32_t i = 1; i + 2 < cells; i++) {
    if (!(fabsf(rise[i]) >= (float)least)) continue;
    double before = rise[i - 1], here = rise[i], after = rise[i + 1], sign = here < 0 ? -1 : 1;
    if (!(sign * here >= sign * before && sign * here > sign * after)) continue;
    if (!stands_out(rise, cells, fabsf(rise[i]), &noise)) continue;
    double bend = before - 2 * here + after, shift = bend != 0 ? 0.5 * (before - after) / bend : 0;
    double place = p->first + i + 1 + shift + off_border(p, i), top = here - 0.5 * bend * shift * shift;
    struct edge_candidate one = {place, top, contrast_at(mean, cells, i)};
    struct edge_candidate *last = count ? &candidates[count - 1] : NULL;
    if (!last || one.place - last->place > APART || (last->strength > 0) != (here > 0))
      count = keep(candidates, count, one);
    else if (fabs(here) > fabs(last->strength))
      *last = one;
  }
  return count;
}

int edge_find(const struct edge_profile *p, double least, struct edge_candidate *candidates) {
  enum { ON_STACK = 256, ARRAYS = 3 };
  float few[ARRAYS * ON_STACK], *many = NULL;
  int32_t cells = p->count / 2;
  if (cells > KERNEL_PROFILE_BINS / 2 || cells < 4) return 0;
  if (cells > ON_STACK) {
    many = malloc(ARRAYS * (size_t)cells * sizeof *many);
    if (!many) return 0;
  }
  float *values = many ? many : few, *means = values + 2 * cells;
  smooth(p, &(struct cells){cells, values, values + cells, means});
  float *rise = values;
  find_rises(means, cells, rise);
  int found = extremes(p, means, rise, cells, least, candidates);
  free(many);
  return found;
}
