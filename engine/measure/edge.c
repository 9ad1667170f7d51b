#include "engine/measure/edge.h"

#include "engine/measure/normal_table.h"

#include <math.h>
#include <string.h>

/* Two numbers that are worked on at once. */
typedef double pair __attribute__((vector_size(2 * sizeof(double))));

/* The normal distribution and its density, at two places. */
struct normal {
  pair share, density;
};

/* By Taylor's series about the nearest row of the table, to 1e-10. */
static struct normal normal(pair z) {
  const pair size = {fabs(z[0]), fabs(z[1])};
  const int rows[2] = {size[0] < 9 ? (int)(size[0] * NORMAL_STEPS + 0.5) : NORMAL_ROWS - 1,
                       size[1] < 9 ? (int)(size[1] * NORMAL_STEPS + 0.5) : NORMAL_ROWS - 1};
  const pair at = {(double)rows[0] / NORMAL_STEPS, (double)rows[1] / NORMAL_STEPS};
  pair share = {normal_table[rows[0]][0], normal_table[rows[1]][0]};
  pair density = {normal_table[rows[0]][1], normal_table[rows[1]][1]};
  const pair t = {size[0] < 9 ? size[0] - at[0] : 0, size[1] < 9 ? size[1] - at[1] : 0};
  const pair square = at * at, second = square - 1, third = at * (square - 3), fourth = square * (square - 6) + 3;
  const pair a = at * (-1.0 / 2), b = second * (1.0 / 6), c = third * (-1.0 / 24), e = fourth * (1.0 / 120);
  share += density * (t * (1 + t * (a + t * (b + t * (c + t * e)))));
  density *= 1 + t * (2 * a + t * (3 * b + t * (4 * c + t * 5 * e)));
  return (struct normal){{z[0] < 0 ? 1 - share[0] : share[0], z[1] < 0 ? 1 - share[1] : share[1]}, density};
}

static inline struct edge_response straight(double sigma, double box, double d) {
  const double each = 1 / sigma, of = 1 / box;
  const pair ends = {(d + 0.5 * box) * each, (d - 0.5 * box) * each};
  const struct normal n = normal(ends);
  const pair reached = ends * n.share + n.density;
  struct edge_response r;
  r.value = sigma * (reached[0] - reached[1]) * of;
  r.slope = (n.share[0] - n.share[1]) * of;
  r.by_sigma = (n.density[0] - n.density[1]) * of;
  r.bend = r.by_sigma * each;
  return r;
}

/* Where the blur falls back by less along a curved edge, px, its mean place is all there is to see: what else the curve
 * does is about 1e-4 px. */
static const double SLIGHT = 0.08;

/* Blur along the edge: that across, without the smaller part of the pixel, and the pixel's 1/12, whatever its angle. */
static double variance_along(const struct edge_shape *shape) {
  return shape->sigma * shape->sigma + shape->box * shape->box / 12;
}

/* The part of the response at `node` deviations along the edge, where the circle has fallen back. */
static void add_node(const struct edge_shape *shape, double d, double node, double weight, struct edge_response *sum) {
  double k = shape->curvature, variance = node * node * variance_along(shape), root = 1 - k * k * variance;
  double back = -k * variance / (1 + sqrt(root > 0 ? root : 0));
  struct edge_response side = straight(shape->sigma, shape->box, d - back);
  sum->value += weight * side.value;
  sum->slope += weight * side.slope;
  sum->bend += weight * side.bend;
  sum->by_sigma += weight * (side.by_sigma - side.slope * 2 * back * shape->sigma / variance_along(shape));
}

/* Deviations beyond which the response is what it is far away, to 2e-5 of it with the pixel's box. */
static const double FAR = 3.9;

double edge_reach(const struct edge_shape *shape) {
  double bow = shape->curvature * variance_along(shape);
  return FAR * shape->sigma + 0.5 * shape->box + 5 * (bow < 0 ? -bow : bow);
}

