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

enum { CORNERS = 4 };

static void area_of(const struct spec *spec, double side, struct pose_point corners[CORNERS]) {
  double left = 0, top = 0, right = side, bottom = side;
  bool any = false;
  for (size_t i = 0; i < spec->zone_count && spec->outside_ignored; i++) {
    const struct spec_zone *zone = &spec->zones[i];
    for (size_t k = 0; k < zone->point_count && !zone->ignore; k++, any = true) {
      const struct spec_point *p = &zone->polygon[k];
      left = any ? fmin(left, p->x) : p->x, right = any ? fmax(right, p->x) : p->x;
      top = any ? fmin(top, p->y) : p->y, bottom = any ? fmax(bottom, p->y) : p->y;
    }
  }
  corners[0] = (struct pose_point){left, top}, corners[1] = (struct pose_point){right, top};
  corners[2] = (struct pose_point){right, bottom}, corners[3] = (struct pose_point){left, bottom};
}

bool scale_add_pose(struct scale *scale, const struct spec *spec, double residual_px, double side) {
  struct pose_point corners[CORNERS];
  const double weights[CORNERS] = {1, 1, 1, 1}, *plane = scale->plane.h;
  if (spec->motion < MOTION_AFFINE || !(residual_px > 0)) return true;
  area_of(spec, side, corners);
  for (int i = 0; i < 2 * CORNERS; i++) {
    struct pose_point moved[CORNERS];
    struct pose change;
    struct scale_mode mode = {.name = "pose", .freedom = INFINITY};
    memcpy(moved, corners, sizeof moved);
    *(i % 2 ? &moved[i / 2].y : &moved[i / 2].x) += residual_px;
    if (!pose_fit(MOTION_HOMOGRAPHY, corners, moved, weights, CORNERS, &change)) return false;
    for (int r = 0; r < 3; r++)
      for (int c = 0; c < 3; c++) {
        const double *h = change.h + 3 * r;
        mode.plane[3 * r + c] = h[0] * plane[c] + h[1] * plane[3 + c] + h[2] * plane[6 + c] - plane[3 * r + c];
      }
    if (!scale_add_mode(scale, &mode)) return false;
  }
  return true;
}
