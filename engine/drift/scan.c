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
                        .sigma = calloc(groups->strata[LEVEL_LINE] + 1, sizeof *scan->sigma)};
  *points = (struct season_points){0};
  bool good = scan->cells && scan->sigma;
  for (int i = 0; i < DRIFT_LEVELS; i++) {
    struct scan_level *level = &scan->levels[i];
    size_t room = groups->strata[i] + 1;
    level->level = calloc(room, sizeof *level->level);
    level->middle = calloc(room, sizeof *level->middle);
    level->strength = calloc(room, sizeof *level->strength);
    good = good && level->level && level->middle && level->strength;
  }
  if (!good) return fault_set(fault, STATUS_MEMORY, "out of memory to look for drift");
  for (size_t i = 0; i < scan->count; i++) scan->cells[i] = season->cell[scan->rows[i]];
  return STATUS_OK;
}

void scan_free(struct scan *scan) {
  free(scan->values);
  free(scan->rows);
  free(scan->cells);
  free(scan->sigma);
  for (int i = 0; i < DRIFT_LEVELS; i++) {
    free(scan->levels[i].level);
    free(scan->levels[i].middle);
    free(scan->levels[i].strength);
  }
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

static uint32_t line_of(const struct scan *scan, size_t i) {
  return scan->groups->stratum[LEVEL_LINE][scan->cells[i]];
}

static uint32_t stratum_of(const struct scan *scan, enum drift_level level, size_t i) {
  return scan->groups->stratum[level][scan->cells[i]];
}

static double residual(const struct scan *scan, enum drift_level which, size_t i) {
  const struct scan_level *level = &scan->levels[which];
  uint32_t k = stratum_of(scan, which, i);
  double off = (scan->values[i] - level->level[k]) / scan->sigma[line_of(scan, i)];
  return fmax(-clip, fmin(clip, off)) - level->middle[k];
}

/* Whether a point has something to be compared with. */
static bool usable(const struct scan *scan, enum drift_level level, size_t i) {
  uint32_t k = stratum_of(scan, level, i);
  return k != NO_GROUP && scan->sigma[line_of(scan, i)] > 0 && scan->levels[level].strength[k] >= SCAN_LEAST_POINTS;
}

/* From mean moving ranges: d2 of two values is 2 / sqrt(pi). */
static bool estimate_sigma(struct scan *scan) {
  size_t lines = scan->groups->strata[LEVEL_LINE];
  double *last = calloc(lines + 1, sizeof *last), *ranges = calloc(lines + 1, sizeof *ranges);
  size_t *count = calloc(lines + 1, sizeof *count);
  bool good = last && ranges && count;
  for (size_t i = 0; good && i < scan->count; i++) {
    uint32_t k = line_of(scan, i);
    if (count[k]++) ranges[k] += fabs(scan->values[i] - last[k]);
    last[k] = scan->values[i];
  }
  for (size_t k = 0; good && k < lines; k++)
    scan->sigma[k] = count[k] > 1 ? ranges[k] / (double)(count[k] - 1) * sqrt(M_PI) / 2 : 0;
  free(last);
  free(ranges);
  free(count);
  return good;
}

static void estimate_level(struct scan *scan, enum drift_level which) {
  struct scan_level *level = &scan->levels[which];
  size_t strata = scan->groups->strata[which];
  memset(level->strength, 0, strata * sizeof *level->strength);
  memset(level->level, 0, strata * sizeof *level->level);
  memset(level->middle, 0, strata * sizeof *level->middle);
  for (size_t i = 0; i < scan->count; i++) {
    uint32_t k = stratum_of(scan, which, i);
    if (k == NO_GROUP) continue;
    level->strength[k]++;
    level->level[k] += scan->values[i];
  }
  for (size_t k = 0; k < strata; k++)
    if (level->strength[k]) level->level[k] /= (double)level->strength[k];
}

/* The residuals of a skewed quantity are clipped on one side more than on the other. */
static bool centre_residuals(struct scan *scan, enum drift_level which) {
  struct scan_level *level = &scan->levels[which];
  double *sums = calloc(scan->groups->strata[which] + 1, sizeof *sums);
  for (size_t i = 0; sums && i < scan->count; i++)
    if (usable(scan, which, i)) sums[stratum_of(scan, which, i)] += residual(scan, which, i);
  for (size_t k = 0; sums && k < scan->groups->strata[which]; k++)
    if (level->strength[k]) level->middle[k] = sums[k] / (double)level->strength[k];
  free(sums);
  return sums;
}

/* All photos of the golden have one rate. */
static void estimate_rate(struct scan *scan) {
  double sum = 0;
  for (size_t i = 0; i < scan->count; i++) sum += scan->values[i];
  double rate = scan->count ? sum / (double)scan->count : 0;
  for (size_t k = 0; k < scan->groups->strata[LEVEL_LINE]; k++) scan->sigma[k] = sqrt(rate * (1 - rate));
}

/* --- How means vary --- */

/* Successive values whose mean is compared with the next one's: of a lot, or of a block of so many. */
struct block {
  double sum;
  size_t count;
  uint32_t stratum, line;
};

/* Blocks without lots, and within lots. */
enum { BLOCK = 100, BLOCK_IN_LOT = 50 };

static int by_value(const void *a, const void *b) {
  const double *x = a, *y = b;
  return *x < *y ? -1 : *x > *y;
}

/* Squared differences of the means of successive blocks of a stratum, in units of what independent values would give.
 */
static size_t block_differences(const struct scan *scan, const struct block *blocks, size_t count, struct block *last,
                                double *squares) {
  size_t found = 0;
  for (size_t i = 0; i < count; i++) {
    struct block *before = &last[blocks[i].stratum];
    double n = (double)blocks[i].count, m = (double)before->count, sigma = scan->sigma[blocks[i].line];
    if (blocks[i].count < SCAN_LEAST_UNITS) continue;
    if (before->count && sigma > 0) {
      double off = blocks[i].sum / n - before->sum / m;
      squares[found++] = off * off / (sigma * sigma * (1 / n + 1 / m));
    }
    *before = blocks[i];
  }
  return found;
}

/* From the four fifths of the differences that are smallest, which a few lots that really differ do not move; their
 * mean square is that much of chi-square's. Counts say little: for them only what is clearly above chance counts. */
static void inflate(struct scan *scan, struct scan_level *level, double *squares, size_t count) {
  level->inflation = 1;
  level->freedom = INFINITY;
  if (count < 3) return;
  qsort(squares, count, sizeof *squares, by_value);
  size_t kept = (4 * count + 4) / 5;
  double share = (double)kept / (double)count, mean = 0;
  for (size_t i = 0; i < kept; i++) mean += squares[i] / (double)kept;
  double edge = normal_quantile((1 + share) / 2);
  double ratio = share < 1 ? mean / (1 - 2 * edge * normal_density(edge) / share) : mean;
  double freedom = 0.6 * (double)count; /* simulated: 0.5 to 0.6 */
  if (!scan->counted) {
    level->inflation = fmax(1, ratio);
    level->freedom = freedom;
  } else if (ratio > 1 + 3 * sqrt(2 / freedom)) {
    level->inflation = ratio;
  }
}

/* The blocks in the order in which they begin: the lots of a line, blocks of values of a line that has no lots, or
 * blocks of values within lots. `of` has the block of each stratum that is open, plus 1. */
static size_t take_blocks(const struct scan *scan, enum drift_level which, struct block *blocks, uint32_t *of) {
  const struct groups *g = scan->groups;
  bool lots = which == LEVEL_LINE && g->strata[LEVEL_LOT] > 0;
  size_t count = 0, most = which == LEVEL_LINE ? BLOCK : BLOCK_IN_LOT;
  for (size_t i = 0; i < scan->count; i++) {
    uint32_t k = stratum_of(scan, lots ? LEVEL_LOT : which, i);
    if (k == NO_GROUP) continue;
    if (!of[k] || (!lots && blocks[of[k] - 1].count == most)) {
      blocks[count] = (struct block){.stratum = stratum_of(scan, which, i), .line = line_of(scan, i)};
      of[k] = (uint32_t)++count;
    }
    struct block *block = &blocks[of[k] - 1];
    block->count++;
    block->sum += scan->values[i];
  }
  return count;
}

static bool estimate_inflation(struct scan *scan, enum drift_level which) {
  const struct groups *g = scan->groups;
  size_t strata = g->strata[LEVEL_LINE] + g->strata[LEVEL_LOT] + 1, most = strata + scan->count / BLOCK_IN_LOT;
  struct block *last = calloc(strata, sizeof *last), *blocks = calloc(most, sizeof *blocks);
  uint32_t *of = calloc(strata, sizeof *of);
  double *squares = calloc(most, sizeof *squares);
  bool good = last && blocks && of && squares;
  if (good) {
    size_t count = take_blocks(scan, which, blocks, of);
    inflate(scan, &scan->levels[which], squares, block_differences(scan, blocks, count, last, squares));
  }
  free(last);
  free(blocks);
  free(of);
  free(squares);
  return good;
}

enum status scan_estimate(struct scan *scan, struct fault *fault) {
  bool good = estimate_sigma(scan);
  if (scan->counted) estimate_rate(scan);
  for (int which = 0; which < DRIFT_LEVELS && good; which++) {
    estimate_level(scan, (enum drift_level)which);
    good = centre_residuals(scan, (enum drift_level)which) && estimate_inflation(scan, (enum drift_level)which);
  }
  return good ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "out of memory to look for drift");
}

