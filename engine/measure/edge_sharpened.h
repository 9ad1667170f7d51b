/* What a camera's sharpening does to an edge that is measured in light.
 *
 * Cameras sharpen the levels of sRGB, not light: they add `amount` times the difference from a blurred copy (unsharp
 * masking). That is even in levels, but not in the light they stand for, where the edge then seems to lie further
 * to the lighter side. The overshoot that it leaves on both plateaus tells the amount, as far as noise lets it. What
 * makes a mosaic a picture leaves overshoots too, but in light, where they are even and move nothing: most of the shift
 * is undone, and what is left or too much of it is uncertain. */
#ifndef ASSAY_ENGINE_MEASURE_EDGE_SHARPENED_H
#define ASSAY_ENGINE_MEASURE_EDGE_SHARPENED_H

#include "engine/measure/edge.h"

struct edge_sharpened {
  double amount; /* as far as the photo tells; 0: none is seen */
  double shift;  /* of the place that undoing it makes, px */
  double spread; /* standard uncertainty of the shift, with the sign that more of it has, px */
};

/* From a mean profile in light (0..255) and the edge fitted to it, whose shape has the fit's sigma. */
struct edge_sharpened edge_sharpened_find(const struct edge_sums *light, const struct edge_shape *shape,
                                          const struct edge_fit *fit);

/* The profile, in light, that sharpened by `amount` is this one: by fixed-point iteration. */
void edge_sharpened_undo(const struct edge_sums *light, double amount, double curvature, struct edge_sums *plain);

#endif
