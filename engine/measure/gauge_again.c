#include "engine/measure/gauge_fits.h"
#include "engine/measure/robust.h"

#include <math.h>
#include <string.h>

/* Edges that lie so far from one place in their strips, px, make their mean profile wider than any of them is. */
static const double OFF = 0.75;
/* Edges further from the others' shape than this are no edges of it, px. */
static const double ASTRAY = 0.5;
/* The shortest strip, px and in deviations of the blur; a strip is long enough whose edge is as sure as this, px. */
static const double SHORTEST = 1.5, SHORTEST_OF_BLUR = 1, SURE = 0.1;

static bool was_found(const struct strip_fit *f) {
  return f->state == EDGE_FOUND || f->state == EDGE_BESIDE;
}

/* Whether there is an edge at all, be it spoilt. */
static bool shows_any(const struct strip_fit *f) {
  return f->state == EDGE_FOUND || f->state == EDGE_OUTLIER;
}

/* What the edges that are taken say that the model has to move by. */
static bool find_move(const struct fits *fits, int parameters, bool (*takes)(const struct strip_fit *), double *model) {
  struct robust_row rows[GAUGE_MOST_PLACES];
  for (size_t i = 0; i < fits->count; i++) {
    const struct strip_fit *f = &fits->one[i];
    memcpy(rows[i].basis, f->trace->basis, sizeof rows[i].basis);
    rows[i].offset = f->place, rows[i].usable = takes(f);
  }
  return robust_fit(rows, (int)fits->count, parameters, ASTRAY, model);
}

static void move(struct sought *sought, const double *by) {
  for (int k = 0; k < sought->parameters; k++) sought->model[0][k] += by[k];
  sought->due = true;
}

bool gauge_trace_was_off(struct measuring *m, const struct gauge *gauge, const struct fits *fits) {
  struct sought *sought = &m->work->sought[gauge - m->gauges];
  double by[ROBUST_MOST], edges = 0, model = 0;
  if (!gauge_is_closed(gauge) || sought->moved) return false;
  for (size_t i = 0; i < fits->count; i++)
    if (shows_any(&fits->one[i])) edges = fmax(edges, fabs(fits->one[i].place));
  if (edges <= OFF || !find_move(fits, sought->parameters, shows_any, by)) return false;
  for (size_t i = 0; i < fits->count; i++)
    model = fmax(model, fabs(robust_at(fits->one[i].trace->basis, sought->parameters, by)));
  if (model <= OFF) return false;
  move(sought, by);
  return sought->moved = true;
}

void gauge_trace_finer(struct measuring *m, const struct gauge *gauge, const struct fits *fits, double sigma) {
  struct sought *sought = &m->work->sought[gauge - m->gauges];
  double by[ROBUST_MOST], spread = 0, length = 0, found = 0;
  if (!gauge_is_closed(gauge) || sought->due || sought->strip > 0 || !fits->left_out) return;
  for (size_t i = 0; i < fits->count; i++) {
    const struct strip_fit *f = &fits->one[i];
    if (f->state == EDGE_FOUND) spread += f->solved.spread, length += 2 * f->trace->profile.length, found++;
  }
  if (!(found > 0) || 2 * found > (double)fits->count || !find_move(fits, sought->parameters, was_found, by)) return;
  spread *= sqrt(fits->noise) / found, length /= found;
  const double sure = length * (spread / SURE) * (spread / SURE);
  sought->strip = fmin(length, fmax(sure, fmax(SHORTEST, SHORTEST_OF_BLUR * sigma)));
  move(sought, by);
}
