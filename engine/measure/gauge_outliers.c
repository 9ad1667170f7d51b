#include "engine/measure/gauge_fits.h"

#include "engine/measure/robust.h"
#include "kernels/math.h"

#include <math.h>
#include <string.h>

/* An edge whose residuals are so many times the others' is unlike them. */
static const double UNLIKE = 8;
/* An edge further from the others' shape than so many of its spreads may be an outlier, but not within this, px. */
static const double ASTRAY = 3.5, LEAST_ASTRAY = 0.03;
/* A level or contrast further from the others' median than so many of its deviations, or of theirs, is another thing's;
 * and than this share of the contrast, which the model may be off by. */
static const double ODD = 4, LEAST_ODD = 0.03;
static double level_of(const struct strip_fit *f, bool contrast) {
  return contrast ? f->solved.contrast : f->solved.level;
}

/* Values of the edges found, less `from`, with or without sign. */
static size_t list_levels(const struct fits *fits, bool contrast, bool sizes, double from, double *values) {
  size_t count = 0;
  for (size_t i = 0; i < fits->count; i++) {
    if (!fits_counts(&fits->one[i])) continue;
    double value = level_of(&fits->one[i], contrast) - from;
    values[count++] = sizes ? fabs(value) : value;
  }
  return count;
}

double fits_contrast(const struct fits *fits) {
  double values[GAUGE_MOST_PLACES];
  return robust_median(values, list_levels(fits, true, false, 0, values));
}

/* Marks edges whose level or contrast is another thing's; the share of the contrast that would have been seen. */
static double mark_odd(struct fits *fits, bool contrast) {
  double values[GAUGE_MOST_PLACES], scale[GAUGE_MOST_PLACES];
  const double usual = fits_contrast(fits), height = fabs(usual);
  double middle = contrast ? usual : robust_median(values, list_levels(fits, false, false, 0, values));
  double spread = 1.4826 * robust_median(values, list_levels(fits, contrast, true, middle, values));
  size_t count = 0;
  for (size_t i = 0; i < fits->count; i++) {
    struct strip_fit *f = &fits->one[i];
    if (f->state != EDGE_FOUND) continue;
    double own = sqrt(fits->noise * (contrast ? f->solved.contrast_variance : f->solved.level_variance));
    double cut = ODD * (own > spread ? own : spread);
    if (cut < LEAST_ODD * height) cut = LEAST_ODD * height;
    scale[count++] = cut;
    if (fabs(level_of(f, contrast) - middle) > cut) f->state = EDGE_OUTLIER;
  }
  return height > 0 ? robust_median(scale, count) / height : 0;
}

void fits_mark_levels(struct fits *fits) {
  const double level = mark_odd(fits, false), contrast = mark_odd(fits, true);
  fits->unseen = level > contrast ? level : contrast;
}

static void unlike(struct fits *fits) {
  for (size_t i = 0; i < fits->count; i++) {
    struct strip_fit *f = &fits->one[i];
    if (f->state == EDGE_FOUND && f->solved.residual > UNLIKE * fits->noise * f->terms.freedom) f->state = EDGE_OUTLIER;
  }
}

static void astray(struct fits *fits, int parameters) {
  struct robust_row rows[GAUGE_MOST_PLACES];
  double model[ROBUST_MOST], spread = 0, n = 0;
  for (size_t i = 0; i < fits->count; i++) {
    const struct strip_fit *f = &fits->one[i];
    memcpy(rows[i].basis, f->trace->basis, sizeof rows[i].basis);
    rows[i].offset = f->place, rows[i].usable = f->state == EDGE_FOUND;
    if (rows[i].usable) spread += f->solved.spread, n++;
  }
  double clean = n > 0 ? ASTRAY * sqrt(fits->noise) * spread / n : 0;
  if (clean < LEAST_ASTRAY) clean = LEAST_ASTRAY;
  if (!robust_fit(rows, (int)fits->count, parameters, clean, model)) return;
  for (size_t i = 0; i < fits->count; i++)
    if (fits->one[i].state == EDGE_FOUND && !rows[i].usable) fits->one[i].state = EDGE_OUTLIER;
}

size_t fits_mark(struct fits *fits, const struct gauge *gauge, int parameters, double sigma) {
  size_t count = 0;
  unlike(fits);
  /* The places of a profile of widths are each its own. */
  if (gauge->spec->gauge != GAUGE_WIDTH) {
    astray(fits, parameters);
    fits_mark_reached(fits, gauge, parameters, sigma);
  }
  for (size_t i = 0; i < fits->count; i++) {
    struct strip_fit *f = &fits->one[i];
    count += f->trace->strip >= 0 && f->state != EDGE_FOUND;
    f->spoilt = f->state != EDGE_FOUND;
  }
  return count;
}
