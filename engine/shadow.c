#include "engine/shadow.h"

#include "engine/correlation.h"
#include "engine/surroundings.h"

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

enum status shadow_find(struct device *device, const struct reference *reference, const struct aligned *photo,
                        const struct comparison *comparison, const struct finding *f, double *factor,
                        struct fault *fault) {
  struct surroundings s;
  bool small;
  *factor = 0;
  if ((double)f->area < LEAST_AREA || f->classified) return STATUS_OK;
  enum status status = surroundings_fetch(device, reference, photo, comparison, f, 0, &s, &small, fault);
  if (status || !small) return status;
  int32_t limit = comparison->limit[ALIGNED_LUMA];
  struct correlation c = {0, 0, 0, 0, 0, 0};
  for (size_t i = 0; i < (size_t)s.width * (size_t)s.height; i++)
    if (s.map[i] >= limit / 2) correlation_add(&c, s.golden[i], s.smooth[i]);
  surroundings_free(&s);
  if (c.n > 0) *factor = factor_of(&c);
  return STATUS_OK;
}
