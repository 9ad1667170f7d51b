#include "engine/measure/gauge_work.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* An edge whose residuals are so many times the others' is unlike them. */
static const double UNLIKE = 8;
/* Further from where it was expected than this, the response is made anew, px. */
static const double NEAR = 0.2;
/* Noise cannot be less than that of rounding to whole grey levels: 1/12. */
static const double ROUNDING = 1.0 / 12;
/* An edge further from the others' shape than so many of its spreads may be an outlier, within bounds, px. */
static const double ASTRAY = 3.5, LEAST_ASTRAY = 0.03, MOST_ASTRAY = 0.3;

/* Edges that share one blur and one response: those of one polarity of a gauge. */
struct pool {
  const struct trace *traces;
  size_t count;
  int edge;
  struct edge_fit fit; /* of the mean profile of all */
  struct edge_shape shape;
};

static struct edge_shape shape_of(const struct trace *t, double sigma) {
  double nx = fabs(t->profile.nx), ny = fabs(t->profile.ny);
  return (struct edge_shape){sigma, nx > ny ? nx : ny, t->profile.curvature};
}

static bool in_pool(const struct pool *p, size_t i) {
  return p->traces[i].edge == p->edge && p->traces[i].strip >= 0;
}

/* The mean profile of all strips, whose bins lie alike. */
static bool fit_mean(const struct measuring *m, struct pool *p) {
  struct kernel_bin bins[EDGE_MOST_BINS] = {{0}};
  struct edge_profile mean = {bins, 0, 0};
  double box = 0, curvature = 0, used = 0;
  for (size_t i = 0; i < p->count; i++) {
    if (!in_pool(p, i)) continue;
    struct edge_profile one = strips_profile(&m->strips, p->traces[i].strip);
    struct edge_shape shape = shape_of(&p->traces[i], 1);
    mean.first = one.first, mean.count = one.count < EDGE_MOST_BINS ? one.count : EDGE_MOST_BINS;
    for (int32_t k = 0; k < mean.count; k++) {
      bins[k].count += one.bins[k].count, bins[k].sum += one.bins[k].sum, bins[k].place += one.bins[k].place;
    }
    box += shape.box, curvature += shape.curvature, used++;
  }
  if (!(used > 0)) return false;
  p->shape = (struct edge_shape){1, box / used, curvature / used};
  if (!edge_fit(&mean, &p->shape, 0, 1, &p->fit)) return false;
  p->shape.sigma = p->fit.sigma;
  return true;
}

/* Where the profile crosses the middle between its plateaus, by a straight line through what is near. */
static bool half_level(const struct edge_profile *p, double sigma, struct edge_fit *fit) {
  double reach = 2.5 * sigma + 0.5, near = sigma > 0.75 ? sigma : 0.75;
  double low = 0, lows = 0, high = 0, highs = 0, n = 0, x = 0, y = 0, xx = 0, xy = 0;
  for (int32_t i = 0; i < p->count; i++) {
    const struct kernel_bin *b = &p->bins[i];
    if (!b->count) continue;
    double w = b->count, fine = ((double)b->place / w + 0.5) / 4096;
    double d = p->first + (i + fine) / KERNEL_PROFILE_SCALE - fit->place, mean = (double)b->sum / w;
    if (d < -reach) low += w * mean, lows += w;
    if (d > reach) high += w * mean, highs += w;
    if (fabs(d) <= near) n += w, x += w * d, y += w * mean, xx += w * d * d, xy += w * d * mean;
  }
  double determinant = n * xx - x * x;
  if (!(lows > 0 && highs > 0 && determinant > 0)) return false;
  double slope = (n * xy - x * y) / determinant, level = (y - slope * x) / n;
  if (!(slope * fit->contrast > 0)) return false;
  fit->place += (0.5 * (low / lows + high / highs) - level) / slope;
  fit->spread = sqrt(1 / n + 0.25 / lows + 0.25 / highs) / fabs(slope);
  return true;
}

