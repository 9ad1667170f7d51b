/* The scale from a length in the photo that is known: between two gauges, or of one circle. */
#ifndef ASSAY_ENGINE_MEASURE_SCALE_REFERENCE_H
#define ASSAY_ENGINE_MEASURE_SCALE_REFERENCE_H

#include "engine/measure/value.h"

/* `call->scale` is a map to pixels in which the gauges were measured: the reference is measured in it, and what it
 * takes to the known length makes it millimetres. The uncertainty of the map goes on; that of the reference's edges is
 * a mode "reference", that of its length (scale.within) a mode "scale". False with `why` where the reference was not
 * measured. */
bool scale_from_reference(const struct value_call *call, const struct spec *spec, struct scale *scale, char *why,
                          size_t room);

/* Adds to a map to golden pixels what the pose leaves open about its shape, by which a reference beside the product is
 * seen larger or smaller than the product itself: modes "pose", by each of which one corner of the compared area is off
 * by `residual_px` one way. `side`: of the golden where the spec has no zones, px. False where there is no room. */
bool scale_add_pose(struct scale *scale, const struct spec *spec, double residual_px, double side);

#endif
