/* What a rigid zone that moved makes of the verdict. */
#include "engine/region.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In a radian. */
static const double DEGREES = 57.29577951308232;

static double golden_limit(const struct spec *spec, const struct spec_zone *zone) {
  return zone->moves_unit == 0 ? zone->moves / spec->mm_per_px : zone->moves;
}

/* "2.51 px (0.502 mm), 2.02 right and 1.43 up, turned by 0.3 degrees" */
static void describe(const struct spec *spec, const struct rigid_place *p, double moved, char *text, size_t room) {
  size_t used = (size_t)snprintf(text, room, "%.2f px", moved);
  if (spec->scale == SCALE_FIXTURE)
    used += (size_t)snprintf(text + used, room - used, " (%.3f mm)", moved * spec->mm_per_px);
  used += (size_t)snprintf(text + used, room - used, ", %.2f px to the %s and %.2f %s", fabs(p->dx),
                           p->dx < 0 ? "left" : "right", fabs(p->dy), p->dy < 0 ? "up" : "down");
  if (fabs(p->turn) > 0.002) snprintf(text + used, room - used, ", turned by %.1f degrees", p->turn * DEGREES);
}

static enum status add_region(const struct inspection *work, const struct rigid_zone *z, double use,
                              struct result *result, struct fault *fault) {
  const struct finding f = {
      .left = z->box[0], .top = z->box[1], .right = z->box[2], .bottom = z->box[3], .area = z->area, .peak = use};
  return region_add(work, &f, CLASS_MOVED, use * use / (use * use + 1), &work->inspector->spec->zones[z->zone], result,
                    fault);
}

static enum status fill_parts(const struct inspection *work, struct result *result, struct fault *fault) {
  const struct inspector *in = work->inspector;
  if (!in->rigid.count) return STATUS_OK;
  result->parts = calloc(in->rigid.count, sizeof *result->parts);
  if (!result->parts) return fault_set(fault, STATUS_MEMORY, "zones: out of memory");
  for (size_t i = 0; i < in->rigid.count; i++) {
    const struct rigid_place *p = &work->rigid.places[i];
    const struct spec_zone *zone = &in->spec->zones[in->rigid.zones[i].zone];
    if (!p->found) continue;
    struct part_result *part = &result->parts[result->part_count++];
    *part = (struct part_result){
        .dx = p->dx, .dy = p->dy, .turn = p->turn * DEGREES, .limit = golden_limit(in->spec, zone)};
    memcpy(part->name, zone->name, sizeof part->name);
  }
  return STATUS_OK;
}

enum status rigid_judge(const struct inspection *work, struct result *result, struct fault *fault) {
  const struct inspector *in = work->inspector;
  enum status status = fill_parts(work, result, fault);
  for (size_t i = 0; i < in->rigid.count && !status; i++) {
    const struct rigid_zone *z = &in->rigid.zones[i];
    const struct rigid_place *p = &work->rigid.places[i];
    const struct spec_zone *zone = &in->spec->zones[z->zone];
    if (!p->found) continue;
    double moved = sqrt(p->dx * p->dx + p->dy * p->dy), limit = golden_limit(in->spec, zone), use = moved / limit;
    double score = use < 2 ? 100 * (1 - 0.5 * use) : 0;
    if (result->verdict == VERDICT_CANNOT_JUDGE && use <= 1) continue;
    if (score < result->score || result->verdict == VERDICT_CANNOT_JUDGE) result->score = score;
    if (use <= 1) continue;
    char text[160];
    describe(in->spec, p, moved, text, sizeof text);
    result_add_reason(
        result, REASON_MOVED_LABEL,
        "%s lies off where the golden sample has it, against the rest of the product: by %s; at most %g %s", zone->name,
        text, zone->moves, zone->moves_unit == 0 ? "mm" : "px");
    result->verdict = VERDICT_FAIL;
    status = add_region(work, z, use, result, fault);
  }
  return status;
}
