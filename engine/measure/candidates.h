/* Gauges that a picture offers: outlines and straight edges, for people who write a spec. */
#ifndef ASSAY_ENGINE_MEASURE_CANDIDATES_H
#define ASSAY_ENGINE_MEASURE_CANDIDATES_H

#include "engine/image.h"
#include "engine/measure/gauge.h"

enum { CANDIDATES_MOST = 64 };

/* Circles, ellipses, slots and rectangles of at least 4 px half width that areas lighter or darker than Otsu's
 * threshold make, rings as the circles round them, the product's own outline, and straight edges on a grid over the
 * picture, each found by its gauge on the picture itself; at most CANDIDATES_MOST, outlines first. Names are circle1,
 * slot1, line1 ... `gauges` has room for CANDIDATES_MOST. */
enum status candidates_find(struct device *device, const struct plane *luma, struct spec_dimension *gauges,
                            size_t *count, struct fault *fault);

#endif
