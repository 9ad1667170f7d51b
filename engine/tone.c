#include "engine/tone.h"

#include "engine/solve.h"
#include "models/ascending.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Unknowns: levels, contrast and bend, shape, and the own colours of two labels. */
enum { CONTRAST = 3, BEND, SHAPE, OWN = SHAPE + TONE_SHAPE, REFERENCE = OWN + 3, UNKNOWNS = REFERENCE + 3, ROUNDS = 5 };

/* Spread of a sample of weight 1, ln of light, and how large each unknown may well be: what samples do not tell stays
 * near 0. Of the shape, by degree. */
static const double SPREAD = 0.02, LEAST_SPREAD = 0.01, LARGE_CONTRAST = 0.3, LARGE_BEND = 0.1, LARGE_REFERENCE = 0.1;
static const double LARGE_SHAPE[TONE_ORDER] = {0.5, 0.3, 0.1, 0.05};

/* Share of all weight that samples of one colour must have to tell of the curve. */
static const double LEAST_PURE = 0.1;

struct tone tone_none(int32_t width, int32_t height) {
  struct tone tone = {.cx = 0.5 * (width - 1), .cy = 0.5 * (height - 1)};
  tone.unit = 0.5 * (width > height ? width : height);
  return tone;
}

/* u^a v^b by rising degree, without the constant. */
static void monomials(const struct tone *tone, double x, double y, double *out) {
  double u = (x - tone->cx) / tone->unit, v = (y - tone->cy) / tone->unit, before[TONE_ORDER + 1] = {1};
  for (int degree = 1; degree <= TONE_ORDER; degree++) {
    double last = before[degree - 1] * v;
    for (int i = 0; i < degree; i++) before[i] *= u;
    before[degree] = last;
    for (int i = 0; i <= degree; i++) *out++ = before[i];
  }
}

static double shape_at(const struct tone *tone, double x, double y) {
  double term[TONE_SHAPE], sum = 0;
  monomials(tone, x, y, term);
  for (int i = 0; i < TONE_SHAPE; i++) sum += tone->shape[i] * term[i];
  return sum;
}

struct fit {
  const struct tone_sample *samples;
  size_t count;
  int own, reference;
  bool curve; /* the samples tell of it */
  double unknown[UNKNOWNS];
  double *residual, *scratch; /* 3 a sample */
};

/* Beside samples that tell of the curve, mixed ones only tell of a reference's levels. */
static double weight_of(const struct fit *f, const struct tone_sample *s, int channel) {
  bool beside = f->curve && s->mixed && !(f->reference && s->label == f->reference);
  return beside || s->idle ? 0 : s->weight[channel];
}

static void factors_of(const struct tone *tone, const struct fit *f, const struct tone_sample *s, int channel,
                       double *factor) {
  double g = s->golden[channel] - TONE_MIDDLE;
  memset(factor, 0, UNKNOWNS * sizeof *factor);
  factor[channel] = 1, factor[CONTRAST] = f->curve ? g : 0, factor[BEND] = f->curve ? g * g : 0;
  monomials(tone, s->x, s->y, factor + SHAPE);
  if (f->own && s->label == f->own) factor[OWN + channel] = 1;
  if (f->reference && s->label == f->reference) factor[REFERENCE + channel] = 1;
}

static double prior_of(double large) {
  return SPREAD * SPREAD / (large * large);
}

static void add_priors(double *a) {
  for (int i = 0; i < UNKNOWNS; i++) a[i * UNKNOWNS + i] += 1e-9;
  a[CONTRAST * UNKNOWNS + CONTRAST] += prior_of(LARGE_CONTRAST);
  a[BEND * UNKNOWNS + BEND] += prior_of(LARGE_BEND);
  for (int degree = 1, k = SHAPE; degree <= TONE_ORDER; degree++)
    for (int i = 0; i <= degree; i++, k++) a[k * UNKNOWNS + k] += prior_of(LARGE_SHAPE[degree - 1]);
  for (int i = REFERENCE; i < REFERENCE + 3; i++) a[i * UNKNOWNS + i] += prior_of(LARGE_REFERENCE);
}

