#include "engine/measure/gauge_fits.h"

#include "engine/measure/edge_sharpened.h"
#include "kernels/math.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Further from where it was expected than this, the response is made anew, px. */
static const double NEAR = 0.2;
/* What a step of the mean profile's fit may still move, px: the next one would move the square of that, and the strips
 * find the place anew. */
static const double SETTLED = 0.1;
/* Least blur that a fit begins with, px. */
static const double LEAST_BLUR = 0.4;
/* Noise cannot be less than that of rounding to whole grey levels: 1/12. */
static const double ROUNDING = 1.0 / 12;

/* How little is known of a profile: one that is linear, and one in light, of a camera that makes its picture from a
 * mosaic and sharpens it. */
static const struct edge_doubt PLAIN = {.model = 0.0025, .jitter = 0.005}, DEVELOPED = {.model = 0.01, .jitter = 0.06};

/* Edges that share one blur and one response: those of one polarity of a gauge. */
struct pool {
  const struct trace *traces;
  size_t count;
  int edge;
  double least; /* contrast */
  struct edge_sums mean;
  struct edge_fit fit; /* of the mean profile */
  struct edge_shape shape;
};

static struct edge_shape shape_of(const struct trace *t, double sigma) {
  double nx = fabs(t->profile.nx), ny = fabs(t->profile.ny);
  return (struct edge_shape){sigma, nx > ny ? nx : ny, t->profile.curvature};
}

/* What no bin of a strip has more pixels than: two rows of them. */
static double most_pixels(const struct kernel_profile *p) {
  const double far = fabs(p->first) + (double)p->bins / KERNEL_PROFILE_SCALE;
  return 2 * (2 * p->length * (1 + fabs(p->curvature) * far) + 1);
}

/* The mean profile of the strips, whose bins lie alike: of all, or of those in `fits` that were found; and the shape of
 * its edge but for the blur. */
static bool add_strips(const struct measuring *m, const struct pool *p, const struct fits *fits, struct edge_sums *mean,
                       struct edge_shape *shape) {
  struct edge_words words; /* large: its bins are not set */
  double box = 0, curvature = 0, used = 0;
  words.count = 0;
  for (size_t i = 0, at = 0; i < p->count; i++) {
    const struct trace *trace = &p->traces[i];
    if (trace->edge != p->edge || trace->strip < 0) continue;
    while (fits && at < fits->count && fits->one[at].trace != trace) at++;
    if (fits && (at == fits->count || fits->one[at].state != EDGE_FOUND)) continue;
    struct edge_profile one = strips_profile(&m->strips, trace->strip);
    struct edge_shape own = shape_of(trace, 1);
    edge_words_add(&words, &one, fits ? fits->one[at].from : 0, most_pixels(&trace->profile), mean);
    box += own.box, curvature += own.curvature, used++;
  }
  edge_words_end(&words, mean);
  if (!(used > 0)) return false;
  *shape = (struct edge_shape){p->fit.sigma, box / used, curvature / used};
  return true;
}

static bool fit_mean(const struct measuring *m, struct pool *p, const struct fits *fits) {
  memset(&p->mean, 0, sizeof p->mean);
  if (!add_strips(m, p, fits, &p->mean, &p->shape)) return false;
  if (!edge_fit(&p->mean, &p->shape, p->fit.place, p->least < 1 ? p->least : 1, SETTLED, &p->fit)) return false;
  p->shape.sigma = p->fit.sigma;
  return true;
}

