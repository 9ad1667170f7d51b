#include "engine/statistics/components.h"

#include <math.h>

/* Sums over the design: counts, squares of counts, sums of squares. */
struct design {
  size_t outer, cells;
  double n, cell_squares /* sum n_ij^2 */, outer_squares /* sum n_i^2 */, ratio /* sum over i of sum_j n_ij^2 / n_i */;
  double within, inner, between; /* sums of squares */
};

static void add_outer(struct design *design, const struct component_cell *cells, size_t count, double mean) {
  struct moments all = {0};
  double squares = 0;
  for (size_t i = 0; i < count; i++) {
    double n = (double)cells[i].moments.count;
    if (!cells[i].moments.count) continue;
    moments_merge(&all, &cells[i].moments);
    design->cells++;
    design->within += cells[i].moments.squares;
    squares += n * n;
  }
  if (!all.count) return;
  for (size_t i = 0; i < count; i++) {
    double step = cells[i].moments.mean - all.mean;
    design->inner += (double)cells[i].moments.count * step * step;
  }
  double n = (double)all.count;
  design->outer++;
  design->n += n;
  design->cell_squares += squares;
  design->outer_squares += n * n;
  design->ratio += squares / n;
  design->between += n * (all.mean - mean) * (all.mean - mean);
}

static double positive(double value) {
  return value > 0 ? value : 0;
}

bool components_nested(const struct component_cell *cells, size_t count, struct components *components) {
  struct moments all = {0};
  struct design design = {0};
  for (size_t i = 0; i < count; i++) moments_merge(&all, &cells[i].moments);
  for (size_t i = 0, end; i < count; i = end) {
    for (end = i + 1; end < count && cells[end].outer == cells[i].outer;) end++;
    add_outer(&design, cells + i, end - i, all.mean);
  }
  double df_within = design.n - (double)design.cells, df_inner = (double)(design.cells - design.outer),
         df_outer = (double)design.outer - 1;
  if (!(df_within > 0)) return false;
  *components = (struct components){.outer = NAN, .inner = NAN, .within = design.within / df_within};
  double inner = 0; /* what the outer groups' mean square holds of it: none where it cannot be told apart */
  if (df_inner > 0) {
    double k1 = (design.n - design.ratio) / df_inner;
    inner = (design.inner / df_inner - components->within) / k1;
    components->inner = positive(inner);
  }
  if (df_outer > 0) {
    double k2 = (design.ratio - design.cell_squares / design.n) / df_outer,
           k3 = (design.n - design.outer_squares / design.n) / df_outer;
    components->outer = positive((design.between / df_outer - components->within - k2 * inner) / k3);
  }
  return true;
}
