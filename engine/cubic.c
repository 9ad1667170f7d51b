#include "engine/cubic.h"

#include "engine/solve.h"

#include <string.h>

void cubic_terms(double u, double v, double *terms) {
  const double uu = u * u, vv = v * v;
  const double all[CUBIC_TERMS] = {1, u, v, uu, u * v, vv, uu * u, uu * v, u * vv, vv * v};
  memcpy(terms, all, sizeof all);
}

void cubic_begin(double held, struct cubic *c) {
  memset(c->a, 0, sizeof c->a);
  memset(c->b, 0, sizeof c->b);
  for (size_t i = 0; i < CUBIC_UNKNOWNS; i++) c->a[i * CUBIC_UNKNOWNS + i] = held;
}

void cubic_add(const struct tile_equation *d, double weight, const double *terms, struct cubic *c) {
  for (size_t i = 0; i < CUBIC_TERMS; i++) {
    double *across = c->a + i * CUBIC_UNKNOWNS, *down = c->a + (CUBIC_TERMS + i) * CUBIC_UNKNOWNS;
    double xx = weight * terms[i] * d->xx, xy = weight * terms[i] * d->xy, yy = weight * terms[i] * d->yy;
    for (size_t k = 0; k < CUBIC_TERMS; k++) down[k] += xy * terms[k];
    for (size_t k = 0; k <= i; k++) across[k] += xx * terms[k], down[CUBIC_TERMS + k] += yy * terms[k];
    c->b[i] += weight * terms[i] * d->bx, c->b[CUBIC_TERMS + i] += weight * terms[i] * d->by;
  }
}

bool cubic_solve(struct cubic *c) {
  return solve_symmetric(c->a, c->b, CUBIC_UNKNOWNS, c->answer);
}

struct pose_point cubic_at(const struct cubic *c, const double *terms) {
  struct pose_point sum = {0, 0};
  for (size_t i = 0; i < CUBIC_TERMS; i++)
    sum.x += c->answer[i] * terms[i], sum.y += c->answer[CUBIC_TERMS + i] * terms[i];
  return sum;
}