/* Where the profile crosses the middle between its plateaus, by a straight line through what is near. */
static bool half_level(const struct edge_profile *p, double sigma, struct strip_fit *fit) {
  double reach = 2.5 * sigma + 0.5, near = sigma > 0.75 ? sigma : 0.75;
  double low = 0, lows = 0, high = 0, highs = 0, n = 0, x = 0, y = 0, xx = 0, xy = 0;
  for (int32_t i = 0; i < p->count; i++) {
    const struct kernel_bin bin = p->bins[i];
    if (!bin.word) continue;
    double w = kernel_bin_count(bin), fine = (kernel_bin_place(bin) / w + 0.5) / KERNEL_PROFILE_FINE;
    double d = p->first + (i + fine) / KERNEL_PROFILE_SCALE - fit->place, mean = kernel_bin_sum(bin) / w;
    if (d < -reach) low += w * mean, lows += w;
    if (d > reach) high += w * mean, highs += w;
    if (fabs(d) <= near) n += w, x += w * d, y += w * mean, xx += w * d * d, xy += w * d * mean;
  }
  double determinant = n * xx - x * x;
  if (!(lows > 0 && highs > 0 && determinant > 0)) return false;
  double slope = (n * xy - x * y) / determinant, level = (y - slope * x) / n;
  if (!(slope * fit->solved.contrast > 0)) return false;
  fit->place += (0.5 * (low / lows + high / highs) - level) / slope;
  fit->solved.spread = sqrt(1 / n + 0.25 / lows + 0.25 / highs) / fabs(slope);
  return true;
}

/* What is wrong with the edge that a strip shows by itself. */
static enum edge_state state_of(const struct pool *p, const struct edge_profile *profile, const struct strip_fit *fit) {
  double end = profile->first + (double)profile->count / KERNEL_PROFILE_SCALE, contrast = fit->solved.contrast;
  if (fabs(contrast) < p->least || (contrast > 0) != (p->fit.contrast > 0)) return EDGE_WEAK;
  return fit->place > profile->first + 0.5 && fit->place < end - 0.5 ? EDGE_FOUND : EDGE_OUTSIDE;
}

/* One edge by the pool's response; made anew where the strip is unlike the pool's or the edge lies off. */
static void fit_one(const struct measuring *m, const struct pool *p, const struct edge_table *table,
                    struct strip_fit *fit) {
  static const struct edge_prior nothing = {0, 0, 0, 0};
  struct edge_profile profile = strips_profile(&m->strips, fit->trace->strip);
  struct edge_table own;
  struct edge_shape shape = shape_of(fit->trace, p->shape.sigma);
  bool like = fabs(shape.curvature - p->shape.curvature) * p->shape.sigma * p->shape.sigma < 0.002;
  fit->expected = p->fit.place;
  for (int round = 0; round < 4; round++) {
    bool shared = !round && like;
    if (!shared) edge_table(&shape, profile.first, profile.count, fit->expected, &own);
    edge_terms(&profile, shared ? table : &own, fit->from, &fit->terms);
    fit->state = EDGE_WEAK;
    if (!(fit->terms.freedom > 0) || !edge_terms_solve(&fit->terms, &nothing, &fit->solved)) return;
    fit->place = fit->expected + fit->solved.shift;
    fit->state = state_of(p, &profile, fit);
    if (fit->state != EDGE_FOUND || fabs(fit->solved.shift) < NEAR) return;
    fit->expected = fit->place;
  }
}

static void fit_strips(const struct measuring *m, const struct pool *p, struct fits *fits) {
  struct edge_table table;
  edge_table(&p->shape, p->mean.first, p->mean.count, p->fit.place, &table);
  fits->count = 0;
  for (size_t i = 0; i < p->count && fits->count < GAUGE_MOST_PLACES; i++) {
    if (p->traces[i].edge != p->edge) continue;
    struct strip_fit *fit = &fits->one[fits->count++];
    fit->trace = &p->traces[i], fit->place = 0, fit->state = EDGE_OUTSIDE;
    if (!fits->left_out) fit->from = 0, fit->spoilt = false;
    if (fit->trace->strip >= 0) fit_one(m, p, &table, fit);
  }
}

/* The places where the profiles cross their middle, with the outliers told by the edges fitted. */
static void at_half(const struct measuring *m, const struct pool *p, struct fits *fits) {
  for (size_t i = 0; i < fits->count; i++) {
    struct strip_fit *fit = &fits->one[i];
    if (fit->state != EDGE_FOUND) continue;
    struct edge_profile profile = strips_profile(&m->strips, fit->trace->strip);
    if (!half_level(&profile, p->shape.sigma, fit)) fit->state = EDGE_WEAK;
  }
}

