#include "engine/drift/scan.h"

#include "engine/drift/change.h"
#include "engine/statistics/distributions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Residuals beyond so many sigma count as this many: one wrong value makes no drift. */
static const double clip = 4;

enum status scan_make(const struct season *season, const struct groups *groups, bool counted,
                      struct season_points *points, struct scan *scan, struct fault *fault) {
  *scan = (struct scan){.season = season,
                        .groups = groups,
                        .counted = counted,
                        .count = points->count,
                        .values = points->values,
                        .rows = points->rows,
                        .cells = calloc(points->count + 1, sizeof *scan->cells),
                        .sigma = calloc(groups->strata + 1, sizeof *scan->sigma),
                        .level = calloc(groups->strata + 1, sizeof *scan->level),
                        .middle = calloc(groups->strata + 1, sizeof *scan->middle),
                        .strength = calloc(groups->strata + 1, sizeof *scan->strength),
                        .inflation = 1};
  *points = (struct season_points){0};
  if (!scan->cells || !scan->sigma || !scan->level || !scan->middle || !scan->strength)
    return fault_set(fault, STATUS_MEMORY, "out of memory to look for drift");
  for (size_t i = 0; i < scan->count; i++) scan->cells[i] = season->cell[scan->rows[i]];
  return STATUS_OK;
}

void scan_free(struct scan *scan) {
  free(scan->values);
  free(scan->rows);
  free(scan->cells);
  free(scan->sigma);
  free(scan->level);
  free(scan->middle);
  free(scan->strength);
  *scan = (struct scan){0};
}

void scan_keep(struct scan *scan, const bool *keep) {
  size_t kept = 0;
  for (size_t i = 0; i < scan->count; i++) {
    if (!keep[i]) continue;
    scan->values[kept] = scan->values[i];
    scan->rows[kept] = scan->rows[i];
    scan->cells[kept++] = scan->cells[i];
  }
  scan->count = kept;
}

/* --- Level and spread --- */

struct stratum_sums {
  double sum, ranges, before;
  size_t count;
};

static double residual(const struct scan *scan, size_t i) {
  uint32_t k = scan->groups->stratum[scan->cells[i]];
  double sigma = scan->sigma[k];
  if (sigma <= 0 || scan->strength[k] < SCAN_LEAST_POINTS) return 0;
  return fmax(-clip, fmin(clip, (scan->values[i] - scan->level[k]) / sigma)) - scan->middle[k];
}

/* The residuals of a skewed quantity are clipped on one side more than on the other. */
static void centre_residuals(struct scan *scan) {
  size_t strata = scan->groups->strata;
  memset(scan->middle, 0, strata * sizeof *scan->middle);
  double *sums = calloc(strata + 1, sizeof *sums);
  if (!sums) {
    scan->count = 0;
    return;
  }
  for (size_t i = 0; i < scan->count; i++) sums[scan->groups->stratum[scan->cells[i]]] += residual(scan, i);
  for (size_t k = 0; k < strata; k++)
    if (scan->strength[k]) scan->middle[k] = sums[k] / (double)scan->strength[k];
  free(sums);
}

static void estimate_strata(struct scan *scan, struct stratum_sums *sums) {
  for (size_t i = 0; i < scan->count; i++) {
    struct stratum_sums *s = &sums[scan->groups->stratum[scan->cells[i]]];
    s->sum += scan->values[i];
    if (s->count++) s->ranges += fabs(scan->values[i] - s->before);
    s->before = scan->values[i];
  }
  double sum = 0;
  for (size_t k = 0; k < scan->groups->strata; k++) {
    size_t n = sums[k].count;
    sum += sums[k].sum;
    scan->strength[k] = n;
    scan->level[k] = n ? sums[k].sum / (double)n : 0;
    /* d2 of two values: 2 / sqrt(pi). */
    scan->sigma[k] = n > 1 ? sums[k].ranges / (double)(n - 1) * sqrt(M_PI) / 2 : 0;
  }
  if (!scan->counted) centre_residuals(scan);
  if (!scan->counted || !scan->count) return;
  double rate = sum / (double)scan->count;
  for (size_t k = 0; k < scan->groups->strata; k++) scan->level[k] = rate, scan->sigma[k] = sqrt(rate * (1 - rate));
}

struct lot_mean {
  double sum;
  size_t count;
  uint32_t stratum;
};

static int by_value(const void *a, const void *b) {
  const double *x = a, *y = b;
  return *x < *y ? -1 : *x > *y;
}

/* Squared differences of the means of successive lots on a line, in units of what independent values would give. */
static size_t lot_differences(const struct scan *scan, const struct lot_mean *lots, size_t count, struct lot_mean *last,
                              double *squares) {
  size_t found = 0;
  for (size_t i = 0; i < count; i++) {
    struct lot_mean *before = &last[lots[i].stratum];
    double n = (double)lots[i].count, m = (double)before->count, sigma = scan->sigma[lots[i].stratum];
    if (lots[i].count < SCAN_LEAST_UNITS) continue;
    if (before->count && sigma > 0) {
      double off = lots[i].sum / n - before->sum / m;
      squares[found++] = off * off / (sigma * sigma * (1 / n + 1 / m));
    }
    *before = lots[i];
  }
  return found;
}

