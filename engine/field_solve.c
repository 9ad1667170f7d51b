#include "engine/field_solve.h"

#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 30, LANES = 4 };

static const double ENOUGH = 1e-3;

enum status field_system_open(int columns, int rows, struct field_system *s, struct fault *fault) {
  size_t n = (size_t)columns * (size_t)rows, wide = (size_t)columns + 2, high = (size_t)rows + 2;
  memset(s, 0, sizeof *s);
  double *at = s->memory = calloc(18 * n + 2 * wide * high + wide, sizeof *at);
  if (!at) return fault_set(fault, STATUS_MEMORY, "local displacement: out of memory");
  s->columns = columns, s->rows = rows, s->count = n;
  s->xx = at, s->xy = at + n, s->yy = at + 2 * n, s->bx = at + 3 * n, s->by = at + 4 * n, at += 5 * n;
  for (int i = 0; i < 3; i++, at += n) s->inverse[i] = at;
  s->f = at, s->residual = at + 2 * n, s->direction = at + 4 * n, s->image = at + 6 * n, s->better = at + 8 * n;
  s->down = at + 10 * n, s->cross = s->down + wide * high, s->across = s->cross + wide * high;
  return STATUS_OK;
}

void field_system_close(struct field_system *s) {
  free(s->memory);
  memset(s, 0, sizeof *s);
}

/* Second differences down the columns, with a row of zeros before and behind; those of the outermost rows are zero. */
static void fill_down(const struct field_system *s, const double *f) {
  size_t n = (size_t)s->columns;
  for (int j = 1; j + 1 < s->rows; j++) {
    const double *above = f + (size_t)(j - 1) * n;
    double *restrict out = s->down + (size_t)(j + 1) * n;
    for (size_t i = 0; i < n; i++) out[i] = above[i] - 2 * above[i + n] + above[i + 2 * n];
  }
}

/* Twice the mixed difference of each cell, with a row and a column of zeros before and behind. */
static void fill_cross(const struct field_system *s, const double *f) {
  size_t n = (size_t)s->columns, pitch = n + 1;
  for (int j = 0; j + 1 < s->rows; j++) {
    const double *here = f + (size_t)j * n, *below = here + n;
    double *restrict out = s->cross + (size_t)(j + 1) * pitch + 1;
    for (size_t i = 0; i + 1 < n; i++) out[i] = 2 * (here[i] - here[i + 1] - below[i] + below[i + 1]);
  }
}

/* out += bending * D' D f. */
static void bend(const struct field_system *s, const double *f, double *out) {
  size_t n = (size_t)s->columns;
  fill_down(s, f);
  fill_cross(s, f);
  for (int j = 0; j < s->rows; j++) {
    const double *row = f + (size_t)j * n, *down = s->down + (size_t)j * n;
    const double *above = s->cross + (size_t)j * (n + 1), *below = above + n + 1;
    double *restrict across = s->across, *restrict to = out + (size_t)j * n;
    for (size_t i = 2; i < n; i++) across[i] = row[i - 2] - 2 * row[i - 1] + row[i];
    for (size_t i = 0; i < n; i++) {
      double straight = across[i] - 2 * across[i + 1] + across[i + 2] + down[i] - 2 * down[i + n] + down[i + 2 * n];
      double mixed = above[i] - above[i + 1] - below[i] + below[i + 1];
      to[i] += s->bending * (straight + mixed);
    }
  }
}

static void apply(const struct field_system *s, const double *f, double *restrict out) {
  const double *x = f, *y = f + s->count;
  for (size_t i = 0; i < s->count; i++) {
    out[i] = s->xx[i] * x[i] + s->xy[i] * y[i] + s->loose * x[i];
    out[s->count + i] = s->xy[i] * x[i] + s->yy[i] * y[i] + s->loose * y[i];
  }
  bend(s, x, out);
  bend(s, y, out + s->count);
}

/* In lanes, so that a vector of any width adds in the same order. */
static double dot(const double *a, const double *b, size_t n) {
  double sum[LANES] = {0};
  size_t i = 0;
  for (; i + LANES <= n; i += LANES)
    for (size_t k = 0; k < LANES; k++) sum[k] += a[i + k] * b[i + k];
  for (; i < n; i++) sum[0] += a[i] * b[i];
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/* Jacobi: the inverse of the 2 x 2 diagonal block of each point, its bending estimated by that of an inner point. */
static void find_inverse(const struct field_system *s) {
  double more = 20 * s->bending + s->loose;
  for (size_t i = 0; i < s->count; i++) {
    double xx = s->xx[i] + more, yy = s->yy[i] + more, xy = s->xy[i], determinant = xx * yy - xy * xy;
    s->inverse[0][i] = yy / determinant, s->inverse[1][i] = -xy / determinant, s->inverse[2][i] = xx / determinant;
  }
}

static void precondition(const struct field_system *s, const double *r, double *restrict z) {
  for (size_t i = 0; i < s->count; i++) {
    z[i] = s->inverse[0][i] * r[i] + s->inverse[1][i] * r[s->count + i];
    z[s->count + i] = s->inverse[1][i] * r[i] + s->inverse[2][i] * r[s->count + i];
  }
}

void field_solve(struct field_system *s) {
  size_t n = 2 * s->count;
  double *restrict f = s->f, *restrict r = s->residual, *restrict p = s->direction;
  double *restrict q = s->image, *restrict z = s->better;
  find_inverse(s);
  apply(s, f, q);
  for (size_t i = 0; i < s->count; i++) {
    r[i] = s->bx[i] - q[i];
    r[s->count + i] = s->by[i] - q[s->count + i];
  }
  precondition(s, r, z);
  memcpy(p, z, n * sizeof *p);
  double rz = dot(r, z, n), first = rz;
  for (int round = 0; round < ROUNDS && rz > ENOUGH * first && rz > 1e-18; round++) {
    apply(s, p, q);
    double alpha = rz / dot(p, q, n);
    for (size_t i = 0; i < n; i++) f[i] += alpha * p[i], r[i] -= alpha * q[i];
    precondition(s, r, z);
    double next = dot(r, z, n), beta = next / rz;
    for (size_t i = 0; i < n; i++) p[i] = z[i] + beta * p[i];
    rz = next;
  }
}
