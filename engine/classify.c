#include "engine/classify.h"

#include "engine/correlation.h"
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
};

/* The finding's box and so much around it. */
static struct part part_about(const struct surroundings *s, const struct finding *f, int32_t around) {
  int32_t left = f->left - s->left - around, top = f->top - s->top - around;
  int32_t right = f->right - s->left + around, bottom = f->bottom - s->top + around;
  return (struct part){left > 0 ? left : 0, top > 0 ? top : 0, right < s->width ? right : s->width - 1,
                       bottom < s->height ? bottom : s->height - 1};
}

static uint8_t nearer(uint8_t here, uint8_t there) {
  uint8_t by = (uint8_t)(there + (there < 255));
  return by < here ? by : here;
}

/* From the row before, by its three nearest pixels. */
static void spread_row(const uint8_t *restrict before, int32_t width, uint8_t *restrict row) {
  for (int32_t x = 0; x < width; x++) row[x] = nearer(row[x], before[x]);
  for (int32_t x = 1; x < width; x++) row[x] = nearer(row[x], before[x - 1]);
  for (int32_t x = 0; x + 1 < width; x++) row[x] = nearer(row[x], before[x + 1]);
}

/* In two passes: from above and the left, and from below and the right. */
static void spread(uint8_t *d, size_t stride, const struct part *part) {
  int32_t width = part->right - part->left + 1, height = part->bottom - part->top + 1;
  uint8_t *first = d + (size_t)part->top * stride + (size_t)part->left;
  for (int32_t y = 0; y < height; y++) {
    uint8_t *row = first + (size_t)y * stride;
    if (y) spread_row(row - stride, width, row);
    for (int32_t x = 1; x < width; x++) row[x] = nearer(row[x], row[x - 1]);
  }
  for (int32_t y = height - 1; y >= 0; y--) {
    uint8_t *row = first + (size_t)y * stride;
    if (y + 1 < height) spread_row(row + stride, width, row);
    for (int32_t x = width - 2; x >= 0; x--) row[x] = nearer(row[x], row[x + 1]);
  }
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

static double squared_gradient(const struct surroundings *s, const float *values, int32_t x, int32_t y) {
  if (x < 1 || y < 1 || x + 1 >= s->width || y + 1 >= s->height) return 0;
  const float *v = values + (size_t)y * (size_t)s->width + (size_t)x;
  double dx = 0.5 * (v[1] - v[-1]), dy = 0.5 * (v[s->width] - v[-s->width]), square = dx * dx + dy * dy;
  return square > NOISE ? square : 0;
}

static double balance_of(double photo, double golden) {
  return photo + golden > 0 ? (photo - golden) / (photo + golden) : 0;
}

/* The pixels of the map that are the finding's, as distances; false where luma shows none. */
static bool mark_pixels(const struct surroundings *s, const struct finding *f, int32_t limit, struct distances *d) {
  struct part box = part_about(s, f, 0), beside = part_about(s, f, 1);
  size_t w = (size_t)s->width;
  bool any = false;
  d->near = part_about(s, f, OUTER);
  for (int32_t y = d->near.top; y <= d->near.bottom; y++)
    for (int32_t x = d->near.left; x <= d->near.right; x++) {
      size_t at = (size_t)y * w + (size_t)x;
      bool in = x >= box.left && x <= box.right && y >= box.top && y <= box.bottom && s->map[at] >= limit / 2;
      d->inside[at] = in ? 255 : 0, d->outside[at] = in ? 0 : 255;
      any |= in;
    }
  /* What is beyond `beside` is no nearer than what is there. */
  spread(d->inside, w, &beside);
  spread(d->outside, w, &d->near);
  return any;
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

/* How large the structure near the finding is, how thick it is, and how straight. */
static void measure_structure(const struct surroundings *s, const struct distances *d, struct traits *t) {
  double golden = 0, photo = 0, count = 0, difference = 0, size = 0;
  struct moments moments = {.n = 0};
  for (int32_t y = d->near.top; y <= d->near.bottom; y++)
    for (int32_t x = d->near.left; x <= d->near.right; x++) {
      size_t at = (size_t)y * (size_t)s->width + (size_t)x;
      if (d->outside[at] > BAND) continue;
      golden += squared_gradient(s, s->golden, x, y), photo += squared_gradient(s, s->smooth, x, y), count++;
      if (d->outside[at]) continue;
      moments_add(&moments, x, y);
      difference += s->smooth[at] - s->golden[at], size += fabs(s->smooth[at] - s->golden[at]);
      if (2.0 * d->inside[at] > t->thickness) t->thickness = 2.0 * d->inside[at];
    }
  t->balance = balance_of(photo, golden), t->structure = count > 0 ? golden / count : 0;
  t->new_structure = count > 0 ? photo / count : 0;
  t->sign = size > 0 ? fabs(difference) / size : 0;
  t->area = moments.n, t->across = spread_across(&moments);
}

static double largest_difference(const struct surroundings *s, const struct distances *d) {
  double most = 0;
  for (int32_t y = d->near.top; y <= d->near.bottom; y++)
    for (int32_t x = d->near.left; x <= d->near.right; x++) {
      size_t at = (size_t)y * (size_t)s->width + (size_t)x;
      if (!d->outside[at] && fabs(s->smooth[at] - s->golden[at]) > most) most = fabs(s->smooth[at] - s->golden[at]);
    }
  return most;
}

/* The core, where at least half of the largest difference is, against what is around it. */
static void measure_core(const struct surroundings *s, const struct distances *d, int32_t limit, struct traits *t) {
  struct correlation in = {0, 0, 0, 0, 0, 0}, out = in;
  double most = largest_difference(s, d);
  for (int32_t y = d->near.top; y <= d->near.bottom; y++)
    for (int32_t x = d->near.left; x <= d->near.right; x++) {
      size_t at = (size_t)y * (size_t)s->width + (size_t)x;
      if (!d->outside[at] && 2 * fabs(s->smooth[at] - s->golden[at]) >= most)
        correlation_add(&in, s->golden[at], s->smooth[at]);
      if (d->outside[at] > BAND && d->outside[at] <= OUTER) correlation_add(&out, s->golden[at], s->smooth[at]);
      if (!d->outside[at] && (double)s->map[at] / limit > t->luma_peak) t->luma_peak = (double)s->map[at] / limit;
    }
  if (!(in.n > 0)) return;
  t->depth = fabs(in.b - in.a) / in.n;
  if (in.aa - in.a * in.a / in.n > SPREAD * SPREAD * in.n) t->through = correlation_of(&in);
  if (out.n > 0) t->stands = balance_of(fabs(in.b / in.n - out.b / out.n), fabs(in.a / in.n - out.a / out.n));
}

static enum status measure(const struct surroundings *s, const struct finding *f, int32_t limit, struct traits *t,
                           struct fault *fault) {
  size_t count = (size_t)s->width * (size_t)s->height;
  uint8_t *memory = calloc(2, count);
  if (!memory) return fault_set(fault, STATUS_MEMORY, "regions: out of memory");
  struct distances d = {.inside = memory, .outside = memory + count};
  double width = f->right - f->left + 1.0, height = f->bottom - f->top + 1.0;
  t->length = sqrt(width * width + height * height);
  if (mark_pixels(s, f, limit, &d)) {
    measure_structure(s, &d, t);
    measure_core(s, &d, limit, t);
  }
  free(memory);
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

static bool stains(const struct surroundings *s, const struct finding *f, const struct traits *t) {
  if (t->sign < ALL_ONE_SIGN || t->balance < -KEPT) return false;
  if (t->depth < COVERED || t->through > THROUGH) return true;
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
static enum defect_class class_of(const struct surroundings *s, const struct finding *f, const struct traits *t) {
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
  if (!status) kind->class_ = colour ? CLASS_COLOUR : moved ? CLASS_MOVED : class_of(&s, f, &t);
  if (!status) kind->replaced = kind->class_ == CLASS_MOVED || (kind->class_ != CLASS_MISSING && is_replaced(&t));
  surroundings_free(&s);
  return status;
}