/* The strips' edges under one blur. */
static void fit_edges(const struct measuring *m, const struct pool *p, struct fits *fits) {
  fit_strips(m, p, fits);
  fits_find_noise(fits);
  fits_mark_levels(fits);
  fits_share_levels(fits);
  fits_find_noise(fits);
}

/* The same; where they scatter about the mean, the mean profile's blur is too wide. */
static void fit_blur(const struct measuring *m, struct pool *p, struct fits *fits) {
  fit_edges(m, p, fits);
  double wide = p->shape.sigma * p->shape.sigma, square = wide - fits_scatter(fits);
  if (square >= 0.98 * wide) return;
  p->shape.sigma = square > EDGE_LEAST_SIGMA * EDGE_LEAST_SIGMA ? sqrt(square) : EDGE_LEAST_SIGMA;
  fit_edges(m, p, fits);
}

/* Fits all edges of one pool, or none where they are to be traced again; what is spoilt is left out of the blur and
 * levels that the others share. */
static bool fit_pool(struct measuring *m, const struct gauge *gauge, struct pool *p, struct fits *fits) {
  enum { ROUNDS = 3 };
  int parameters = m->work->sought[gauge - m->gauges].parameters;
  if (!fit_mean(m, p, NULL)) return false;
  for (int round = 0;; round++) {
    fit_blur(m, p, fits);
    if (!round && gauge_trace_was_off(m, gauge, fits)) return true;
    size_t left_out = fits_mark(fits, gauge, parameters, p->shape.sigma);
    if (!left_out || left_out == fits->left_out || round + 1 == ROUNDS) break;
    fits->left_out = left_out;
    struct pool clean = *p;
    if (!fit_mean(m, &clean, fits)) break;
    *p = clean;
  }
  if (gauge->spec->edge == EDGE_AT_HALF)
    at_half(m, p, fits);
  else
    fits_weigh_beside(fits, gauge, parameters);
  return true;
}

static void move_all(struct fits *fits, double by) {
  for (size_t i = 0; i < fits->count; i++) fits->one[i].place += by;
}

/* Moves the edges to where they are without the camera's sharpening and without a second step beside them, as the mean
 * profile tells. */
static void undo_company(const struct measuring *m, const struct pool *p, bool curved, struct gauge *gauge,
                         struct fits *fits) {
  const struct edge_sums *plain = &p->mean;
  struct edge_sums unsharpened;
  struct edge_fit fit = p->fit;
  struct edge_doubt doubt = curved ? DEVELOPED : PLAIN;
  double amount = 0;
  doubt.noise = fits->least_noise;
  if (curved) {
    const struct edge_sharpened found = edge_sharpened_find(&p->mean, &p->shape, &fit);
    gauge->sharpened[p->edge] = found.spread, amount = found.amount;
    edge_sharpened_undo(&p->mean, amount, p->shape.curvature, &unsharpened);
    const bool fits_still = edge_fit(&unsharpened, &p->shape, fit.place, 0.5 * fabs(fit.contrast), SETTLED, &fit);
    move_all(fits, found.shift);
    if (!fits_still) return;
    plain = &unsharpened;
  }
  if (!edge_stepped_suspect(plain, &p->shape, &fit, &doubt)) return;
  const struct edge_stepped found = fits_find_step(m, gauge, fits, &p->shape, &p->fit, amount, &doubt);
  gauge->step[p->edge] = (struct gauge_step){found.spread, found.width, found.share};
  move_all(fits, found.shift);
}

