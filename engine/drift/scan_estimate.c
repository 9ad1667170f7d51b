/* Levels, spread and how means vary: what a scan compares with. */
#include "engine/drift/scan_private.h"
#include "engine/statistics/distributions.h"

#include <stdlib.h>
#include <string.h>

enum status scan_make(const struct season *season, const struct groups *groups, bool counted,
                      struct season_points *points, struct scan *scan, struct fault *fault) {
  *scan = (struct scan){.season = season,
                        .groups = groups,
                        .counted = counted,
                        .count = points->count,
                        .axes = points->off ? COLOUR_AXES : 1,
                        .values = points->off ? points->off : points->values,
                        .rows = points->rows,
                        .cells = calloc(points->count + 1, sizeof *scan->cells),
                        .sigma = calloc((groups->strata[LEVEL_LINE] + 1) * COLOUR_AXES, sizeof *scan->sigma)};
  if (points->off) free(points->values);
  *points = (struct season_points){0};
  bool good = scan->cells && scan->sigma;
  for (int i = 0; i < DRIFT_LEVELS; i++) {
    struct scan_level *level = &scan->levels[i];
    size_t room = (groups->strata[i] + 1) * (size_t)scan->axes;
    level->level = calloc(room, sizeof *level->level);
    level->middle = calloc(room, sizeof *level->middle);
    level->strength = calloc(groups->strata[i] + 1, sizeof *level->strength);
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
  size_t kept = 0, value = (size_t)scan->axes * sizeof *scan->values;
  for (size_t i = 0; i < scan->count; i++) {
    if (!keep[i]) continue;
    memmove(&scan->values[kept * (size_t)scan->axes], &scan->values[i * (size_t)scan->axes], value);
    scan->rows[kept] = scan->rows[i];
    scan->cells[kept++] = scan->cells[i];
  }
  scan->count = kept;
}

/* The values of a line that come one after another. */
struct run {
  double last[COLOUR_AXES], ranges[COLOUR_AXES];
  size_t count;
};

/* From mean moving ranges: d2 of two values is 2 / sqrt(pi). */
static bool estimate_sigma(struct scan *scan) {
  size_t lines = scan->groups->strata[LEVEL_LINE];
  struct run *runs = calloc(lines + 1, sizeof *runs);
  for (size_t i = 0; runs && i < scan->count; i++) {
    struct run *run = &runs[line_of(scan, i)];
    for (int a = 0; a < scan->axes; a++) {
      double value = scan_value(scan, i, a);
      if (run->count) run->ranges[a] += fabs(value - run->last[a]);
      run->last[a] = value;
    }
    run->count++;
  }
  size_t axes = (size_t)scan->axes;
  for (size_t k = 0; runs && k < lines * axes; k++) {
    const struct run *run = &runs[k / axes];
    scan->sigma[k] = run->count > 1 ? run->ranges[k % axes] / (double)(run->count - 1) * sqrt(M_PI) / 2 : 0;
  }
  bool good = runs != NULL;
  free(runs);
  return good;
}

static void estimate_level(struct scan *scan, enum drift_level which) {
  struct scan_level *level = &scan->levels[which];
  size_t strata = scan->groups->strata[which], axes = (size_t)scan->axes;
  memset(level->strength, 0, strata * sizeof *level->strength);
  memset(level->level, 0, strata * axes * sizeof *level->level);
  memset(level->middle, 0, strata * axes * sizeof *level->middle);
  for (size_t i = 0; i < scan->count; i++) {
    uint32_t k = stratum_of(scan, which, i);
    if (k == NO_GROUP) continue;
    level->strength[k]++;
    for (size_t a = 0; a < axes; a++) level->level[k * axes + a] += scan->values[i * axes + a];
  }
  for (size_t k = 0; k < strata * axes; k++)
    if (level->strength[k / axes]) level->level[k] /= (double)level->strength[k / axes];
}

/* The residuals of a skewed quantity are clipped on one side more than on the other. */
static bool subtract_middle(struct scan *scan, enum drift_level which) {
  struct scan_level *level = &scan->levels[which];
  size_t axes = (size_t)scan->axes, count = scan->groups->strata[which] * axes;
  double *sums = calloc(count + 1, sizeof *sums);
  for (size_t i = 0; sums && i < scan->count; i++)
    for (size_t a = 0; a < axes && usable(scan, which, i); a++)
      sums[stratum_of(scan, which, i) * axes + a] += residual(scan, which, i, (int)a);
  for (size_t k = 0; sums && k < count; k++)
    if (level->strength[k / axes]) level->middle[k] = sums[k] / (double)level->strength[k / axes];
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
  double sum[COLOUR_AXES];
  size_t count;
  uint32_t stratum, line;
};

/* Blocks without lots, and within lots. */
enum { BLOCK = 100, BLOCK_IN_LOT = 50 };

/* Degrees of freedom of what a difference tells, of which the fifth that is largest is left out; simulated: 0.5 to 0.6.
 */
static const double BLOCK_FREEDOM = 0.6;

/* Points that are left out. */
struct left_out {
  enum drift_key key;
  uint32_t group; /* NO_GROUP: none */
};

/* Of the means of successive blocks of a stratum, in units of what independent values would give. */
struct difference {
  double off[COLOUR_AXES];
  double square; /* of the axes together */
};

static struct difference difference_of(const struct scan *scan, const struct block *a, const struct block *b) {
  struct difference d = {.square = 0};
  double n = (double)a->count, m = (double)b->count, root = sqrt(1 / n + 1 / m);
  for (int i = 0; i < scan->axes; i++) {
    double sigma = sigma_of(scan, a->line, i);
    d.off[i] = sigma > 0 ? (a->sum[i] / n - b->sum[i] / m) / (sigma * root) : 0;
  }
  return d;
}

static size_t block_differences(const struct scan *scan, const struct block *blocks, size_t count, struct block *last,
                                struct difference *differences) {
  size_t found = 0;
  for (size_t i = 0; i < count; i++) {
    struct block *before = &last[blocks[i].stratum];
    if (blocks[i].count < SCAN_LEAST_UNITS) continue;
    if (before->count && line_varies(scan, blocks[i].line))
      differences[found++] = difference_of(scan, &blocks[i], before);
    *before = blocks[i];
  }
  return found;
}

static int by_square(const void *a, const void *b) {
  const struct difference *x = a, *y = b;
  return x->square < y->square ? -1 : x->square > y->square;
}

/* A few lots that really differ do not move what the others say. */
static size_t kept_of(size_t count) {
  return (4 * count + 4) / 5;
}

/* Mean square of one axis, from the four fifths of the differences that are smallest; their mean square is that much of
 * chi-square's. */
static double mean_square(struct difference *differences, size_t count, int axis) {
  for (size_t i = 0; i < count; i++) differences[i].square = differences[i].off[axis] * differences[i].off[axis];
  qsort(differences, count, sizeof *differences, by_square);
  size_t kept = kept_of(count);
  double share = (double)kept / (double)count, mean = 0, edge = normal_quantile((1 + share) / 2);
  for (size_t i = 0; i < kept; i++) mean += differences[i].square / (double)kept;
  return share < 1 ? mean / (1 - 2 * edge * normal_density(edge) / share) : mean;
}

/* Of the covariance of the differences: the trace squared over the trace of the square, without what chance adds to it
 * (Srivastava, Journal of the Japan Statistical Society 35, 2005). */
static double extent_of(const struct difference *differences, size_t count, double freedom, int axes) {
  double sums[COLOUR_AXES][COLOUR_AXES] = {{0}}, trace = 0, squares = 0, n = fmax(2, freedom);
  for (size_t i = 0; i < count; i++)
    for (int k = 0; k < axes * axes; k++)
      sums[k / axes][k % axes] += differences[i].off[k / axes] * differences[i].off[k % axes];
  for (int k = 0; k < axes * axes; k++) squares += sums[k / axes][k % axes] * sums[k / axes][k % axes];
  for (int a = 0; a < axes; a++) trace += sums[a][a];
  squares = n * n / ((n - 1) * (n + 2)) * (squares - trace * trace / n);
  return trace * trace < axes * squares ? fmax(1, trace * trace / squares) : axes;
}

/* How the axes vary together, from the four fifths of the differences that are smallest. */
static void join_axes(struct scan_level *level, struct difference *differences, size_t count, int axes) {
  size_t kept = kept_of(count);
  double share = (double)kept / (double)count, mean = 0;
  for (size_t i = 0; i < count; i++) {
    differences[i].square = 0;
    for (int a = 0; a < axes; a++) differences[i].square += differences[i].off[a] * differences[i].off[a] / axes;
  }
  qsort(differences, count, sizeof *differences, by_square);
  for (size_t i = 0; i < kept; i++) mean += differences[i].square / (double)kept;
  level->extent = extent_of(differences, kept, level->freedom, axes);
  double within = chi_square_cdf(chi_square_quantile(share, level->extent), level->extent + 2);
  level->joint = fmax(1, share < 1 ? mean * share / within : mean);
}

/* Counts say little: for them only what is clearly above chance counts. `scale` times the variance of independent
 * counts is what the differences are in units of. */
static double inflation_of_rate(struct difference *differences, size_t count, double scale) {
  double freedom = BLOCK_FREEDOM * (double)count;
  if (count < 3) return 1;
  double inflation = fmax(1, mean_square(differences, count, 0) * scale);
  return inflation <= 1 + 3 * sqrt(2 / freedom) ? 1 : inflation;
}

static void inflate(struct scan *scan, struct scan_level *level, struct difference *differences, size_t count) {
  level->freedom = INFINITY, level->extent = level->joint = 1;
  for (int a = 0; a < COLOUR_AXES; a++) level->inflation[a] = 1;
  if (scan->counted) level->inflation[0] = inflation_of_rate(differences, count, 1);
  level->joint = level->inflation[0];
  if (scan->counted || count < 3) return;
  level->freedom = BLOCK_FREEDOM * (double)count;
  for (int a = 0; a < scan->axes; a++) level->inflation[a] = fmax(1, mean_square(differences, count, a));
  level->joint = level->inflation[0];
  if (scan->axes > 1) join_axes(level, differences, count, scan->axes);
}

/* The blocks in the order in which they begin: the lots of a line, blocks of values of a line that has no lots, or
 * blocks of values within lots. `of` has the block of each stratum that is open, plus 1. */
static size_t take_blocks(const struct scan *scan, enum drift_level which, struct left_out without,
                          struct block *blocks, uint32_t *of) {
  const struct groups *g = scan->groups;
  bool lots = which == LEVEL_LINE && g->strata[LEVEL_LOT] > 0;
  size_t count = 0, most = which == LEVEL_LINE ? BLOCK : BLOCK_IN_LOT;
  for (size_t i = 0; i < scan->count; i++) {
    uint32_t k = stratum_of(scan, lots ? LEVEL_LOT : which, i);
    if (k == NO_GROUP) continue;
    if (without.group != NO_GROUP && g->of[without.key][scan->cells[i]] == without.group) continue;
    if (!of[k] || (!lots && blocks[of[k] - 1].count == most)) {
      blocks[count] = (struct block){.stratum = stratum_of(scan, which, i), .line = line_of(scan, i)};
      of[k] = (uint32_t)++count;
    }
    struct block *block = &blocks[of[k] - 1];
    block->count++;
    for (int a = 0; a < scan->axes; a++) block->sum[a] += scan_value(scan, i, a);
  }
  return count;
}

/* How the means of successive blocks differ. The caller frees the differences, also after a failure. */
static bool blocks_differ(const struct scan *scan, enum drift_level which, struct left_out without,
                          struct difference **differences, size_t *found) {
  const struct groups *g = scan->groups;
  size_t strata = g->strata[LEVEL_LINE] + g->strata[LEVEL_LOT] + 1, most = strata + scan->count / BLOCK_IN_LOT;
  struct block *last = calloc(strata, sizeof *last), *blocks = calloc(most, sizeof *blocks);
  uint32_t *of = calloc(strata, sizeof *of);
  *differences = calloc(most, sizeof **differences);
  bool good = last && blocks && of && *differences;
  if (good) {
    size_t count = take_blocks(scan, which, without, blocks, of);
    *found = block_differences(scan, blocks, count, last, *differences);
  }
  free(last);
  free(blocks);
  free(of);
  return good;
}

static bool estimate_inflation(struct scan *scan, enum drift_level which) {
  struct difference *differences;
  size_t count;
  bool good = blocks_differ(scan, which, (struct left_out){.group = NO_GROUP}, &differences, &count);
  if (good) inflate(scan, &scan->levels[which], differences, count);
  free(differences);
  return good;
}

bool scan_inflation_without(const struct scan *scan, enum drift_key key, uint32_t group, double *inflation) {
  double all = 0, others = 0, left = 0;
  for (size_t i = 0; i < scan->count; i++) {
    bool out = scan->groups->of[key][scan->cells[i]] == group;
    all += scan->values[i], others += out ? 0 : scan->values[i], left += !out;
  }
  double rate = all / (double)scan->count, rate_left = left > 0 ? others / left : 0;
  struct difference *differences;
  size_t count;
  *inflation = 1;
  if (!(rate_left > 0 && rate_left < 1)) return true;
  bool good = blocks_differ(scan, LEVEL_LINE, (struct left_out){key, group}, &differences, &count);
  if (good) *inflation = inflation_of_rate(differences, count, rate * (1 - rate) / (rate_left * (1 - rate_left)));
  free(differences);
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
