#include "engine/rigid_ground.h"

#include "engine/cubic.h"
#include "engine/field.h"
#include "engine/solve.h"
#include "kernels/math.h"

#include <math.h>

enum { ROUNDS = 3 };

/* As in the field: a tile that wants to be elsewhere by more than about STRAY of its pixels counts little. */
static const double STRAY = 0.7;

/* What holds nothing is not told: spread of the answer, in pixels of the level, and a weight that keeps it solvable. */
static const double LEAST_SURE = 0.1, HELD = 1e-3;

enum status rigid_ground_measure(struct device *device, const struct align_golden *g, struct alignment *a,
                                 struct fault *fault) {
  struct refine r = align_refine(device, g, a);
  if (!a->placement.field.columns) return STATUS_OK;
  refine_next_cut(&r);
  return refine_measure(&r, g->final_level, fault);
}

struct fit {
  const struct alignment *alignment;
  double x, y, reach, unit; /* unit: golden pixels a pixel of the tiles' level */
  struct cubic cubic;
};

/* How much less a tile counts by what the last round left of it. */
static double robust(const struct tile_equation *d, struct pose_point p) {
  double most = d->xx + d->yy;
  double ex = d->xx * p.x + d->xy * p.y - d->bx, ey = d->xy * p.x + d->yy * p.y - d->by;
  double share = (ex * ex + ey * ey) / (most * most * STRAY * STRAY);
  return 1 / ((1 + share) * (1 + share));
}

static void gather(struct fit *f, bool again) {
  const struct tiles *t = &f->alignment->tiles;
  double sigma = f->alignment->sigma < 1 ? 1 : f->alignment->sigma;
  cubic_begin(HELD, &f->cubic);
  for (int row = 0; row < t->rows; row++) {
    double y = tiles_middle(t, row), v = (y - f->y) / f->reach;
    const struct cubic_row along = cubic_row(&f->cubic, v);
    struct cubic_sums sums = {{0}, {0}, {0}, {0}, {0}};
    for (int column = 0; column < t->columns; column++) {
      double x = tiles_middle(t, column), u = (x - f->x) / f->reach;
      struct pose_point here = field_at(&f->alignment->placement.field, x, y);
      size_t i = (size_t)row * (size_t)t->columns + (size_t)column;
      struct tile_equation d = field_information(t, i, sigma, here.x / f->unit, here.y / f->unit);
      if (!(d.xx + d.yy > 0)) continue;
      double near = math_exp(-0.5 * (u * u + v * v));
      cubic_sum(&d, near * (again ? robust(&d, cubic_row_at(&along, u)) : 1), u, &sums);
    }
    cubic_add(&sums, v, &f->cubic);
  }
}

/* Standard deviation of an unknown, by its column of the inverse. */
static double spread_of(const struct fit *f, size_t unknown) {
  return sqrt(solve_variance(f->cubic.a, CUBIC_UNKNOWNS, unknown));
}

struct pose_point rigid_ground_under(const struct alignment *a, double x, double y, double reach) {
  struct fit f = {.alignment = a, .x = x, .y = y, .reach = reach, .unit = (double)(1 << a->tiles.level)};
  const struct pose_point none = {0, 0};
  if (!a->placement.field.columns) return none;
  for (int round = 0; round < ROUNDS; round++) {
    gather(&f, round > 0);
    if (!cubic_solve(&f.cubic)) return none;
  }
  if (spread_of(&f, 0) > LEAST_SURE || spread_of(&f, CUBIC_TERMS) > LEAST_SURE) return none;
  struct pose_point field = field_at(&a->placement.field, x, y);
  return (struct pose_point){f.unit * f.cubic.answer[0] - field.x, f.unit * f.cubic.answer[CUBIC_TERMS] - field.y};
}
