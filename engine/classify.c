#include "engine/classify.h"

#include "engine/chessboard.h"
#include "engine/correlation.h"
#include "engine/shadow.h"
#include "engine/shift.h"
#include "engine/surroundings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Chroma stands for itself where luma stays within its tolerance, or uses so many times less of its own. */
static const double VIVID = 2;

/* Of one kind: this share of the difference is of one sign. */
static const double ONE_SIGN = 0.8, ALL_ONE_SIGN = 0.95;

/* A scratch is so many times as long as it is thick, not thicker than so many pixels, has about the area of a line of
 * that length and thickness, and spreads across itself at most so much as along itself: half a circle 0.43 times, the
 * rim of a hole that is larger or smaller, which is no stain either, 1. Strokes of print are finer. */
static const double SLENDER = 3.5, THICK = 12, FINE = 6, SOLID = 1.3, HOLLOW = 0.5, CLOSED = 0.6;

/* Balance of structure, (photo - golden) / (photo + golden), from -1, all is gone, to 1, all is new. */
static const double HARDLY_GONE = -0.25, CHANGED = 0.35, KEPT = 0.5, GONE = -0.2;

/* Mean squared gradients (grey levels a pixel) from which there is something that could move, and from which there is
 * print. What a shift leaves of the difference where something moved. */
static const double SOME_STRUCTURE = 20, PRINTED = 100, LEFT = 0.3;

/* Of golden and photo within the finding: correlation from which the golden shows through, and the spread of grey
 * levels that is needed to tell. */
static const double THROUGH = 0.7, SPREAD = 6;

/* What covers the product differs from it by more grey levels than what only stains it. */
static const double COVERED = 64;

/* Pixels that a difference takes to rise, where the golden is flat; a lens makes 3 to 4 of a sharp edge. */
static const double SOFT = 4.5;

/* What is no darker than that, and rises over so many pixels, stains. */
static const double OPAQUE = 100, SOFTER = 3.4;

/* Squared gradients that noise may make; around the finding, pixels: where structure counts as its own, and what it
 * stands out from. */
enum { NOISE = 9, BAND = 2, OUTER = 6, REACH = SHIFT_REACH + 4 };

/* With more findings than this something else is the matter, and none is looked for elsewhere. */
enum { MOST_SOUGHT = 64 };

/* Columns and rows of the surroundings, inclusive. */
struct part {
  int32_t left, top, right, bottom;
};

/* Chessboard-wise: to the nearest pixel that is not the finding's, at most 255, and to the nearest that is, which is
 * known in `near`, to OUTER. Rows are as long as those of the surroundings. */
struct distances {
  struct part near;
  uint8_t *inside, *outside;
  /* Room for what is made of a row. */
  uint8_t *row;
  int32_t *columns;
  float *weights;
};

/* The finding's box and so much around it. */
static struct part part_about(const struct surroundings *s, const struct finding *f, int32_t around) {
  int32_t left = f->left - s->left - around, top = f->top - s->top - around;
  int32_t right = f->right - s->left + around, bottom = f->bottom - s->top + around;
  return (struct part){left > 0 ? left : 0, top > 0 ? top : 0, right < s->width ? right : s->width - 1,
                       bottom < s->height ? bottom : s->height - 1};
}

/* What is told of a finding. */
struct traits {
  double luma_peak, thickness, length;
  double balance;                  /* of squared gradients near it */
  double structure, new_structure; /* these, a pixel: the golden's, the photo's */
  double area;                     /* pixels */
  double across;                   /* how far its pixels spread across its long axis, of how far along it, 0..1 */
  double sign;                     /* share of the difference that is of one sign */
  double depth;                    /* mean difference of the core, grey levels */
  double through;                  /* correlation of golden and photo in it; 0: cannot be told */
  double stands;                   /* how much more the photo stands out from its surroundings than the golden, -1..1 */
};

/* Squared gradients of up to STEP pixels of a row, above what noise may make, each by its weight, 0 or 1. */
enum { STEP = 64 };
static void find_gradients(const float *restrict v, size_t stride, const float *restrict weights, int32_t count,
                           double *restrict squares) {
  const float *restrict above = v - stride, *restrict below = v + stride;
  for (int32_t i = 0; i < count; i++) {
    double dx = 0.5 * (v[i + 1] - v[i - 1]), dy = 0.5 * (below[i] - above[i]);
    double square = (dx * dx + dy * dy) * weights[i];
    squares[i] = square > NOISE ? square : 0;
  }
}

