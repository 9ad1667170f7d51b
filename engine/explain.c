#include "engine/explain.h"

#include "engine/correlation.h"
#include "engine/crew.h"
#include "engine/grain.h"
#include "engine/mosaic.h"
#include "engine/nudge.h"

#include <pthread.h>
#include <stdlib.h>

/* A finding that reaches so many tolerances stands, whatever it looks like: WEAK if it is the golden's own structure
 * with more contrast (the correlation reaches LIKE), FAINT if it is soft (takes more than SOFT pixels to rise). */
static const double WEAK = 3, LIKE = 0.65, FAINT = 1.6, SOFT = 3.5;

/* A glint is thin and brighter than the golden, and like it within BAND pixels; it may lie a pixel beside the line that
 * it runs along. A FAINT one need be less like it. */
static const double GLINT = 5, THIN = 5, FAINTLY_LIKE = 0.5;

/* What is UNSURE, and of which a small shift of the golden leaves less than a tolerance and this share of its squares,
 * is its own edges, as the lens or the paper puts them elsewhere than alignment could follow. */
static const double UNSURE = 2, LEFT = 0.25;

/* What the photo adds is as wide as what it is compared through, three pixels; what is no wider than HAIR is an edge's
 * limit that gives way there: a line of the golden that another photo samples otherwise. Of one approved photo alone
 * HAIR_PEAK tolerances of it are; of more, as much less as they tell what a line does. */
static const double HAIR = 1.75, HAIR_PEAK = 0.6;

/* What is FAINT and narrow, and reaches no further than so many deviations of the ground about it, is that ground's
 * grain: the largest streaks of a brushed plate of 12 megapixels reach 6, defects 12 and more. */
static const double GRAIN = 7, GRAIN_WIDE = 10;

enum { BAND = 2, MARGIN = 5 };

/* In place of how many tolerances are left of a finding when what explains it is taken away: nothing does. */
static const double STANDS = -1;

/* Correlation of the difference with the golden, -1..1. */
static double likeness(const struct surroundings *s) {
  struct correlation c = {0, 0, 0, 0, 0, 0};
  for (int32_t y = 1; y + 1 < s->height; y++)
    for (int32_t x = 1; x + 1 < s->width; x++) {
      size_t at = (size_t)y * (size_t)s->width + (size_t)x;
      correlation_add(&c, s->difference[at], s->golden[at]);
    }
  return correlation_of(&c);
}

/* Whether the finding is near here. */
static bool in_band(const struct surroundings *s, const struct finding *f, int32_t x, int32_t y, int32_t limit) {
  int32_t left = f->left - s->left, top = f->top - s->top, right = f->right - s->left, bottom = f->bottom - s->top;
  for (int32_t v = y - BAND < top ? top : y - BAND; v <= y + BAND && v <= bottom; v++)
    for (int32_t u = x - BAND < left ? left : x - BAND; u <= x + BAND && u <= right; u++)
      if (s->map[(size_t)v * (size_t)s->width + (size_t)u] >= limit / 2) return true;
  return false;
}

/* The largest correlation near the finding, with the golden up to a pixel to any side. */
static double likeness_along(const struct surroundings *s, const struct finding *f, int32_t limit) {
  struct correlation c[9] = {{0, 0, 0, 0, 0, 0}};
  for (int32_t y = 1; y + 1 < s->height; y++)
    for (int32_t x = 1; x + 1 < s->width; x++) {
      if (!in_band(s, f, x, y, limit)) continue;
      const float *golden = s->golden + (size_t)(y - 1) * (size_t)s->width + (size_t)(x - 1);
      double d = s->difference[(size_t)y * (size_t)s->width + (size_t)x];
      for (size_t k = 0; k < 9; k++) correlation_add(&c[k], d, golden[k / 3 * (size_t)s->width + k % 3]);
    }
  double most = -1;
  for (size_t k = 0; k < 9; k++) {
    double like = correlation_of(&c[k]);
    if (like > most) most = like;
  }
  return most;
}

