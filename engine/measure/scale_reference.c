#include "engine/measure/scale_reference.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The reference as a measure of its own. */
static struct spec_dimension measure_of(const struct spec *spec) {
  const bool two = spec->reference_of[1][0];
  struct spec_dimension measure = {.name = "reference",
                                   .measure = two ? MEASURE_DISTANCE : MEASURE_DIAMETER,
                                   .lower = NAN,
                                   .upper = NAN,
                                   .unit = "px"};
  memcpy(measure.of[0], spec->reference_of[0], sizeof measure.of[0]);
  memcpy(measure.of[1], spec->reference_of[1], sizeof measure.of[1]);
  return measure;
}

/* Its length in a map whose own uncertainty is left aside. */
static void measure_in(const struct value_call *call, const struct scale *map, const struct spec_dimension *measure,
                       struct measured *measured) {
  struct scale bare = *map;
  struct value_call in_map = *call;
  bare.mode_count = 0;
  in_map.scale = &bare;
  value_measure(&in_map, measure, measured);
}

static void multiply(double plane[9], double factor) {
  for (int i = 0; i < 6; i++) plane[i] *= factor;
}

/* A mode by which all lengths change by a share of themselves. */
static bool add_share(struct scale *scale, const char *name, double share, double freedom) {
  struct scale_mode mode = {.name = name, .freedom = freedom};
  if (!(share > 0)) return true;
  memcpy(mode.plane, scale->plane.h, sizeof mode.plane);
  mode.plane[6] = mode.plane[7] = mode.plane[8] = 0;
  multiply(mode.plane, share);
  return scale_add_mode(scale, &mode);
}

bool scale_from_reference(const struct value_call *call, const struct spec *spec, struct scale *scale, char *why,
                          size_t room) {
  const struct scale *base = call->scale;
  const struct spec_dimension measure = measure_of(spec);
  struct measured whole;
  measure_in(call, base, &measure, &whole);
  if (!whole.found || !(whole.value > 0)) {
    snprintf(why, room, "the reference length cannot be measured: %s", whole.why);
    return false;
  }
  *scale = *base;
  memcpy(scale->unit, "mm", sizeof "mm");
  multiply(scale->plane.h, spec->reference_length / whole.value);
  for (int i = 0; i < base->mode_count; i++) {
    struct scale varied;
    struct measured part;
    scale_vary(base, i, 1, &varied);
    measure_in(call, &varied, &measure, &part);
    if (!part.found || !(part.value > 0)) {
      snprintf(why, room, "the reference length cannot be measured: %s", part.why);
      return false;
    }
    multiply(varied.plane.h, spec->reference_length / part.value);
    for (int k = 0; k < 9; k++) scale->mode[i].plane[k] = varied.plane.h[k] - scale->plane.h[k];
  }
  const double within = spec->scale_within / 100 / sqrt(3); /* of a rectangular distribution */
  if (add_share(scale, "reference", whole.budget.u / whole.value, whole.budget.freedom) &&
      add_share(scale, "scale", within, INFINITY))
    return true;
  snprintf(why, room, "the scale has more causes of uncertainty than can be followed");
  return false;
}