/* One edge by the pool's response; made anew where the strip is unlike the pool's or the edge lies off. */
static enum edge_state fit_one(const struct measuring *m, const struct gauge *gauge, const struct trace *trace,
                               const struct pool *p, const struct edge_table *table, struct edge_fit *fit) {
  struct edge_profile profile = strips_profile(&m->strips, trace->strip);
  struct edge_table own;
  struct edge_shape shape = shape_of(trace, p->shape.sigma);
  double end = profile.first + (double)profile.count / KERNEL_PROFILE_SCALE;
  bool like = fabs(shape.curvature - p->shape.curvature) * p->shape.sigma * p->shape.sigma < 0.002;
  double place = p->fit.place;
  fit->sigma = p->shape.sigma;
  for (int round = 0; round < 4; round++) {
    if (round || !like) edge_table(&shape, profile.first, profile.count, place, &own);
    if (!edge_fit_near(&profile, round || !like ? &own : table, place, fit)) return EDGE_WEAK;
    if (fabs(fit->contrast) < gauge->spec->contrast || (fit->contrast > 0) != (p->fit.contrast > 0)) return EDGE_WEAK;
    if (!(fit->place > profile.first + 0.5 && fit->place < end - 0.5)) return EDGE_OUTSIDE;
    if (fabs(fit->place - place) < NEAR) break;
    place = fit->place;
  }
  if (gauge->spec->edge == EDGE_AT_HALF && !half_level(&profile, p->shape.sigma, fit)) return EDGE_WEAK;
  return EDGE_FOUND;
}

static struct gauge_edge *add_edge(struct measuring *m, struct gauge *gauge, const struct trace *trace,
                                   const struct edge_fit *fit, enum edge_state state) {
  struct gauge_edge *edge = gauge_room(&m->edges, &m->edge_count, &m->edge_capacity, sizeof *edge);
  if (!edge) return NULL;
  const struct kernel_profile *p = &trace->profile;
  double place = state == EDGE_FOUND ? fit->place : 0;
  *edge = (struct gauge_edge){.x = p->x + place * p->nx,
                              .y = p->y + place * p->ny,
                              .nx = p->nx,
                              .ny = p->ny,
                              .contrast = state == EDGE_FOUND ? fit->contrast : 0,
                              .part = gauge->spec->gauge == GAUGE_RECTANGLE ? trace->part : trace->edge,
                              .state = state};
  gauge->count++;
  return edge;
}

/* What the fits of one pool give, edge by edge. */
struct fits {
  size_t count;
  struct robust_row rows[GAUGE_MOST_PLACES];
  struct edge_fit fit[GAUGE_MOST_PLACES];
  enum edge_state state[GAUGE_MOST_PLACES];
  const struct trace *trace[GAUGE_MOST_PLACES];
};

static void fit_edges(const struct measuring *m, const struct gauge *gauge, const struct pool *p, struct fits *fits) {
  struct edge_table table;
  edge_table(&p->shape, -m->work->sought[gauge - m->gauges].before[p->edge], EDGE_MOST_BINS, p->fit.place, &table);
  fits->count = 0;
  for (size_t i = 0; i < p->count && fits->count < GAUGE_MOST_PLACES; i++) {
    const struct trace *trace = &p->traces[i];
    if (trace->edge != p->edge) continue;
    size_t at = fits->count++;
    struct edge_fit *fit = &fits->fit[at];
    memset(fit, 0, sizeof *fit);
    fits->trace[at] = trace;
    fits->state[at] = trace->strip >= 0 ? fit_one(m, gauge, trace, p, &table, fit) : EDGE_OUTSIDE;
    memcpy(fits->rows[at].basis, trace->basis, sizeof trace->basis);
    fits->rows[at].offset = fit->place, fits->rows[at].usable = fits->state[at] == EDGE_FOUND;
  }
}

/* Median of what the fits leave, per degree of freedom: the image's variance. */
static double usual_residual(const struct fits *fits) {
  double values[GAUGE_MOST_PLACES];
  size_t n = 0;
  for (size_t i = 0; i < fits->count; i++) {
    if (fits->state[i] != EDGE_FOUND || !(fits->fit[i].freedom > 0)) continue;
    double v = fits->fit[i].residual / fits->fit[i].freedom;
    size_t j = n++;
    for (; j > 0 && values[j - 1] > v; j--) values[j] = values[j - 1];
    values[j] = v;
  }
  return n && values[n / 2] > ROUNDING ? values[n / 2] : ROUNDING;
}

/* Variance of the places about their mean beyond what noise makes: by so much the mean profile is wider than each. */
static double scatter(const struct fits *fits) {
  double n = 0, sum = 0, squares = 0, noise = 0, usual = usual_residual(fits);
  for (size_t i = 0; i < fits->count; i++) {
    if (fits->state[i] != EDGE_FOUND || fabs(fits->fit[i].place) > 1) continue;
    double place = fits->fit[i].place;
    n++, sum += place, squares += place * place;
    noise += usual * fits->fit[i].spread * fits->fit[i].spread;
  }
  if (n < 3) return 0;
  double variance = (squares - sum * sum / n) / n - noise / n;
  return variance > 0 ? variance : 0;
}

