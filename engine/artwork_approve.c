#include "engine/artwork_approve.h"

#include <string.h>

/* So far beyond a limit sample's box its like may reach, golden pixels, and so much deeper. */
static const double MARGIN = 3, DEEPER = 1.1;

static bool lies_in(const struct finding *f, const double box[4]) {
  return f->left >= box[0] - MARGIN && f->top >= box[1] - MARGIN && f->right < box[0] + box[2] + MARGIN &&
         f->bottom < box[1] + box[3] + MARGIN;
}

static bool is_like(const struct finding *f, const struct spec_approval *approval) {
  const char *name = class_name(f->class_);
  return lies_in(f, approval->box) && f->peak <= DEEPER * approval->use &&
         (!approval->class_[0] || !strcmp(approval->class_, name));
}

static bool must_be_same(const struct spec *spec, const struct zones *zones, const struct finding *f) {
  const struct plane *labels = &zones->labels;
  size_t x = (size_t)(f->middle_x + 0.5), y = (size_t)(f->middle_y + 0.5);
  const struct spec_zone *zone = zones_of_label(spec, labels->pixels[y * labels->stride + x]);
  return zone && zone->same_print;
}

void artwork_approve(const struct spec *spec, const struct zones *zones, struct comparison *comparison) {
  size_t kept = 0;
  for (size_t i = 0; i < comparison->count; i++) {
    const struct finding *f = &comparison->findings[i];
    bool approved = false;
    for (size_t k = 0; f->classified && k < spec->approval_count && !approved; k++)
      approved = is_like(f, &spec->approvals[k]) && !must_be_same(spec, zones, f);
    if (!approved) comparison->findings[kept++] = *f;
  }
  comparison->count = kept;
}
