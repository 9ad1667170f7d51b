/* The scale from a target of known size in the photo. Private to engine/measure/. */
#ifndef ASSAY_ENGINE_MEASURE_SCALE_MARKER_H
#define ASSAY_ENGINE_MEASURE_SCALE_MARKER_H

#include "engine/measure/scale_find.h"

/* As scale_find, for source: marker. */
enum status scale_from_marker(const struct scale_request *request, struct scale *scale, bool *found, char *why,
                              size_t room, struct fault *fault);

/* The lens of a calibration. */
struct lens scale_lens_of(const struct calibration *calibration);

#endif
