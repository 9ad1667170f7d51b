#include "engine/field.h"

#include "engine/refine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CG_ROUNDS = 80, STIFFENINGS = 6 };

/* In pixels of the level: a tile is never believed to better than TILE_TRUST; a point that nothing holds is drawn to
 * zero with LOOSE; the bend between neighbouring tiles is expected to be about BEND. */
static const double TILE_TRUST = 0.1, LOOSE = 4.0, BEND = 0.15;

struct system {
  int columns, rows;
  size_t count;
  struct tile_equation *data; /* information, 1 / px^2; b for the whole field */
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
    out[i] = s->data[i].xx * x[i] + s->data[i].xy * y[i];
    out[s->count + i] = s->data[i].xy * x[i] + s->data[i].yy * y[i];
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
  double bend = 20 * s->bending;
  for (size_t i = 0; i < s->count; i++) {
    double xx = s->data[i].xx + bend, yy = s->data[i].yy + bend, xy = s->data[i].xy;
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
    r[i] = s->data[i].bx - q[i];
    r[s->count + i] = s->data[i].by - q[s->count + i];
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
    d.xx += 1 / (LOOSE * LOOSE), d.yy += 1 / (LOOSE * LOOSE);
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

static double spread(const struct system *s, const double *f) {
  double weight = 0, total = 0;
  for (size_t i = 0; i < s->count; i++) {
    double w = s->data[i].xx + s->data[i].yy - 2 / (LOOSE * LOOSE);
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
  double *work = malloc(12 * s.count * sizeof *work), *f = work ? work + 8 * s.count : NULL;
  s.data = malloc(s.count * sizeof *s.data);
  if (!work || !s.data) {
    status = fault_set(fault, STATUS_MEMORY, "local displacement: out of memory");
    goto done;
  }
  double *start = f + 2 * s.count;
  for (size_t i = 0; i < s.count; i++) start[i] = field->x[i] / unit, start[s.count + i] = field->y[i] / unit;
  fill(&s, tiles, sigma < 1 ? 1 : sigma, start);
  s.bending = 1 / (BEND * BEND);
  for (int stiffening = 0; stiffening < STIFFENINGS; stiffening++, s.bending *= 8) {
    memcpy(f, start, 2 * s.count * sizeof *f);
    solve(&s, f, work);
    if (steepest(&s, f) <= FIELD_STRAIN * KERNEL_CELL) break;
  }
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
