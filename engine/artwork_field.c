#include "engine/artwork_field.h"

#include "engine/artwork_levels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CG_ROUNDS = 40, ROUNDS = 5 };

/* A tile is never believed to better than TRUST pixels of its level: edges are rough. Between neighbouring tiles a
 * strain of about STRAIN is expected, and a change of it by BEND a golden pixel. A point that nothing holds is drawn to
 * zero with LOOSENESS (1 / px^2). NOISE: share of the contrast that a residual has in the mean. */
static const double TRUST = 0.05, STRAIN = 0.02, BEND = 0.0003, LOOSENESS = 1e-4, NOISE = 0.15;

/* Residuals that count, in contrasts, at the last level and above: far from the right place all must. */
enum { STEPS = 3 };
static const double CUT[STEPS] = {0.5, 1, 1.98};

/* A round that moves no point by more than STILL pixels of the level is the level's last. */
static const double STILL = 0.02;

struct system {
  int columns, rows;
  size_t count;
  struct tile_equation *data; /* information, 1 / px^2; b for the whole field */
  double strain, bending;     /* weights of squared first and second differences, 1 / px^2 */
};

/* out += weights * D' D f for one line of points, `step` apart. */
static void hold_line(const struct system *s, const double *f, size_t first, size_t step, int n, double *out) {
  for (int i = 0; i + 1 < n; i++) {
    size_t p = first + (size_t)i * step;
    double d = s->strain * (f[p + step] - f[p]);
    out[p + step] += d, out[p] -= d;
  }
  for (int i = 1; i + 1 < n; i++) {
    size_t p = first + (size_t)i * step;
    double d = s->bending * (f[p - step] - 2 * f[p] + f[p + step]);
    out[p - step] += d, out[p] -= 2 * d, out[p + step] += d;
  }
}

static void apply(const struct system *s, const double *f, double *out) {
  const double *x = f, *y = f + s->count;
  for (size_t i = 0; i < s->count; i++) {
    const struct tile_equation *d = &s->data[i];
    out[i] = d->xx * x[i] + d->xy * y[i] + LOOSENESS * x[i];
    out[s->count + i] = d->xy * x[i] + d->yy * y[i] + LOOSENESS * y[i];
  }
  size_t columns = (size_t)s->columns;
  for (int part = 0; part < 2; part++) {
    const double *g = f + (size_t)part * s->count;
    double *o = out + (size_t)part * s->count;
    for (int j = 0; j < s->rows; j++) hold_line(s, g, (size_t)j * columns, 1, s->columns, o);
    for (int i = 0; i < s->columns; i++) hold_line(s, g, (size_t)i, columns, s->rows, o);
  }
}

static double dot(const double *a, const double *b, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += a[i] * b[i];
  return sum;
}

/* Jacobi: the 2 x 2 diagonal block of each point, with that of an inner point's penalties. */
static void precondition(const struct system *s, const double *r, double *z) {
  double held = 4 * s->strain + 12 * s->bending + LOOSENESS;
  for (size_t i = 0; i < s->count; i++) {
    double xx = s->data[i].xx + held, yy = s->data[i].yy + held, xy = s->data[i].xy;
    double determinant = xx * yy - xy * xy;
    z[i] = (yy * r[i] - xy * r[s->count + i]) / determinant;
    z[s->count + i] = (xx * r[s->count + i] - xy * r[i]) / determinant;
  }
}

/* Conjugate gradients from the f given. `work` has room for 8 values a point. */
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
  for (int round = 0; round < CG_ROUNDS && rz > 1e-10 * first && rz > 1e-15; round++) {
    apply(s, p, q);
    double alpha = rz / dot(p, q, n);
    for (size_t i = 0; i < n; i++) f[i] += alpha * p[i], r[i] -= alpha * q[i];
    precondition(s, r, z);
    double next = dot(r, z, n), beta = next / rz;
    for (size_t i = 0; i < n; i++) p[i] = z[i] + beta * p[i];
    rz = next;
  }
}

