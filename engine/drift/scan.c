#include "engine/drift/scan_private.h"

#include "engine/drift/change.h"
#include "engine/statistics/distributions.h"

#include <stdlib.h>
#include <string.h>

bool scan_possible(const struct scan *scan) {
  if (scan->count < SCAN_LEAST_POINTS) return false;
  double events = 0;
  for (size_t i = 0; i < scan->count && scan->counted; i++) events += scan->values[i];
  if (scan->counted) return events >= SCAN_LEAST_EVENTS;
  for (size_t k = 0; k < scan->groups->strata[LEVEL_LINE]; k++)
    if (line_varies(scan, (uint32_t)k) && scan->levels[LEVEL_LINE].strength[k] >= SCAN_LEAST_POINTS) return true;
  return false;
}

/* --- Probabilities --- */

/* The square of the normal deviate that is as rare as a gain whose inflation is only known as well as so few lots tell.
 */
static double as_square(const struct scan_level *level, double gain) {
  if (isinf(level->freedom)) return gain;
  double p = student_upper(sqrt(gain), level->freedom), root = p > 0 ? normal_upper_quantile(p) : sqrt(gain);
  return root * root;
}

/* Of two ways of looking the rarer one counts, with twice its probability. */
static double rarer(double p, double q) {
  return fmin(1, 2 * fmin(p, q));
}

double scan_rarity(double extent, double joint, double most, int axes,
                   double (*rarity)(double dimensions, double x, const void *context), const void *context) {
  if (axes == 1) return rarity(1, most, context);
  return rarer(rarity(extent, joint, context), axes * rarity(1, most, context));
}

double scan_joint_square(double extent, double freedom, double ratio) {
  if (isinf(freedom)) return ratio * extent;
  double p = f_upper(ratio, extent, freedom * extent);
  return p > 0 ? chi_square_upper_quantile(p, extent) : ratio * extent;
}

double scan_rarity_once(double dimensions, double x, const void *unused) {
  (void)unused;
  return chi_square_upper(x, dimensions);
}

/* That the largest of a process of standardised sums over shares low..high of the points exceeds x, chi-square of d
 * dimensions. */
static double probability(double d, double x, double low, double high, bool both_sides) {
  int sign;
  if (!(x > d + 3) || low >= high) return 1;
  double density = exp(d / 2 * log(x / 2) - x / 2 - lgamma_r(d / 2, &sign));
  double p = density * ((1 - d / x) * log(high * (1 - low) / (low * (1 - high))) + 4 / x);
  return fmin(1, both_sides ? p : p / 2);
}

struct span {
  double low, high;
};

static double rarity_over_times(double dimensions, double x, const void *context) {
  const struct span *span = context;
  return probability(dimensions, x, span->low, span->high, true);
}

static double measured_probability(const struct scan *scan, const struct scan_level *level, const struct candidate *c,
                                   const struct span *span) {
  double most = 0, sum = 0, joint = 0;
  for (int a = 0; a < scan->axes; a++) {
    most = fmax(most, as_square(level, c->gains[a] / level->inflation[a]));
    sum += c->gains[a];
  }
  if (scan->axes > 1) joint = scan_joint_square(level->extent, level->freedom, sum / level->joint / scan->axes);
  bool once = c->key == KEY_LOT;
  return scan_rarity(level->extent, joint, most, scan->axes, once ? scan_rarity_once : rarity_over_times, span);
}

/* --- Measured values --- */

struct state {
  double score[COLOUR_AXES], information; /* of a group */
  double others;                          /* points of the strata that it is part of */
  size_t units;
};

/* How far, and which way. Of one number the size has the sign. */
static void set_shift(const struct scan *scan, const struct state *state, size_t i, struct candidate *c) {
  double off[COLOUR_AXES] = {0}, squares = 0, all = 0;
  for (int a = 0; a < scan->axes; a++) {
    off[a] = state->score[a] / state->information * sigma_of(scan, line_of(scan, i), a);
    squares += off[a] * off[a];
  }
  c->size = scan->axes > 1 ? sqrt(squares) : off[0];
  for (int a = 0; a < scan->axes; a++) {
    double sigma = sigma_of(scan, line_of(scan, i), a);
    c->way[a] = c->size != 0 ? off[a] / c->size : a == 0;
    c->weight[a] = sigma > 0 ? c->way[a] / (sigma * sigma) : 0;
    all += c->weight[a] * c->way[a];
  }
  for (int a = 0; a < scan->axes; a++) c->weight[a] = all > 0 ? c->weight[a] / all : c->way[a];
}

/* The sum over the axes, of each of which `gains` is not corrected for how means vary. */
static double gain_of(const struct scan *scan, const struct scan_level *level, const struct state *state,
                      double gains[COLOUR_AXES]) {
  double sum = 0;
  for (int a = 0; a < scan->axes; a++) sum += gains[a] = state->score[a] * state->score[a] / state->information;
  return sum / level->joint;
}

