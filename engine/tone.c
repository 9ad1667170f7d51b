#include "engine/tone.h"

#include "engine/select.h"
#include "engine/solve.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Unknowns: levels, contrast and bend, shape, and the own colours of two labels. */
enum { CONTRAST = 3, BEND, SHAPE, OWN = SHAPE + TONE_SHAPE, REFERENCE = OWN + 3, UNKNOWNS = REFERENCE + 3, ROUNDS = 5 };

/* Monomials u^a v^b up to an order, without the constant. Products of two of the shape's are among those up to twice
 * its order, of which there are fewer than pairs. */
#define MONOMIALS(order) (((order) + 1) * ((order) + 2) / 2 - 1)
_Static_assert(MONOMIALS(2 * TONE_ORDER) == TONE_TERMS, "the products of the shape's terms");
_Static_assert(MONOMIALS(TONE_ORDER) == TONE_SHAPE, "the shape's terms");

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

/* By rising degree, and then by that of v. */
static void monomials(const struct tone *tone, double x, double y, int order, double *out) {
  double u = (x - tone->cx) / tone->unit, v = (y - tone->cy) / tone->unit, before[2 * TONE_ORDER + 1] = {1};
  for (int degree = 1; degree <= order; degree++) {
    double last = before[degree - 1] * v;
    for (int i = 0; i < degree; i++) before[i] *= u;
    before[degree] = last;
    for (int i = 0; i <= degree; i++) *out++ = before[i];
  }
}

static double shape_at(const struct tone *tone, double x, double y) {
  double term[TONE_SHAPE], sum = 0;
  monomials(tone, x, y, TONE_ORDER, term);
  for (int i = 0; i < TONE_SHAPE; i++) sum += tone->shape[i] * term[i];
  return sum;
}

struct fit {
  const struct tone_sample *samples;
  size_t count;
  int own, reference;
  bool curve; /* the samples tell of it */
  double unknown[UNKNOWNS];
  const double *term;         /* TONE_TERMS a sample, of which TONE_SHAPE are the shape's */
  double *residual, *scratch; /* 3 a sample */
};

/* Beside samples that tell of the curve, mixed ones only tell of a reference's levels. */
static double weight_of(const struct fit *f, const struct tone_sample *s, int channel) {
  bool beside = f->curve && s->mixed && !(f->reference && s->label == f->reference);
  return beside || s->idle ? 0 : s->weight[channel];
}

