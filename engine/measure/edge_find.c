#include "engine/measure/edge.h"

#include "kernels/math.h"

#include <math.h>
#include <stdlib.h>

/* Two bins make a cell of half a pixel; the Gaussian of 1 px reaches REACH cells to either side. */
enum { CELL = 2, REACH = 6, MOST_CELLS = KERNEL_PROFILE_BINS / CELL };
/* Two extremes of one sign that are no further apart are noise on the back of one, px. */
static const double APART = 3;
static const double CELL_PX = (double)CELL / KERNEL_PROFILE_SCALE;

double edge_strength(double sigma) {
  /* The density's height; a pixel's box and the cell widen it by 1/12 and 1/48. */
  return 0.39894228040143267794 / sqrt(1 + sigma * sigma + 1.0 / 12 + 1.0 / 48);
}

/* Mean value of the smoothed profile around each cell; NAN where no pixel is near. */
static void smooth(const struct edge_profile *p, int32_t cells, double *sum, double *count, double *mean) {
  double weight[REACH + 1];
  for (int k = 0; k <= REACH; k++) weight[k] = math_exp(-0.5 * (k * CELL_PX) * (k * CELL_PX));
  for (int32_t i = 0; i < cells; i++) {
    sum[i] = count[i] = 0;
    for (int32_t j = CELL * i; j < CELL * (i + 1) && j < p->count; j++)
      sum[i] += p->bins[j].sum, count[i] += p->bins[j].count;
  }
  for (int32_t i = 0; i < cells; i++) {
    double s = weight[0] * sum[i], c = weight[0] * count[i];
    for (int k = 1; k <= REACH; k++) {
      /* A step to one side alone would not be a smoothing. */
      if (i - k < 0 || i + k >= cells) break;
      s += weight[k] * (sum[i - k] + sum[i + k]), c += weight[k] * (count[i - k] + count[i + k]);
    }
    mean[i] = c > 0 ? s / c : NAN;
  }
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

/* Value k of the sorted ones, by Hoare's selection. */
static double select_value(double *values, int32_t count, int32_t k) {
  int32_t low = 0, high = count - 1;
  while (low < high) {
    double pivot = values[(low + high) / 2];
    int32_t i = low, j = high;
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i > j) break;
      double v = values[i];
      values[i++] = values[j], values[j--] = v;
    }
    if (k <= j)
      high = j;
    else if (k >= i)
      low = i;
    else
      break;
  }
  return values[k];
}

/* Difference between the neighbours of a cell; 0 where one is not there. */
static double rise(const double *mean, int32_t i) {
  double r = mean[i + 1] - mean[i - 1];
  return r == r ? r : 0;
}

/* What of the slope is noise, grey levels a pixel. */
static double noise_slope(const double *mean, int32_t cells, double *room) {
  int32_t count = 0;
  for (int32_t i = 2; i + 2 < cells; i++) room[count++] = fabs(rise(mean, i));
  return count ? 1.4826 * select_value(room, count, count / 2) / (2 * CELL_PX) : 0;
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
  double *room = own ? own : stack, *sum = room, *count = room + cells, *mean = room + 2 * cells;
  smooth(p, cells, sum, count, mean);
  double noise = 4 * noise_slope(mean, cells, sum);
  int found = extremes(mean, cells, p->first, noise > least ? noise : least, candidates);
  free(own);
  return found;
}
