#include "engine/field.h"

#include "engine/cubic.h"
#include "engine/field_solve.h"
#include "engine/refine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STAGES = 4, ROUNDS = 2 };

/* In pixels of the level: a tile is never believed to better than TILE_TRUST; a point that nothing holds is drawn to
 * zero with LOOSENESS (1 / px^2); the bend between neighbouring tiles is expected to be about BEND. */
static const double TILE_TRUST = 0.1, LOOSENESS = 1 / 16.0, BEND = 0.15;

/* From stiff to supple, so that a part which moved by itself is known as such before the field could follow it: a tile
 * that wants to be elsewhere by more than about STRAY pixels counts little (Geman and McClure's weight). A stiff plate
 * is smooth enough for a point every few tiles, where there are LEAST_POINTS of them; between them it converges in a
 * few rounds, as it would not tile by tile. */
static const double STIFFNESS[STAGES] = {512, 64, 8, 4}, STRAY = 0.7;
static const int SPACING[STAGES] = {4, 4, 2, 2};
enum { LEAST_POINTS = 10 };

/* A bend of the whole product runs on to where little is seen, as the plate, which is straight there, does not: the
 * field is a cubic and the plate's. A coefficient of the cubic that nothing tells is held at 0 with HELD (1 / px^2); it
 * is found when no coefficient changes by FOUND pixels any more. */
enum { BEND_ROUNDS = 6 };
static const double HELD = 0.25, FOUND = 0.02;

/* What the tiles say. */
struct evidence {
  int columns, rows;
  size_t count;
  struct tile_equation *data; /* information, 1 / px^2; b for the whole field */
  double *stray;              /* what a tile's residual is held against */
  double *weight;             /* 0..1 */
  double *across;             /* of each column, in the cubic's coordinates */
  struct between *between;    /* of each column, for the stage's points */
};

/* The point before a tile and the share of the next. */
struct between {
  int point;
  double share;
};

/* A tile is never better than TILE_TRUST. */
static struct tile_equation information(const struct tile_equation *q, double sigma) {
  double noise = sigma * sigma, trust = 1 / (TILE_TRUST * TILE_TRUST);
  double most = (q->xx + q->yy) / noise;
  double share = most > trust ? trust / most : 1;
  share /= noise;
  return (struct tile_equation){share * q->xx, share * q->xy, share * q->yy, share * q->bx, share * q->by};
}

struct tile_equation field_information(const struct tiles *tiles, size_t i, double sigma, double x, double y) {
  struct tile_equation d = {0, 0, 0, 0, 0};
  if (tiles->sums[i * KERNEL_SUMS + SUM_W] < 64 * 16) return d;
  struct tile_equation q = tile_equation(tiles->sums + i * KERNEL_SUMS, tiles->light + 2 * i, sigma);
  d = information(&q, sigma);
  /* The cost is linearised about the present field: its least is at f - A^-1 b. */
  d.bx = d.xx * x + d.xy * y - d.bx;
  d.by = d.xy * x + d.yy * y - d.by;
  return d;
}

static void fill(struct evidence *e, const struct tiles *tiles, double sigma, const double *f) {
  for (size_t i = 0; i < e->count; i++) {
    const struct tile_equation d = e->data[i] = field_information(tiles, i, sigma, f[i], f[e->count + i]);
    double half = 0.5 * (d.xx - d.yy), most = 0.5 * (d.xx + d.yy) + sqrt(half * half + d.xy * d.xy);
    e->stray[i] = most > 0 ? most * most * STRAY * STRAY : INFINITY;
  }
}

/* Largest difference between neighbouring points. */
static double steepest(const struct evidence *e, const double *f) {
  double most = 0;
  for (int part = 0; part < 2; part++)
    for (int j = 0; j < e->rows; j++)
      for (int i = 0; i < e->columns; i++) {
        size_t p = (size_t)part * e->count + (size_t)j * (size_t)e->columns + (size_t)i;
        double right = i + 1 < e->columns ? fabs(f[p + 1] - f[p]) : 0;
        double down = j + 1 < e->rows ? fabs(f[p + (size_t)e->columns] - f[p]) : 0;
        if (right > most) most = right;
        if (down > most) most = down;
      }
  return most;
}

/* How far a tile wants to be from where the field has it, along the directions that it can tell, decides its weight. */
static double weight_of(const struct tile_equation *d, double stray, double x, double y) {
  double ex = d->xx * x + d->xy * y - d->bx, ey = d->xy * x + d->yy * y - d->by;
  double share = (ex * ex + ey * ey) / stray;
  return 1 / ((1 + share) * (1 + share));
}

static void weigh(struct evidence *e, const double *f) {
  for (size_t i = 0; i < e->count; i++) e->weight[i] = weight_of(&e->data[i], e->stray[i], f[i], f[e->count + i]);
}

/* ---- a cubic for the whole ---- */

