#include "engine/crew.h"
#include "engine/inspector.h"
#include "engine/other_product.h"
#include "engine/region.h"
#include "engine/severity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How far the colour channels' gains may differ and still pass for a lamp and a camera's white balance. */
static const double MOST_CAST = 1.5;

/* ---- what a finding is ---- */

static const struct spec_zone *zone_at(const struct inspector *in, const struct finding *f) {
  int32_t x = (int32_t)(f->middle_x + 0.5), y = (int32_t)(f->middle_y + 0.5);
  const struct plane *labels = &in->zones.labels;
  if (x < 0 || y < 0 || x >= labels->width || y >= labels->height) return NULL;
  int label = labels->pixels[(size_t)y * labels->stride + (size_t)x];
  return zones_of_label(in->spec, label);
}

/* Regions as long as they are not in the result, and what kinds of findings they are. */
struct filling {
  struct inspection *work;
  struct region *regions;
  struct defect_kind *kinds;
};

static enum status fill_region(void *context, size_t index, struct fault *fault) {
  const struct filling *filling = context;
  struct inspection *work = filling->work;
  const struct finding *f = &work->comparison.findings[index];
  struct region *r = &filling->regions[index];
  const struct inspector *in = work->inspector;
  enum status status = STATUS_OK;
  region_of_finding(work, f, r);
  struct defect_kind *kind = &filling->kinds[index];
  *kind = (struct defect_kind){.class_ = f->class_};
  if (!f->classified)
    status = classify_finding(&work->device, &in->reference, &work->aligned, &work->comparison, f, kind, fault);
  r->class_ = kind->class_;
  const struct spec_zone *zone = zone_at(in, f);
  if (zone) memcpy(r->zone, zone->name, sizeof r->zone);
  if (zone && zone->same_print && !f->classified) r->class_ = CLASS_PRINT;
  /* Stronger and larger is surer: 0.5 at the limit of both, towards 1 with either. */
  double strength = f->peak * sqrt((double)f->area / 9);
  r->confidence = f->classified ? f->confidence : strength / (strength + 1);
  r->severity = severity_of(in->spec, zone, r);
  return status;
}

/* ---- verdict ---- */

/* `kinds`: of as many findings as there may be regions. */
static enum status fill_regions(struct inspection *work, struct result *result, struct defect_kind *kinds,
                                struct fault *fault) {
  const struct comparison *c = &work->comparison;
  if (!c->count) return STATUS_OK;
  size_t count = c->count < RESULT_MAX_REGIONS ? c->count : RESULT_MAX_REGIONS;
  result->regions = malloc(count * sizeof *result->regions);
  if (!result->regions) return fault_set(fault, STATUS_MEMORY, "regions: out of memory");
  struct filling filling = {work, result->regions, kinds};
  const struct crew crew = {inspector_threads(work->inspector), fill_region, &filling};
  enum status status = crew_run(&crew, count, fault);
  if (!status) result->region_count = count;
  return status;
}

static void fail_by_regions(const struct comparison *c, struct result *result) {
  const struct region *worst = &result->regions[0];
  for (size_t i = 1; i < result->region_count; i++)
    if (result->regions[i].peak > worst->peak) worst = &result->regions[i];
  result_add_reason(result, REASON_REGION,
                    "%zu %s from the golden sample%s; the worst, %s, is %d x %d px at (%d, %d) of the photo%s%s and "
                    "reaches %.1f times the tolerance",
                    c->count, c->count == 1 ? "place differs" : "places differ", c->overflow ? " or more" : "",
                    class_name(worst->class_), worst->box[2], worst->box[3], worst->box[0], worst->box[1],
                    worst->zone[0] ? " in zone " : "", worst->zone, worst->peak);
  double use = worst->peak;
  result->verdict = VERDICT_FAIL;
  result->score = use < 2 ? 100 * (1 - 0.5 * use) : 0;
}

