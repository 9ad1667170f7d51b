#include "engine/measure/edge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The Gaussian of 1 px reaches REACH cells, the profile's bins of half a pixel, to either side. */
enum { REACH = 6 };
_Static_assert(KERNEL_PROFILE_SCALE == 2, "the Gaussian's values are those at half pixels");
/* Two extremes of one sign that are no further apart are noise on the back of one, px. */
static const double APART = 3;
static const double CELL_PX = 1.0 / KERNEL_PROFILE_SCALE;

double edge_strength(double sigma) {
  /* The density's height; a pixel's box and the cell widen it by 1/12 and 1/48. */
  return 0.39894228040143267794 / sqrt(1 + sigma * sigma + 1.0 / 12 + 1.0 / 48);
}

/* The Gaussian's values at whole cells. */
static const float WEIGHT[REACH + 1] = {1,           0.88249690f, 0.60653065f, 0.32465246f,
                                        0.13533528f, 0.04393693f, 0.01110899f};

/* One cell near an end, smoothed as far as both sides reach: a step to one side alone would not be a smoothing. */
static float smooth_end(const float *cell, int32_t cells, int32_t i) {
  float sum = WEIGHT[0] * cell[i];
  for (int k = 1; k <= REACH && i - k >= 0 && i + k < cells; k++) sum += WEIGHT[k] * (cell[i - k] + cell[i + k]);
  return sum;
}

static void smooth_cells(float *restrict cell, int32_t cells, float *restrict smoothed) {
  for (int32_t i = REACH; i < cells - REACH; i++) {
    float sum = WEIGHT[0] * cell[i];
    for (int k = 1; k <= REACH; k++) sum += WEIGHT[k] * (cell[i - k] + cell[i + k]);
    smoothed[i] = sum;
  }
  for (int32_t i = 0; i < cells; i++)
    if (i < REACH || i >= cells - REACH) smoothed[i] = smooth_end(cell, cells, i);
}

/* Mean value of the smoothed profile around each cell; NAN where no pixel is near. */
static void smooth(const struct edge_profile *p, int32_t cells, float *room, float *mean) {
  float *cell = room, *sum = room + cells;
  for (int32_t i = 0; i < cells; i++) cell[i] = (float)kernel_bin_sum(p->bins[i]);
  smooth_cells(cell, cells, sum);
  for (int32_t i = 0; i < cells; i++) cell[i] = (float)kernel_bin_count(p->bins[i]);
  smooth_cells(cell, cells, mean);
  for (int32_t i = 0; i < cells; i++) mean[i] = mean[i] > 0 ? sum[i] / mean[i] : NAN;
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

/* Differences between the neighbours of each cell; 0 where one is not there, and at the ends. */
static void find_rises(const float *restrict mean, int32_t cells, float *restrict rise) {
  for (int32_t i = 1; i + 1 < cells; i++) {
    float r = mean[i + 1] - mean[i - 1];
    rise[i] = r == r ? r : 0;
  }
  rise[0] = rise[cells - 1] = 0;
}

/* What of the slope is noise, grey levels a pixel: from the median of its size, to a sixteenth, counted by the leading
 * bits of floating point. */
static double noise_slope(const float *rise, int32_t cells) {
  enum { BITS = 20, LEAST = 0x39800000 >> BITS, STEPS = 160 }; /* from 2^-12, eight steps an octave */
  int32_t number[STEPS] = {0}, count = 0, below = 0, step = 0;
  for (int32_t i = 2; i + 2 < cells; i++) {
    int32_t bits;
    memcpy(&bits, &rise[i], sizeof bits);
    bits = ((bits & INT32_MAX) >> BITS) - LEAST;
    number[bits < 0 ? 0 : bits >= STEPS ? STEPS - 1 : bits]++;
    count++;
  }
  if (!count) return 0;
  while (below + number[step] <= count / 2) below += number[step++];
  int32_t middle = ((step + LEAST) << BITS) + (1 << (BITS - 1));
  float size;
  memcpy(&size, &middle, sizeof size);
  return step ? 1.4826 * (double)size / (2 * CELL_PX) : 0;
}

static double contrast_at(const float *mean, int32_t cells, int32_t i) {
  enum { FAR = 10 };
  float after = mean[i + FAR < cells ? i + FAR : cells - 1], before = mean[i >= FAR ? i - FAR : 0];
  return after - before;
}

/* Extremes of the slope between a cell's neighbours, refined by a parabola. */
static int extremes(const float *mean, const float *rise, int32_t cells, double first, double least,
                    struct edge_candidate *candidates) {
  /* In grey levels a pixel: two cells lie between. */
  const float least_rise = (float)(least * 2 * CELL_PX);
  int count = 0;
  for (int32_t i = 2; i + 2 < cells; i++) {
    if (fabsf(rise[i]) < least_rise) continue;
    double before = rise[i - 1], here = rise[i], after = rise[i + 1], sign = here < 0 ? -1 : 1;
    if (!(sign * here >= sign * before && sign * here > sign * after)) continue;
    double strength = here / (2 * CELL_PX);
    double bend = before - 2 * here + after, shift = bend != 0 ? 0.5 * (before - after) / bend : 0;
    struct edge_candidate one = {first + (i + 0.5 + shift) * CELL_PX, strength, contrast_at(mean, cells, i)};
    struct edge_candidate *last = count ? &candidates[count - 1] : NULL;
    if (!last || one.place - last->place > APART || (last->strength > 0) != (strength > 0))
      count = keep(candidates, count, one);
    else if (fabs(strength) > fabs(last->strength))
      *last = one;
  }
  return count;
}

int edge_find(const struct edge_profile *p, double least, struct edge_candidate *candidates) {
  enum { ON_STACK = 512 };
  float stack[3 * ON_STACK], *own = NULL;
  int32_t cells = p->count;
  if (cells > KERNEL_PROFILE_BINS || cells < 5) return 0;
  if (cells > ON_STACK) {
    own = malloc(3 * (size_t)cells * sizeof *own);
    if (!own) return 0;
  }
  float *room = own ? own : stack, *mean = room + 2 * cells;
  smooth(p, cells, room, mean);
  find_rises(mean, cells, room);
  double noise = 4 * noise_slope(room, cells);
  int found = extremes(mean, room, cells, p->first, noise > least ? noise : least, candidates);
  free(own);
  return found;
}
