#include "engine/artwork_align.h"

#include "engine/artwork_field.h"
#include "engine/artwork_shift.h"

#include <math.h>
#include <stdlib.h>

/* A photo fits when its changed pixels are less than this share of those that golden and photo have of the rarer level:
 * in a wrong place, or of another product, it is nearly all of them. */
static const double MOST_CHANGED = 0.5;

/* Up to this share nothing else is tried, unless the golden looks nearly the same turned or shifted. */
static const double FITS_WELL = 0.15;

/* Levels above the final one on which the displacement is first looked for: from a shift, and from a pose by
 * features. */
enum { LEVELS_FROM_SHIFT = 3, LEVELS_FROM_POSE = 1 };

/* How far the displacement may go from a shift, which holds no scale and no turn; in bounds of the local one. */
static const double FROM_SHIFT = 4;

static enum status even_photo(struct device *device, const struct plane *luma, const struct artwork_levels *levels,
                              struct pyramid *pyramid, struct fault *fault) {
  uint8_t *even = malloc((size_t)luma->width * (size_t)luma->height);
  if (!even) return fault_set(fault, STATUS_MEMORY, "alignment: out of memory");
  artwork_levels_even(levels, luma, even);
  struct plane plane = {even, luma->width, luma->height, (size_t)luma->width};
  enum status status = pyramid_build_copy(device, pyramid, &plane, PYRAMID_LEVELS, fault);
  free(even);
  return status;
}

/* The share of the rarer level that the photo contradicts, from a measurement. */
static double changed_share(const struct tiles *t) {
  double weight = 0, seen = 0, golden = 0, photo = 0;
  for (size_t i = 0; i < (size_t)t->columns * (size_t)t->rows; i++) {
    const int64_t *s = t->sums + i * KERNEL_SUMS;
    weight += (double)s[SUM_W] / 64, seen += (double)s[SUM_SEEN];
    golden += (double)s[SUM_G] / 64, photo += ((double)s[SUM_G] + (double)s[SUM_E] / 16) / 64;
  }
  if (!(weight > 0)) return 1;
  /* Shares of the higher level among the pixels that agree. */
  golden = (golden / weight - ARTWORK_LOW) / ARTWORK_CONTRAST,
  photo = (photo / weight - ARTWORK_LOW) / ARTWORK_CONTRAST;
  double rare = golden + photo < 1 ? golden + photo : 2 - golden - photo, changed = 1 - weight / seen;
  return changed > 0 ? changed / (rare * weight / seen + changed) : 0;
}

/* Splits the placement into a pose of the spec's motion, at most affine, and the rest, which is bounded. */
static enum status split(const struct align_golden *g, struct alignment *a, struct fault *fault) {
  struct field *f = &a->placement.field;
  size_t count = (size_t)f->columns * (size_t)f->rows;
  enum motion motion = g->motion < MOTION_AFFINE ? g->motion : MOTION_AFFINE;
  struct pose_point *from = malloc(2 * count * sizeof *from);
  double *weight = malloc(count * sizeof *weight);
  if (!from || !weight) {
    free(from), free(weight);
    return fault_set(fault, STATUS_MEMORY, "alignment: out of memory");
  }
  struct pose_point *to = from + count;
  struct pose pose, inverse;
  bool good = true;
  for (size_t i = 0; i < count && good; i++) {
    from[i] = (struct pose_point){f->spacing * (double)(i % (size_t)f->columns) + f->origin,
                                  f->spacing * (double)(i / (size_t)f->columns) + f->origin};
    good = pose_apply(&a->placement.pose, from[i].x + f->x[i], from[i].y + f->y[i], &to[i]);
    weight[i] = 1;
  }
  good = good && count >= pose_minimum(motion) && pose_fit(motion, from, to, weight, count, &pose) &&
         pose_invert(&pose, &inverse);
  double squares = 0;
  for (size_t i = 0; i < count && good; i++) {
    struct pose_point p = from[i];
    good = pose_apply(&inverse, to[i].x, to[i].y, &p);
    double x = p.x - from[i].x, y = p.y - from[i].y, length = sqrt(x * x + y * y);
    if (length > g->local_px) x *= g->local_px / length, y *= g->local_px / length;
    to[i] = (struct pose_point){x, y};
    squares += x * x + y * y;
  }
  if (good) {
    a->placement.pose = pose;
    for (size_t i = 0; i < count; i++) f->x[i] = to[i].x, f->y[i] = to[i].y;
    a->residual_px = sqrt(squares / (double)count);
  }
  free(from), free(weight);
  return STATUS_OK;
}