/* Their sum over a row. What golden and photo hold are 16ths: every sum is exact, whatever its order. */
static double structure_of(const float *v, size_t stride, const float *weights, int32_t count) {
  enum { LANES = 4 };
  double squares[STEP], part[LANES] = {0};
  for (int32_t first = 0; first < count; first += STEP) {
    const int32_t step = count - first < STEP ? count - first : STEP;
    int32_t i = 0;
    find_gradients(v + first, stride, weights + first, step, squares);
    for (; i + LANES <= step; i += LANES)
      for (int k = 0; k < LANES; k++) part[k] += squares[i + k];
    for (; i < step; i++) part[0] += squares[i];
  }
  return part[0] + part[1] + part[2] + part[3];
}

static double balance_of(double photo, double golden) {
  return photo + golden > 0 ? (photo - golden) / (photo + golden) : 0;
}

static void spread(uint8_t *d, size_t stride, const struct part *part, int32_t reach, uint8_t *row) {
  const struct plane plane = {d + (size_t)part->top * stride + (size_t)part->left, part->right - part->left + 1,
                              part->bottom - part->top + 1, stride};
  chessboard_spread(&plane, reach, row);
}

/* The pixels of the map that are the finding's, as distances; false where luma shows none. */
static bool mark_pixels(const struct surroundings *s, const struct finding *f, int32_t limit, struct distances *d) {
  struct part box = part_about(s, f, 0), beside = part_about(s, f, 1);
  const size_t w = (size_t)s->width;
  const int32_t width = d->near.right - d->near.left + 1;
  uint8_t any = 0;
  for (int32_t y = d->near.top; y <= d->near.bottom; y++) {
    const size_t at = (size_t)y * w + (size_t)d->near.left;
    memset(d->inside + at, 0, (size_t)width);
    memset(d->outside + at, 255, (size_t)width);
    if (y < box.top || y > box.bottom) continue;
    const uint8_t *restrict map = s->map + (size_t)y * w;
    uint8_t *restrict inside = d->inside + (size_t)y * w, *restrict outside = d->outside + (size_t)y * w;
    for (int32_t x = box.left; x <= box.right; x++) {
      inside[x] = map[x] >= limit / 2 ? 255 : 0, outside[x] = (uint8_t)~inside[x];
      any |= inside[x];
    }
  }
  if (!any) return false;
  /* What is beyond `beside` is no nearer than what is there. */
  spread(d->inside, w, &beside, 255, d->row);
  spread(d->outside, w, &d->near, OUTER, d->row);
  return true;
}

/* Columns of row y that are from `least` to `most` from the finding; returns how many. Asking first which they are is
 * faster than to ask of each pixel, for where a finding is grained no one can tell the answer ahead. */
static int32_t pick(const struct surroundings *s, const struct distances *d, int32_t y, int least, int most) {
  const uint8_t *restrict outside = d->outside + (size_t)y * (size_t)s->width;
  int32_t *restrict columns = d->columns, count = 0;
  for (int32_t x = d->near.left; x <= d->near.right; x++) {
    columns[count] = x;
    count += outside[x] >= least && outside[x] <= most;
  }
  return count;
}

/* Sums over the finding's pixels. */
struct moments {
  double n, x, y, xx, xy, yy;
};

static void moments_add(struct moments *m, double x, double y) {
  m->n++, m->x += x, m->y += y;
  m->xx += x * x, m->xy += x * y, m->yy += y * y;
}

/* The root of the ratio of the eigenvalues of the covariance, the smaller to the larger. */
static double spread_across(const struct moments *m) {
  if (!(m->n > 0)) return 0;
  double xx = m->xx - m->x * m->x / m->n, yy = m->yy - m->y * m->y / m->n, xy = m->xy - m->x * m->y / m->n;
  double mean = (xx + yy) / 2, off = hypot((xx - yy) / 2, xy);
  return mean > 0 ? sqrt(fmax(0, mean - off) / (mean + off)) : 0;
}

