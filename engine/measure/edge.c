#include "engine/measure/edge.h"

#include <math.h>
#include <string.h>

void edge_sums_add(struct edge_sums *sums, const struct edge_profile *p, int32_t from) {
  sums->first = p->first, sums->count = p->count < EDGE_MOST_BINS ? p->count : EDGE_MOST_BINS;
  for (int32_t i = from; i < sums->count; i++) {
    /* Signed: it is turned faster. */
    const struct kernel_bin bin = p->bins[i];
    sums->pixels[i] += (int32_t)kernel_bin_count(bin), sums->values[i] += (int32_t)kernel_bin_sum(bin);
    sums->places[i] += (int32_t)kernel_bin_place(bin);
  }
}

void edge_words_add(struct edge_words *w, const struct edge_profile *p, int32_t from, double most,
                    struct edge_sums *sums) {
  static const double FULL = 65535;
  if (w->count && w->most + most > FULL) edge_words_end(w, sums);
  if (!w->count) {
    w->first = p->first, w->most = 0, w->count = p->count < EDGE_MOST_BINS ? p->count : EDGE_MOST_BINS;
    memset(w->bins, 0, (size_t)w->count * sizeof *w->bins);
  }
  w->most += most;
  for (int32_t i = from; i < w->count; i++) w->bins[i].word += p->bins[i].word;
}

void edge_words_end(struct edge_words *w, struct edge_sums *sums) {
  if (w->count) edge_sums_add(sums, &(struct edge_profile){w->bins, w->count, w->first}, 0);
  w->count = 0;
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
  const struct edge_shape own = edge_shape_at(shape, fit->place);
  double distances[EDGE_MOST_BINS];
  struct edge_response responses[EDGE_MOST_BINS];
  for (int32_t i = 0; i < p->count; i++) distances[i] = p->place[i] - fit->place;
  edge_responses(&own, distances, p->count, responses);
  for (int32_t i = 0; i < p->count; i++) {
    const struct edge_response r = responses[i];
    const double residual = p->mean[i] - fit->level - fit->contrast * r.value;
    if (edge_response_is_flat(&r)) {
      add_plateau(p->weight[i], residual, distances[i] > 0, a, b);
      continue;
    }
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