struct edge_response edge_response(const struct edge_shape *shape, double d) {
  double bow = shape->curvature * variance_along(shape);
  if (bow > -SLIGHT && bow < SLIGHT) {
    struct edge_response r = straight(shape->sigma, shape->box, d + 0.5 * bow);
    r.by_sigma += r.slope * shape->curvature * shape->sigma;
    return r;
  }
  static const double nodes[][2] = {
      {0, 8.0 / 15}, {1.3556261799742659, 0.44415184554016907}, {2.8569700138728056, 0.02251482112649760}};
  struct edge_response sum = {0, 0, 0, 0};
  for (int i = 0; i < 3; i++) add_node(shape, d, nodes[i][0], nodes[i][1], &sum);
  return sum;
}

struct edge_response edge_response_within(const struct edge_shape *shape, double reach, double distance) {
  const struct edge_response before = {0, 0, 0, 0}, beyond = {1, 0, 0, 0};
  return distance <= -reach ? before : distance >= reach ? beyond : edge_response(shape, distance);
}

struct edge_shape edge_shape_at(const struct edge_shape *shape, double place) {
  struct edge_shape s = *shape;
  double wide = 1 + s.curvature * place;
  if (wide > 0.1) s.curvature /= wide;
  return s;
}

void edge_sums_add(struct edge_sums *sums, const struct edge_profile *p, int32_t from) {
  sums->first = p->first, sums->count = p->count < EDGE_MOST_BINS ? p->count : EDGE_MOST_BINS;
  for (int32_t i = from; i < sums->count; i++) {
    /* Signed: it is turned faster. */
    const struct kernel_bin bin = p->bins[i];
    sums->pixels[i] += (int32_t)kernel_bin_count(bin), sums->values[i] += (int32_t)kernel_bin_sum(bin);
    sums->places[i] += (int32_t)kernel_bin_place(bin);
  }
}

double edge_bin_place(const struct edge_sums *sums, int32_t bin) {
  double fine = (sums->places[bin] / sums->pixels[bin] + 0.5) / KERNEL_PROFILE_FINE;
  return sums->first + (bin + fine) / KERNEL_PROFILE_SCALE;
}

/* The bins that hold something: pixels, mean value, mean distance. */
struct samples {
  int32_t count;
  double weight[EDGE_MOST_BINS], mean[EDGE_MOST_BINS], place[EDGE_MOST_BINS];
};

static void take_samples(const struct edge_sums *sums, struct samples *out) {
  out->count = 0;
  for (int32_t i = 0; i < sums->count; i++) {
    double pixels = sums->pixels[i];
    if (!(pixels > 0)) continue;
    int32_t k = out->count++;
    out->weight[k] = pixels, out->mean[k] = sums->values[i] / pixels;
    out->place[k] = edge_bin_place(sums, i);
  }
}

/* ---- four parameters ---- */

enum { PARAMETERS = 4, ROUNDS = 12 };

/* Solves the symmetric system in place by Cholesky. `inverse` gets the last diagonal element of the inverse, and what
 * it would be with the parameter before the last one known. */
static bool solve_small(double *a, double *b, double inverse[2]) {
  enum { N = PARAMETERS };
  for (int i = 0; i < N; i++)
    for (int j = 0; j <= i; j++) {
      double sum = a[i * N + j];
      for (int k = 0; k < j; k++) sum -= a[i * N + k] * a[j * N + k];
      if (i == j) {
        if (!(sum > 1e-12 * a[i * N + i])) return false;
        a[i * N + i] = sqrt(sum);
      } else {
        a[i * N + j] = sum / a[j * N + j];
      }
    }
  for (int i = 0; i < N; i++) {
    for (int k = 0; k < i; k++) b[i] -= a[i * N + k] * b[k];
    b[i] /= a[i * N + i];
  }
  for (int i = N - 1; i >= 0; i--) {
    for (int k = i + 1; k < N; k++) b[i] -= a[k * N + i] * b[k];
    b[i] /= a[i * N + i];
  }
  double last = a[N * N - 1] * a[N * N - 1], beside = a[N * N - 2] * a[N * N - 2];
  inverse[0] = 1 / last, inverse[1] = 1 / (last + beside);
  return true;
}