/* How much brighter the photo is than the golden, over the box. */
static double brighter(const struct surroundings *s, const struct finding *f, int32_t limit) {
  double sum = 0;
  for (int32_t y = f->top; y <= f->bottom; y++)
    for (int32_t x = f->left; x <= f->right; x++) {
      size_t at = surroundings_at(s, x, y);
      if (s->map[at] >= limit / 2) sum += s->smooth[at] - s->golden[at];
    }
  return sum;
}

static bool is_glint(const struct surroundings *s, const struct finding *f, int32_t limit) {
  if (!(f->width < THIN && f->peak < GLINT) || brighter(s, f, limit) <= 0) return false;
  return likeness_along(s, f, limit) > (f->peak < FAINT ? FAINTLY_LIKE : LIKE);
}

static bool is_hair(const struct finding *f, int photos) {
  double n = photos > 1 ? photos : 1;
  return f->width < HAIR && f->length > 2 * f->width && f->peak < 1 + HAIR_PEAK * 2 / (n * (n + 1));
}

/* Light on the product uses none of its tolerance; of edges that lie off, what the shift leaves is used. */
static double left_of(struct surroundings *s, const struct finding *f, int photos, int32_t limit) {
  if (is_hair(f, photos)) return 0;
  surroundings_derive(s);
  if (f->peak < WEAK && likeness(s) > LIKE) return 0;
  if (f->peak < FAINT && surroundings_softness(s, f) > SOFT) return 0;
  if (f->peak < UNSURE) {
    struct nudge left = nudge_left(s, limit);
    if (left.peak < 1 && left.share < LEFT) return left.peak;
  }
  return is_glint(s, f, limit) ? 0 : STANDS;
}

/* Grain uses of the tolerance what it reaches of its own. */
static enum status left_of_grain(struct device *device, const struct reference *reference, const struct aligned *photo,
                                 const struct comparison *c, const struct finding *f, double *left,
                                 struct fault *fault) {
  struct surroundings s;
  bool small;
  enum status status = surroundings_fetch(device, reference, photo, c, f, GRAIN_MARGIN, &s, &small, fault);
  if (status) return status;
  double reached = small ? grain_deviations(&s, f, c->limit[ALIGNED_LUMA]) / GRAIN : 1;
  if (reached < 1) *left = reached;
  surroundings_free(&s);
  return STATUS_OK;
}

/* What several threads look at together. */
struct explaining {
  struct device *device;
  const struct reference *reference;
  const struct aligned *photo;
  struct comparison *comparison;
  pthread_mutex_t lock; /* of its levels */
  double *left;         /* by finding */
};

/* Its pixels count by what is left of them. */
static void set_aside(const struct surroundings *s, const struct finding *f, double left, struct explaining *e) {
  int32_t limit = e->comparison->limit[ALIGNED_LUMA], *levels = e->comparison->levels[ALIGNED_LUMA];
  double share = left / f->peak;
  pthread_mutex_lock(&e->lock);
  for (int32_t y = f->top; y <= f->bottom; y++)
    for (int32_t x = f->left; x <= f->right; x++) {
      uint8_t value = s->map[surroundings_at(s, x, y)];
      if (value < limit / 2) continue;
      levels[value]--, levels[(int32_t)(share * value)]++;
    }
  pthread_mutex_unlock(&e->lock);
}

static int32_t at_most(int32_t value, int32_t most) {
  return value < most ? value : most;
}