bool scan_possible(const struct scan *scan) {
  if (scan->count < SCAN_LEAST_POINTS) return false;
  double events = 0;
  for (size_t i = 0; i < scan->count && scan->counted; i++) events += scan->values[i];
  if (scan->counted) return events >= SCAN_LEAST_EVENTS;
  for (size_t k = 0; k < scan->groups->strata[LEVEL_LINE]; k++)
    if (scan->sigma[k] > 0 && scan->levels[LEVEL_LINE].strength[k] >= SCAN_LEAST_POINTS) return true;
  return false;
}

/* --- Probabilities --- */

/* The root of a gain whose inflation is only known as well as so few lots tell, as the normal deviate that is as
 * rare. */
static double as_normal(const struct scan_level *level, double gain) {
  double b = sqrt(gain);
  if (isinf(level->freedom)) return b;
  double p = student_upper(b, level->freedom);
  return p > 0 ? normal_upper_quantile(p) : b;
}

/* That the largest of a process of standardised sums over shares low..high of the points exceeds sqrt(gain). */
static double probability(const struct scan_level *level, double gain, double low, double high, bool both_sides) {
  double b = as_normal(level, gain);
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
    state->score += residual(scan, which, i);
    state->units++;
    if (state->units < SCAN_LEAST_UNITS || state->information < 0.5 * SCAN_LEAST_UNITS) continue;
    if (key == KEY_LOT && state->units < totals[group]) continue;
    struct candidate now = {.key = key,
                            .group = group,
                            .level = which,
                            .first = i,
                            .units = state->units,
                            .gain = state->score * state->score / state->information / level->inflation,
                            .size = state->score / state->information * scan->sigma[line_of(scan, i)]};
    consider(&best[group], &now);
  }
  for (size_t group = 0; group < g->count[key]; group++) {
    const struct state *state = &states[group];
    best[group].probability = 1;
    if (best[group].gain <= 0) continue;
    double low = SCAN_LEAST_UNITS / state->others, high = 1 - low, all = (double)totals[group] / state->others;
    best[group].probability = key == KEY_LOT ? 2 * normal_upper(as_normal(level, best[group].gain))
                                             : probability(level, best[group].gain, low, fmin(all, high), true);
  }
}