static void add_row(const double *row, double weight, double residual, double *a, double *b) {
  for (int i = 0; i < PARAMETERS; i++) {
    double w = weight * row[i];
    for (int j = 0; j <= i; j++) a[i * PARAMETERS + j] += w * row[j];
    b[i] += w * residual;
  }
}

/* Level and contrast from the profile's ends, to begin with. */
static void start_levels(const struct samples *p, struct edge_fit *fit) {
  int32_t ends = p->count / 6 + 1;
  double sums[2] = {0, 0}, weights[2] = {0, 0};
  for (int32_t i = 0; i < ends; i++) {
    const int32_t at[2] = {i, p->count - 1 - i};
    for (int k = 0; k < 2; k++) weights[k] += p->weight[at[k]], sums[k] += p->weight[at[k]] * p->mean[at[k]];
  }
  fit->level = sums[0] / weights[0], fit->contrast = sums[1] / weights[1] - fit->level;
}

/* Of a plateau, where the response is 0 or 1 and has no slope: rows of level and contrast alone. */
static void add_plateau(double weight, double residual, bool beyond, double *a, double *b) {
  a[0] += weight, b[0] += weight * residual;
  if (beyond) a[PARAMETERS] += weight, a[PARAMETERS + 1] += weight, b[1] += weight * residual;
}

/* One Gauss-Newton step; how far the place and the blur moved, px, or -1. */
static double fit_step(const struct samples *p, struct edge_shape *shape, struct edge_fit *fit) {
  double a[PARAMETERS * PARAMETERS] = {0}, b[PARAMETERS] = {0}, inverse[2];
  struct edge_shape own = edge_shape_at(shape, fit->place);
  double reach = edge_reach(&own);
  for (int32_t i = 0; i < p->count; i++) {
    const double d = p->place[i] - fit->place;
    if (d <= -reach || d >= reach) {
      add_plateau(p->weight[i], p->mean[i] - fit->level - (d > 0 ? fit->contrast : 0), d > 0, a, b);
      continue;
    }
    struct edge_response r = edge_response(&own, d);
    double residual = p->mean[i] - fit->level - fit->contrast * r.value;
    double row[PARAMETERS] = {1, r.value, fit->contrast * r.by_sigma, -fit->contrast * r.slope};
    add_row(row, p->weight[i], residual, a, b);
  }
  if (!solve_small(a, b, inverse)) return -1;
  double most = 0.5 * shape->sigma, blur = b[2] > most ? most : b[2] < -most ? -most : b[2];
  double move = b[3] > 1 ? 1 : b[3] < -1 ? -1 : b[3];
  fit->level += b[0], fit->contrast += b[1], fit->place += move;
  shape->sigma += blur;
  if (shape->sigma < EDGE_LEAST_SIGMA) shape->sigma = EDGE_LEAST_SIGMA;
  fit->spread = sqrt(inverse[0]), fit->blind = inverse[0] - inverse[1];
  return fabs(move) > fabs(blur) ? fabs(move) : fabs(blur);
}

bool edge_fit(const struct edge_sums *sums, const struct edge_shape *start, double place, double least_contrast,
              double settled, struct edge_fit *fit) {
  struct samples samples;
  struct edge_shape shape = *start;
  double end = sums->first + (double)sums->count / KERNEL_PROFILE_SCALE;
  memset(fit, 0, sizeof *fit);
  fit->place = place;
  take_samples(sums, &samples);
  if (samples.count <= PARAMETERS) return false;
  start_levels(&samples, fit);
  if (!(fabs(fit->contrast) > 1e-3)) return false;
  for (int round = 0; round < ROUNDS; round++) {
    double moved = fit_step(&samples, &shape, fit);
    bool sharp = shape.sigma <= EDGE_LEAST_SIGMA;
    if (moved < 0 || !(fit->place > sums->first && fit->place < end)) return false;
    if (moved >= settled && !(sharp && moved < (round > 6 ? 0.02 : 1e-3))) continue;
    fit->sigma = shape.sigma;
    return fabs(fit->contrast) >= least_contrast && shape.sigma < 0.5 * (end - sums->first);
  }
  return false;
}
