#include "engine/artwork_find.h"

#include "engine/artwork_topology.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Units. Core pixels within JOIN are one finding; of a deep one, those within NEAR of its deep pixels. The photo is
 * shifted by up to SHIFT. The class is read in the finding's box grown by MARGIN, where components under DUST (square
 * units) are none. */
enum { JOIN = 4, NEAR = 5, SHIFT = 3, MARGIN = 10, DUST = 12 };

/* A finding has at least AREA square units of core, or SLIGHT if it opens or shorts a conductor. What a shift leaves
 * less than VANISHED of was misplaced, and what is not deep must be left more than STANDING of; with SURE it stands for
 * certain. */
static const double AREA = 6, SLIGHT = 3, VANISHED = 0.33, STANDING = 0.5, SURE = 0.6;

/* Half of the confidence that size and depth give, square units and units. */
static const double HALF_AREA = 10, HALF_DEPTH = 1;

void artwork_work_free(struct device *device, struct artwork_work *work) {
  pyramid_release(device, &work->even);
  artwork_places_free(device, &work->places);
  artwork_crop_free(&work->crop);
}

static int32_t units(const struct artwork *a, double count) {
  return (int32_t)(count * a->unit);
}

static struct finding finding_of(const struct artwork *a, const struct artwork_crop *c, const struct artwork_group *g,
                                 enum defect_class class_, double rest) {
  double area = (double)g->area / (a->unit * a->unit), depth = g->depth / a->unit;
  double width = g->box.right - g->box.left + 1, height = g->box.bottom - g->box.top + 1;
  double peak = g->depth / a->deep, sure = rest < SURE ? rest / SURE : 1;
  return (struct finding){.left = c->left + g->box.left,
                          .top = c->top + g->box.top,
                          .right = c->left + g->box.right,
                          .bottom = c->top + g->box.bottom,
                          .area = g->area,
                          .peak = peak > 1 ? peak : 1,
                          .middle_x = c->left + (double)g->x / (double)g->area,
                          .middle_y = c->top + (double)g->y / (double)g->area,
                          .length = width > height ? width : height,
                          .width = width > height ? height : width,
                          .classified = true,
                          .class_ = class_,
                          .confidence = sure * (area / (area + HALF_AREA)) * (depth / (depth + HALF_DEPTH))};
}

/* Whether a group is a finding, and which. */
static bool judge(const struct artwork *a, double min_area, struct artwork_crop *c, const struct artwork_group *g,
                  struct finding *finding) {
  double square = a->unit * a->unit;
  double least = isnan(min_area) ? AREA * square : min_area, slight = isnan(min_area) ? SLIGHT * square : min_area;
  if (!g->area || (double)g->area < slight) return false;
  double rest = artwork_group_rest(c, g, units(a, SHIFT), units(a, 1));
  bool large = g->deep && (double)g->area >= least;
  if (rest < VANISHED || (!large && rest <= STANDING)) return false;
  enum defect_class class_ = artwork_classify(c, g, units(a, MARGIN), (int32_t)(DUST * square));
  if (!large && class_ != CLASS_OPEN && class_ != CLASS_SHORT) return false;
  *finding = finding_of(a, c, g, class_, rest);
  return true;
}

/* The findings of one place. */
static enum status find_in_place(struct device *device, const struct artwork *a, const struct aligned *photo,
                                 double min_area, const struct artwork_place *place, struct artwork_work *work,
                                 struct comparison *comparison, struct fault *fault) {
  const struct kernel_image *luma = &photo->plane[ALIGNED_LUMA];
  struct artwork_crop *c = &work->crop;
  int32_t margin = units(a, MARGIN);
  struct artwork_box box = {
      .left = place->box.left > margin ? place->box.left - margin : 0,
      .top = place->box.top > margin ? place->box.top - margin : 0,
      .right = place->box.right + margin < luma->width ? place->box.right + margin : luma->width - 1,
      .bottom = place->box.bottom + margin < luma->height ? place->box.bottom + margin : luma->height - 1};
  enum status status = artwork_crop_load(device, a, photo, &box, c, fault);
  if (status) return status;
  size_t count = (size_t)c->width * (size_t)c->height;
  for (size_t i = 0; i < count; i++)
    if (c->core[i] && !artwork_places_holds(&work->places, place, c->left + (int32_t)(i % (size_t)c->width),
                                            c->top + (int32_t)(i / (size_t)c->width)))
      c->core[i] = ARTWORK_SAME;
  int32_t number = 1;
  for (size_t i = 0; i < count; i++) {
    if (!c->core[i] || c->group[i]) continue;
    struct artwork_group g = artwork_group_grow(c, a->deep, i, number++, units(a, JOIN), units(a, NEAR));
    struct finding finding;
    if (!judge(a, min_area, c, &g, &finding)) continue;
    if (comparison->count == COMPARE_MOST_FINDINGS) {
      comparison->overflow = true;
      break;
    }
    comparison->findings[comparison->count++] = finding;
  }
  return STATUS_OK;
}

static bool overlap(const struct finding *a, const struct finding *b) {
  return a->left <= b->right && b->left <= a->right && a->top <= b->bottom && b->top <= a->bottom;
}

static int by_place(const void *a, const void *b) {
  const struct finding *p = a, *q = b;
  if (p->top != q->top) return p->top < q->top ? -1 : 1;
  if (p->left != q->left) return p->left < q->left ? -1 : 1;
  if (p->bottom != q->bottom) return p->bottom < q->bottom ? -1 : 1;
  return (p->right > q->right) - (p->right < q->right);
}

/* Colour's findings stand unless one of artwork is at the same place. `kept` of them come first. */
static void join_colour(struct comparison *c, size_t kept) {
  size_t count = 0;
  for (size_t i = 0; i < c->count; i++) {
    bool covered = false;
    for (size_t j = kept; i < kept && j < c->count && !covered; j++)
      covered = overlap(&c->findings[i], &c->findings[j]);
    if (!covered) c->findings[count++] = c->findings[i];
  }
  c->count = count;
  qsort(c->findings, c->count, sizeof *c->findings, by_place);
}

enum status artwork_find(struct device *device, const struct artwork *a, const struct aligned *photo, double min_area,
                         struct artwork_work *work, struct comparison *c, struct fault *fault) {
  size_t kept = 0;
  for (size_t i = 0; i < c->count; i++)
    if (c->findings[i].chroma_peak > 0) c->findings[kept++] = c->findings[i];
  c->count = kept;
  enum status status = artwork_places_find(device, a, units(a, JOIN + NEAR), c, &work->places, fault);
  if (work->places.overflow) c->overflow = true;
  for (size_t i = 0; i < work->places.count && !status; i++)
    status = find_in_place(device, a, photo, min_area, &work->places.places[i], work, c, fault);
  if (!status) join_colour(c, kept);
  return status;
}
