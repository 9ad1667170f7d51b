#include "engine/zone_colour.h"

#include "engine/cielab.h"
#include "kernels/math.h"

#include <math.h>

/* Sums over cells, weighted by their pixels. */
struct sums {
  double pixels, cells, ratio[3], lab[3], square[3]; /* lab: photo less golden */
  double light[3];                                   /* the golden's mean */
};

/* Edges are asked where chroma's steps are as coarse as this, grey levels: finer ones leave less unknown than edges do.
 */
static const double COARSE = 1;

/* A JPEG's block of halved chroma; how much edges may change otherwise than calm ground does, grey levels. */
static const double BLOCK_PIXELS = 256, EDGE_SPREAD = 0.45;

/* CIEDE2000: what the fitted light and curve leave of a zone's mean. Not known from the photo itself: as found where
 * the truth is known (assay bench accuracy light). */
static const double LIGHT_SPREAD = 0.3;

static const double TWO_PI_SQUARED = 19.739208802178716;

struct means {
  double pixels, calm, all, golden[3], photo[3], light[3];
};

static struct cielab lab_of(const double *logarithm, double *light) {
  for (int k = 0; k < 3; k++) light[k] = math_exp(logarithm[k]) - TONE_FLOOR;
  return cielab_of_light(light);
}

static void add_sample(const struct tone_sample *s, double n, const double *photo, struct sums *sums) {
  double light[3];
  const struct cielab p = lab_of(s->golden, light), q = lab_of(photo, light);
  const double off[3] = {q.l - p.l, q.a - p.a, q.b - p.b};
  sums->pixels += n, sums->cells++;
  for (int k = 0; k < 3; k++) sums->light[k] += n * (math_exp(s->golden[k]) - TONE_FLOOR);
  for (int k = 0; k < 3; k++) {
    sums->ratio[k] += n * (photo[k] - s->golden[k]);
    sums->lab[k] += n * off[k], sums->square[k] += n * off[k] * off[k];
  }
}

static void add_mean(const struct tone_sample *s, double n, const double *photo, struct means *m) {
  double light[3];
  const struct cielab p = lab_of(s->golden, light), q = lab_of(photo, light);
  const double golden[3] = {p.l, p.a, p.b}, other[3] = {q.l, q.a, q.b};
  m->pixels += n;
  for (int k = 0; k < 3; k++) m->golden[k] += n * golden[k], m->photo[k] += n * other[k], m->light[k] += n * light[k];
}

static void undo(const struct tone *tone, const struct tone_sample *s, double *photo) {
  for (int k = 0; k < 3; k++) photo[k] = tone_undo(tone, s->x, s->y, k, s->photo[k]);
}

/* Whether a cell is of a zone, or, `elsewhere`, of any other that is not the reference. */
static bool lies_in(const struct colouring *c, const struct tone_sample *s, int label, bool elsewhere) {
  return elsewhere ? s->label != label && s->label != c->reference : s->label == label;
}

/* Of a zone's calm ground, or of what lies at its edges; or of all other zones'. */
static struct sums sums_of(const struct colouring *c, const struct colouring_work *work, int label, bool elsewhere,
                           bool edges, const struct tone *tone) {
  struct sums sums = {0};
  for (size_t i = 0; i < c->cells.count; i++) {
    const struct tone_sample *s = &work->samples[i];
    double photo[3];
    if (!lies_in(c, s, label, elsewhere) || s->idle != edges || !tone_sample_known(s)) continue;
    undo(tone, s, photo);
    add_sample(s, (double)c->cells.cell[i].pixels, photo, &sums);
  }
  for (int k = 0; k < 3 && sums.pixels > 0; k++) sums.light[k] /= sums.pixels;
  return sums;
}

/* The mean of a zone's calm ground, which has `pixels`. */
static struct chroma calm_chroma(const struct colouring *c, const struct colouring_work *work, int label,
                                 double *pixels) {
  struct chroma mean = {0, 0};
  *pixels = 0;
  for (size_t i = 0; i < c->cells.count; i++) {
    if (work->samples[i].label != label || work->samples[i].idle) continue;
    const struct chroma here = c->chroma[i];
    double n = (double)c->cells.cell[i].pixels;
    mean.cb += n * here.cb, mean.cr += n * here.cr, *pixels += n;
  }
  if (*pixels > 0) mean.cb /= *pixels, mean.cr /= *pixels;
  return mean;
}

/* How much alike edges are rounded: 1 where they have the chroma of the calm ground, 0 where they have so many that
 * their rounding comes out even. The mean error that a quantiser leaves of normal values of standard deviation s is
 * less than that of one value by exp(-2 pi^2 s^2 / step^2) (Widrow and Kollar, "Quantization Noise", 2008, 4). */
static void alike_at_edges(const struct colouring *c, const struct colouring_work *work, int label, double alike[2]) {
  double all, squares[2] = {0, 0}, step = work->steps.coarse;
  const struct chroma calm = calm_chroma(c, work, label, &all);
  all = 0;
  for (size_t i = 0; i < c->cells.count; i++) {
    if (work->samples[i].label != label || !work->samples[i].idle) continue;
    const struct chroma here = c->chroma[i];
    double n = (double)c->cells.cell[i].pixels, cb = here.cb - calm.cb, cr = here.cr - calm.cr;
    squares[0] += n * cb * cb, squares[1] += n * cr * cr, all += n;
  }
  for (int k = 0; k < 2; k++) alike[k] = math_exp(-TWO_PI_SQUARED * squares[k] / (all * step * step));
}

/* Moves what calm ground says towards what edges say, within its rounding: edges lie in blocks of all shades. What
 * edges say everywhere else, too, is no material. */