/* Where the level of a sample's own label stands, or 0; a channel each. */
static int label_level(const struct fit *f, const struct tone_sample *s) {
  if (f->own && s->label == f->own) return OWN;
  return f->reference && s->label == f->reference ? REFERENCE : 0;
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

/* What one channel of a sample adds to the normal equations but for the shape. Only the lower triangle counts. */
static void add_channel(const struct fit *f, const struct tone_sample *s, int channel, double w, double *a, double *b) {
  const double g = f->curve ? s->golden[channel] - TONE_MIDDLE : 0, d = s->photo[channel] - s->golden[channel];
  double *contrast = a + CONTRAST * UNKNOWNS, *bend = a + BEND * UNKNOWNS;
  int own = label_level(f, s);
  a[channel * UNKNOWNS + channel] += w, b[channel] += w * d;
  contrast[channel] += w * g, contrast[CONTRAST] += w * g * g, b[CONTRAST] += w * g * d;
  bend[channel] += w * g * g, bend[CONTRAST] += w * g * g * g, bend[BEND] += w * g * g * g * g,
      b[BEND] += w * g * g * d;
  if (!own) return;
  double *level = a + (own + channel) * UNKNOWNS;
  level[channel] += w, level[CONTRAST] += w * g, level[BEND] += w * g * g, level[own + channel] += w;
  b[own + channel] += w * d;
}

/* What the shape's terms sum up to: all channels have the same. */
struct shape_sums {
  double products[TONE_TERMS];
  double channel[3][TONE_SHAPE], level[2][3][TONE_SHAPE]; /* of the own labels, too */
  double contrast[TONE_SHAPE], bend[TONE_SHAPE], target[TONE_SHAPE];
};

/* So many samples are added at a time, one after the other, so that the sums are fetched and put back less often. */
enum { AT_ONCE = 4 };

/* Samples that wait: their terms, and what these are added with. */
struct batch {
  int count;
  const double *term[AT_ONCE];
  double channel[3][AT_ONCE], all[AT_ONCE], contrast[AT_ONCE], bend[AT_ONCE], target[AT_ONCE];
};

static inline void add_terms(double weight, const double *restrict term, int count, double *restrict sum) {
  for (int k = 0; k < count; k++) sum[k] += weight * term[k];
}

static inline void add_batch_terms(const struct batch *b, const double *weight, int count, double *restrict sum) {
  const double *first = b->term[0], *second = b->term[1], *third = b->term[2], *fourth = b->term[3];
  for (int k = 0; k < count; k++)
    sum[k] = (((sum[k] + weight[0] * first[k]) + weight[1] * second[k]) + weight[2] * third[k]) + weight[3] * fourth[k];
}

/* What lacks of a batch weighs nothing. */
static void add_batch(struct batch *b, struct shape_sums *sums) {
  if (!b->count) return;
  for (int i = b->count; i < AT_ONCE; i++) {
    b->term[i] = b->term[0];
    b->all[i] = b->contrast[i] = b->bend[i] = b->target[i] = 0;
    for (int c = 0; c < 3; c++) b->channel[c][i] = 0;
  }
  add_batch_terms(b, b->all, TONE_TERMS, sums->products);
  for (int c = 0; c < 3; c++) add_batch_terms(b, b->channel[c], TONE_SHAPE, sums->channel[c]);
  add_batch_terms(b, b->contrast, TONE_SHAPE, sums->contrast);
  add_batch_terms(b, b->bend, TONE_SHAPE, sums->bend);
  add_batch_terms(b, b->target, TONE_SHAPE, sums->target);
  b->count = 0;
}

static void add_shape(const struct fit *f, const struct tone_sample *s, const double *term, const double w[3],
                      struct batch *batch, struct shape_sums *sums) {
  double all = 0, first = 0, second = 0, target = 0;
  int own = label_level(f, s), at = batch->count++;
  for (int c = 0; c < 3; c++) {
    double g = f->curve ? s->golden[c] - TONE_MIDDLE : 0;
    all += w[c], first += w[c] * g, second += w[c] * g * g, target += w[c] * (s->photo[c] - s->golden[c]);
    batch->channel[c][at] = w[c];
  }
  batch->term[at] = term, batch->all[at] = all;
  batch->contrast[at] = first, batch->bend[at] = second, batch->target[at] = target;
  for (int c = 0; c < 3 && own; c++) add_terms(w[c], term, TONE_SHAPE, sums->level[own == REFERENCE][c]);
  if (batch->count == AT_ONCE) add_batch(batch, sums);
}

/* Places them in the normal equations. */
static void take_shape(const struct shape_sums *sums, double *a, double *b) {
  for (int degree = 1, j = 0; degree <= TONE_ORDER; degree++)
    for (int i = 0; i <= degree; i++, j++) {
      double *row = a + (SHAPE + j) * UNKNOWNS;
      for (int c = 0; c < 3; c++) row[c] = sums->channel[c][j];
      row[CONTRAST] = sums->contrast[j], row[BEND] = sums->bend[j], b[SHAPE + j] = sums->target[j];
      for (int other = 1, k = 0; other <= degree; other++)
        for (int l = 0; l <= other && k <= j; l++, k++)
          row[SHAPE + k] = sums->products[MONOMIALS(degree + other - 1) + i + l];
      for (int c = 0; c < 3; c++) {
        a[(OWN + c) * UNKNOWNS + SHAPE + j] = sums->level[0][c][j];
        a[(REFERENCE + c) * UNKNOWNS + SHAPE + j] = sums->level[1][c][j];
      }
    }
}

/* One weighted least-squares round. `reach`: residual from which a sample does not count; 0: all count alike. */
static bool solve_round(double reach, struct fit *f) {
  double a[UNKNOWNS * UNKNOWNS] = {0}, b[UNKNOWNS] = {0}, w[3];
  struct shape_sums sums = {.products = {0}};
  struct batch batch = {.count = 0};
  for (size_t i = 0; i < f->count; i++) {
    const struct tone_sample *s = &f->samples[i];
    bool any = false;
    for (int c = 0; c < 3; c++) {
      double share = reach > 0 ? f->residual[3 * i + (size_t)c] / reach : 0, rest = 1 - share * share;
      w[c] = rest > 0 ? weight_of(f, s, c) * rest * rest : 0;
      if (w[c] > 0) add_channel(f, s, c, w[c], a, b), any = true;
    }
    if (any) add_shape(f, s, f->term + i * TONE_TERMS, w, &batch, &sums);
  }
  add_batch(&batch, &sums);
  take_shape(&sums, a, b);
  add_priors(a);
  return solve_symmetric(a, b, UNKNOWNS, f->unknown);
}

/* The residuals, and their median size as a standard deviation. */
static double find_residuals(struct fit *f) {
  size_t known = 0;
  const double *u = f->unknown;
  for (size_t i = 0; i < f->count; i++) {
    const struct tone_sample *s = &f->samples[i];
    const double *term = f->term + i * TONE_TERMS;
    int own = label_level(f, s);
    double shape = 0;
    for (int k = 0; k < TONE_SHAPE; k++) shape += u[SHAPE + k] * term[k];
    for (int c = 0; c < 3; c++) {
      double g = f->curve ? s->golden[c] - TONE_MIDDLE : 0, level = own ? u[c] + u[own + c] : u[c];
      double r = s->photo[c] - s->golden[c] - level - (u[CONTRAST] + u[BEND] * g) * g - shape;
      f->residual[3 * i + (size_t)c] = r;
      if (weight_of(f, s, c) > 0) f->scratch[known++] = fabs(r);
    }
  }
  if (!known) return LEAST_SPREAD;
  double spread = 1.4826 * select_value(f->scratch, known, known / 2);
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

void tone_terms(const struct tone *tone, const struct tone_sample *samples, size_t count, double *terms) {
  for (size_t i = 0; i < count; i++)
    monomials(tone, samples[i].x, samples[i].y, 2 * TONE_ORDER, terms + i * TONE_TERMS);
}

enum status tone_fit(const struct tone_sample *samples, const double *terms, size_t count, int own, int reference,
                     struct tone *tone, struct fault *fault) {
  if (!count) return STATUS_OK;
  struct fit f = {.samples = samples, .count = count, .own = own, .reference = reference, .term = terms};
  f.curve = tells_of_curve(samples, count);
  f.residual = calloc(6 * count, sizeof *f.residual);
  if (!f.residual) return fault_set(fault, STATUS_MEMORY, "colours: out of memory");
  f.scratch = f.residual + 3 * count;
  bool ok = solve_round(0, &f);
  for (int round = 0; ok && round < ROUNDS; round++) ok = solve_round(4.685 * find_residuals(&f), &f);
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