/* Whether the gain is far from exceeding another: what most points come to, told without a division. */
static bool is_less(const struct scan *scan, const struct scan_level *level, const struct state *state, double than) {
  double squares = 0;
  for (int a = 0; a < scan->axes; a++) squares += state->score[a] * state->score[a];
  return squares < 0.999 * than * level->joint * state->information;
}

/* Suffixes of every group of a key, the newest point first. A lot counts only when all of it is in. */
static void look_measured(const struct scan *scan, enum drift_key key, enum drift_level which, struct state *states,
                          size_t *parts, const size_t *totals, struct candidate *best) {
  const struct groups *g = scan->groups;
  const struct scan_level *level = &scan->levels[which];
  for (size_t i = scan->count; i-- > 0;) {
    uint32_t cell = scan->cells[i], group = g->of[key][cell];
    if (group == NO_GROUP || !usable(scan, which, i)) continue;
    struct state *state = &states[group];
    size_t *part = &parts[g->parts[which][key][cell]];
    double n = (double)level->strength[g->stratum[which][cell]];
    if (!*part) state->others += n;
    /* Sum over strata of m (1 - m / n), m one larger than before. */
    state->information += 1 - (2 * (double)*part + 1) / n;
    ++*part;
    for (int a = 0; a < scan->axes; a++) state->score[a] += residual(scan, which, i, a);
    state->units++;
    if (state->units < SCAN_LEAST_UNITS || state->information < 0.5 * SCAN_LEAST_UNITS) continue;
    if (key == KEY_LOT && state->units < totals[group]) continue;
    if (is_less(scan, level, state, best[group].gain)) continue;
    double gains[COLOUR_AXES], gain = gain_of(scan, level, state, gains);
    if (gain <= best[group].gain) continue;
    best[group] =
        (struct candidate){.key = key, .group = group, .level = which, .first = i, .units = state->units, .gain = gain};
    for (int a = 0; a < scan->axes; a++) best[group].gains[a] = gains[a];
    set_shift(scan, state, i, &best[group]);
  }
  for (size_t group = 0; group < g->count[key]; group++) {
    const struct state *state = &states[group];
    best[group].probability = 1;
    if (best[group].gain <= 0) continue;
    double low = SCAN_LEAST_UNITS / state->others, high = 1 - low, all = (double)totals[group] / state->others;
    const struct span span = {low, fmin(all, high)};
    best[group].probability = measured_probability(scan, level, &best[group], &span);
  }
}

/* Of the two ways of looking at rates of a group the rarer one counts, with twice its probability; a lot is looked at
 * in one way. */
static void join_rates(const struct candidate *few, struct candidate *best, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (few[i].probability < best[i].probability) best[i] = few[i];
    if (best[i].key != KEY_LOT) best[i].probability = fmin(1, 2 * best[i].probability);
  }
}

/* Both ways of looking; the rarer one counts, with twice its probability. */
static void join(const struct candidate *within_lots, struct candidate *best, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (within_lots[i].probability < best[i].probability) {
      double gain = fmax(best[i].gain, within_lots[i].gain);
      best[i] = within_lots[i];
      best[i].gain = gain;
    }
    best[i].probability = fmin(1, 2 * best[i].probability);
  }
}

/* --- Rates --- */

/* Keeps in `best` what explains most of a group: `events` in its last `units` points, from the point `first` on; `all`
 * events are in the scan. Where hardly any were to be expected, in `few`. */
static void consider_rate(const struct scan *scan, struct candidate *best, struct candidate *few, size_t first,
                          size_t units, int64_t events, double all) {
  double m = (double)units, a = (double)events, n = (double)scan->count;
  if (events < SCAN_LEAST_EVENTS || m >= n || a * (n - m) <= (all - a) * m) return;
  if (m * (all - a) < SCAN_LEAST_EXPECTED * (n - m)) best = few;
  double gain = change_rate_gain(a, m, all - a, n - m);
  if (gain <= best->gain) return;
  best->first = first;
  best->units = units;
  best->events = events;
  best->gain = gain;
}

/* Of chance, for the best of a group of `total` points; `events` are all of a lot, n the points of the scan. */
static double rate_probability(const struct candidate *best, size_t total, int64_t events, double all, double n) {
  /* The clock of rates are the events. */
  double low = SCAN_LEAST_EXPECTED / (all + SCAN_LEAST_EXPECTED);
  if (best->key != KEY_LOT) return probability(1, best->gain, low, fmin((double)total / n, 1 - low), false);
  if (best->inflation > 1) return normal_upper(sqrt(best->gain));
  return hypergeometric_upper(events - 1, (int64_t)best->units, (int64_t)all, (int64_t)n);
}

