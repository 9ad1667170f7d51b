#include "engine/drift/change.h"

#include <math.h>
#include <stdlib.h>

/* Of twice the log likelihood; see change.h. What a ramp, or its end, must explain more than what is simpler:
 * chi-square's 99.76 % point for one parameter more. */
static const double step_drop = 2 * 3.676, ramp_drop = 2 * 1.921, either_drop = 2 * 2.996, worth = 9.2;

enum { GRID = 96 };

/* Sums that give the fit of any ramp in constant time: of the values about their mean, before each index. */
struct sums {
  double *plain, *by_index;
  size_t count;
  double mean, total; /* total: sum of squares about the mean */
};

static void sums_free(struct sums *sums) {
  free(sums->plain);
  free(sums->by_index);
}

static enum status sums_make(const double *values, size_t count, struct sums *sums, struct fault *fault) {
  *sums = (struct sums){.count = count};
  sums->plain = calloc(count + 1, sizeof *sums->plain);
  sums->by_index = calloc(count + 1, sizeof *sums->by_index);
  if (!sums->plain || !sums->by_index) {
    sums_free(sums);
    return fault_set(fault, STATUS_MEMORY, "out of memory for a series");
  }
  for (size_t i = 0; i < count; i++) sums->mean += values[i];
  sums->mean /= (double)count;
  for (size_t i = 0; i < count; i++) {
    double r = values[i] - sums->mean;
    sums->plain[i + 1] = sums->plain[i] + r;
    sums->by_index[i + 1] = sums->by_index[i] + r * (double)i;
    sums->total += r * r;
  }
  return STATUS_OK;
}

/* The least squares fit of level + size f: f is 0 up to `onset`, 1 from onset + length on, straight in between. A step
 * has length 1. */
struct fit {
  double cross, spread; /* sum of value and f, sum of squares of f, each about the means */
  double mean_f;
};

static struct fit fit_ramp(const struct sums *s, size_t onset, size_t length) {
  size_t end = onset + length;
  double n = (double)s->count, l = (double)length, after = n - (double)end;
  double sum = (l - 1) / 2 + after, squares = (l - 1) * (2 * l - 1) / (6 * l) + after;
  double rising = s->by_index[end] - s->by_index[onset + 1] - (double)onset * (s->plain[end] - s->plain[onset + 1]);
  return (struct fit){.cross = rising / l - s->plain[end], /* the values about the mean add up to 0 */
                      .spread = squares - sum * sum / n,
                      .mean_f = sum / n};
}

static double explained(const struct sums *s, size_t onset, size_t length) {
  struct fit fit = fit_ramp(s, onset, length);
  return fit.spread > 0 ? fit.cross * fit.cross / fit.spread : 0;
}

/* The length that fits best with this onset, from a grid and then from its neighbours. */
static double best_length(const struct sums *s, size_t onset, size_t *length) {
  size_t most = s->count - 1 - onset, best = 1;
  double most_explained = -1;
  size_t hop = most / GRID + 1;
  for (size_t l = 1; l <= most; l += hop) {
    double e = explained(s, onset, l);
    if (e > most_explained) most_explained = e, best = l;
  }
  if (explained(s, onset, most) > most_explained) most_explained = explained(s, onset, most), best = most;
  for (; hop; hop /= 2)
    for (int side = -1; side <= 1; side += 2)
      for (;;) {
        size_t next = side < 0 ? (best > hop ? best - hop : 0) : best + hop;
        if (next < 1 || next > most || explained(s, onset, next) <= most_explained) break;
        most_explained = explained(s, onset, next), best = next;
      }
  *length = best;
  return most_explained;
}

static double best_ramp(const struct sums *s, size_t *onset, size_t *length) {
  size_t last = s->count - 2, hop = last / GRID + 1, l;
  double most = -1;
  for (size_t at = 0; at <= last; at += hop) {
    double e = best_length(s, at, &l);
    if (e > most) most = e, *onset = at, *length = l;
  }
  for (; hop; hop /= 2)
    for (int side = -1; side <= 1; side += 2)
      for (;;) {
        if (side < 0 ? *onset < hop : *onset + hop > last) break;
        size_t next = side < 0 ? *onset - hop : *onset + hop;
        double e = best_length(s, next, &l);
        if (e <= most) break;
        most = e, *onset = next, *length = l;
      }
  return most;
}

static double best_step(const struct sums *s, size_t *onset) {
  double most = -1;
  for (size_t at = 0; at + 1 < s->count; at++) {
    double e = explained(s, at, 1);
    if (e > most) most = e, *onset = at;
  }
  return most;
}

static double of_onset(const struct sums *s, size_t onset, bool ramp) {
  size_t unused;
  return ramp ? best_length(s, onset, &unused) : explained(s, onset, 1);
}

/* Places. */
struct range {
  size_t lower, upper;
};

/* The first and the last onset that explain no less than `least`, about the best of them. A ramp's likelihood is smooth
 * and is followed from the best outwards; a step's is not, and each place is looked at. */
static struct range interval(const struct sums *s, size_t best, bool ramp, double least) {
  struct range range = {best, best};
  size_t last = s->count - 2, step = ramp && s->count > 20000 ? s->count / 5000 : 1;
  for (int side = -1; side <= 1; side += 2) {
    size_t *bound = side < 0 ? &range.lower : &range.upper;
    for (size_t at = best; side < 0 ? at >= step : at + step <= last;) {
      at = side < 0 ? at - step : at + step;
      if (of_onset(s, at, ramp) >= least)
        *bound = at;
      else if (ramp)
        break;
    }
  }
  /* A ramp may begin between the last place that was looked at and the one before it. */
  if (ramp) range.lower = range.lower > step ? range.lower - step : 0;
  if (step > 1) range.upper = range.upper + step < last ? range.upper + step : last;
  return range;
}