/* What may be a shadow stays a finding, for soot may look the same; it is said of the largest. */
static void say_shadow(const struct defect_kind *kinds, struct result *result) {
  const struct region *largest = NULL;
  double factor = 0;
  for (size_t i = 0; i < result->region_count; i++)
    if (kinds[i].shadow > 0 && (!largest || result->regions[i].area_px > largest->area_px))
      largest = &result->regions[i], factor = kinds[i].shadow;
  if (largest)
    result_add_reason(
        result, REASON_LIGHT_OR_MATERIAL,
        "what is %d x %d px at (%d, %d) of the photo is %.2f times as bright as the golden sample and shows "
        "all that lies under it: a shadow that falls on the product, or a thin film on it; take the photo "
        "again with nothing between lamp and product",
        largest->box[2], largest->box[3], largest->box[0], largest->box[1], factor);
}

/* Light that may not be taken away: the spec bounds what passes for lamp and camera. */
static bool light_refused(const struct inspection *work, struct result *result) {
  const struct spec *spec = work->inspector->spec;
  for (int i = 0; i < result->light_channels; i++)
    if (result->gain[i] < spec->light_gain[0] || result->gain[i] > spec->light_gain[1]) {
      result_add_reason(result, REASON_LIGHT_OR_MATERIAL,
                        "the photo is %.2f times as bright as the golden sample, more than light.gain allows (%.2f to "
                        "%.2f): lamp and material cannot be told apart; take it again under the golden's light",
                        result->gain[i], spec->light_gain[0], spec->light_gain[1]);
      return true;
    }
  double least = result->gain[0], most = result->gain[0];
  for (int i = 1; i < result->light_channels; i++) {
    if (result->gain[i] < least) least = result->gain[i];
    if (result->gain[i] > most) most = result->gain[i];
  }
  if (most > MOST_CAST * least) {
    result_add_reason(result, REASON_LIGHT_OR_MATERIAL,
                      "the whole product has another colour: red, green and blue are %.2f, %.2f and %.2f times the "
                      "golden's; lamp and material cannot be told apart; take it again under the golden's light",
                      result->gain[0], result->gain[1], result->gain[2]);
    return true;
  }
  if (result->unevenness > spec->light_unevenness) {
    result_add_reason(result, REASON_LIGHT_OR_MATERIAL,
                      "brightness varies by %.0f %% over the product against the golden sample, more than "
                      "light.unevenness allows (%.0f %%); take it again under even light",
                      100 * result->unevenness, 100 * spec->light_unevenness);
    return true;
  }
  return false;
}

/* What was not looked at is said; a colour that is demanded, or that tells parts of the product apart, is not taken as
 * right. */
static void say_not_judged(const struct inspection *work, struct result *result) {
  const struct inspector *in = work->inspector;
  if (!in->image.colour || work->aligned.colour) return;
  if (in->spec->colour == COLOUR_NONE && !colouring_is_manifold(&in->colouring)) {
    result_add_reason(result, REASON_COLOUR,
                      "the photo is grey and the golden sample in colour: brightness alone was compared");
    return;
  }
  result->verdict = VERDICT_CANNOT_JUDGE;
  result_add_reason(result, REASON_COLOUR,
                    "the photo is grey and the golden sample in colour: nothing differs in brightness, and colours "
                    "cannot be seen; take it again in colour, or, where brightness alone matters, seal a golden sample "
                    "of a grey photo");
}

enum status verdict_fill(struct inspection *work, struct result *result, struct fault *fault) {
  const struct comparison *c = &work->comparison;
  if (light_refused(work, result)) {
    result->verdict = VERDICT_CANNOT_JUDGE;
    return STATUS_OK;
  }
  struct defect_kind kinds[RESULT_MAX_REGIONS] = {{.replaced = false}};
  enum status status = fill_regions(work, result, kinds, fault);
  if (status || other_product_shown(work, kinds, result)) return status;
  if (!result->region_count && c->overflow) {
    result->verdict = VERDICT_CANNOT_JUDGE;
    result_add_reason(result, REASON_WRONG_PRODUCT,
                      "the photo differs from the golden sample almost everywhere; check that it shows this product");
    return STATUS_OK;
  }
  if (result->region_count) {
    fail_by_regions(c, result);
    say_shadow(kinds, result);
  } else {
    result->verdict = VERDICT_PASS;
    result->score = 100 * (1 - 0.5 * c->use);
    say_not_judged(work, result);
  }
  if (!status) status = colouring_judge(work, result, fault);
  if (!status) status = rigid_judge(work, result, fault);
  if (status) return status;
  gauging_judge(work, result);
  return STATUS_OK;
}