static struct gauge_edge *add_edge(struct measuring *m, struct gauge *gauge, const struct strip_fit *fit,
                                   double noise) {
  struct gauge_edge *edge = gauge_room(&m->edges, &m->edge_count, &m->edge_capacity, sizeof *edge);
  if (!edge) return NULL;
  const struct trace *trace = fit->trace;
  const struct kernel_profile *p = &trace->profile;
  const bool beside = fit->state == EDGE_BESIDE && fit->reached < INFINITY, found = fit->state == EDGE_FOUND || beside;
  const double place = found ? fit->place : 0, spread = fit->solved.spread, reached = beside ? fit->reached : 0;
  *edge = (struct gauge_edge){.x = p->x + place * p->nx,
                              .y = p->y + place * p->ny,
                              .nx = p->nx,
                              .ny = p->ny,
                              .spread = found ? sqrt(spread * spread + reached * reached / noise) : 0,
                              .contrast = found ? fit->solved.contrast : 0,
                              .part = gauge->spec->gauge == GAUGE_RECTANGLE ? trace->part : trace->edge,
                              .state = fit->state};
  gauge->count++;
  return edge;
}

/* Takes the pool's edges into the list; what they leave is added up. */
static enum status take_edges(struct measuring *m, struct gauge *gauge, const struct fits *fits, double *residual,
                              struct fault *fault) {
  for (size_t i = 0; i < fits->count; i++) {
    const struct strip_fit *fit = &fits->one[i];
    if (!add_edge(m, gauge, fit, fits->noise)) return fault_set(fault, STATUS_MEMORY, "dimensions: out of memory");
    if (fit->state == EDGE_FOUND) *residual += fit->solved.residual, gauge->freedom += fit->terms.freedom;
  }
  return STATUS_OK;
}

/* What the search saw as blur has all of the pixel in it, the response has what is across the edge beside it: its mean
 * over all angles, 1/2 + 1/pi of 1/12 px^2. */
static double blur_to_begin(double seen) {
  const double square = seen * seen - (0.5 + 1 / MATH_PI) / 12;
  return square > LEAST_BLUR * LEAST_BLUR ? sqrt(square) : LEAST_BLUR;
}

enum status gauge_fit(struct measuring *m, const struct gauge_photo *photo, struct gauge *gauge, size_t *next_trace,
                      struct fault *fault) {
  const struct sought *sought = &m->work->sought[gauge - m->gauges];
  const struct trace *traces = m->work->traces + *next_trace;
  struct fits *fits = &m->work->fits;
  double residual = 0;
  size_t count = 0;
  gauge->first = m->edge_count, gauge->count = 0, gauge->freedom = 0;
  while (*next_trace + count < m->work->trace_count && m->work->traces[*next_trace + count].gauge == gauge) count++;
  *next_trace += count;
  for (int edge = 0; edge < sought->edges; edge++) {
    const double least = gauge->spec->contrast;
    /* In light the same step is least from black on. */
    struct pool pool; /* large: what its fit fills is not set */
    pool.traces = traces, pool.count = count, pool.edge = edge;
    pool.least = photo->curved ? strips_light_of(least) : least;
    pool.fit = (struct edge_fit){.sigma = blur_to_begin(sought->blur[edge])};
    fits->left_out = 0;
    if (!fit_pool(m, gauge, &pool, fits)) {
      snprintf(gauge->why, sizeof gauge->why, "no blurred step fits the mean profile of its edges");
      return STATUS_OK;
    }
    gauge_trace_finer(m, gauge, fits, pool.shape.sigma);
    if (sought->due) return STATUS_OK;
    if (gauge->spec->edge != EDGE_AT_HALF && !photo->doubted) undo_company(m, &pool, photo->curved, gauge, fits);
    enum status status = take_edges(m, gauge, fits, &residual, fault);
    if (status) return status;
    gauge->common[edge] = sqrt(fits_common_variance(fits) + pool.fit.blind);
    double lens = pool.shape.sigma * pool.shape.sigma - (1 - pool.shape.box * pool.shape.box) / 12;
    if (lens > gauge->sigma * gauge->sigma) gauge->sigma = sqrt(lens);
  }
  double variance = gauge->freedom > 0 ? residual / gauge->freedom : 0;
  gauge->noise = sqrt(variance > ROUNDING ? variance : ROUNDING);
  for (size_t i = 0; i < gauge->count; i++) m->edges[gauge->first + i].spread *= gauge->noise;
  for (int edge = 0; edge < 2; edge++) gauge->common[edge] *= gauge->noise;
  gauge_shape(m, photo, gauge);
  return STATUS_OK;
}
