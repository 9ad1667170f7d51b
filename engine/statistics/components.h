/* How much of a variance lies where: between factories, between shifts within factories, and within shifts. */
#ifndef ASSAY_ENGINE_STATISTICS_COMPONENTS_H
#define ASSAY_ENGINE_STATISTICS_COMPONENTS_H

#include "engine/statistics/moments.h"

#include <stdbool.h>
#include <stddef.h>

/* A cell: one inner group within one outer group. */
struct component_cell {
  size_t outer; /* number of the outer group, any order; cells of one outer group stand together */
  struct moments moments;
};

/* Variances; 0 where the estimate is negative. NAN where the design cannot tell: `outer` with one outer group, `inner`
 * where no outer group has two inner ones. */
struct components {
  double outer, inner, within;
};

/* The two-way nested model with random groups of any sizes, by the analysis of variance (Searle, Casella and McCulloch,
 * Variance Components, 1992, section 5.3). Cells without values are passed over. False where no cell has two values. */
bool components_nested(const struct component_cell *cells, size_t count, struct components *components);

#endif
