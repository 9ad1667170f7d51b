/* Where a gauge's edges should be: its outline in golden pixels, carried to the photo. */
#ifndef ASSAY_ENGINE_MEASURE_OUTLINE_H
#define ASSAY_ENGINE_MEASURE_OUTLINE_H

#include "engine/placement.h"
#include "models/spec.h"

#include <stdbool.h>

/* A place with the unit vector across the edge: outward, or across the box to the right or down before turning. */
struct outline_place {
  double x, y, nx, ny;
};

/* A gauge with what its places need made once. */
struct outline {
  const struct spec_dimension *gauge;
  struct pose_point middle;
  double tx, ty;        /* unit vector along the first direction: a straight edge's, a slot's length, a box's width */
  double nx, ny;        /* across a straight edge */
  double along, across; /* a box's sides in and across that direction */
};
/* Points into the gauge. */
struct outline outline_of(const struct spec_dimension *gauge);

/* Smooth parts of the outline: 1 but for a rectangle (right, bottom, left, top) and a slot (the side below, the right
 * end, the side above, the left end, before turning). A calliper's, width's or count's one part is the line across the
 * middle of the box on which an edge at its middle would lie. */
int outline_parts(const struct spec_dimension *gauge);
/* Length of a part, golden pixels; corners are left out. */
double outline_length(const struct outline *outline, int part);
/* How far to either side edges are sought, golden pixels. */
double outline_reach(const struct outline *outline);
/* The place at t of a part, which begins at 0 and ends at 1; what lies near beyond that goes on as the part does. */
struct outline_place outline_at(const struct outline *outline, int part, double t);
/* By how much a place of a slot moves outward where the slot's half length grows by 1. */
double outline_slot_end(int part, double t);
bool outline_is_curved(const struct outline *outline, int part);

/* The place in the photo, its vector across the carried outline. `across` and `along` get the photo pixels that a
 * golden pixel is that way. False behind the horizon. */
bool outline_carry(const struct placement *placement, const struct outline_place *golden, struct outline_place *photo,
                   double *across, double *along);
bool outline_carry_point(const struct placement *placement, double x, double y, struct pose_point *photo);

#endif