/* The light that takes the golden's levels to the photo's. */
static struct light light_of(const struct align_golden *g, const struct artwork *a,
                             const struct artwork_levels *photo) {
  struct light light = light_none(g->width, g->height);
  double gain = (double)(photo->high - photo->low) / (a->levels.high - a->levels.low);
  light.coefficient[0] = gain;
  light.offset = photo->low + LIGHT_PEDESTAL - gain * (a->levels.low + LIGHT_PEDESTAL);
  return light;
}

/* The displacement from the present placement, on pictures of even levels; *changed tells how much of the rarer level
 * golden and photo then disagree about. */
static enum status displace(struct device *device, const struct align_golden *g, const struct artwork *artwork,
                            const struct pyramid *even, int levels, double bound, struct alignment *a, double *changed,
                            struct fault *fault) {
  struct refine r = {.device = device,
                     .tiles = &a->tiles,
                     .golden = &artwork->even,
                     .mask = &g->mask,
                     .photo = even,
                     .placement = &a->placement,
                     .light = light_none(g->width, g->height)};
  int first = g->final_level + levels;
  if (first >= g->luma.count) first = g->luma.count - 1;
  enum status status = artwork_field_refine(&r, first, g->final_level, bound, fault);
  a->overlap = g->counted[0] > 0 ? r.seen / g->counted[0] : 0;
  *changed = status ? 1 : artwork->levels.blank ? 0 : changed_share(&a->tiles);
  return status;
}

/* What is said of an alignment, from the photo as it is. */
static enum status measure(struct device *device, const struct align_golden *g, struct alignment *a,
                           struct fault *fault) {
  struct refine r = align_refine(device, g, a);
  enum status status = refine_measure(&r, g->final_level, fault);
  a->sigma = r.sigma, a->correlation = r.correlation;
  return status;
}

/* In the photo's own frame, shifted. *changed: 1 where it is not there. */
static enum status in_own_frame(struct device *device, const struct align_golden *g, const struct artwork *artwork,
                                const struct artwork_levels *levels, const struct pyramid *even, struct alignment *a,
                                double *changed, struct fault *fault) {
  bool fits = false;
  *changed = 1;
  a->placement.field.columns = 0;
  enum status status = artwork_shift_find(device, &artwork->even, even, &a->placement.pose, &fits, fault);
  if (status || !fits) return status;
  status = displace(device, g, artwork, even, LEVELS_FROM_SHIFT, FROM_SHIFT * g->local_px, a, changed, fault);
  if (status || *changed > MOST_CHANGED) return status;
  a->light = light_of(g, artwork, levels);
  return split(g, a, fault);
}

/* As any photo, then at even levels. */
static enum status anywhere(struct device *device, const struct align_golden *g, const struct artwork *artwork,
                            const struct pyramid *even, struct alignment *a, double *changed, const char **why,
                            struct fault *fault) {
  *changed = 1;
  enum status status = align_photo(device, g, a, why, fault);
  if (status || !a->aligned || !even) return status;
  return displace(device, g, artwork, even, LEVELS_FROM_POSE, g->local_px, a, changed, fault);
}

enum status artwork_align(struct device *device, const struct align_golden *g, const struct artwork *artwork,
                          struct artwork_work *work, struct alignment *a, const char **why, struct fault *fault) {
  struct artwork_levels levels = artwork_levels_of(a->luma, NULL);
  bool two = artwork_levels_are_two(&levels);
  double own = 1, any = 1;
  *why = "";
  a->aligned = a->straight = a->ambiguous = false;
  if (!two) return anywhere(device, g, artwork, NULL, a, &any, why, fault);
  enum status status = even_photo(device, a->luma, &levels, &work->even, fault);
  if (!status) status = in_own_frame(device, g, artwork, &levels, &work->even, a, &own, fault);
  if (status) return status;
  if (own > FITS_WELL || g->symmetries.count) {
    status = anywhere(device, g, artwork, &work->even, a, &any, why, fault);
    if (status || (!a->aligned && own > (a->ambiguous ? FITS_WELL : MOST_CHANGED))) return status;
    if (own <= MOST_CHANGED && (!a->aligned || own < any))
      status = in_own_frame(device, g, artwork, &levels, &work->even, a, &own, fault);
  }
  if (!status) status = measure(device, g, a, fault);
  a->aligned = !status;
  return status;
}
