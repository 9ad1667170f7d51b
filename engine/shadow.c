#include "engine/shadow.h"

#include "engine/correlation.h"

/* LEAST_AREA: golden pixels. A golden that spreads by less (grey levels, standard deviation) shows nothing that could
 * shine through. Under a shadow the photo is ALIKE the golden, between LEAST and MOST times as bright, and its contrast
 * falls as its brightness, within OFF: black is drawn lighter by lens and camera. */
static const double LEAST_AREA = 400, LEAST_SPREAD = 10, ALIKE = 0.9, LEAST = 0.3, MOST = 0.95, OFF = 0.2;

/* Of golden (a) and photo (b). */
static double factor_of(const struct correlation *c) {
  double spread = c->aa - c->a * c->a / c->n;
  if (c->n < LEAST_AREA || spread < LEAST_SPREAD * LEAST_SPREAD * c->n || correlation_of(c) < ALIKE) return 0;
  double bright = c->b / c->a, contrast = (c->ab - c->a * c->b / c->n) / spread;
  if (bright < LEAST || bright > MOST) return 0;
  return fabs(contrast - bright) <= OFF * bright ? bright : 0;
}

double shadow_factor(const struct surroundings *s, const struct finding *f, int32_t limit) {
  struct correlation c = {0, 0, 0, 0, 0, 0};
  if ((double)f->area < LEAST_AREA) return 0;
  for (int32_t y = f->top; y <= f->bottom; y++) {
    const size_t row = surroundings_at(s, f->left, y), count = (size_t)f->right + 1 - (size_t)f->left;
    for (size_t i = row; i < row + count; i++)
      if (s->map[i] >= limit / 2) correlation_add(&c, s->golden[i], s->smooth[i]);
  }
  return c.n > 0 ? factor_of(&c) : 0;
}