/* Of chance, where hardly any were to be expected: of a lot, Fisher's; else of the group's last points, the first of
 * which has the event: that the k-th event from the end comes so late is hypergeometric, and k is one of so many
 * numbers (Bonferroni). */
static double few_probability(const struct candidate *few, double all, double n) {
  if (few->inflation > 1) return 1;
  double p = hypergeometric_upper((int64_t)few->events - 1, (int64_t)few->units, (int64_t)all, (int64_t)n);
  return few->key == KEY_LOT ? p : fmin(1, p * (all - SCAN_LEAST_EVENTS + 1));
}

/* By how much the means of lots vary more than chance makes them, for the candidates of one group. One lot moves that
 * little. */
static bool inflation_for(const struct scan *scan, enum drift_key key, uint32_t group, double *inflation) {
  *inflation = scan->levels[LEVEL_LINE].inflation[0];
  return *inflation <= 1 || key == KEY_LOT || scan_inflation_without(scan, key, group, inflation);
}

static enum status look_counted(const struct scan *scan, enum drift_key key, struct state *states, const size_t *totals,
                                struct candidate *best, struct candidate *few, struct fault *fault) {
  const struct groups *g = scan->groups;
  double all = 0, n = (double)scan->count;
  for (size_t i = 0; i < scan->count; i++) all += scan->values[i];
  for (size_t i = scan->count; i-- > 0;) {
    uint32_t group = g->of[key][scan->cells[i]];
    if (group == NO_GROUP) continue;
    struct state *state = &states[group];
    state->units++;
    state->score[0] += scan->values[i];
    /* The ratio is largest where a photo with the defect comes first. */
    if (key == KEY_LOT ? state->units == totals[group] : scan->values[i] > 0.5)
      consider_rate(scan, &best[group], &few[group], i, state->units, (int64_t)state->score[0], all);
  }
  for (size_t group = 0; group < g->count[key]; group++) {
    struct candidate *b = &best[group], *f = &few[group];
    if (!(b->gain > 0 || f->gain > 0)) continue;
    if (!inflation_for(scan, key, (uint32_t)group, &b->inflation))
      return fault_set(fault, STATUS_MEMORY, "out of memory to look for drift");
    f->inflation = b->inflation;
    b->gain /= b->inflation, f->gain /= b->inflation;
    if (b->gain > 0) b->probability = rate_probability(b, totals[group], (int64_t)states[group].score[0], all, n);
    if (f->gain > 0) f->probability = few_probability(f, all, n);
  }
  return STATUS_OK;
}

size_t scan_candidates(const struct groups *groups) {
  size_t count = 0;
  for (int key = 0; key < DRIFT_KEYS; key++) count += groups->count[key];
  return count;
}

static enum status look_key(const struct scan *scan, enum drift_key key, struct state *states, size_t *parts,
                            size_t *totals, struct candidate *best, struct candidate *other, struct fault *fault) {
  const struct groups *g = scan->groups;
  size_t count = g->count[key];
  for (size_t i = 0; i < count; i++)
    best[i] = other[i] =
        (struct candidate){.key = key, .group = (uint32_t)i, .probability = 1, .way = {1}, .weight = {1}};
  for (size_t i = 0; i < scan->count; i++)
    if (g->of[key][scan->cells[i]] != NO_GROUP) totals[g->of[key][scan->cells[i]]]++;
  if (scan->counted) {
    enum status status = look_counted(scan, key, states, totals, best, other, fault);
    join_rates(other, best, count);
    return status;
  }
  look_measured(scan, key, LEVEL_LINE, states, parts, totals, best);
  if (key == KEY_LOT) return scan_look_lots(scan, best, fault);
  if (!g->strata[LEVEL_LOT]) return STATUS_OK;
  memset(states, 0, count * sizeof *states);
  memset(parts, 0, g->part_count[LEVEL_LINE][key] * sizeof *parts);
  look_measured(scan, key, LEVEL_LOT, states, parts, totals, other);
  join(other, best, count);
  return STATUS_OK;
}

enum status scan_look(const struct scan *scan, struct candidate *candidates, struct fault *fault) {
  const struct groups *g = scan->groups;
  enum status status = STATUS_OK;
  for (int key = 0; key < DRIFT_KEYS && !status; key++) {
    size_t count = g->count[key] + 1, part_count = g->part_count[LEVEL_LINE][key] + g->part_count[LEVEL_LOT][key] + 1;
    struct state *states = calloc(count, sizeof *states);
    size_t *parts = calloc(part_count, sizeof *parts), *totals = calloc(count, sizeof *totals);
    struct candidate *other = calloc(count, sizeof *other);
    if (states && parts && totals && other)
      status = look_key(scan, (enum drift_key)key, states, parts, totals, candidates, other, fault);
    else
      status = fault_set(fault, STATUS_MEMORY, "out of memory to look for drift");
    free(states);
    free(parts);
    free(totals);
    free(other);
    candidates += g->count[key];
  }
  return status;
}
