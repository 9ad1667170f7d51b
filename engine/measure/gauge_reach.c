#include "engine/measure/gauge_fits.h"

#include "kernels/math.h"

#include <math.h>

/* What a spoilt place adds to the picture falls off along the edge: at most this share of what it is itself off by
 * moves the edge beside it. */
static const double REACHED = 0.5;
/* What it adds is lost where it is this share of the noise; further than so many deviations of the blur it is nothing.
 */
static const double LOST = 0.07, NOTHING = 4;
/* So much inside of a curved outline, in deviations of the blur, is used always: less tells nothing of a level. */
static const double LEAST_INSIDE = 2;
/* A strip shows its edge where no more than this share of the contrast is another thing's, and no further from where
 * the others say than this, in deviations of the blur. */
static const double SHOWN = 0.5;

/* Whether something else is seen where the strip should show the edge. */
static bool is_spoilt(const struct strip_fit *f) {
  return f->trace->strip >= 0 && f->state != EDGE_FOUND && f->state != EDGE_BESIDE;
}

static bool shows_edge(const struct strip_fit *f, double usual, double place, double sigma) {
  return f->state == EDGE_OUTLIER && fabs(f->solved.contrast - usual) < SHOWN * fabs(usual) &&
         fabs(f->place - place) < SHOWN * sigma;
}

/* The k-th strip after or before strip i on the same part of the outline; -1: there is none. */
static int strip_after(const struct fits *fits, size_t i, size_t k, bool forward, bool closed) {
  const size_t at = forward ? i + k : i + fits->count - k, there = at % fits->count;
  if (!closed && (at < fits->count) != forward) return -1;
  return fits->one[there].trace->part == fits->one[i].trace->part ? (int)there : -1;
}

/* How far along the outline it is from the middle of strip i to the next one that is marked, px; INFINITY: none is. */
static double marked_after(const struct fits *fits, const bool *marked, size_t i, bool forward, bool closed) {
  double far = fits->one[i].trace->profile.length;
  for (size_t k = 1; k < fits->count; k++) {
    const int at = strip_after(fits, i, k, forward, closed);
    if (at < 0) break;
    if (marked[at]) return far;
    far += 2 * fits->one[at].trace->profile.length;
  }
  return INFINITY;
}

static double marked_near(const struct fits *fits, const bool *marked, size_t i, bool closed) {
  return fmin(marked_after(fits, marked, i, true, closed), marked_after(fits, marked, i, false, closed));
}

/* How far from a thing's border, in deviations of the blur, what it adds to the picture falls to a share of its own
 * contrast. */
static double faded(double share) {
  enum { STEPS = 40 };
  double distances[STEPS + 1];
  struct edge_response responses[STEPS + 1];
  int at = 0;
  for (int i = 0; i <= STEPS; i++) distances[i] = -NOTHING * i / STEPS;
  edge_responses(&(struct edge_shape){1, 0.1, 0}, distances, STEPS + 1, responses);
  while (at < STEPS && responses[at].value > share) at++;
  return -distances[at];
}

/* How far the blur of a spoilt place reaches, px: to where what it adds is lost; how much of that lies on strips that
 * have been seen to be spoilt by it; and what is used inside at least. */
struct reach {
  double clear, seen, inside;
};

/* Leaves out of a strip what a spoilt place reaches, whose border is `away` along the outline: all of it, or, towards
 * the centre of a curved outline, where strips draw together, the bins that are too near. */
static void keep_clear(struct strip_fit *f, double away, const struct reach *reach) {
  const struct kernel_profile *p = &f->trace->profile;
  const double turn = away * p->curvature;
  if (turn > 0) away = math_sin(turn < 0.5 * MATH_PI ? turn : 0.5 * MATH_PI) / p->curvature;
  if (away < reach->clear && f->state == EDGE_FOUND) f->state = EDGE_BESIDE, f->reached = INFINITY;
  double near = p->curvature > 0 ? (reach->clear / away - 1) / p->curvature : p->first;
  if (near > -reach->inside) near = -reach->inside;
  f->from = near > p->first ? (int32_t)ceil((near - p->first) * KERNEL_PROFILE_SCALE) : 0;
}

/* Of the spoilt strips takes those that still show their edge, within reach of one that does not, for beside that one,
 * where the spoilt place is. They are left out all the same. `away` of each strip gets how far it is from the next such
 * place, `spoilt` which strips are still taken for spoilt. */
static void part_tails(struct fits *fits, const double *places, double sigma, const struct reach *reach, bool closed,
                       bool *spoilt) {
  const double usual = fits_contrast(fits);
  bool core[GAUGE_MOST_PLACES];
  for (size_t i = 0; i < fits->count; i++) {
    const struct strip_fit *f = &fits->one[i];
    core[i] = is_spoilt(f) && !shows_edge(f, usual, places[i], sigma);
  }
  for (size_t i = 0; i < fits->count; i++) {
    struct strip_fit *f = &fits->one[i];
    f->away = marked_near(fits, core, i, closed);
    f->tail = is_spoilt(f) && !core[i] && f->away < reach->clear;
    spoilt[i] = is_spoilt(f) && !f->tail;
  }
  for (size_t i = 0; i < fits->count; i++)
    if (fits->one[i].tail) fits->one[i].state = EDGE_BESIDE, fits->one[i].reached = INFINITY;
}

void fits_mark_reached(struct fits *fits, const struct gauge *gauge, int parameters, double sigma) {
  double places[GAUGE_MOST_PLACES];
  bool spoilt[GAUGE_MOST_PLACES], any = false;
  const bool closed = gauge_is_closed(gauge);
  for (size_t i = 0; i < fits->count; i++) any = any || is_spoilt(&fits->one[i]), fits->one[i].tail = false;
  if (!any) return;
  fits_places_by_shape(gauge, fits, parameters, places);
  const double lost = LOST * sqrt(fits->noise) / fabs(fits_contrast(fits));
  const struct reach reach = {sigma * faded(lost), sigma * faded(fits->unseen), LEAST_INSIDE * sigma};
  part_tails(fits, places, sigma, &reach, closed, spoilt);
  for (size_t i = 0; i < fits->count; i++) {
    struct strip_fit *f = &fits->one[i];
    keep_clear(f, fmin(f->away, marked_near(fits, spoilt, i, closed) + reach.seen), &reach);
  }
}

/* How far from its place by the others' shape the spoilt strip next to strip i is found, px: INFINITY where nothing is
 * found in it, 0 where there is none before the next one that was found. */
static double next_off(const struct fits *fits, const double *places, size_t i, bool forward, bool closed) {
  for (size_t k = 1; k < fits->count; k++) {
    const int at = strip_after(fits, i, k, forward, closed);
    if (at < 0 || fits->one[at].state == EDGE_FOUND) break;
    if (fits->one[at].state == EDGE_OUTLIER) return fabs(fits->one[at].place - places[at]);
    if (is_spoilt(&fits->one[at])) return INFINITY;
  }
  return 0;
}

void fits_weigh_beside(struct fits *fits, const struct gauge *gauge, int parameters) {
  double places[GAUGE_MOST_PLACES];
  const bool closed = gauge_is_closed(gauge);
  if (!fits->left_out || !fits_places_by_shape(gauge, fits, parameters, places)) return;
  for (size_t i = 0; i < fits->count; i++) {
    if (fits->one[i].state != EDGE_BESIDE || fits->one[i].tail) continue;
    const double after = next_off(fits, places, i, true, closed), before = next_off(fits, places, i, false, closed);
    fits->one[i].reached = REACHED * (after > before ? after : before);
  }
}
