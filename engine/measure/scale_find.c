#include "engine/measure/scale_find.h"

#include <stdio.h>

enum status scale_find(const struct scale_request *request, struct scale *scale, bool *found, char *why, size_t room,
                       struct fault *fault) {
  const struct spec *spec = request->spec;
  (void)fault;
  *found = true;
  switch (spec->scale) {
  case SCALE_NONE:
    if (spec->motion <= MOTION_RIGID) {
      *scale = scale_pixels();
    } else {
      *found = scale_of_pose(request->pose, scale);
      snprintf(why, room, "the pose of the product cannot be turned round");
    }
    return STATUS_OK;
  case SCALE_FIXTURE:
    *scale = scale_fixture(spec->mm_per_px, 0);
    return STATUS_OK;
  case SCALE_MARKER:
  case SCALE_REFERENCE:
    break;
  }
  *found = false;
  snprintf(why, room, "this version of assay finds no marker or reference length; expected scale.source: fixture");
  return STATUS_OK;
}
