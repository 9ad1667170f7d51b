/* Pearson's correlation of two quantities, from sums over pairs of values. All zero is of none. */
#ifndef ASSAY_ENGINE_CORRELATION_H
#define ASSAY_ENGINE_CORRELATION_H

#include <math.h>

struct correlation {
  double n, a, b, aa, bb, ab;
};

static inline void correlation_add(struct correlation *c, double a, double b) {
  c->n++, c->a += a, c->b += b, c->aa += a * a, c->bb += b * b, c->ab += a * b;
}

/* -1..1; 0 where there is none, or one of both does not vary. */
static inline double correlation_of(const struct correlation *c) {
  if (!(c->n > 0)) return 0;
  double va = c->aa - c->a * c->a / c->n, vb = c->bb - c->b * c->b / c->n;
  return va > 0 && vb > 0 ? (c->ab - c->a * c->b / c->n) / sqrt(va * vb) : 0;
}

#endif
