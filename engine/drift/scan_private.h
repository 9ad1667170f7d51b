/* What the files of the scan share: a point as it is compared. */
#ifndef ASSAY_ENGINE_DRIFT_SCAN_PRIVATE_H
#define ASSAY_ENGINE_DRIFT_SCAN_PRIVATE_H

#include "engine/drift/scan.h"

#include <math.h>

/* Residuals beyond so many sigma count as this many: one wrong value makes no drift. */
#define SCAN_CLIP 4.0

static inline uint32_t line_of(const struct scan *scan, size_t i) {
  return scan->groups->stratum[LEVEL_LINE][scan->cells[i]];
}

static inline uint32_t stratum_of(const struct scan *scan, enum drift_level level, size_t i) {
  return scan->groups->stratum[level][scan->cells[i]];
}

static inline double sigma_of(const struct scan *scan, uint32_t line, int axis) {
  return scan->sigma[(size_t)line * (size_t)scan->axes + (size_t)axis];
}

/* Whether the values of a line differ at all, in any axis. */
static inline bool line_varies(const struct scan *scan, uint32_t line) {
  bool varies = false;
  for (int a = 0; a < scan->axes; a++) varies |= sigma_of(scan, line, a) > 0;
  return varies;
}

static inline double residual(const struct scan *scan, enum drift_level which, size_t i, int axis) {
  const struct scan_level *level = &scan->levels[which];
  size_t k = (size_t)stratum_of(scan, which, i) * (size_t)scan->axes + (size_t)axis;
  double sigma = sigma_of(scan, line_of(scan, i), axis);
  if (!(sigma > 0)) return 0;
  double off = (scan_value(scan, i, axis) - level->level[k]) / sigma;
  return fmax(-SCAN_CLIP, fmin(SCAN_CLIP, off)) - level->middle[k];
}

/* Whether a point has something to be compared with. */
static inline bool usable(const struct scan *scan, enum drift_level level, size_t i) {
  uint32_t k = stratum_of(scan, level, i);
  return k != NO_GROUP && line_varies(scan, line_of(scan, i)) && scan->levels[level].strength[k] >= SCAN_LEAST_POINTS;
}

/* The chi-square value, over `extent` dimensions, that is as rare as a ratio of mean squares over all axes, the lower
 * of which is known with so much freedom an axis (INFINITY: known). */
double scan_joint_square(double extent, double freedom, double ratio);
/* How rare both are together: `joint`, chi-square's of `extent` dimensions, and the largest square of the axes' normal
 * deviates; `rarity` gives the probability of x in chi-square's distribution, of one test or as the largest of many. */
double scan_rarity(double extent, double joint, double most, int axes,
                   double (*rarity)(double dimensions, double x, const void *context), const void *context);
/* Of one test; the context is not used. */
double scan_rarity_once(double dimensions, double x, const void *unused);

/* Of a rate: how much more the means of lots vary than chance makes them, in the photos that are not the group's: what
 * is peculiar to the group is not to be told by itself. Writes it to `inflation`, >= 1. False: out of memory. */
bool scan_inflation_without(const struct scan *scan, enum drift_key key, uint32_t group, double *inflation);

/* Compares measured lots with all other lots of the golden: sets that of `best`, the candidates of the lots. */
enum status scan_look_lots(const struct scan *scan, struct candidate *best, struct fault *fault);

#endif