/* From the four fifths of the differences that are smallest, which a few lots that really differ do not move; their
 * mean square is that much of chi-square's. Counts say little: for them only what is clearly above chance counts. */
static void inflate(struct scan *scan, double *squares, size_t count) {
  scan->inflation = 1;
  scan->freedom = INFINITY;
  if (count < 3) return;
  qsort(squares, count, sizeof *squares, by_value);
  size_t kept = (4 * count + 4) / 5;
  double share = (double)kept / (double)count, mean = 0;
  for (size_t i = 0; i < kept; i++) mean += squares[i] / (double)kept;
  double edge = normal_quantile((1 + share) / 2);
  double ratio = share < 1 ? mean / (1 - 2 * edge * normal_density(edge) / share) : mean;
  double freedom = 0.6 * (double)count; /* simulated: 0.5 to 0.6 */
  if (!scan->counted) {
    scan->inflation = fmax(1, ratio);
    scan->freedom = freedom;
  } else if (ratio > 1 + 3 * sqrt(2 / freedom)) {
    scan->inflation = ratio;
  }
}

/* The lots of each line in the order in which they begin. */
static size_t take_lots(const struct scan *scan, struct lot_mean *of_part, struct lot_mean *lots, uint32_t *order) {
  const struct groups *g = scan->groups;
  size_t count = 0;
  for (size_t i = 0; i < scan->count; i++) {
    uint32_t cell = scan->cells[i], part = g->parts[KEY_LOT][cell];
    if (part == NO_GROUP) continue;
    if (!of_part[part].count++) order[count++] = part;
    of_part[part].sum += scan->values[i];
    of_part[part].stratum = g->stratum[cell];
  }
  for (size_t i = 0; i < count; i++) lots[i] = of_part[order[i]];
  return count;
}

void scan_estimate(struct scan *scan) {
  size_t strata = scan->groups->strata + 1, parts = scan->groups->part_count[KEY_LOT] + 1;
  struct stratum_sums *sums = calloc(strata, sizeof *sums);
  struct lot_mean *last = calloc(strata, sizeof *last), *of_part = calloc(parts, sizeof *of_part),
                  *lots = calloc(parts, sizeof *lots);
  uint32_t *order = calloc(parts, sizeof *order);
  double *squares = calloc(parts, sizeof *squares);
  if (sums && last && of_part && lots && order && squares) {
    estimate_strata(scan, sums);
    inflate(scan, squares, lot_differences(scan, lots, take_lots(scan, of_part, lots, order), last, squares));
  } else {
    scan->count = 0;
  }
  free(sums);
  free(last);
  free(of_part);
  free(lots);
  free(order);
  free(squares);
}

bool scan_possible(const struct scan *scan) {
  if (scan->count < SCAN_LEAST_POINTS) return false;
  double events = 0;
  for (size_t i = 0; i < scan->count && scan->counted; i++) events += scan->values[i];
  if (scan->counted) return events >= SCAN_LEAST_EVENTS;
  for (size_t k = 0; k < scan->groups->strata; k++)
    if (scan->sigma[k] > 0 && scan->strength[k] >= SCAN_LEAST_POINTS) return true;
  return false;
}

/* --- Probabilities --- */

/* The root of a gain whose inflation is only known as well as so few lots tell, as the normal deviate that is as
 * rare. */
static double as_normal(const struct scan *scan, double gain) {
  double b = sqrt(gain);
  if (isinf(scan->freedom)) return b;
  double p = student_upper(b, scan->freedom);
  return p > 0 ? normal_upper_quantile(p) : b;
}

/* That the largest of a process of standardised sums over shares low..high of the points exceeds sqrt(gain). */
static double probability(const struct scan *scan, double gain, double low, double high, bool both_sides) {
  double b = as_normal(scan, gain);
  if (!(b > 2) || low >= high) return 1;
  double density = normal_density(b);
  double p = density * (b - 1 / b) * log(high * (1 - low) / (low * (1 - high))) + 4 * density / b;
  return fmin(1, both_sides ? p : p / 2);
}

/* --- Measured values --- */

struct state {
  double score, information; /* of a group */
  double others;             /* points of the strata that it is part of */
  size_t units;
};

static void consider(struct candidate *best, const struct candidate *candidate) {
  if (candidate->gain > best->gain) *best = *candidate;
}

