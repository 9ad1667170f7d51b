#include "engine/measure/scale_find.h"

#include "engine/measure/scale_marker.h"
#include "engine/measure/target_fit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool same_size(const struct scale_request *request, char *why, size_t room) {
  const struct calibration *c = request->calibration;
  if (!c || (c->width == request->photo->width && c->height == request->photo->height)) return true;
  snprintf(why, room,
           "the photo has %d x %d pixels, the camera was calibrated with %d x %d; expected photos of that camera",
           request->photo->width, request->photo->height, c->width, c->height);
  return false;
}

/* The lens before a plane that is given: the photo's centre of distortion and the plane stay as they are. */
static void add_lens(const struct calibration *calibration, struct scale *scale) {
  double factor[LENS_VALUES * LENS_VALUES];
  if (!calibration) return;
  scale->has_lens = true;
  scale->lens = scale_lens_of(calibration);
  target_factor(calibration->covariance, LENS_VALUES, factor);
  for (int j = 0; j < LENS_VALUES; j++) {
    struct scale_mode mode = {.name = "calibration", .freedom = calibration->freedom};
    for (int i = 0; i < LENS_VALUES; i++) mode.lens[i] = factor[i * LENS_VALUES + j];
    if (factor[j * LENS_VALUES + j] > 0) scale_add_mode(scale, &mode);
  }
}

enum status scale_find(const struct scale_request *request, struct scale *scale, bool *found, char *why, size_t room,
                       struct fault *fault) {
  const struct spec *spec = request->spec;
  *found = same_size(request, why, room);
  if (!*found) return STATUS_OK;
  switch (spec->scale) {
  case SCALE_NONE:
  case SCALE_REFERENCE:
    if (spec->motion <= MOTION_RIGID) {
      *scale = scale_pixels();
      add_lens(request->calibration, scale);
    } else {
      *found = scale_of_pose(request->pose, scale);
      snprintf(why, room, "the pose of the product cannot be turned round");
    }
    return STATUS_OK;
  case SCALE_FIXTURE:
    *scale = scale_fixture(spec->mm_per_px, spec->scale_within / 100 / sqrt(3)); /* of a rectangular distribution */
    add_lens(request->calibration, scale);
    return STATUS_OK;
  case SCALE_MARKER:
    return scale_from_marker(request, scale, found, why, room, fault);
  }
  return fault_set(fault, STATUS_INTERNAL, "scale: %d is no source", (int)spec->scale);
}
