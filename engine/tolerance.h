/* The tolerance of a golden's pixels, from the spec and from what its photos differ by. */
#ifndef ASSAY_ENGINE_TOLERANCE_H
#define ASSAY_ENGINE_TOLERANCE_H

#include "engine/zones.h"
#include "kernels/kernels.h"
#include "models/spec.h"

#include <stdbool.h>
#include <stdint.h>

/* What the approved photos' variance is like over the whole golden: `flat` where nothing is printed, and growing with
 * the square of the local contrast by `edge`. A pixel's own variance, from few photos, is drawn towards it. Q4 squared.
 */
struct variability {
  double flat, edge;
};

/* What is brighter than the golden, or darker. */
enum side { SIDE_BRIGHT, SIDE_DARK };

/* Of what is outside of all zones, and of each zone, for a plane of enum aligned_plane of a golden of so many photos.
 * Returns how many. */
int32_t tolerances_of_zones(const struct spec *spec, int plane, int photos, const struct variability *variability,
                            enum side side, struct kernel_tolerance tolerances[ZONES_MOST + 1]);

/* Whether what is brighter and what is darker have tolerances of their own anywhere. */
bool tolerance_has_sides(const struct spec *spec);

/* The share of even ground that noise takes past a quarter of its tolerance; 0 where it is not known. Of the luma, as
 * the approved photos showed it: a photo differs from their mean by its noise and by the mean's. */
double tolerance_restless(const struct spec *spec, int photos, const struct variability *variability);

#endif
