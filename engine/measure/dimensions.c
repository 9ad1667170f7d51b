#include "engine/measure/dimensions.h"

#include "engine/measure/scale_find.h"
#include "engine/measure/scale_reference.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The maps that a spec's units need. */
struct maps {
  struct scale px, mm;
  bool has_px, has_mm;
  char why[256]; /* there is no mm */
};

size_t dimensions_asked(const struct spec *spec) {
  size_t count = 0;
  for (size_t i = 0; i < spec->dimension_count; i++) count += spec->dimensions[i].measure != MEASURE_NONE;
  return count;
}

/* Golden pixels are as large as the pose makes them, which is known to the share that its residual is of the golden. */
static bool golden_pixels(const struct dimensions_call *call, struct scale *scale) {
  if (!scale_of_pose(&call->placement->pose, scale)) return false;
  /* A size common to all does not matter where a reference is measured with them. */
  if (call->spec->scale == SCALE_REFERENCE)
    return scale_add_pose(scale, call->spec, call->residual_px, 1.4 * call->golden_size);
  double share = call->golden_size > 0 ? call->residual_px / call->golden_size : 0;
  struct scale_mode mode = {.name = "pose", .freedom = INFINITY};
  for (int i = 0; i < 6; i++) mode.plane[i] = share * scale->plane.h[i];
  return !(share > 0) || scale_add_mode(scale, &mode);
}

static enum status find_maps(const struct dimensions_call *call, struct maps *maps, struct fault *fault) {
  const struct spec *spec = call->spec;
  struct scale_request request = {
      .spec = spec, .calibration = call->calibration, .photo = call->photo, .pose = &call->placement->pose};
  bool own = spec->motion <= MOTION_RIGID || spec->scale == SCALE_FIXTURE;
  struct scale found;
  bool has;
  *maps = (struct maps){.px = scale_pixels(), .has_px = true};
  if (!own) maps->has_px = golden_pixels(call, &maps->px);
  snprintf(maps->why, sizeof maps->why, "the spec has no scale");
  enum status status = scale_find(&request, &found, &has, maps->why, sizeof maps->why, fault);
  if (status || !has) return status;
  /* Without a scale it is the photo's own pixels, straightened where the lens is known; with a reference, it too is
   * measured in them first. */
  if (spec->scale != SCALE_NONE && spec->scale != SCALE_REFERENCE)
    maps->mm = found, maps->has_mm = true;
  else if (own)
    maps->px = found;
  return STATUS_OK;
}

static enum status reserve(struct dimensions *d, size_t count, struct fault *fault) {
  if (count <= d->capacity) return STATUS_OK;
  struct measured *larger = realloc(d->values, count * sizeof *larger);
  if (!larger) return fault_set(fault, STATUS_MEMORY, "dimensions: out of memory");
  d->values = larger, d->capacity = count;
  return STATUS_OK;
}

static struct value_call value_in(const struct measuring *measuring, const struct dimensions_call *call,
                                  const struct scale *scale) {
  double size = pose_scale_at(&call->placement->pose, call->golden_size, call->golden_size);
  return (struct value_call){.measuring = measuring,
                             .placement = call->placement,
                             .scale = scale,
                             .pose_px = call->residual_px * (size > 0 ? size : 1)};
}

static void refer(const struct measuring *measuring, const struct dimensions_call *call, struct maps *maps) {
  const struct value_call value = value_in(measuring, call, &maps->px);
  if (call->spec->scale != SCALE_REFERENCE || !maps->has_px) return;
  maps->has_mm = scale_from_reference(&value, call->spec, &maps->mm, maps->why, sizeof maps->why);
}

static void measure_one(const struct measuring *measuring, const struct dimensions_call *call, const struct maps *maps,
                        const struct spec_dimension *measure, struct measured *out) {
  bool mm = !strcmp(measure->unit, "mm"), has = mm ? maps->has_mm : maps->has_px;
  /* An angle is taken in the plane that is known best. */
  bool angle = measure->measure == MEASURE_ANGLE && maps->has_mm;
  if (has || angle) {
    const struct value_call value = value_in(measuring, call, mm || angle ? &maps->mm : &maps->px);
    value_measure(&value, measure, out);
    return;
  }
  memset(out, 0, sizeof *out);
  out->spec = measure, out->value = NAN, out->verdict = VERDICT_CANNOT_JUDGE;
  snprintf(out->why, sizeof out->why, "%s", mm ? maps->why : "the pose of the product cannot be turned round");
}

/* Colour cameras hardly ever give levels in proportion to light, and their edges then lie nearer to the dark side than
 * they seem to; and a photo whose levels have changed against the golden's may be of another curve than is said, or of
 * another material. What that would change is the half width of a rectangular distribution. */
static bool doubts_light(const struct dimensions_call *call) {
  return call->spec->curve == CURVE_UNKNOWN && call->photo->colour;
}

static bool doubts_curve(const struct dimensions_call *call) {
  return doubts_light(call) || call->straightened;
}

static void add_curve(const struct measured *curved, struct measured *out) {
  if (!out->found || !curved->found) return;
  value_widen(out, "camera curve", fabs(curved->value - out->value) / sqrt(3));
}

static enum status measure_gauges(struct dimensions *d, const struct dimensions_call *call, const struct maps *maps,
                                  struct fault *fault) {
  const struct spec *spec = call->spec;
  const struct scale none = scale_pixels();
  struct gauge_photo photo = {.device = call->device,
                              .luma = call->luma,
                              .placement = call->placement,
                              .scale = maps->has_mm   ? &maps->mm
                                       : maps->has_px ? &maps->px
                                                      : &none,
                              .curved = spec->curve == CURVE_SRGB,
                              .doubted = doubts_light(call)};
  enum status status = gauges_measure(&d->measuring, &photo, spec->dimensions, spec->dimension_count, fault);
  if (status || !doubts_curve(call)) return status;
  photo.curved |= doubts_light(call), photo.doubted = false;
  if (call->straightened) photo.luma = call->straightened;
  return gauges_measure(&d->curved, &photo, spec->dimensions, spec->dimension_count, fault);
}

enum status dimensions_measure(struct dimensions *d, const struct dimensions_call *call, struct fault *fault) {
  const struct spec *spec = call->spec;
  struct maps maps, curved;
  d->count = 0;
  enum status status = reserve(d, dimensions_asked(spec), fault);
  if (!status) status = find_maps(call, &maps, fault);
  if (!status) status = measure_gauges(d, call, &maps, fault);
  if (status) return status;
  curved = maps;
  refer(&d->measuring, call, &maps);
  if (doubts_curve(call)) refer(&d->curved, call, &curved);
  for (size_t i = 0; i < spec->dimension_count; i++) {
    if (spec->dimensions[i].measure == MEASURE_NONE) continue;
    struct measured *out = &d->values[d->count++], in_light;
    measure_one(&d->measuring, call, &maps, &spec->dimensions[i], out);
    if (!doubts_curve(call)) continue;
    measure_one(&d->curved, call, &curved, &spec->dimensions[i], &in_light);
    add_curve(&in_light, out);
  }
  return STATUS_OK;
}

void dimensions_free(struct dimensions *d, struct device *device) {
  measuring_free(&d->measuring, device);
  measuring_free(&d->curved, device);
  free(d->values);
  memset(d, 0, sizeof *d);
}
