/* The scale of one photo, from what its golden's spec names. */
#ifndef ASSAY_ENGINE_MEASURE_SCALE_FIND_H
#define ASSAY_ENGINE_MEASURE_SCALE_FIND_H

#include "engine/image.h"
#include "engine/measure/scale.h"
#include "models/calibration.h"
#include "models/spec.h"
#include "models/status.h"

#include <stdbool.h>
#include <stddef.h>

struct scale_request {
  const struct spec *spec;
  const struct calibration *calibration; /* of the golden; NULL: the photo is not straightened */
  const struct image *photo;             /* decoded at full size */
  const struct pose *pose;               /* golden -> full-size photo pixel */
};

/* *found is false, with `why` in words for the user and how to retake the photo, where the photo does not show what its
 * scale is to come from. Source none gives pixels: the photo's own under translation and rigid alignment, else golden
 * pixels; so does source reference, whose gauges are to be measured first (scale_reference.h). The status is not OK
 * only for faults of assay or the machine. Thread-safe. */
enum status scale_find(const struct scale_request *request, struct scale *scale, bool *found, char *why, size_t room,
                       struct fault *fault);

#endif
