#include "engine/zone_colour.h"

#include "engine/cielab.h"
#include "kernels/math.h"

#include <math.h>

/* Sums over cells, weighted by their pixels. */
struct sums {
  double pixels, cells, ratio[3], lab[3], square[3]; /* lab: photo less golden */
};

struct means {
  double pixels, calm, all, golden[3], photo[3], light[3];
};

/* Of the golden's values. */
struct chroma {
  double cb, cr;
};

static struct cielab lab_of(const double *logarithm, double *light) {
  for (int k = 0; k < 3; k++) light[k] = math_exp(logarithm[k]) - TONE_FLOOR;
  return cielab_of_light(light);
}

static void add_calm(const struct tone_sample *s, double n, const double *photo, struct sums *sums) {
  double light[3];
  const struct cielab p = lab_of(s->golden, light), q = lab_of(photo, light);
  const double off[3] = {q.l - p.l, q.a - p.a, q.b - p.b};
  sums->pixels += n, sums->cells++;
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

static struct sums calm_sums(const struct colouring *c, const struct colouring_work *work, int label,
                             const struct tone *tone) {
  struct sums sums = {0};
  for (size_t i = 0; i < c->cells.count; i++) {
    const struct tone_sample *s = &work->samples[i];
    double photo[3];
    if (s->label != label || s->idle || !tone_sample_known(s)) continue;
    undo(tone, s, photo);
    add_calm(s, (double)c->cells.cell[i].pixels, photo, &sums);
  }
  return sums;
}

static struct means all_means(const struct colouring *c, const struct colouring_work *work, int label,
                              const struct tone *tone, const struct sums *calm) {
  struct means m = {.calm = calm->pixels};
  double step = work->steps.coarse, measured = calm->pixels > 0 ? step * step / (1 + step * step) : 1;
  for (size_t i = 0; i < c->cells.count; i++) {
    const struct tone_sample *s = &work->samples[i];
    double n = (double)c->cells.cell[i].pixels, photo[3];
    if (s->label != label) continue;
    m.all += n;
    if (!tone_sample_known(s)) continue;
    undo(tone, s, photo);
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

static struct chroma chroma_of(const double rgb[3]) {
  double ycc[3];
  image_ycc_of(rgb, ycc);
  return (struct chroma){ycc[1], ycc[2]};
}

static bool is_alike(struct chroma p, struct chroma q, double reach) {
  return fabs(p.cb - q.cb) <= reach && fabs(p.cr - q.cr) <= reach;
}

/* How much of the ground that tells of the lamp is rounded as the zone's own is: by its chroma, since luma is rarely
 * even. */
static double like_elsewhere(const struct colouring *c, const struct colouring_work *work, int label) {
  struct chroma own = {0, 0};
  double pixels = 0, like = 0, all = 0, reach = 0.5 * (work->steps.coarse > 1 ? work->steps.coarse : 1);
  for (size_t i = 0; i < c->cells.count; i++) {
    if (work->samples[i].label != label || work->samples[i].idle) continue;
    const struct chroma here = chroma_of(c->cells.cell[i].colour);
    double n = (double)c->cells.cell[i].pixels;
    own.cb += n * here.cb, own.cr += n * here.cr, pixels += n;
  }
  if (!(pixels > 0)) return 0;
  own.cb /= pixels, own.cr /= pixels;
  for (size_t i = 0; i < c->cells.count; i++) {
    const struct tone_sample *s = &work->samples[i];
    if (s->label == label || s->label == c->reference || s->idle) continue;
    all += s->weight[1];
    if (is_alike(chroma_of(c->cells.cell[i].colour), own, reach)) like += s->weight[1];
  }
  return all > 0 ? like / all : 0;
}

struct zone_colour zone_colour(const struct colouring *c, const struct colouring_work *work, int label,
                               const struct tone *tone) {
  const struct sums calm = calm_sums(c, work, label, tone);
  struct means m = all_means(c, work, label, tone, &calm);
  struct zone_colour zone = {.shown = m.all > 0 ? m.pixels / m.all : 0};
  if (!(m.pixels > 0)) return zone;
  for (int k = 0; k < 3; k++) m.golden[k] /= m.pixels, m.photo[k] /= m.pixels, m.light[k] /= m.pixels;
  const struct cielab golden = {m.golden[0], m.golden[1], m.golden[2]}, photo = {m.photo[0], m.photo[1], m.photo[2]};
  zone.delta_e = cielab_difference(&golden, &photo);
  for (int k = 0; k < 3; k++) zone.golden[k] = m.golden[k], zone.photo[k] = m.photo[k];
  double even = m.calm / m.pixels; /* blocks with edges are rounded each by itself */
  double rounding = even * even * quantised_variance(&work->steps, m.light), spread = scatter(&calm, &photo);
  double own = 1 - like_elsewhere(c, work, label);
  zone.uncertainty = 2 * sqrt(rounding + spread), zone.noise = 2 * sqrt(own * own * rounding + spread);
  return zone;
}
