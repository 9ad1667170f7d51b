#include "engine/measure/edge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Two bins make a cell of half a pixel; the Gaussian of 1 px reaches REACH cells to either side. */
enum { CELL = 2, REACH = 6, MOST_CELLS = KERNEL_PROFILE_BINS / CELL };
/* Two extremes of one sign that are no further apart are noise on the back of one, px. */
static const double APART = 3;
static const double CELL_PX = (double)CELL / KERNEL_PROFILE_SCALE;

double edge_strength(double sigma) {
  /* The density's height; a pixel's box and the cell widen it by 1/12 and 1/48. */
  return 0.39894228040143267794 / sqrt(1 + sigma * sigma + 1.0 / 12 + 1.0 / 48);
}

/* The Gaussian's values at whole cells. */
static const double WEIGHT[REACH + 1] = {1,
                                         0.88249690258459540,
                                         0.60653065971263342,
                                         0.32465246735834974,
                                         0.13533528323661270,
                                         0.043936933623407420,
                                         0.011108996538242306};

/* One cell near an end, smoothed as far as both sides reach: a step to one side alone would not be a smoothing. */
static double smooth_end(const double *cell, int32_t cells, int32_t i) {
  double sum = WEIGHT[0] * cell[i];
  for (int k = 1; k <= REACH && i - k >= 0 && i + k < cells; k++) sum += WEIGHT[k] * (cell[i - k] + cell[i + k]);
  return sum;
}

static void smooth_cells(double *restrict cell, int32_t cells, double *restrict smoothed) {
  for (int32_t i = REACH; i < cells - REACH; i++) {
    double sum = WEIGHT[0] * cell[i];
    for (int k = 1; k <= REACH; k++) sum += WEIGHT[k] * (cell[i - k] + cell[i + k]);
    smoothed[i] = sum;
  }
  for (int32_t i = 0; i < cells; i++)
    if (i < REACH || i >= cells - REACH) smoothed[i] = smooth_end(cell, cells, i);
}

/* Mean value of the smoothed profile around each cell; NAN where no pixel is near. */
static void smooth(const struct edge_profile *p, int32_t cells, double *room, double *mean) {
  double *cell = room, *sum = room + cells;
  for (int32_t i = 0; i < cells; i++)
    cell[i] = kernel_bin_sum(p->bins[CELL * i]) + kernel_bin_sum(p->bins[CELL * i + 1]);
  smooth_cells(cell, cells, sum);
  for (int32_t i = 0; i < cells; i++)
    cell[i] = kernel_bin_count(p->bins[CELL * i]) + kernel_bin_count(p->bins[CELL * i + 1]);
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

/* Difference between the neighbours of a cell; 0 where one is not there. */
static double rise(const double *mean, int32_t i) {
  double r = mean[i + 1] - mean[i - 1];
  return r == r ? r : 0;
}

/* What of the slope is noise, grey levels a pixel: from the median of its size, to a sixteenth, counted by the leading
 * bits of floating point. */
static double noise_slope(const double *mean, int32_t cells) {
  enum { BITS = 20, LEAST = 0x39800000 >> BITS, STEPS = 160 }; /* from 2^-12, eight steps an octave */
  int32_t number[STEPS] = {0}, count = 0, below = 0, step = 0;
  for (int32_t i = 2; i + 2 < cells; i++) {
    float size = (float)fabs(rise(mean, i));
    int32_t bits;
    memcpy(&bits, &size, sizeof bits);
    bits = (bits >> BITS) - LEAST;
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

static double contrast_at(const double *mean, int32_t cells, int32_t i) {
  enum { FAR = 10 };
  double after = mean[i + FAR < cells ? i + FAR : cells - 1], before = mean[i >= FAR ? i - FAR : 0];
  return after - before;
}

/* Extremes of the slope between a cell's neighbours, refined by a parabola. */
static int extremes(const double *mean, int32_t cells, double first, double least, struct edge_candidate *candidates) {
  int count = 0;
  for (int32_t i = 2; i + 2 < cells; i++) {
    double before = rise(mean, i - 1), here = rise(mean, i), after = rise(mean, i + 1), sign = here < 0 ? -1 : 1;
    /* In grey levels a pixel: two cells lie between. */
    double strength = here / (2 * CELL_PX);
    if (fabs(strength) < least || !(sign * here >= sign * before && sign * here > sign * after)) continue;
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
  double stack[3 * ON_STACK], *own = NULL;
  int32_t cells = p->count / CELL;
  if (cells > MOST_CELLS || cells < 5) return 0;
  if (cells > ON_STACK) {
    own = malloc(3 * (size_t)cells * sizeof *own);
    if (!own) return 0;
  }
  double *room = own ? own : stack, *mean = room + 2 * cells;
  smooth(p, cells, room, mean);
  double noise = 4 * noise_slope(mean, cells);
  int found = extremes(mean, cells, p->first, noise > least ? noise : least, candidates);
  free(own);
  return found;
}
