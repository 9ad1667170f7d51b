/* The smooth local displacement that explains what the tiles still see. */
#ifndef ASSAY_ENGINE_FIELD_H
#define ASSAY_ENGINE_FIELD_H

#include "engine/placement.h"
#include "engine/refine.h"
#include "engine/tiles.h"

/* One step: the field (one point a tile) that minimises the tiles' cost, linearised about the present field, plus a
 * penalty on bending (squared second differences, as a thin plate's), as supple as can be while no two neighbouring
 * points differ by a strain over FIELD_STRAIN. In golden pixels: `bound`; `rms` of the field and `moved`, that of its
 * change, over the tiles weighted by what they can tell. */
enum status field_step(const struct tiles *tiles, double sigma, double bound, struct field *field, double *rms,
                       double *moved, struct fault *fault);

/* What tile i, measured with the displacement (x, y), says of its place, in pixels of its level: A d = b, A in 1 /
 * px^2; all 0 where too little was seen. */
struct tile_equation field_information(const struct tiles *tiles, size_t i, double sigma, double x, double y);

#endif