/* What the mosaic made up uses of chroma's tolerance what it does of that which is not narrowed. */
static enum status set_colour_aside(const struct finding *f, struct explaining *e, struct fault *fault) {
  struct comparison *c = e->comparison;
  enum status status = STATUS_OK;
  for (int i = ALIGNED_CB; i < c->planes && !status; i++) {
    const int level = aligned_level((enum aligned_plane)i);
    const struct kernel_image *whole = &c->map[i];
    const int32_t left = f->left >> level, top = f->top >> level, limit = c->limit[i];
    if (limit >= KERNEL_MAP_UNIT) continue;
    const int32_t width = at_most(f->right >> level, whole->width - 1) - left + 1;
    const int32_t height = at_most(f->bottom >> level, whole->height - 1) - top + 1;
    const size_t count = (size_t)width * (size_t)height;
    uint8_t *map = malloc(count);
    if (!map) return fault_set(fault, STATUS_MEMORY, "regions: out of memory");
    status = device_download_part(e->device, whole, 1, left, top, width, height, map, fault);
    pthread_mutex_lock(&e->lock);
    for (size_t k = 0; k < count && !status; k++)
      if (map[k] >= limit / 2) c->levels[i][map[k]]--, c->levels[i][map[k] * limit / KERNEL_MAP_UNIT]++;
    pthread_mutex_unlock(&e->lock);
    free(map);
  }
  return status;
}

/* Faint colour stands unless the mosaic made it up. */
static enum status explain_colour(const struct finding *f, const struct surroundings *s, struct explaining *e,
                                  double *left, struct fault *fault) {
  bool made_up;
  enum status status = mosaic_shown(e->device, e->reference, e->photo, e->comparison, f, s, &made_up, fault);
  if (status || !made_up) return status;
  *left = f->full_peak;
  return set_colour_aside(f, e, fault);
}

/* A faint one may be an edge, light or the ground's grain. */
static enum status explain_luma(const struct finding *f, struct surroundings *s, bool small, struct explaining *e,
                                double *left, struct fault *fault) {
  const struct comparison *c = e->comparison;
  enum status status = STATUS_OK;
  if (small) *left = left_of(s, f, e->reference->photos, c->limit[ALIGNED_LUMA]);
  if (*left < 0 && f->peak < FAINT && f->width < GRAIN_WIDE)
    status = left_of_grain(e->device, e->reference, e->photo, c, f, left, fault);
  if (*left >= 0) set_aside(s, f, *left, e);
  return status;
}

static enum status explain(void *context, size_t index, struct fault *fault) {
  struct explaining *e = context;
  const struct comparison *c = e->comparison;
  const struct finding *f = &c->findings[index];
  double *left = &e->left[index];
  struct surroundings s;
  bool small;
  *left = STANDS;
  const bool colour = f->chroma_peak > 0;
  if (colour ? f->full_peak >= 1 : f->peak >= GLINT) return STATUS_OK;
  enum status status = surroundings_fetch(e->device, e->reference, e->photo, c, f, MARGIN, &s, &small, fault);
  if (status) return status;
  if (!colour)
    status = explain_luma(f, &s, small, e, left, fault);
  else if (small)
    status = explain_colour(f, &s, e, left, fault);
  surroundings_free(&s);
  return status;
}

enum status explain_findings(struct device *device, const struct reference *reference, const struct aligned *photo,
                             double min_area, int threads, struct comparison *c, struct fault *fault) {
  if (!c->count) return STATUS_OK;
  struct explaining e = {device, reference, photo, c, .left = malloc(c->count * sizeof *e.left)};
  if (!e.left) return fault_set(fault, STATUS_MEMORY, "regions: out of memory");
  pthread_mutex_init(&e.lock, NULL);
  const struct crew crew = {threads, explain, &e};
  enum status status = crew_run(&crew, c->count, fault);
  size_t kept = 0;
  for (size_t i = 0; i < c->count && !status; i++)
    if (e.left[i] < 0) c->findings[kept++] = c->findings[i];
  if (!status && kept < c->count) {
    comparison_find_use(min_area, c);
    c->count = kept;
  }
  pthread_mutex_destroy(&e.lock);
  free(e.left);
  return status;
}