/* Marks what is unlike the others, or not where they say. */
static void mark_outliers(const struct measuring *m, const struct gauge *gauge, struct fits *fits) {
  double model[ROBUST_MOST], usual = usual_residual(fits), spread = 0, n = 0;
  int parameters = m->work->sought[gauge - m->gauges].parameters;
  for (size_t i = 0; i < fits->count; i++) {
    if (fits->state[i] != EDGE_FOUND) continue;
    if (fits->fit[i].residual > UNLIKE * usual * fits->fit[i].freedom) fits->state[i] = EDGE_OUTLIER;
    fits->rows[i].usable = fits->state[i] == EDGE_FOUND;
    spread += fits->fit[i].spread, n++;
  }
  double clean = n > 0 ? ASTRAY * sqrt(usual) * spread / n : 0;
  clean = clean < LEAST_ASTRAY ? LEAST_ASTRAY : clean > MOST_ASTRAY ? MOST_ASTRAY : clean;
  if (gauge->spec->gauge == GAUGE_WIDTH || !robust_fit(fits->rows, (int)fits->count, parameters, clean, model)) return;
  for (size_t i = 0; i < fits->count; i++)
    if (fits->state[i] == EDGE_FOUND && !fits->rows[i].usable) fits->state[i] = EDGE_OUTLIER;
}

/* Fits all edges of one pool into the edge list; what they leave is added up. */
static enum status fit_pool(struct measuring *m, struct gauge *gauge, struct pool *p, double *residual,
                            struct fault *fault) {
  struct fits fits;
  fit_edges(m, gauge, p, &fits);
  double wide = p->shape.sigma * p->shape.sigma, square = wide - scatter(&fits);
  if (square < 0.98 * wide) {
    p->shape.sigma = square > EDGE_LEAST_SIGMA * EDGE_LEAST_SIGMA ? sqrt(square) : EDGE_LEAST_SIGMA;
    fit_edges(m, gauge, p, &fits);
  }
  mark_outliers(m, gauge, &fits);
  for (size_t i = 0; i < fits.count; i++) {
    struct gauge_edge *edge = add_edge(m, gauge, fits.trace[i], &fits.fit[i], fits.state[i]);
    if (!edge) return fault_set(fault, STATUS_MEMORY, "dimensions: out of memory");
    edge->spread = fits.fit[i].spread;
    if (fits.state[i] == EDGE_FOUND) *residual += fits.fit[i].residual, gauge->freedom += fits.fit[i].freedom;
  }
  return STATUS_OK;
}

enum status gauge_fit(struct measuring *m, const struct gauge_photo *photo, struct gauge *gauge, size_t *next_trace,
                      struct fault *fault) {
  const struct sought *sought = &m->work->sought[gauge - m->gauges];
  const struct trace *traces = m->work->traces + *next_trace;
  double residual = 0;
  size_t count = 0;
  gauge->first = m->edge_count, gauge->count = 0, gauge->freedom = 0;
  while (*next_trace + count < m->work->trace_count && m->work->traces[*next_trace + count].gauge == gauge) count++;
  *next_trace += count;
  for (int edge = 0; edge < sought->edges; edge++) {
    struct pool pool = {.traces = traces, .count = count, .edge = edge};
    if (!fit_mean(m, &pool)) {
      snprintf(gauge->why, sizeof gauge->why, "no blurred step fits the mean profile of its edges");
      return STATUS_OK;
    }
    enum status status = fit_pool(m, gauge, &pool, &residual, fault);
    if (status) return status;
    double lens = pool.shape.sigma * pool.shape.sigma - (1 - pool.shape.box * pool.shape.box) / 12;
    gauge->sigma = lens > 0 ? sqrt(lens) : 0;
  }
  double variance = gauge->freedom > 0 ? residual / gauge->freedom : 0;
  gauge->noise = sqrt(variance > ROUNDING ? variance : ROUNDING);
  for (size_t i = 0; i < gauge->count; i++) m->edges[gauge->first + i].spread *= gauge->noise;
  gauge_shape(m, photo, gauge);
  return STATUS_OK;
}