/* Both ways of looking; the rarer one counts, with twice its probability. */
static void join(const struct candidate *within_lots, struct candidate *best, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (within_lots[i].probability < best[i].probability) {
      size_t first = within_lots[i].first;
      double gain = fmax(best[i].gain, within_lots[i].gain), size = best[i].size;
      best[i] = within_lots[i];
      best[i].first = first;
      best[i].gain = gain;
      best[i].size = size;
    }
    best[i].probability = fmin(1, 2 * best[i].probability);
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
                            .gain = change_rate_gain(a, m, all - a, n - m) / scan->levels[LEVEL_LINE].inflation};
    consider(&best[group], &now);
  }
  for (size_t group = 0; group < g->count[key]; group++) {
    struct candidate *b = &best[group];
    if (b->gain <= 0) continue;
    /* The clock of rates are the events: fewer than one resolve no time. */
    const struct scan_level *level = &scan->levels[LEVEL_LINE];
    double low = 1 / (all + 1);
    if (key != KEY_LOT)
      b->probability = probability(level, b->gain, low, fmin((double)totals[group] / n, 1 - low), false);
    else
      b->probability = level->inflation > 1 ? normal_upper(sqrt(b->gain))
                                            : hypergeometric_upper((int64_t)states[group].score - 1, (int64_t)b->units,
                                                                   (int64_t)all, (int64_t)scan->count);
  }
}

