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

static inline double residual(const struct scan *scan, enum drift_level which, size_t i, int axis) {
  const struct scan_level *level = &scan->levels[which];
  size_t k = (size_t)stratum_of(scan, which, i) * (size_t)scan->axes + (size_t)axis;
  double off = (scan_value(scan, i, axis) - level->level[k]) / scan->sigma[line_of(scan, i)];
  return fmax(-SCAN_CLIP, fmin(SCAN_CLIP, off)) - level->middle[k];
}

/* Of chance: the probability of a statistic of one test whose mean is `ratio` = 1 where nothing changed. */
double scan_upper(const struct scan_level *level, double ratio);

/* Whether a point has something to be compared with. */
static inline bool usable(const struct scan *scan, enum drift_level level, size_t i) {
  uint32_t k = stratum_of(scan, level, i);
  return k != NO_GROUP && scan->sigma[line_of(scan, i)] > 0 && scan->levels[level].strength[k] >= SCAN_LEAST_POINTS;
}

/* Compares measured lots with all other lots of the golden; the smaller probability of that and of `best`, the
 * candidates of the lots, counts double. */
enum status scan_look_lots(const struct scan *scan, struct candidate *best, struct fault *fault);

#endif
