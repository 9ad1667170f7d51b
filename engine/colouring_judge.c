#include "engine/region.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A lamp whose colour makes so much of grey is not passed over in silence. */
static const double MOST_CAST = 4;

static double use_of(const struct zone_result *zone) {
  return zone->delta_e / zone->limit;
}

/* The zone's whole ground, as one finding. */
static struct finding ground_of(const struct plane *labels, uint8_t label, double use) {
  struct finding f = {
      .left = labels->width, .top = labels->height, .right = -1, .bottom = -1, .peak = use, .chroma_peak = use};
  for (int32_t y = 0; y < labels->height; y++) {
    const uint8_t *row = labels->pixels + (size_t)y * labels->stride;
    for (int32_t x = 0; x < labels->width; x++) {
      if (row[x] != label) continue;
      if (x < f.left) f.left = x;
      if (x > f.right) f.right = x;
      if (y < f.top) f.top = y;
      f.bottom = y;
      f.area++;
    }
  }
  return f;
}

static enum status add_region(const struct inspection *work, size_t at, struct result *result, struct fault *fault) {
  const struct inspector *in = work->inspector;
  const struct zone_result *zone = &work->colours.zones[at];
  uint8_t label = work->colours.label[at];
  double use = use_of(zone);
  const struct finding f = ground_of(&in->zones.labels, label, use);
  return region_add(work, &f, CLASS_COLOUR, use * use / (use * use + 1), zones_of_label(in->spec, label), result,
                    fault);
}

static const char *against(const struct spec *spec) {
  return spec->colour == COLOUR_NONE      ? "the product's other zones"
         : spec->colour == COLOUR_FIXTURE ? "a fixed camera and lamp"
                                          : "the reference zone";
}

static void fail_by_colour(const struct inspection *work, size_t worst, size_t off, struct result *result) {
  const struct zone_result *zone = &work->colours.zones[worst];
  result_add_reason(result, REASON_COLOUR,
                    "%zu %s another colour than the golden sample's by %s; the worst, %s, is off by %.1f (CIEDE2000; "
                    "at most %.1f)",
                    off, off == 1 ? "zone has" : "zones have", against(work->inspector->spec), zone->name,
                    zone->delta_e, zone->limit);
  result->verdict = VERDICT_FAIL;
}

static void say_open(const struct inspection *work, const struct zone_result *zone, size_t open,
                     struct result *result) {
  result_add_reason(
      result, REASON_COLOUR,
      "the colour of %zu %s cannot be told by %s; that of %s is off by %.1f, give or take %.1f (CIEDE2000; "
      "at most %.1f): take the photo again with less compression and noise",
      open, open == 1 ? "zone" : "zones", against(work->inspector->spec), zone->name, zone->delta_e, zone->uncertainty,
      zone->limit);
  if (result->verdict == VERDICT_PASS) result->verdict = VERDICT_CANNOT_JUDGE;
}

/* What all zones have in common may be the lamp or the material. */
static void say_cast(const struct inspection *work, struct result *result) {
  if (!(work->colours.cast > MOST_CAST)) return;
  result_add_reason(result, REASON_LIGHT_OR_MATERIAL,
                    "all zones have another colour in common, %.1f on a mid grey (CIEDE2000): lamp and material cannot "
                    "be told apart without colour.reference, so that only differences between zones were judged",
                    work->colours.cast);
}

static enum status copy_zones(const struct colouring_work *colours, struct result *result, struct fault *fault) {
  if (!colours->count) return STATUS_OK;
  result->zones = malloc(colours->count * sizeof *result->zones);
  if (!result->zones) return fault_set(fault, STATUS_MEMORY, "zones: out of memory");
  memcpy(result->zones, colours->zones, colours->count * sizeof *result->zones);
  result->zone_count = colours->count;
  return STATUS_OK;
}

static void lower_score(double use, struct result *result) {
  double score = use < 2 ? 100 * (1 - 0.5 * use) : 0;
  if (result->verdict == VERDICT_CANNOT_JUDGE || score < result->score) result->score = score;
}

enum status colouring_judge(const struct inspection *work, struct result *result, struct fault *fault) {
  const struct colouring_work *colours = &work->colours;
  size_t off = 0, worst = 0, open = 0, doubtful = 0;
  double use = 0;
  if (!colours->measured) return STATUS_OK;
  enum status status = copy_zones(colours, result, fault);
  for (size_t i = 0; i < colours->count && !status; i++) {
    const struct zone_result *zone = &colours->zones[i];
    if (zone->verdict == VERDICT_CANNOT_JUDGE) {
      if (!open++ || use_of(zone) > use_of(&colours->zones[doubtful])) doubtful = i;
      continue;
    }
    if (use_of(zone) > use) use = use_of(zone), worst = i;
    if (zone->verdict != VERDICT_FAIL) continue;
    off++;
    status = add_region(work, i, result, fault);
  }
  if (status || !colours->count) return status;
  if (result->verdict != VERDICT_CANNOT_JUDGE || off) lower_score(use, result);
  if (off) fail_by_colour(work, worst, off, result);
  if (open) say_open(work, &colours->zones[doubtful], open, result);
  say_cast(work, result);
  return STATUS_OK;
}
