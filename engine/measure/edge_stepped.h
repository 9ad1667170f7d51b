/* A second step beside an edge, too near to be an edge of its own: a bevel, a burr, a shadow along a rim.
 *
 * One blurred step that is fitted to two lies somewhere between them, and what the image's noise says of its place
 * knows nothing of that. Where the mean profile is not that of one step, steps of several widths are fitted beside it,
 * before and behind. What the edge's place is without the smaller of the two steps is the mean over all of them and the
 * one step alone, each with the weight that the profile gives it (Bayesian model averaging: Hoeting, Madigan, Raftery
 * and Volinsky, Statistical Science 14, 1999); how far they differ is its uncertainty. A step that is nearer than about
 * the blur does not show in the profile, and is not known. */
#ifndef ASSAY_ENGINE_MEASURE_EDGE_STEPPED_H
#define ASSAY_ENGINE_MEASURE_EDGE_STEPPED_H

#include "engine/measure/edge.h"

struct edge_stepped {
  double shift;  /* from the place of the one step fitted to that of the larger of two, px */
  double spread; /* standard uncertainty of the shift, px; 0: one step explains the profile */
  double width;  /* of the likeliest second step, px: how far behind the larger one, negative before it; 0: none */
  double share;  /* of the contrast that it has; negative where it goes the other way */
};

/* What a profile's means may be off by without a second step. */
struct edge_doubt {
  double noise; /* variance of its pixels, grey levels squared */
  double
      model; /* share of the contrast by which the response of lens and pixels differs from a Gaussian's and a box's */
  double jitter; /* how far its edges seem to be displaced by what makes a mosaic a picture, px */
};

/* Whether a mean profile is not that of the one step fitted, whose shape has the fit's sigma: to a first look, for
 * which the fit need not have settled and its strips need not lie alike. */
bool edge_stepped_suspect(const struct edge_sums *sums, const struct edge_shape *shape, const struct edge_fit *fit,
                          const struct edge_doubt *doubt);

/* From a mean profile whose strips have their edges at one place, and an edge that was roughly fitted. */
struct edge_stepped edge_stepped_find(const struct edge_sums *sums, const struct edge_shape *shape,
                                      const struct edge_fit *rough, const struct edge_doubt *doubt);

#endif
