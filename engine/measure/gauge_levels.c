#include "engine/measure/gauge_fits.h"

#include <math.h>

/* What a level is worth that does not vary, pixels: more than an edge has. */
static const double SURE = 1e7;
/* Fewer edges than this say nothing about how levels vary. */
enum { FEWEST = 4 };

static const double ROUNDING = 1.0 / 12;

double fits_noise(const struct fits *fits) {
  double values[GAUGE_MOST_PLACES];
  size_t n = 0;
  for (size_t i = 0; i < fits->count; i++) {
    const struct strip_fit *f = &fits->one[i];
    if (f->state != EDGE_FOUND || !(f->terms.freedom > 0)) continue;
    double v = f->solved.residual / f->terms.freedom;
    size_t j = n++;
    for (; j > 0 && values[j - 1] > v; j--) values[j] = values[j - 1];
    values[j] = v;
  }
  return n && values[n / 2] > ROUNDING ? values[n / 2] : ROUNDING;
}

/* Of levels or contrasts that were found without each other. */
struct variation {
  double n, sum, squares, noise; /* noise: of the variances that noise of 1 grey level makes */
};

static void vary(struct variation *v, double value, double variance) {
  v->n++, v->sum += value, v->squares += value * value, v->noise += variance;
}

/* Their variance beyond noise. */
static double own_variance(const struct variation *v, double noise) {
  double mean = v->sum / v->n, all = (v->squares - mean * v->sum) / (v->n - 1), own = all - noise * v->noise / v->n;
  return own > 0 ? own : 0;
}

static double worth(double noise, double variance) {
  return variance * SURE > noise ? noise / variance : SURE;
}

void fits_share_levels(struct fits *fits) {
  struct variation level = {0}, contrast = {0};
  double covariance = 0, noise = fits_noise(fits);
  fits->level_variance = fits->contrast_variance = fits->covariance = 0;
  for (size_t i = 0; i < fits->count; i++) {
    const struct edge_solved *s = &fits->one[i].solved;
    if (fits->one[i].state != EDGE_FOUND) continue;
    vary(&level, s->level, s->level_variance);
    vary(&contrast, s->contrast, s->contrast_variance);
    covariance += s->covariance;
  }
  if (level.n < FEWEST) return;
  double levels = own_variance(&level, noise), contrasts = own_variance(&contrast, noise), n = level.n;
  const struct edge_prior prior = {level.sum / n, contrast.sum / n, worth(noise, levels), worth(noise, contrasts)};
  fits->level_variance = (level.noise / n + levels / noise) / n;
  fits->contrast_variance = (contrast.noise / n + contrasts / noise) / n;
  fits->covariance = covariance / n / n;
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
  double n = 0, sum = 0, squares = 0, noise = 0, usual = fits_noise(fits);
  for (size_t i = 0; i < fits->count; i++) {
    const struct strip_fit *f = &fits->one[i];
    if (f->state != EDGE_FOUND || fabs(f->place) > 1) continue;
    n++, sum += f->place, squares += f->place * f->place;
    noise += usual * f->solved.spread * f->solved.spread;
  }
  if (n < 3) return 0;
  double variance = (squares - sum * sum / n) / n - noise / n;
  return variance > 0 ? variance : 0;
}