static void describe(const struct sums *s, size_t onset, size_t length, double inflation, struct change *change) {
  struct fit fit = fit_ramp(s, onset, length);
  double left = fmax(s->total - explained(s, onset, length), 0), n = (double)s->count;
  *change = (struct change){.model = length > 1 ? CHANGE_RAMP : CHANGE_STEP,
                            .onset = onset,
                            .end = onset + length,
                            .sigma = sqrt(left / fmax(n - 3, 1))};
  double variance = fmax(change->sigma * change->sigma, 1e-300) * inflation;
  change->size = fit.spread > 0 ? fit.cross / fit.spread : 0;
  change->size_error = fit.spread > 0 ? sqrt(variance / fit.spread) : INFINITY;
  change->before = s->mean - change->size * fit.mean_f;
  change->after = change->before + change->size;
  change->gain = explained(s, onset, length) / variance;
}

/* The interval of a step, of a ramp, or of what may be either: of each the best onset, NULL where it is out of the
 * question. */
static void find_interval(const struct sums *s, double variance, const size_t *step, const size_t *ramp,
                          struct change *change) {
  struct range range = {SIZE_MAX, 0};
  if (step) range = interval(s, *step, false, of_onset(s, *step, false) - step_drop * variance);
  if (ramp) {
    struct range other =
        interval(s, *ramp, true, of_onset(s, *ramp, true) - (step ? either_drop : ramp_drop) * variance);
    if (other.lower < range.lower) range.lower = other.lower;
    if (other.upper > range.upper) range.upper = other.upper;
  }
  change->lower = range.lower, change->upper = range.upper;
}

/* A ramp goes on unless one that has come to an end explains clearly more. */
static bool still_rising(const struct sums *s, const struct change *change, double inflation) {
  double to_the_end = explained(s, change->onset, s->count - 1 - change->onset), variance;
  variance = change->sigma * change->sigma * inflation;
  return explained(s, change->onset, change->end - change->onset) - to_the_end < worth * variance;
}

static enum status find(const double *values, size_t count, double inflation, bool ramps, struct change *change,
                        struct fault *fault) {
  struct sums sums;
  enum status status = sums_make(values, count, &sums, fault);
  if (status) return status;
  size_t onset = 0, ramp_onset = 0, length = 1;
  double step = best_step(&sums, &onset), ramp = ramps ? best_ramp(&sums, &ramp_onset, &length) : 0;
  double variance = fmax(sums.total - fmax(step, ramp), 0) / fmax((double)count - 3, 1) * inflation;
  bool take_ramp = ramps && length > 1 && ramp - step > worth * variance;
  describe(&sums, take_ramp ? ramp_onset : onset, take_ramp ? length : 1, inflation, change);
  find_interval(&sums, variance, take_ramp ? NULL : &onset, ramps ? &ramp_onset : NULL, change);
  change->over_step = take_ramp && step > 0 ? ramp / step : 1;
  change->goes_on = take_ramp && still_rising(&sums, change, inflation);
  sums_free(&sums);
  return STATUS_OK;
}

enum status change_find(const double *values, size_t count, double inflation, struct change *change,
                        struct fault *fault) {
  return find(values, count, inflation, true, change, fault);
}

enum status change_find_step(const double *values, size_t count, double inflation, struct change *change,
                             struct fault *fault) {
  return find(values, count, inflation, false, change, fault);
}

/* --- Rates --- */

/* The log likelihood of a events in m units at their own rate. */
static double own_rate(double a, double m) {
  double likelihood = 0;
  if (a > 0) likelihood += a * log(a / m);
  if (a < m) likelihood += (m - a) * log1p(-a / m);
  return likelihood;
}

double change_rate_gain(double a, double m, double b, double n) {
  return 2 * (own_rate(a, m) + own_rate(b, n) - own_rate(a + b, m + n));
}

void change_find_rate(const double *values, size_t count, int64_t other_events, int64_t other_units, double inflation,
                      struct rate_change *change) {
  *change = (struct rate_change){.gain = -1};
  int64_t events = 0, all = other_events, units = other_units + (int64_t)count;
  for (size_t i = 0; i < count; i++) all += values[i] > 0.5;
  /* Twice: for the largest, then for all that come near it. */
  for (int pass = 0; pass < 2; pass++) {
    bool any = false;
    events = 0;
    for (size_t i = count; i-- > 1;) {
      events += values[i] > 0.5;
      int64_t m = (int64_t)(count - i);
      double gain =
          change_rate_gain((double)events, (double)m, (double)(all - events), (double)(units - m)) / inflation;
      if (!pass && gain > change->gain)
        *change = (struct rate_change){.onset = i - 1, .gain = gain, .events = events, .units = m};
      if (!pass || gain < change->gain - step_drop) continue;
      if (!any) change->upper = i - 1;
      change->lower = i - 1;
      any = true;
    }
  }
  if (change->units) change->after = (double)change->events / (double)change->units;
  if (units > change->units) change->before = (double)(all - change->events) / (double)(units - change->units);
}