/* What the tiles want, about the present field f. */
static void fill(struct system *s, const struct tiles *tiles, double noise, const double *f) {
  for (size_t i = 0; i < s->count; i++) {
    const int64_t *sums = tiles->sums + i * KERNEL_SUMS;
    struct tile_equation d = {0, 0, 0, 0, 0};
    if (sums[SUM_W] >= 64 * 16) {
      d = tile_equation(sums, tiles->light + 2 * i, noise);
      double information = (d.xx + d.yy) / (noise * noise), most = 1 / (TRUST * TRUST);
      double share = (information > most ? most / information : 1) / (noise * noise);
      d = (struct tile_equation){share * d.xx, share * d.xy, share * d.yy, share * d.bx, share * d.by};
    }
    double x = f[i], y = f[s->count + i];
    d.bx = d.xx * x + d.xy * y - d.bx;
    d.by = d.xy * x + d.yy * y - d.by;
    s->data[i] = d;
  }
}

/* One step at the level that was measured last. *moved: how far a point moved at most, pixels of the level. */
static enum status step(const struct tiles *tiles, double bound, struct field *field, double *moved,
                        struct fault *fault) {
  struct system s = {.columns = field->columns, .rows = field->rows};
  s.count = (size_t)s.columns * (size_t)s.rows;
  double unit = (double)(1 << tiles->level), bend = BEND * KERNEL_CELL * KERNEL_CELL * unit;
  s.strain = 1 / (STRAIN * KERNEL_CELL * STRAIN * KERNEL_CELL), s.bending = 1 / (bend * bend);
  *moved = 0;
  double *f = malloc(10 * s.count * sizeof *f);
  s.data = malloc(s.count * sizeof *s.data);
  if (!f || !s.data) {
    free(f), free(s.data);
    return fault_set(fault, STATUS_MEMORY, "local displacement: out of memory");
  }
  for (size_t i = 0; i < s.count; i++) f[i] = field->x[i] / unit, f[s.count + i] = field->y[i] / unit;
  fill(&s, tiles, NOISE * ARTWORK_CONTRAST, f);
  solve(&s, f, f + 2 * s.count);
  for (size_t i = 0; i < s.count; i++) {
    double x = unit * f[i], y = unit * f[s.count + i], length = sqrt(x * x + y * y);
    if (length > bound) x *= bound / length, y *= bound / length;
    double dx = fabs(x - field->x[i]) / unit, dy = fabs(y - field->y[i]) / unit;
    if (dx > *moved) *moved = dx;
    if (dy > *moved) *moved = dy;
    field->x[i] = x, field->y[i] = y;
  }
  free(f), free(s.data);
  return STATUS_OK;
}

/* The field at the points of a level's tiles. */
static enum status resample(struct field *field, const struct kernel_image *level, int number, struct fault *fault) {
  struct field finer = {0};
  double unit = (double)(1 << number), spacing = KERNEL_CELL * unit, origin = 0.5 * spacing - 0.5;
  enum status status =
      field_reserve(&finer, KERNEL_TILES(level->width), KERNEL_TILES(level->height), spacing, origin, fault);
  if (status) return status;
  for (int j = 0; j < finer.rows && field->columns; j++)
    for (int i = 0; i < finer.columns; i++) {
      struct pose_point d = field_at(field, spacing * i + origin, spacing * j + origin);
      finer.x[(size_t)j * (size_t)finer.columns + (size_t)i] = d.x;
      finer.y[(size_t)j * (size_t)finer.columns + (size_t)i] = d.y;
    }
  field_free(field);
  *field = finer;
  return STATUS_OK;
}

enum status artwork_field_refine(struct refine *r, int first, int last, double bound, struct fault *fault) {
  enum status status = STATUS_OK;
  for (int level = first; level >= last && !status; level--) {
    status = resample(&r->placement->field, &r->golden->level[level], level, fault);
    double moved = 1;
    int above = level - last < STEPS ? level - last : STEPS - 1;
    r->cut = CUT[above] * ARTWORK_CONTRAST;
    for (int round = 0; round < ROUNDS && moved > STILL && !status; round++) {
      status = refine_measure(r, level, fault);
      if (!status) status = step(r->tiles, bound, &r->placement->field, &moved, fault);
    }
  }
  return status ? status : refine_measure(r, last, fault);
}
