/* Levels, spread and how means vary: what a scan compares with. */
#include "engine/drift/scan_private.h"
#include "engine/statistics/distributions.h"
#include "models/ascending.h"

#include <stdlib.h>
#include <string.h>

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
static bool subtract_middle(struct scan *scan, enum drift_level which) {
  struct scan_level *level = &scan->levels[which];
  double *sums = calloc(scan->groups->strata[which] + 1, sizeof *sums);
  for (size_t i = 0; sums && i < scan->count; i++)
    if (usable(scan, which, i)) sums[stratum_of(scan, which, i)] += residual(scan, which, i);
  for (size_t k = 0; sums && k < scan->groups->strata[which]; k++)
    if (level->strength[k]) level->middle[k] = sums[k] / (double)level->strength[k];
  bool good = sums != NULL;
  free(sums);
  return good;
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
  qsort(squares, count, sizeof *squares, ascending);
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
    good = subtract_middle(scan, (enum drift_level)which);
    good = good && estimate_inflation(scan, (enum drift_level)which);
  }
  return good ? STATUS_OK : fault_set(fault, STATUS_MEMORY, "out of memory to look for drift");
}
