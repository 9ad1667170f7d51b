#include "engine/region.h"

#include "engine/severity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double HAIR = 0.05;

/* The pixels of the photo, at full size, that a finding covers. */
static void find_photo_box(const struct inspection *work, const struct finding *f, int32_t *box) {
  const struct placement *p = &work->alignment.placement;
  double n = work->photo.reduction > 1 ? work->photo.reduction : 1;
  double left = 1e9, top = 1e9, right = -1e9, bottom = -1e9;
  for (int corner = 0; corner < 4; corner++) {
    double x = corner & 1 ? f->right + 0.5 : f->left - 0.5, y = corner & 2 ? f->bottom + 0.5 : f->top - 0.5;
    struct pose_point d = placement_displacement(p, x, y), q;
    if (!pose_apply(&p->pose, x + d.x, y + d.y, &q)) continue;
    q.x = n * (q.x + 0.5) - 0.5, q.y = n * (q.y + 0.5) - 0.5;
    if (q.x < left) left = q.x;
    if (q.x > right) right = q.x;
    if (q.y < top) top = q.y;
    if (q.y > bottom) bottom = q.y;
  }
  double width = work->photo.full_width, height = work->photo.full_height;
  left = left < -0.5 ? -0.5 : left > width - 1 ? width - 1 : left;
  top = top < -0.5 ? -0.5 : top > height - 1 ? height - 1 : top;
  right = right > width - 0.5 ? width - 0.5 : right < left ? left : right;
  bottom = bottom > height - 0.5 ? height - 0.5 : bottom < top ? top : bottom;
  /* A pixel that is touched by less than HAIR is not in the box: what a pose is uncertain by does not widen it. */
  box[0] = (int32_t)floor(left + 0.5 + HAIR), box[1] = (int32_t)floor(top + 0.5 + HAIR);
  box[2] = (int32_t)ceil(right - 0.5 - HAIR) - box[0] + 1, box[3] = (int32_t)ceil(bottom - 0.5 - HAIR) - box[1] + 1;
  if (box[0] + box[2] > work->photo.full_width) box[2] = work->photo.full_width - box[0];
  if (box[1] + box[3] > work->photo.full_height) box[3] = work->photo.full_height - box[1];
}

void region_of_finding(const struct inspection *work, const struct finding *f, struct region *r) {
  const struct spec *spec = work->inspector->spec;
  *r = (struct region){.golden_box = {f->left, f->top, f->right - f->left + 1, f->bottom - f->top + 1},
                       .area_px = f->area,
                       .peak = f->peak};
  find_photo_box(work, f, r->box);
  if (spec->scale != SCALE_FIXTURE) return;
  r->has_size = true;
  r->size_mm = spec->mm_per_px * (r->golden_box[2] > r->golden_box[3] ? r->golden_box[2] : r->golden_box[3]);
}

static bool comes_before(const struct region *a, const struct region *b) {
  return a->golden_box[1] != b->golden_box[1] ? a->golden_box[1] < b->golden_box[1]
                                              : a->golden_box[0] < b->golden_box[0];
}

enum status region_add(const struct inspection *work, const struct finding *f, enum defect_class class_,
                       double confidence, const struct spec_zone *zone, struct result *result, struct fault *fault) {
  if (result->region_count == RESULT_MAX_REGIONS) return STATUS_OK;
  struct region *larger = realloc(result->regions, (result->region_count + 1) * sizeof *larger), r;
  if (!larger) return fault_set(fault, STATUS_MEMORY, "regions: out of memory");
  result->regions = larger;
  region_of_finding(work, f, &r);
  r.class_ = class_, r.confidence = confidence;
  if (zone) memcpy(r.zone, zone->name, sizeof r.zone);
  r.severity = severity_of(work->inspector->spec, zone, &r);
  size_t place = result->region_count++;
  for (; place && comes_before(&r, &larger[place - 1]); place--) larger[place] = larger[place - 1];
  larger[place] = r;
  return STATUS_OK;
}