/* Sums over what is near the finding; `most`: the largest difference of its pixels, `peak`: of the map. */
struct sums {
  double golden, photo, near; /* squared gradients, and pixels */
  struct moments moments;
  double difference, size;
  float most;
  uint8_t peak, inside;
};

/* Of pixels that have neighbours. */
static void add_gradients(const struct surroundings *s, const struct distances *d, int32_t y, struct sums *sums) {
  const size_t w = (size_t)s->width, row = (size_t)y * w;
  const uint8_t *restrict outside = d->outside + row;
  float *restrict weights = d->weights;
  int32_t near = 0;
  for (int32_t x = d->near.left; x <= d->near.right; x++) weights[x] = outside[x] <= BAND, near += outside[x] <= BAND;
  sums->near += near;
  const int32_t left = d->near.left ? d->near.left : 1;
  const int32_t right = d->near.right < s->width - 1 ? d->near.right : s->width - 2;
  if (!near || y < 1 || y + 1 >= s->height || left > right) return;
  sums->golden += structure_of(s->golden + row + left, w, weights + left, right - left + 1);
  sums->photo += structure_of(s->smooth + row + left, w, weights + left, right - left + 1);
}

static void add_own(const struct surroundings *s, const struct distances *d, int32_t y, struct sums *sums) {
  const size_t row = (size_t)y * (size_t)s->width;
  const int32_t own = pick(s, d, y, 0, 0);
  for (int32_t i = 0; i < own; i++) {
    const size_t at = row + (size_t)d->columns[i];
    const float difference = s->smooth[at] - s->golden[at], size = fabsf(difference);
    moments_add(&sums->moments, d->columns[i], y);
    sums->difference += difference, sums->size += size;
    if (size > sums->most) sums->most = size;
    if (s->map[at] > sums->peak) sums->peak = s->map[at];
    if (d->inside[at] > sums->inside) sums->inside = d->inside[at];
  }
}

/* How large the structure near the finding is, how thick it is, and how straight. */
static void tell_structure(const struct sums *sums, int32_t limit, struct traits *t) {
  t->luma_peak = (double)sums->peak / limit;
  t->thickness = 2.0 * sums->inside;
  t->balance = balance_of(sums->photo, sums->golden), t->structure = sums->near > 0 ? sums->golden / sums->near : 0;
  t->new_structure = sums->near > 0 ? sums->photo / sums->near : 0;
  t->sign = sums->size > 0 ? fabs(sums->difference) / sums->size : 0;
  t->area = sums->moments.n, t->across = spread_across(&sums->moments);
}

/* The core, where at least half of the largest difference is, against what is around it. */
static void measure_core(const struct surroundings *s, const struct distances *d, double most, struct traits *t) {
  struct correlation in = {0, 0, 0, 0, 0, 0}, out = in;
  const int32_t *columns = d->columns;
  for (int32_t y = d->near.top; y <= d->near.bottom; y++) {
    const float *golden = s->golden + (size_t)y * (size_t)s->width, *smooth = s->smooth + (size_t)y * (size_t)s->width;
    const int32_t own = pick(s, d, y, 0, 0);
    for (int32_t i = 0; i < own; i++) {
      const int32_t x = columns[i];
      if (2 * fabs(smooth[x] - golden[x]) >= most) correlation_add(&in, golden[x], smooth[x]);
    }
    const int32_t around = pick(s, d, y, BAND + 1, OUTER);
    for (int32_t i = 0; i < around; i++) correlation_add(&out, golden[columns[i]], smooth[columns[i]]);
  }
  if (!(in.n > 0)) return;
  t->depth = fabs(in.b - in.a) / in.n;
  if (in.aa - in.a * in.a / in.n > SPREAD * SPREAD * in.n) t->through = correlation_of(&in);
  if (out.n > 0) t->stands = balance_of(fabs(in.b / in.n - out.b / out.n), fabs(in.a / in.n - out.a / out.n));
}

