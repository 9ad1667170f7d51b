#include "engine/cubic.h"

#include "engine/solve.h"

#include <string.h>

/* The powers of u and v in each term. */
static const struct {
  int u, v;
} POWERS[CUBIC_TERMS] = {{0, 0}, {1, 0}, {0, 1}, {2, 0}, {1, 1}, {0, 2}, {3, 0}, {2, 1}, {1, 2}, {0, 3}};

void cubic_begin(double held, struct cubic *c) {
  memset(c->a, 0, sizeof c->a);
  memset(c->b, 0, sizeof c->b);
  for (size_t i = 0; i < CUBIC_UNKNOWNS; i++) c->a[i * CUBIC_UNKNOWNS + i] = held;
}

void cubic_sum(const struct tile_equation *d, double weight, double u, struct cubic_sums *s) {
  double power[2 * CUBIC_DEGREE + 2] = {weight};
  for (int k = 1; k < 2 * CUBIC_DEGREE + 2; k++) power[k] = u * power[k - 1];
  for (int k = 0; k < 2 * CUBIC_DEGREE + 2; k++)
    s->xx[k] += d->xx * power[k], s->xy[k] += d->xy * power[k], s->yy[k] += d->yy * power[k];
  for (int k = 0; k < CUBIC_DEGREE + 1; k++) s->bx[k] += d->bx * power[k], s->by[k] += d->by * power[k];
}

void cubic_add(const struct cubic_sums *s, double v, struct cubic *c) {
  double power[2 * CUBIC_DEGREE + 1] = {1};
  for (int k = 1; k < 2 * CUBIC_DEGREE + 1; k++) power[k] = v * power[k - 1];
  for (size_t i = 0; i < CUBIC_TERMS; i++) {
    double *across = c->a + i * CUBIC_UNKNOWNS, *down = c->a + (CUBIC_TERMS + i) * CUBIC_UNKNOWNS;
    for (size_t k = 0; k < CUBIC_TERMS; k++) {
      const int of_u = POWERS[i].u + POWERS[k].u;
      const double of_v = power[POWERS[i].v + POWERS[k].v];
      down[k] += of_v * s->xy[of_u];
      if (k <= i) across[k] += of_v * s->xx[of_u], down[CUBIC_TERMS + k] += of_v * s->yy[of_u];
    }
    c->b[i] += power[POWERS[i].v] * s->bx[POWERS[i].u];
    c->b[CUBIC_TERMS + i] += power[POWERS[i].v] * s->by[POWERS[i].u];
  }
}

struct cubic_row cubic_row(const struct cubic *c, double v) {
  const double power[CUBIC_DEGREE + 1] = {1, v, v * v, v * v * v};
  struct cubic_row row = {{0}, {0}};
  for (size_t i = 0; i < CUBIC_TERMS; i++) {
    row.x[POWERS[i].u] += c->answer[i] * power[POWERS[i].v];
    row.y[POWERS[i].u] += c->answer[CUBIC_TERMS + i] * power[POWERS[i].v];
  }
  return row;
}

bool cubic_solve(struct cubic *c) {
  return solve_symmetric(c->a, c->b, CUBIC_UNKNOWNS, c->answer);
}
