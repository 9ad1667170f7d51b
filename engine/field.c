#include "engine/field.h"

#include "engine/refine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CG_ROUNDS = 30, STAGES = 4, ROUNDS = 2 };

/* In pixels of the level: a tile is never believed to better than TILE_TRUST; a point that nothing holds is drawn to
 * zero with LOOSENESS (1 / px^2); the bend between neighbouring tiles is expected to be about BEND. */
static const double TILE_TRUST = 0.1, LOOSENESS = 1 / 16.0, BEND = 0.15;

/* From stiff to supple, so that a part which moved by itself is known as such before the field could follow it: a tile
 * that wants to be elsewhere by more than about STRAY pixels counts little (Geman and McClure's weight). */
static const double STIFFNESS[STAGES] = {512, 64, 8, 1}, STRAY = 0.7;

struct system {
  int columns, rows;
  size_t count;
  struct tile_equation *data; /* information, 1 / px^2; b for the whole field */
  double *weight;             /* of each tile's data, 0..1 */
  double bending;
};

static size_t at(const struct system *s, int column, int row) {
  return (size_t)row * (size_t)s->columns + (size_t)column;
}

/* out += bending * D' D f for one line of points, `step` apart. */
static void bend_line(double bending, const double *f, size_t first, size_t step, int n, double *out) {
  for (int i = 1; i + 1 < n; i++) {
    size_t p = first + (size_t)i * step;
    double d = bending * (f[p - step] - 2 * f[p] + f[p + step]);
    out[p - step] += d, out[p] -= 2 * d, out[p + step] += d;
  }
}

/* The same for the mixed difference of a cell, which counts twice in a thin plate. */
static void twist(const struct system *s, const double *f, double *out) {
  for (int j = 0; j + 1 < s->rows; j++)
    for (int i = 0; i + 1 < s->columns; i++) {
      size_t p = at(s, i, j), q = at(s, i, j + 1);
      double d = 2 * s->bending * (f[p] - f[p + 1] - f[q] + f[q + 1]);
      out[p] += d, out[p + 1] -= d, out[q] -= d, out[q + 1] += d;
    }
}

static void apply(const struct system *s, const double *f, double *out) {
  const double *x = f, *y = f + s->count;
  for (size_t i = 0; i < s->count; i++) {
    const struct tile_equation *d = &s->data[i];
    out[i] = s->weight[i] * (d->xx * x[i] + d->xy * y[i]) + LOOSENESS * x[i];
    out[s->count + i] = s->weight[i] * (d->xy * x[i] + d->yy * y[i]) + LOOSENESS * y[i];
  }
  for (int part = 0; part < 2; part++) {
    const double *g = f + (size_t)part * s->count;
    double *o = out + (size_t)part * s->count;
    for (int j = 0; j < s->rows; j++) bend_line(s->bending, g, at(s, 0, j), 1, s->columns, o);
    for (int i = 0; i < s->columns; i++) bend_line(s->bending, g, at(s, i, 0), (size_t)s->columns, s->rows, o);
    twist(s, g, o);
  }
}

static double dot(const double *a, const double *b, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += a[i] * b[i];
  return sum;
}

/* Jacobi: the 2 x 2 diagonal block of each point, its bending estimated by that of an inner point. */
static void precondition(const struct system *s, const double *r, double *z) {
  double bend = 20 * s->bending + LOOSENESS;
  for (size_t i = 0; i < s->count; i++) {
    double w = s->weight[i], xx = w * s->data[i].xx + bend, yy = w * s->data[i].yy + bend, xy = w * s->data[i].xy;
    double determinant = xx * yy - xy * xy;
    z[i] = (yy * r[i] - xy * r[s->count + i]) / determinant;
    z[s->count + i] = (xx * r[s->count + i] - xy * r[i]) / determinant;
  }
}

/* Solves (data + bending) f = b from the f given. `work` has room for 4 vectors. */
static void solve(const struct system *s, double *f, double *work) {
  size_t n = 2 * s->count;
  double *r = work, *z = r + n, *p = z + n, *q = p + n;
  apply(s, f, q);
  for (size_t i = 0; i < s->count; i++) {
    r[i] = s->weight[i] * s->data[i].bx - q[i];
    r[s->count + i] = s->weight[i] * s->data[i].by - q[s->count + i];
  }
  precondition(s, r, z);
  memcpy(p, z, n * sizeof *p);
  double rz = dot(r, z, n), first = rz;
  for (int round = 0; round < CG_ROUNDS && rz > 1e-12 * first && rz > 1e-18; round++) {
    apply(s, p, q);
    double alpha = rz / dot(p, q, n);
    for (size_t i = 0; i < n; i++) f[i] += alpha * p[i], r[i] -= alpha * q[i];
    precondition(s, r, z);
    double next = dot(r, z, n), beta = next / rz;
    for (size_t i = 0; i < n; i++) p[i] = z[i] + beta * p[i];
    rz = next;
  }
}

