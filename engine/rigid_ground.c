#include "engine/rigid_ground.h"

#include "engine/field.h"
#include "engine/solve.h"
#include "kernels/math.h"

#include <math.h>

enum { TERMS = 10, UNKNOWNS = 2 * TERMS, ROUNDS = 3 };

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

/* About the part: 1, u, v, u^2 .. v^3. */
static void terms_at(double u, double v, double *term) {
  const double uu = u * u, vv = v * v;
  const double all[TERMS] = {1, u, v, uu, u * v, vv, uu * u, uu * v, u * vv, vv * v};
  for (int i = 0; i < TERMS; i++) term[i] = all[i];
}

struct fit {
  const struct alignment *alignment;
  double x, y, reach, unit; /* unit: golden pixels a pixel of the tiles' level */
  double a[UNKNOWNS * UNKNOWNS], b[UNKNOWNS], answer[UNKNOWNS];
};

static double value(const double *coefficient, const double *term) {
  double sum = 0;
  for (int i = 0; i < TERMS; i++) sum += coefficient[i] * term[i];
  return sum;
}

/* How much less a tile counts by what the last round left of it. */
static double robust(const struct tile_equation *d, const double *answer, const double *term) {
  double x = value(answer, term), y = value(answer + TERMS, term), most = d->xx + d->yy;
  double ex = d->xx * x + d->xy * y - d->bx, ey = d->xy * x + d->yy * y - d->by;
  double share = (ex * ex + ey * ey) / (most * most * STRAY * STRAY);
  return 1 / ((1 + share) * (1 + share));
}

static void add_tile(struct fit *f, const struct tile_equation *d, double weight, const double *term) {
  for (int i = 0; i < TERMS; i++) {
    double *across = f->a + (size_t)i * UNKNOWNS, *down = f->a + (size_t)(TERMS + i) * UNKNOWNS;
    for (int k = 0; k < TERMS; k++) {
      double w = weight * term[i] * term[k];
      across[k] += w * d->xx, down[k] += w * d->xy, down[TERMS + k] += w * d->yy;
    }
    f->b[i] += weight * term[i] * d->bx, f->b[TERMS + i] += weight * term[i] * d->by;
  }
}

static void gather(struct fit *f, bool again) {
  const struct tiles *t = &f->alignment->tiles;
  double sigma = f->alignment->sigma < 1 ? 1 : f->alignment->sigma, term[TERMS];
  for (int i = 0; i < UNKNOWNS * UNKNOWNS; i++) f->a[i] = 0;
  for (int i = 0; i < UNKNOWNS; i++) f->b[i] = 0, f->a[i * UNKNOWNS + i] = HELD;
  for (int row = 0; row < t->rows; row++)
    for (int column = 0; column < t->columns; column++) {
      double x = tiles_middle(t, column), y = tiles_middle(t, row), u = (x - f->x) / f->reach,
             v = (y - f->y) / f->reach;
      struct pose_point here = field_at(&f->alignment->placement.field, x, y);
      size_t i = (size_t)row * (size_t)t->columns + (size_t)column;
      struct tile_equation d = field_information(t, i, sigma, here.x / f->unit, here.y / f->unit);
      if (!(d.xx + d.yy > 0)) continue;
      terms_at(u, v, term);
      add_tile(f, &d, math_exp(-0.5 * (u * u + v * v)) * (again ? robust(&d, f->answer, term) : 1), term);
    }
}

/* Standard deviation of an unknown, by its column of the inverse. */
static double spread_of(const struct fit *f, int unknown) {
  double one[UNKNOWNS] = {0};
  one[unknown] = 1;
  return solve_symmetric(f->a, one, UNKNOWNS, one) && one[unknown] > 0 ? sqrt(one[unknown]) : INFINITY;
}

struct pose_point rigid_ground_under(const struct alignment *a, double x, double y, double reach) {
  struct fit f = {.alignment = a, .x = x, .y = y, .reach = reach, .unit = (double)(1 << a->tiles.level)};
  const struct pose_point none = {0, 0};
  if (!a->placement.field.columns) return none;
  for (int round = 0; round < ROUNDS; round++) {
    gather(&f, round > 0);
    if (!solve_symmetric(f.a, f.b, UNKNOWNS, f.answer)) return none;
  }
  if (spread_of(&f, 0) > LEAST_SURE || spread_of(&f, TERMS) > LEAST_SURE) return none;
  struct pose_point field = field_at(&a->placement.field, x, y);
  return (struct pose_point){f.unit * f.answer[0] - field.x, f.unit * f.answer[TERMS] - field.y};
}
