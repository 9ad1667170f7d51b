#include "engine/measure/edge_sharpened.h"
#include "engine/measure/gauge_fits.h"
#include "engine/measure/robust.h"

#include <math.h>
#include <string.h>

/* Whether the strips' edges are one curve's, at one place, so that what their mean profile shows each of them has. */
static bool alike(const struct fits *fits, const struct edge_shape *shape) {
  static const double BENT = 0.02, SCATTERED = 0.1;
  const double square = shape->sigma * shape->sigma;
  for (size_t i = 0; i < fits->count; i++)
    if (fabs(fits->one[i].trace->profile.curvature - shape->curvature) * square > BENT) return false;
  return fits_scatter(fits) < SCATTERED * square;
}

bool fits_places_by_shape(const struct gauge *gauge, const struct fits *fits, int parameters, double *places) {
  struct robust_row rows[GAUGE_MOST_PLACES];
  double model[ROBUST_MOST];
  for (size_t i = 0; i < fits->count; i++) {
    const struct strip_fit *f = &fits->one[i];
    memcpy(rows[i].basis, f->trace->basis, sizeof rows[i].basis);
    rows[i].offset = places[i] = f->place, rows[i].usable = f->state == EDGE_FOUND;
  }
  if (gauge->spec->gauge == GAUGE_WIDTH) return true;
  if (!robust_fit(rows, (int)fits->count, parameters, 1, model)) return false;
  for (size_t i = 0; i < fits->count; i++) {
    places[i] = 0;
    for (int k = 0; k < parameters; k++) places[i] += rows[i].basis[k] * model[k];
  }
  return true;
}

/* The mean profile with the strips' edges at one place, 0: along a row of the photo some strips fill one bin, some the
 * next. */
static bool add_aligned(const struct measuring *m, const struct gauge *gauge, const struct fits *fits,
                        struct edge_sums *mean) {
  double places[GAUGE_MOST_PLACES];
  memset(mean, 0, sizeof *mean);
  if (!fits_places_by_shape(gauge, fits, m->work->sought[gauge - m->gauges].parameters, places)) return false;
  for (size_t i = 0; i < fits->count; i++) {
    const struct strip_fit *f = &fits->one[i];
    if (f->state != EDGE_FOUND) continue;
    const struct edge_profile one = strips_profile(&m->strips, f->trace->strip);
    struct edge_sums before = *mean;
    edge_sums_add(mean, &one, f->from);
    for (int32_t k = 0; k < mean->count; k++)
      mean->places[k] -= (mean->pixels[k] - before.pixels[k]) * places[i] * KERNEL_PROFILE_SCALE * KERNEL_PROFILE_FINE;
  }
  return true;
}

struct edge_stepped fits_find_step(const struct measuring *m, const struct gauge *gauge, const struct fits *fits,
                                   const struct edge_shape *shape, const struct edge_fit *start, double amount,
                                   const struct edge_doubt *doubt) {
  struct edge_sums mean, plain;
  struct edge_fit fit = *start;
  if (!alike(fits, shape) || !add_aligned(m, gauge, fits, &mean)) return (struct edge_stepped){0};
  fit.place = 0;
  if (amount > 0) edge_sharpened_undo(&mean, amount, shape->curvature, &plain);
  return edge_stepped_find(amount > 0 ? &plain : &mean, shape, &fit, doubt);
}
