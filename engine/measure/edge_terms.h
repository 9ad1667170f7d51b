/* One edge of many that share their response: what its pixels say about its place, level and contrast, as the sums of
 * its linear equations, and the answer with what the others say about level and contrast. */
#ifndef ASSAY_ENGINE_MEASURE_EDGE_TERMS_H
#define ASSAY_ENGINE_MEASURE_EDGE_TERMS_H

#include "engine/measure/edge.h"

/* The response on the bins' middles, for edges that are expected at one place. */
struct edge_table {
  int32_t count, low, high; /* before bin `low` it is 0, from `high` on 1 */
  /* One more than there are bins, for they are read by twos. */
  double value[EDGE_MOST_BINS + 1], slope[EDGE_MOST_BINS + 1], bend[EDGE_MOST_BINS + 1];
};
void edge_table(const struct edge_shape *shape, double first, int32_t count, double place, struct edge_table *table);

/* Sums over an edge's pixels of products of slope s, response r and value m. Plateaus are taken a pixel's width at a
 * time, so that `freedom` counts these as one. */
struct edge_terms {
  double n, s, r, ss, sr, rr, m, ms, mr, mm, freedom;
};
/* From bin `from` on. */
void edge_terms(const struct edge_profile *profile, const struct edge_table *table, int32_t from,
                struct edge_terms *terms);

/* Level and contrast as they are expected, and what that is worth in pixels; 0: nothing is expected. */
struct edge_prior {
  double level, contrast, level_worth, contrast_worth;
};

struct edge_solved {
  double shift; /* of the place from that of the table, px */
  double level, contrast;
  double spread;   /* standard deviation of the shift for noise of 1 grey level a pixel, levels as expected, px */
  double residual; /* sum of squared residuals times pixels, grey levels squared */
  double by_level, by_contrast;                         /* what the shift changes with the prior's, px a grey level */
  double level_variance, contrast_variance, covariance; /* of level and contrast, for noise of 1 grey level */
};

/* False where the terms do not determine it. */
bool edge_terms_solve(const struct edge_terms *terms, const struct edge_prior *prior, struct edge_solved *solved);

#endif