/* Suffixes of every group of a key, the newest point first. A lot counts only when all of it is in. */
static void look_measured(const struct scan *scan, enum drift_key key, struct state *states, size_t *parts,
                          const size_t *totals, struct candidate *best) {
  const struct groups *g = scan->groups;
  for (size_t i = scan->count; i-- > 0;) {
    uint32_t cell = scan->cells[i], group = g->of[key][cell], k = g->stratum[cell];
    if (group == NO_GROUP || scan->sigma[k] <= 0 || scan->strength[k] < SCAN_LEAST_POINTS) continue;
    struct state *state = &states[group];
    size_t *part = &parts[g->parts[key][cell]];
    double n = (double)scan->strength[k];
    if (!*part) state->others += n;
    /* Sum over strata of m (1 - m / n), m one larger than before. */
    state->information += 1 - (2 * (double)*part + 1) / n;
    ++*part;
    state->score += residual(scan, i);
    state->units++;
    if (state->units < SCAN_LEAST_UNITS || state->information < 0.5 * SCAN_LEAST_UNITS) continue;
    if (key == KEY_LOT && state->units < totals[group]) continue;
    struct candidate now = {.key = key,
                            .group = group,
                            .first = i,
                            .units = state->units,
                            .gain = state->score * state->score / state->information / scan->inflation,
                            .size = state->score / state->information * scan->sigma[k]};
    consider(&best[group], &now);
  }
  for (size_t group = 0; group < g->count[key]; group++) {
    const struct state *state = &states[group];
    if (best[group].gain <= 0) continue;
    double low = SCAN_LEAST_UNITS / state->others, high = 1 - low, all = (double)totals[group] / state->others;
    best[group].probability = key == KEY_LOT ? 2 * normal_upper(as_normal(scan, best[group].gain))
                                             : probability(scan, best[group].gain, low, fmin(all, high), true);
  }
}

/* --- Rates --- */

static void look_counted(const struct scan *scan, enum drift_key key, struct state *states, const size_t *totals,
                         struct candidate *best) {
  const struct groups *g = scan->groups;
  double all = 0, n = (double)scan->count;
  for (size_t i = 0; i < scan->count; i++) all += scan->values[i];
  for (size_t i = scan->count; i-- > 0;) {
    uint32_t group = g->of[key][scan->cells[i]];
    if (group == NO_GROUP) continue;
    struct state *state = &states[group];
    state->units++;
    state->score += scan->values[i];
    /* The ratio is largest where a photo with the defect comes first. */
    bool whole = state->units == totals[group];
    if (key == KEY_LOT ? !whole : scan->values[i] < 0.5) continue;
    double m = (double)state->units, a = state->score;
    if (state->units < SCAN_LEAST_UNITS || a < SCAN_LEAST_EVENTS || m >= n || a * (n - m) <= (all - a) * m) continue;
    struct candidate now = {.key = key,
                            .group = group,
                            .first = i,
                            .units = state->units,
                            .gain = change_rate_gain(a, m, all - a, n - m) / scan->inflation};
    consider(&best[group], &now);
  }
  for (size_t group = 0; group < g->count[key]; group++) {
    struct candidate *b = &best[group];
    if (b->gain <= 0) continue;
    /* The clock of rates are the events: fewer than one resolve no time. */
    double low = 1 / (all + 1);
    if (key != KEY_LOT)
      b->probability = probability(scan, b->gain, low, fmin((double)totals[group] / n, 1 - low), false);
    else
      b->probability = scan->inflation > 1 ? normal_upper(sqrt(b->gain))
                                           : hypergeometric_upper((int64_t)states[group].score - 1, (int64_t)b->units,
                                                                  (int64_t)all, (int64_t)scan->count);
  }
}

size_t scan_candidates(const struct groups *groups) {
  size_t count = 0;
  for (int key = 0; key < DRIFT_KEYS; key++) count += groups->count[key];
  return count;
}

enum status scan_look(const struct scan *scan, struct candidate *candidates, struct fault *fault) {
  const struct groups *g = scan->groups;
  enum status status = STATUS_OK;
  for (int key = 0; key < DRIFT_KEYS && !status; key++) {
    struct state *states = calloc(g->count[key] + 1, sizeof *states);
    size_t *parts = calloc(g->part_count[key] + 1, sizeof *parts), *totals = calloc(g->count[key] + 1, sizeof *totals);
    for (size_t i = 0; i < g->count[key]; i++)
      candidates[i] = (struct candidate){.key = (enum drift_key)key, .group = (uint32_t)i, .probability = 1};
    if (states && parts && totals) {
      for (size_t i = 0; i < scan->count; i++)
        if (g->of[key][scan->cells[i]] != NO_GROUP) totals[g->of[key][scan->cells[i]]]++;
      if (scan->counted)
        look_counted(scan, (enum drift_key)key, states, totals, candidates);
      else
        look_measured(scan, (enum drift_key)key, states, parts, totals, candidates);
    } else {
      status = fault_set(fault, STATUS_MEMORY, "out of memory to look for drift");
    }
    free(states);
    free(parts);
    free(totals);
    candidates += g->count[key];
  }
  return status;
}
