/* Outlines that the areas of a picture suggest. Private to candidates.c and its helper. */
#ifndef ASSAY_ENGINE_MEASURE_CANDIDATE_AREAS_H
#define ASSAY_ENGINE_MEASURE_CANDIDATE_AREAS_H

#include "engine/image.h"
#include "models/spec.h"

/* Areas lighter or darker than Otsu's threshold that do not touch the picture's border, and all of them together (the
 * product on its ground), as circles, ellipses, slots or rectangles as their moments say; rings as circles. To be found
 * by their gauges yet: at most `most`. Names are not set. */
enum status candidate_areas(const struct plane *luma, struct spec_dimension *gauges, size_t most, size_t *count,
                            struct fault *fault);

#endif