/* Information of a tile that is never better than TILE_TRUST. */
static struct tile_equation information(const struct tile_equation *q, double sigma) {
  double noise = sigma * sigma, trust = 1 / (TILE_TRUST * TILE_TRUST);
  double most = (q->xx + q->yy) / noise;
  double share = most > trust ? trust / most : 1;
  share /= noise;
  return (struct tile_equation){share * q->xx, share * q->xy, share * q->yy, share * q->bx, share * q->by};
}

static void fill(struct system *s, const struct tiles *tiles, double sigma, const double *f) {
  for (size_t i = 0; i < s->count; i++) {
    struct tile_equation d = {0, 0, 0, 0, 0};
    if (tiles->sums[i * KERNEL_SUMS + SUM_W] >= 64 * 16) {
      struct tile_equation q = tile_equation(tiles->sums + i * KERNEL_SUMS, tiles->light + 2 * i, sigma);
      d = information(&q, sigma);
    }
    double x = f[i], y = f[s->count + i];
    /* The cost is linearised about the present field: its least is at f - A^-1 b. */
    d.bx = d.xx * x + d.xy * y - d.bx;
    d.by = d.xy * x + d.yy * y - d.by;
    s->data[i] = d;
  }
}

/* Largest difference between neighbouring points. */
static double steepest(const struct system *s, const double *f) {
  double most = 0;
  for (int part = 0; part < 2; part++)
    for (int j = 0; j < s->rows; j++)
      for (int i = 0; i < s->columns; i++) {
        size_t p = (size_t)part * s->count + at(s, i, j);
        double right = i + 1 < s->columns ? fabs(f[p + 1] - f[p]) : 0;
        double down = j + 1 < s->rows ? fabs(f[p + (size_t)s->columns] - f[p]) : 0;
        if (right > most) most = right;
        if (down > most) most = down;
      }
  return most;
}

/* How far each tile wants to be from where the field has it, along the directions that it can tell, decides its weight.
 */
static void weigh(struct system *s, const double *f) {
  for (size_t i = 0; i < s->count; i++) {
    const struct tile_equation *d = &s->data[i];
    double x = f[i], y = f[s->count + i];
    double ex = d->xx * x + d->xy * y - d->bx, ey = d->xy * x + d->yy * y - d->by;
    double half = 0.5 * (d->xx - d->yy), most = 0.5 * (d->xx + d->yy) + sqrt(half * half + d->xy * d->xy);
    double share = most > 0 ? (ex * ex + ey * ey) / (most * most * STRAY * STRAY) : 0;
    s->weight[i] = 1 / ((1 + share) * (1 + share));
  }
}

/* Stage by stage, as long as neighbouring points do not differ too much. */
static void solve_stages(struct system *s, double *f, double *kept, double *work) {
  size_t n = 2 * s->count;
  for (int stage = 0; stage < STAGES; stage++) {
    s->bending = STIFFNESS[stage] / (BEND * BEND);
    memcpy(kept, f, n * sizeof *kept);
    for (int round = 0; round < ROUNDS; round++) {
      weigh(s, f);
      solve(s, f, work);
    }
    if (stage && steepest(s, f) > FIELD_STRAIN * KERNEL_CELL) {
      memcpy(f, kept, n * sizeof *f);
      break;
    }
  }
}

static double spread(const struct system *s, const double *f) {
  double weight = 0, total = 0;
  for (size_t i = 0; i < s->count; i++) {
    double w = s->weight[i] * (s->data[i].xx + s->data[i].yy);
    weight += w;
    total += w * (f[i] * f[i] + f[s->count + i] * f[s->count + i]);
  }
  return weight > 0 ? sqrt(total / weight) : 0;
}

enum status field_step(const struct tiles *tiles, double sigma, double bound, struct field *field, double *rms,
                       struct fault *fault) {
  struct system s = {.columns = field->columns, .rows = field->rows};
  s.count = (size_t)s.columns * (size_t)s.rows;
  enum status status = STATUS_OK;
  double unit = (double)(1 << tiles->level);
  double *work = malloc(13 * s.count * sizeof *work);
  s.data = malloc(s.count * sizeof *s.data);
  if (!work || !s.data) {
    status = fault_set(fault, STATUS_MEMORY, "local displacement: out of memory");
    goto done;
  }
  double *f = work + 8 * s.count, *kept = f + 2 * s.count;
  s.weight = kept + 2 * s.count;
  for (size_t i = 0; i < s.count; i++) f[i] = field->x[i] / unit, f[s.count + i] = field->y[i] / unit;
  fill(&s, tiles, sigma < 1 ? 1 : sigma, f);
  solve_stages(&s, f, kept, work);
  *rms = unit * spread(&s, f);
  for (size_t i = 0; i < s.count; i++) {
    double x = unit * f[i], y = unit * f[s.count + i], length = sqrt(x * x + y * y);
    double share = length > bound ? bound / length : 1;
    field->x[i] = share * x, field->y[i] = share * y;
  }
done:
  free(work);
  free(s.data);
  return status;
}
