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

#endif