size_t scan_candidates(const struct groups *groups) {
  size_t count = 0;
  for (int key = 0; key < DRIFT_KEYS; key++) count += groups->count[key];
  return count;
}

static void look_key(const struct scan *scan, enum drift_key key, struct state *states, size_t *parts, size_t *totals,
                     struct candidate *best, struct candidate *within_lots) {
  const struct groups *g = scan->groups;
  size_t count = g->count[key];
  for (size_t i = 0; i < count; i++)
    best[i] = within_lots[i] = (struct candidate){.key = key, .group = (uint32_t)i, .probability = 1};
  for (size_t i = 0; i < scan->count; i++)
    if (g->of[key][scan->cells[i]] != NO_GROUP) totals[g->of[key][scan->cells[i]]]++;
  if (scan->counted) {
    look_counted(scan, key, states, totals, best);
    return;
  }
  look_measured(scan, key, LEVEL_LINE, states, parts, totals, best);
  if (key == KEY_LOT || !g->strata[LEVEL_LOT]) return;
  memset(states, 0, count * sizeof *states);
  memset(parts, 0, g->part_count[LEVEL_LINE][key] * sizeof *parts);
  look_measured(scan, key, LEVEL_LOT, states, parts, totals, within_lots);
  join(within_lots, best, count);
}

enum status scan_look(const struct scan *scan, struct candidate *candidates, struct fault *fault) {
  const struct groups *g = scan->groups;
  enum status status = STATUS_OK;
  for (int key = 0; key < DRIFT_KEYS && !status; key++) {
    size_t count = g->count[key] + 1, part_count = g->part_count[LEVEL_LINE][key] + g->part_count[LEVEL_LOT][key] + 1;
    struct state *states = calloc(count, sizeof *states);
    size_t *parts = calloc(part_count, sizeof *parts), *totals = calloc(count, sizeof *totals);
    struct candidate *within_lots = calloc(count, sizeof *within_lots);
    if (states && parts && totals && within_lots)
      look_key(scan, (enum drift_key)key, states, parts, totals, candidates, within_lots);
    else
      status = fault_set(fault, STATUS_MEMORY, "out of memory to look for drift");
    free(states);
    free(parts);
    free(totals);
    free(within_lots);
    candidates += g->count[key];
  }
  return status;
}