/* Where a column or a row of `size` lies, in the cubic's coordinates. */
static double coordinate(const struct evidence *e, int at, int size) {
  double half = 0.5 * (e->columns > e->rows ? e->columns : e->rows);
  return (at - 0.5 * (size - 1)) / half;
}

static bool changed_least(const double *before, const double *now) {
  for (size_t i = 0; i < CUBIC_UNKNOWNS; i++)
    if (fabs(now[i] - before[i]) >= FOUND) return false;
  return true;
}

/* A row of tiles, each as much as it counts by where the field has it (`c` NULL), or the cubic. */
static struct cubic_sums sum_row(const struct evidence *e, int row, const double *f, const struct cubic *c) {
  struct cubic_sums sums = {{0}, {0}, {0}, {0}, {0}};
  struct cubic_row along = {{0}, {0}};
  if (c) along = cubic_row(c, coordinate(e, row, e->rows));
  for (int i = 0; i < e->columns; i++) {
    size_t tile = (size_t)row * (size_t)e->columns + (size_t)i;
    const struct tile_equation *d = &e->data[tile];
    struct pose_point at = c ? cubic_row_at(&along, e->across[i]) : (struct pose_point){f[tile], f[e->count + tile]};
    if (d->xx + d->yy > 0) cubic_sum(d, weight_of(d, e->stray[tile], at.x, at.y), e->across[i], &sums);
  }
  return sums;
}

/* Robust, from where the field is. */
static bool fit_cubic(const struct evidence *e, const double *f, struct cubic *c) {
  memset(c->answer, 0, sizeof c->answer);
  for (int round = 0; round < BEND_ROUNDS; round++) {
    cubic_begin(HELD, c);
    for (int j = 0; j < e->rows; j++) {
      const struct cubic_sums sums = sum_row(e, j, f, round ? c : NULL);
      cubic_add(&sums, coordinate(e, j, e->rows), c);
    }
    double before[CUBIC_UNKNOWNS];
    memcpy(before, c->answer, sizeof before);
    if (!cubic_solve(c)) return false;
    if (round && changed_least(before, c->answer)) break;
  }
  return true;
}

/* Takes the cubic from the field and from what the tiles say, or (`sign` -1) gives it back. */
static void take(struct evidence *e, const struct cubic *c, double sign, double *f) {
  for (int j = 0; j < e->rows; j++) {
    const struct cubic_row along = cubic_row(c, coordinate(e, j, e->rows));
    for (int i = 0; i < e->columns; i++) {
      size_t tile = (size_t)j * (size_t)e->columns + (size_t)i;
      struct tile_equation *d = &e->data[tile];
      struct pose_point at = cubic_row_at(&along, e->across[i]);
      double x = sign * at.x, y = sign * at.y;
      f[tile] -= x, f[e->count + tile] -= y;
      d->bx -= d->xx * x + d->xy * y, d->by -= d->xy * x + d->yy * y;
    }
  }
}

/* ---- a point every few tiles ---- */

static int lesser(int a, int b) {
  return a < b ? a : b;
}

/* A point in the middle of its block of tiles, from column `left` and row `top` on: what these say, and their mean
 * place. */
static void gather_block(const struct evidence *e, int left, int top, int spacing, const double *f,
                         struct field_system *s) {
  int right = lesser(left + spacing, e->columns), bottom = lesser(top + spacing, e->rows);
  double tiles = (right - left) * (bottom - top), xx = 0, xy = 0, yy = 0, bx = 0, by = 0, x = 0, y = 0;
  for (int j = top; j < bottom; j++)
    for (int i = left; i < right; i++) {
      size_t at = (size_t)j * (size_t)e->columns + (size_t)i;
      const struct tile_equation *d = &e->data[at];
      double w = e->weight[at];
      xx += w * d->xx, xy += w * d->xy, yy += w * d->yy;
      bx += w * d->bx, by += w * d->by;
      x += f[at] / tiles, y += f[e->count + at] / tiles;
    }
  size_t to = (size_t)(top / spacing) * (size_t)s->columns + (size_t)(left / spacing);
  s->xx[to] = xx, s->xy[to] = xy, s->yy[to] = yy, s->bx[to] = bx, s->by[to] = by;
  s->f[to] = x, s->f[s->count + to] = y;
}

/* Points every `spacing` tiles. */
static void gather(const struct evidence *e, int spacing, const double *f, struct field_system *s) {
  for (int j = 0; j < e->rows; j += spacing)
    for (int i = 0; i < e->columns; i += spacing) gather_block(e, i, j, spacing, f, s);
}

/* Beyond the outermost points the line goes on. */
static struct between between(int tile, int spacing, int points) {
  double at = (tile - 0.5 * (spacing - 1)) / spacing;
  int i = (int)floor(at), point = i < 0 ? 0 : i > points - 2 ? points - 2 : i;
  return (struct between){point, at - point};
}