static enum status measure(const struct surroundings *s, const struct finding *f, int32_t limit, struct traits *t,
                           struct fault *fault) {
  const size_t row = (size_t)s->width, count = row * (size_t)s->height;
  struct distances d = {.near = part_about(s, f, OUTER)};
  d.weights = malloc(row * (sizeof *d.weights + sizeof *d.columns) + 2 * count + row);
  if (!d.weights) return fault_set(fault, STATUS_MEMORY, "regions: out of memory");
  d.columns = (int32_t *)(void *)(d.weights + row);
  d.inside = (uint8_t *)(d.columns + row), d.outside = d.inside + count, d.row = d.outside + count;
  double width = f->right - f->left + 1.0, height = f->bottom - f->top + 1.0;
  t->length = sqrt(width * width + height * height);
  if (mark_pixels(s, f, limit, &d)) {
    struct sums sums = {.near = 0};
    for (int32_t y = d.near.top; y <= d.near.bottom; y++) add_gradients(s, &d, y, &sums), add_own(s, &d, y, &sums);
    tell_structure(&sums, limit, t);
    measure_core(s, &d, sums.most, t);
  }
  free(d.weights);
  return STATUS_OK;
}

static enum status find_moved(const struct surroundings *s, const struct finding *f, const struct traits *t,
                              size_t findings, bool *moved, struct fault *fault) {
  double left = 1;
  *moved = false;
  if (findings > MOST_SOUGHT || fmax(t->structure, t->new_structure) < SOME_STRUCTURE) return STATUS_OK;
  enum status status = shift_left(s, f, &left, fault);
  *moved = left < LEFT;
  return status;
}

static bool stains(struct surroundings *s, const struct finding *f, const struct traits *t) {
  if (t->sign < ALL_ONE_SIGN || t->balance < -KEPT) return false;
  if (t->depth < COVERED || t->through > THROUGH) return true;
  surroundings_derive(s);
  return surroundings_softness(s, f) > (t->depth < OPAQUE ? SOFTER : SOFT);
}

/* As much structure after as before. */
static bool keeps_structure(const struct traits *t) {
  return fabs(t->balance) < CHANGED && t->structure > PRINTED;
}

static bool is_replaced(const struct traits *t) {
  return t->sign < ONE_SIGN && keeps_structure(t);
}

static bool is_colour(const struct finding *f, const struct traits *t) {
  bool covers = t->depth >= COVERED && t->through <= THROUGH && t->balance > KEPT;
  return !covers && f->chroma_peak > 0 && (t->luma_peak < 1 || f->chroma_peak > VIVID * t->luma_peak);
}

/* Of what has not moved and is not only a colour. */
static enum defect_class class_of(struct surroundings *s, const struct finding *f, const struct traits *t) {
  double line = t->length * t->thickness;
  bool slender = t->length > SLENDER * t->thickness && t->thickness <= THICK && t->area >= HOLLOW * line;
  bool long_and_thin = slender && t->area <= SOLID * line && t->across <= CLOSED;
  bool rim = slender && t->across > CLOSED && keeps_structure(t);
  if (long_and_thin && t->sign > ONE_SIGN && t->balance > HARDLY_GONE) return CLASS_SCRATCH;
  if (!rim && stains(s, f, t)) return CLASS_STAIN;
  if (t->thickness <= FINE && is_replaced(t)) return CLASS_PRINT;
  return t->stands + t->balance < GONE ? CLASS_MISSING : CLASS_EXTRA;
}

enum status classify_finding(struct device *device, const struct reference *reference, const struct aligned *photo,
                             const struct comparison *c, const struct finding *f, struct defect_kind *kind,
                             struct fault *fault) {
  struct surroundings s;
  struct traits t = {.length = 0};
  bool small;
  *kind = (struct defect_kind){.class_ = CLASS_EXTRA};
  enum status status = surroundings_fetch(device, reference, photo, c, f, REACH, &s, &small, fault);
  if (status || !small) return status;
  status = measure(&s, f, c->limit[ALIGNED_LUMA], &t, fault);
  bool colour = is_colour(f, &t), moved = false;
  if (!status && !colour) status = find_moved(&s, f, &t, c->count, &moved, fault);
  kind->shadow = shadow_factor(&s, f, c->limit[ALIGNED_LUMA]);
  if (!status) kind->class_ = colour ? CLASS_COLOUR : moved ? CLASS_MOVED : class_of(&s, f, &t);
  if (!status) kind->replaced = kind->class_ == CLASS_MOVED || (kind->class_ != CLASS_MISSING && is_replaced(&t));
  surroundings_free(&s);
  return status;
}