/* One weighted least-squares round. `reach`: residual from which a sample does not count; 0: all count alike. */
static bool solve_round(const struct tone *tone, double reach, struct fit *f) {
  double a[UNKNOWNS * UNKNOWNS] = {0}, b[UNKNOWNS] = {0}, factor[UNKNOWNS];
  for (size_t i = 0; i < f->count; i++)
    for (int c = 0; c < 3; c++) {
      const struct tone_sample *s = &f->samples[i];
      double share = reach > 0 ? f->residual[3 * i + (size_t)c] / reach : 0, rest = 1 - share * share;
      double w = rest > 0 ? weight_of(f, s, c) * rest * rest : 0;
      if (!(w > 0)) continue;
      factors_of(tone, f, s, c, factor);
      for (int j = 0; j < UNKNOWNS; j++) {
        if (factor[j] == 0) continue;
        double wj = w * factor[j];
        for (int k = 0; k <= j; k++) a[j * UNKNOWNS + k] += wj * factor[k];
        b[j] += wj * (s->photo[c] - s->golden[c]);
      }
    }
  add_priors(a);
  return solve_symmetric(a, b, UNKNOWNS, f->unknown);
}

/* The residuals, and their median size as a standard deviation. */
static double find_residuals(const struct tone *tone, struct fit *f) {
  size_t known = 0;
  double factor[UNKNOWNS];
  for (size_t i = 0; i < f->count; i++)
    for (int c = 0; c < 3; c++) {
      const struct tone_sample *s = &f->samples[i];
      double r = s->photo[c] - s->golden[c];
      factors_of(tone, f, s, c, factor);
      for (int k = 0; k < UNKNOWNS; k++) r -= f->unknown[k] * factor[k];
      f->residual[3 * i + (size_t)c] = r;
      if (weight_of(f, s, c) > 0) f->scratch[known++] = fabs(r);
    }
  if (!known) return LEAST_SPREAD;
  qsort(f->scratch, known, sizeof *f->scratch, ascending);
  double spread = 1.4826 * f->scratch[known / 2];
  return spread > LEAST_SPREAD ? spread : LEAST_SPREAD;
}

static bool tells_of_curve(const struct tone_sample *samples, size_t count) {
  double pure = 0, all = 0;
  for (size_t i = 0; i < count; i++)
    for (int c = 0; c < 3 && !samples[i].idle; c++) {
      all += samples[i].weight[c];
      if (!samples[i].mixed) pure += samples[i].weight[c];
    }
  return pure >= LEAST_PURE * all;
}

enum status tone_fit(const struct tone_sample *samples, size_t count, int own, int reference, struct tone *tone,
                     struct fault *fault) {
  if (!count) return STATUS_OK;
  struct fit f = {.samples = samples, .count = count, .own = own, .reference = reference};
  f.curve = tells_of_curve(samples, count);
  f.residual = calloc(6 * count, sizeof *f.residual);
  if (!f.residual) return fault_set(fault, STATUS_MEMORY, "colours: out of memory");
  f.scratch = f.residual + 3 * count;
  bool ok = solve_round(tone, 0, &f);
  for (int round = 0; ok && round < ROUNDS; round++) ok = solve_round(tone, 4.685 * find_residuals(tone, &f), &f);
  if (ok) {
    for (int c = 0; c < 3; c++) tone->level[c] = f.unknown[c], tone->reference[c] = f.unknown[REFERENCE + c];
    tone->contrast = f.unknown[CONTRAST], tone->bend = f.unknown[BEND];
    memcpy(tone->shape, f.unknown + SHAPE, sizeof tone->shape);
  }
  free(f.residual);
  return STATUS_OK;
}

double tone_undo(const struct tone *tone, double x, double y, int channel, double photo) {
  double target = photo - tone->level[channel] - shape_at(tone, x, y) - TONE_MIDDLE, slope = 1 + tone->contrast;
  double g = target / (slope > 0.2 ? slope : 0.2);
  /* Newton's steps for g + contrast g + bend g^2 = target. */
  for (int i = 0; i < 4; i++) {
    double steep = slope + 2 * tone->bend * g;
    g -= (slope * g + tone->bend * g * g - target) / (steep > 0.2 ? steep : 0.2);
  }
  return g + TONE_MIDDLE;
}