static void spread_out(const struct field_system *s, const struct evidence *e, int spacing, double *f) {
  for (int i = 0; i < e->columns; i++) e->between[i] = between(i, spacing, s->columns);
  for (int part = 0; part < 2; part++)
    for (int j = 0; j < e->rows; j++) {
      const struct between row = between(j, spacing, s->rows);
      const double v = row.share, *from = s->f + (size_t)part * s->count + (size_t)row.point * (size_t)s->columns;
      double *to = f + (size_t)part * e->count + (size_t)j * (size_t)e->columns;
      for (int i = 0; i < e->columns; i++) {
        const double u = e->between[i].share, *a = from + e->between[i].point, *b = a + s->columns;
        to[i] = (1 - v) * ((1 - u) * a[0] + u * a[1]) + v * ((1 - u) * b[0] + u * b[1]);
      }
    }
}

/* Finds the field of one stiffness. */
static enum status solve_stage(struct evidence *e, int stage, double *f, struct fault *fault) {
  int least = e->columns < e->rows ? e->columns : e->rows, spacing = SPACING[stage];
  while (spacing > 1 && least < LEAST_POINTS * spacing) spacing /= 2;
  struct field_system s;
  enum status status =
      field_system_open((e->columns + spacing - 1) / spacing, (e->rows + spacing - 1) / spacing, &s, fault);
  if (status) return status;
  /* A difference over n tiles is n times as large and its bend n^2 times, of which there are n^2 fewer. */
  s.bending = STIFFNESS[stage] / (BEND * BEND) / (spacing * spacing);
  s.loose = LOOSENESS * spacing * spacing;
  for (int round = 0; round < ROUNDS; round++) {
    weigh(e, f);
    gather(e, spacing, f, &s);
    field_solve(&s);
    if (spacing > 1)
      spread_out(&s, e, spacing, f);
    else
      memcpy(f, s.f, 2 * e->count * sizeof *f);
  }
  field_system_close(&s);
  return STATUS_OK;
}

/* Stage by stage, as long as neighbouring points do not differ too much. */
static enum status solve_stages(struct evidence *e, double *f, double *kept, struct fault *fault) {
  size_t size = 2 * e->count * sizeof *f;
  for (int stage = 0; stage < STAGES; stage++) {
    memcpy(kept, f, size);
    enum status status = solve_stage(e, stage, f, fault);
    if (status) return status;
    if (stage && steepest(e, f) > FIELD_STRAIN * KERNEL_CELL) {
      memcpy(f, kept, size);
      break;
    }
  }
  return STATUS_OK;
}

static double spread(const struct evidence *e, const double *f) {
  double weight = 0, total = 0;
  for (size_t i = 0; i < e->count; i++) {
    double w = e->weight[i] * (e->data[i].xx + e->data[i].yy);
    weight += w;
    total += w * (f[i] * f[i] + f[e->count + i] * f[e->count + i]);
  }
  return weight > 0 ? sqrt(total / weight) : 0;
}

enum status field_step(const struct tiles *tiles, double sigma, double bound, struct field *field, double *rms,
                       double *moved, struct fault *fault) {
  struct evidence e = {.columns = field->columns, .rows = field->rows};
  e.count = (size_t)e.columns * (size_t)e.rows;
  enum status status = STATUS_OK;
  double unit = (double)(1 << tiles->level);
  double *f = malloc((6 * e.count + (size_t)e.columns) * sizeof *f);
  e.data = malloc(e.count * sizeof *e.data);
  e.between = malloc((size_t)e.columns * sizeof *e.between);
  if (!f || !e.data || !e.between) {
    status = fault_set(fault, STATUS_MEMORY, "local displacement: out of memory");
    goto done;
  }
  double *kept = f + 2 * e.count;
  e.weight = kept + 2 * e.count, e.stray = e.weight + e.count, e.across = e.stray + e.count;
  for (int i = 0; i < e.columns; i++) e.across[i] = coordinate(&e, i, e.columns);
  for (size_t i = 0; i < e.count; i++) f[i] = field->x[i] / unit, f[e.count + i] = field->y[i] / unit;
  fill(&e, tiles, sigma < 1 ? 1 : sigma, f);
  struct cubic cubic;
  bool bends = fit_cubic(&e, f, &cubic);
  if (bends) take(&e, &cubic, 1, f);
  status = solve_stages(&e, f, kept, fault);
  if (status) goto done;
  if (bends) take(&e, &cubic, -1, f);
  *rms = unit * spread(&e, f);
  double *change = kept;
  for (size_t i = 0; i < e.count; i++) {
    change[i] = f[i] - field->x[i] / unit, change[e.count + i] = f[e.count + i] - field->y[i] / unit;
  }
  *moved = unit * spread(&e, change);
  for (size_t i = 0; i < e.count; i++) {
    double x = unit * f[i], y = unit * f[e.count + i], length = sqrt(x * x + y * y);
    double share = length > bound ? bound / length : 1;
    field->x[i] = share * x, field->y[i] = share * y;
  }
done:
  free(f);
  free(e.data);
  free(e.between);
  return status;
}
