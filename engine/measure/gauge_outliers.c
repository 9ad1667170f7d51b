#include "engine/measure/gauge_fits.h"

#include <math.h>
#include <string.h>

/* An edge whose residuals are so many times the others' is unlike them. */
static const double UNLIKE = 8;
/* An edge further from the others' shape than so many of its spreads may be an outlier, within bounds, px. */
static const double ASTRAY = 3.5, LEAST_ASTRAY = 0.03, MOST_ASTRAY = 0.3;
/* So many deviations of the blur reach along the edge. */
static const double REACH = 2;

static void unlike(struct fits *fits) {
  double usual = fits_noise(fits);
  for (size_t i = 0; i < fits->count; i++) {
    struct strip_fit *f = &fits->one[i];
    if (f->state == EDGE_FOUND && f->solved.residual > UNLIKE * usual * f->terms.freedom) f->state = EDGE_OUTLIER;
  }
}

static void astray(struct fits *fits, int parameters) {
  struct robust_row rows[GAUGE_MOST_PLACES];
  double model[ROBUST_MOST], spread = 0, n = 0, usual = fits_noise(fits);
  for (size_t i = 0; i < fits->count; i++) {
    const struct strip_fit *f = &fits->one[i];
    memcpy(rows[i].basis, f->trace->basis, sizeof rows[i].basis);
    rows[i].offset = f->place, rows[i].usable = f->state == EDGE_FOUND;
    if (rows[i].usable) spread += f->solved.spread, n++;
  }
  double clean = n > 0 ? ASTRAY * sqrt(usual) * spread / n : 0;
  clean = clean < LEAST_ASTRAY ? LEAST_ASTRAY : clean > MOST_ASTRAY ? MOST_ASTRAY : clean;
  if (!robust_fit(rows, (int)fits->count, parameters, clean, model)) return;
  for (size_t i = 0; i < fits->count; i++)
    if (fits->one[i].state == EDGE_FOUND && !rows[i].usable) fits->one[i].state = EDGE_OUTLIER;
}

/* Whether something else is seen where strip i should show the edge. */
static bool spoilt(const struct strip_fit *f) {
  return f->trace->strip >= 0 && f->state != EDGE_FOUND && f->state != EDGE_BESIDE;
}

/* Edges beside a spoilt one, going `step` from it, as far as its blur reaches. */
static size_t mark_beside(struct fits *fits, size_t from, bool forward, bool closed, double reach) {
  size_t i = from, count = 0;
  for (double gone = 0; gone < reach;) {
    if (!closed && (forward ? i + 1 == fits->count : i == 0)) break;
    i = forward ? (i + 1) % fits->count : (i ? i : fits->count) - 1;
    struct strip_fit *f = &fits->one[i];
    if (f->trace->part != fits->one[from].trace->part) break;
    if (f->state != EDGE_FOUND) break;
    f->state = EDGE_BESIDE;
    count++;
    gone += 2 * f->trace->profile.length;
  }
  return count;
}

size_t fits_mark(struct fits *fits, const struct gauge *gauge, int parameters, double sigma) {
  enum gauge_kind kind = gauge->spec->gauge;
  bool closed = kind == GAUGE_CIRCLE || kind == GAUGE_ELLIPSE;
  size_t count = 0;
  unlike(fits);
  /* The places of a profile of widths are each its own. */
  if (kind != GAUGE_WIDTH) astray(fits, parameters);
  for (size_t i = 0; i < fits->count; i++) {
    if (!spoilt(&fits->one[i])) continue;
    count++;
    if (kind == GAUGE_WIDTH) continue;
    count += mark_beside(fits, i, true, closed, REACH * sigma);
    count += mark_beside(fits, i, false, closed, REACH * sigma);
  }
  return count;
}