static void follow_edges(const struct colouring *c, const struct colouring_work *work, int label,
                         const struct tone *tone, struct sums *calm, struct quantised *steps, double moved[3]) {
  double value[3], spread[2], alike[2];
  for (int k = 0; k < 3; k++) moved[k] = 0;
  if (!(calm->pixels > 0) || steps->coarse < COARSE) return;
  const struct sums edges = sums_of(c, work, label, false, true, tone);
  const struct sums edges_there = sums_of(c, work, label, true, true, tone);
  const struct sums calm_there = sums_of(c, work, label, true, false, tone);
  double blocks = ldexp(edges.pixels, 2 * c->cells.level) / BLOCK_PIXELS;
  if (blocks < 1) return;
  for (int k = 0; k < 2; k++)
    spread[k] = sqrt(EDGE_SPREAD * EDGE_SPREAD + steps->coarse * steps->coarse / (12 * blocks));
  for (int k = 0; k < 3; k++) {
    moved[k] = edges.ratio[k] / edges.pixels - calm->ratio[k] / calm->pixels;
    if (edges_there.pixels > 0 && calm_there.pixels > 0)
      moved[k] -= edges_there.ratio[k] / edges_there.pixels - calm_there.ratio[k] / calm_there.pixels;
    value[k] = cielab_value(calm->light[k]);
  }
  alike_at_edges(c, work, label, alike);
  quantised_follow(steps, value, spread, alike, moved);
  for (int k = 0; k < 3; k++) calm->ratio[k] += calm->pixels * moved[k];
}

static struct means all_means(const struct colouring *c, const struct colouring_work *work, int label,
                              const struct tone *tone, const struct sums *calm, const double moved[3]) {
  struct means m = {.calm = calm->pixels};
  double step = work->steps.coarse, measured = calm->pixels > 0 ? step * step / (1 + step * step) : 1;
  for (size_t i = 0; i < c->cells.count; i++) {
    const struct tone_sample *s = &work->samples[i];
    double n = (double)c->cells.cell[i].pixels, photo[3];
    if (s->label != label) continue;
    m.all += n;
    if (!tone_sample_known(s)) continue;
    undo(tone, s, photo);
    for (int k = 0; k < 3 && !s->idle; k++) photo[k] += moved[k];
    for (int k = 0; k < 3 && s->idle && calm->pixels > 0; k++)
      photo[k] = measured * photo[k] + (1 - measured) * (s->golden[k] + calm->ratio[k] / calm->pixels);
    add_mean(s, n, photo, &m);
  }
  return m;
}

/* Variance of the mean of what calm cells say, in CIEDE2000 at the zone's colour. */
static double scatter(const struct sums *calm, const struct cielab *here) {
  double sum = 0;
  for (int k = 0; k < 3 && calm->cells > 1; k++) {
    double mean = calm->lab[k] / calm->pixels, variance = calm->square[k] / calm->pixels - mean * mean;
    double off = variance > 0 ? sqrt(variance / (calm->cells - 1)) : 0;
    const struct cielab there = {here->l + (k == 0) * off, here->a + (k == 1) * off, here->b + (k == 2) * off};
    double far = cielab_difference(here, &there);
    sum += far * far;
  }
  return sum;
}

static bool is_alike(struct chroma p, struct chroma q, double reach) {
  return fabs(p.cb - q.cb) <= reach && fabs(p.cr - q.cr) <= reach;
}

/* How much of the ground that tells of the lamp is rounded as the zone's own is: by its chroma, since luma is rarely
 * even. */
static double like_elsewhere(const struct colouring *c, const struct colouring_work *work, int label) {
  double pixels, like = 0, all = 0, reach = 0.5 * (work->steps.coarse > 1 ? work->steps.coarse : 1);
  const struct chroma own = calm_chroma(c, work, label, &pixels);
  if (!(pixels > 0)) return 0;
  for (size_t i = 0; i < c->cells.count; i++) {
    const struct tone_sample *s = &work->samples[i];
    if (s->label == label || s->label == c->reference || s->idle) continue;
    all += s->weight[1];
    if (is_alike(c->chroma[i], own, reach)) like += s->weight[1];
  }
  return all > 0 ? like / all : 0;
}

struct zone_colour zone_colour(const struct colouring *c, const struct colouring_work *work, int label,
                               const struct tone *tone) {
  struct sums calm = sums_of(c, work, label, false, false, tone);
  struct quantised steps = work->steps;
  double moved[3];
  follow_edges(c, work, label, tone, &calm, &steps, moved);
  struct means m = all_means(c, work, label, tone, &calm, moved);
  struct zone_colour zone = {.shown = m.all > 0 ? m.pixels / m.all : 0};
  if (!(m.pixels > 0)) return zone;
  for (int k = 0; k < 3; k++) m.golden[k] /= m.pixels, m.photo[k] /= m.pixels, m.light[k] /= m.pixels;
  const struct cielab golden = {m.golden[0], m.golden[1], m.golden[2]}, photo = {m.photo[0], m.photo[1], m.photo[2]};
  zone.delta_e = cielab_difference(&golden, &photo);
  for (int k = 0; k < 3; k++) zone.golden[k] = m.golden[k], zone.photo[k] = m.photo[k];
  double even = m.calm / m.pixels; /* blocks with edges are rounded each by itself */
  double rounding = even * even * quantised_variance(&steps, m.light), spread = scatter(&calm, &photo);
  if (c->spec->colour != COLOUR_FIXTURE) spread += LIGHT_SPREAD * LIGHT_SPREAD;
  double own = 1 - like_elsewhere(c, work, label);
  zone.uncertainty = 2 * sqrt(rounding + spread), zone.noise = 2 * sqrt(own * own * rounding + spread);
  return zone;
}
