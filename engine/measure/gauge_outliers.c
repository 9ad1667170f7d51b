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
/* What a spoilt place adds to the picture falls off along the edge: at most this share of what it is itself off by
 * moves the edge beside it. */
static const double REACHED = 0.5;
/* So many deviations of its blur from a spoilt place what it does to an edge is lost in any noise. */
static const double CLEAR = 3;

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

/* Marks edges whose level or contrast is another thing's; the share of the contrast that would have been seen. */
static double mark_odd(struct fits *fits, bool contrast) {
  double values[GAUGE_MOST_PLACES], scale[GAUGE_MOST_PLACES];
  const double usual = robust_median(values, list_levels(fits, true, false, 0, values)), height = fabs(usual);
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

/* Whether something else is seen where strip i should show the edge. */
static bool spoilt(const struct strip_fit *f) {
  return f->trace->strip >= 0 && f->state != EDGE_FOUND && f->state != EDGE_BESIDE;
}

/* The k-th strip after or before strip i on the same part of the outline; -1: there is none. */
static int strip_after(const struct fits *fits, size_t i, size_t k, bool forward, bool closed) {
  const size_t at = forward ? i + k : i + fits->count - k, there = at % fits->count;
  if (!closed && (at < fits->count) != forward) return -1;
  return fits->one[there].trace->part == fits->one[i].trace->part ? (int)there : -1;
}

/* How far along the outline it is from the middle of strip i to the next one that is spoilt, px; INFINITY: none is. */
static double spoilt_after(const struct fits *fits, size_t i, bool forward, bool closed) {
  double far = fits->one[i].trace->profile.length;
  for (size_t k = 1; k < fits->count; k++) {
    const int at = strip_after(fits, i, k, forward, closed);
    if (at < 0) break;
    if (spoilt(&fits->one[at])) return far;
    far += 2 * fits->one[at].trace->profile.length;
  }
  return INFINITY;
}

/* How far from a thing's border, in deviations of the blur, what it adds to the picture falls to a share of its own
 * contrast. */
static double faded(double share) {
  enum { STEPS = 30 };
  double distances[STEPS + 1];
  struct edge_response responses[STEPS + 1];
  int at = 0;
  for (int i = 0; i <= STEPS; i++) distances[i] = -CLEAR * i / STEPS;
  edge_responses(&(struct edge_shape){1, 0.1, 0}, distances, STEPS + 1, responses);
  while (at < STEPS && responses[at].value > share) at++;
  return -distances[at];
}

/* Leaves out of a strip what the blur of a spoilt place reaches, whose border is `away` along the outline: all of it,
 * or, towards the centre of a curved outline, where strips draw together, the bins that are too near. */
static void keep_clear(struct strip_fit *f, double away, double reach) {
  const struct kernel_profile *p = &f->trace->profile;
  double turn = away * p->curvature;
  f->from = 0;
  if (turn > 0) away = math_sin(turn < 0.5 * MATH_PI ? turn : 0.5 * MATH_PI) / p->curvature;
  if (away < reach) {
    f->state = EDGE_BESIDE, f->reached = INFINITY;
    return;
  }
  double near = p->curvature > 0 ? (reach / away - 1) / p->curvature : p->first;
  if (near > -reach) near = -reach;
  if (near > p->first) f->from = (int32_t)ceil((near - p->first) * KERNEL_PROFILE_SCALE);
}

static bool is_closed(const struct gauge *gauge) {
  return gauge->spec->gauge == GAUGE_CIRCLE || gauge->spec->gauge == GAUGE_ELLIPSE;
}

/* How far from its place by the others' shape the spoilt strip next to strip i is found, px: INFINITY where nothing is
 * found in it, 0 where there is none before the next one that was found. */
static double next_off(const struct fits *fits, const double *places, size_t i, bool forward, bool closed) {
  for (size_t k = 1; k < fits->count; k++) {
    const int at = strip_after(fits, i, k, forward, closed);
    if (at < 0 || fits->one[at].state == EDGE_FOUND) break;
    if (fits->one[at].state == EDGE_OUTLIER) return fabs(fits->one[at].place - places[at]);
    if (spoilt(&fits->one[at])) return INFINITY;
  }
  return 0;
}

void fits_weigh_beside(struct fits *fits, const struct gauge *gauge, int parameters) {
  double places[GAUGE_MOST_PLACES];
  const bool closed = is_closed(gauge);
  if (!fits->left_out || !fits_places_by_shape(gauge, fits, parameters, places)) return;
  for (size_t i = 0; i < fits->count; i++) {
    if (fits->one[i].state != EDGE_BESIDE) continue;
    const double after = next_off(fits, places, i, true, closed), before = next_off(fits, places, i, false, closed);
    fits->one[i].reached = REACHED * (after > before ? after : before);
  }
}

size_t fits_mark(struct fits *fits, const struct gauge *gauge, int parameters, double sigma) {
  enum gauge_kind kind = gauge->spec->gauge;
  bool closed = is_closed(gauge);
  size_t count = 0;
  unlike(fits);
  /* The places of a profile of widths are each its own. */
  if (kind != GAUGE_WIDTH) astray(fits, parameters);
  for (size_t i = 0; i < fits->count; i++) count += spoilt(&fits->one[i]);
  const bool reaches = count && kind != GAUGE_WIDTH;
  const double seen = reaches ? sigma * faded(fits->unseen) : 0;
  for (size_t i = 0; i < fits->count && reaches; i++) {
    if (fits->one[i].state != EDGE_FOUND) continue;
    double after = spoilt_after(fits, i, true, closed), before = spoilt_after(fits, i, false, closed);
    keep_clear(&fits->one[i], (after < before ? after : before) + seen, CLEAR * sigma);
    count += fits->one[i].state == EDGE_BESIDE;
  }
  for (size_t i = 0; i < fits->count; i++) fits->one[i].spoilt = fits->one[i].state != EDGE_FOUND;
  return count;
}
