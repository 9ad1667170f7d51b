#include "engine/measure/gauge_fits.h"

#include <math.h>

/* What a level is worth that does not vary, pixels: more than an edge has. */
static const double SURE = 1e7;
/* Fewer edges than this say nothing about how levels vary. */
enum { FEWEST = 4 };

static const double ROUNDING = 1.0 / 12;

bool fits_counts(const struct strip_fit *f) {
  return f->state == EDGE_FOUND && !f->spoilt;
}

/* The noise of each strip that counts, the least first; how many. */
static size_t noises_of(const struct fits *fits, double *values) {
  size_t n = 0;
  for (size_t i = 0; i < fits->count; i++) {
    const struct strip_fit *f = &fits->one[i];
    if (!fits_counts(f) || !(f->terms.freedom > 0)) continue;
    double v = f->solved.residual / f->terms.freedom;
    size_t j = n++;
    for (; j > 0 && values[j - 1] > v; j--) values[j] = values[j - 1];
    values[j] = v;
  }
  return n;
}

void fits_find_noise(struct fits *fits) {
  /* A tenth of the strips lie below two thirds of the median where each has some 25 degrees of freedom. */
  static const double BELOW = 1.5;
  double values[GAUGE_MOST_PLACES];
  const size_t n = noises_of(fits, values);
  const double usual = n ? values[n / 2] : 0, least = n ? BELOW * values[n / 10] : 0;
  fits->noise = fmax(ROUNDING, usual), fits->least_noise = fmax(ROUNDING, fmin(usual, least));
}

/* Equations for a level and a contrast that all edges share, each place being its own. */
struct shared {
  double n, ll, lc, cc, l, c;
};

static void add_shared(struct shared *sum, const struct edge_terms *t) {
  double by_s = t->s / t->ss, by_sr = t->sr / t->ss;
  sum->n++;
  sum->ll += t->n - t->s * by_s, sum->lc += t->r - t->s * by_sr, sum->cc += t->rr - t->sr * by_sr;
  sum->l += t->m - t->ms * by_s, sum->c += t->mr - t->ms * by_sr;
}

/* By how much values that were found without each other differ from the one they share: the variance between them by
 * DerSimonian and Laird's moments (Controlled Clinical Trials 7, 1986). */
struct variation {
  double n, weights, squares, misfit; /* weights and their squares; weighted squares of the differences */
};

static void vary(struct variation *v, double difference, double variance) {
  double weight = 1 / variance;
  v->n++, v->weights += weight, v->squares += weight * weight, v->misfit += weight * difference * difference;
}

static double between(const struct variation *v, double noise) {
  double variance = (v->misfit - (v->n - 1) * noise) / (v->weights - v->squares / v->weights);
  return variance > 0 ? variance : 0;
}

static double worth(double noise, double variance) {
  return variance * SURE > noise ? noise / variance : SURE;
}

void fits_share_levels(struct fits *fits) {
  struct shared sum = {0};
  struct variation levels = {0}, contrasts = {0};
  const double noise = fits->noise;
  fits->level_variance = fits->contrast_variance = fits->covariance = 0;
  for (size_t i = 0; i < fits->count; i++)
    if (fits_counts(&fits->one[i])) add_shared(&sum, &fits->one[i].terms);
  double determinant = sum.ll * sum.cc - sum.lc * sum.lc;
  if (sum.n < FEWEST || !(determinant > 1e-9 * sum.ll * sum.cc)) return;
  struct edge_prior prior = {.level = (sum.cc * sum.l - sum.lc * sum.c) / determinant,
                             .contrast = (sum.ll * sum.c - sum.lc * sum.l) / determinant};
  for (size_t i = 0; i < fits->count; i++) {
    const struct edge_solved *s = &fits->one[i].solved;
    if (!fits_counts(&fits->one[i])) continue;
    vary(&levels, s->level - prior.level, s->level_variance);
    vary(&contrasts, s->contrast - prior.contrast, s->contrast_variance);
  }
  double level = between(&levels, noise), contrast = between(&contrasts, noise);
  prior.level_worth = worth(noise, level), prior.contrast_worth = worth(noise, contrast);
  fits->level_variance = sum.cc / determinant + level / noise / sum.n;
  fits->contrast_variance = sum.ll / determinant + contrast / noise / sum.n;
  fits->covariance = -sum.lc / determinant;
  for (size_t i = 0; i < fits->count; i++) {
    struct strip_fit *f = &fits->one[i];
    if (f->state != EDGE_FOUND || !edge_terms_solve(&f->terms, &prior, &f->solved)) continue;
    f->place = f->expected + f->solved.shift;
  }
}

double fits_common_variance(const struct fits *fits) {
  double by_level = 0, by_contrast = 0, n = 0;
  for (size_t i = 0; i < fits->count; i++) {
    const struct edge_solved *s = &fits->one[i].solved;
    if (fits->one[i].state != EDGE_FOUND) continue;
    by_level += s->by_level, by_contrast += s->by_contrast, n++;
  }
  if (!(n > 0)) return 0;
  by_level /= n, by_contrast /= n;
  double variance = by_level * by_level * fits->level_variance + 2 * by_level * by_contrast * fits->covariance +
                    by_contrast * by_contrast * fits->contrast_variance;
  return variance > 0 ? variance : 0;
}

double fits_scatter(const struct fits *fits) {
  double n = 0, sum = 0, squares = 0, noise = 0;
  for (size_t i = 0; i < fits->count; i++) {
    const struct strip_fit *f = &fits->one[i];
    if (!fits_counts(f) || fabs(f->place) > 1) continue;
    n++, sum += f->place, squares += f->place * f->place;
    noise += fits->noise * f->solved.spread * f->solved.spread;
  }
  if (n < 3) return 0;
  double variance = (squares - sum * sum / n) / n - noise / n;
  return variance > 0 ? variance : 0;
}
