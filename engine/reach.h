/* How far a golden's tolerance reaches, zone by zone, in units that people know. */
#ifndef ASSAY_ENGINE_REACH_H
#define ASSAY_ENGINE_REACH_H

#include "engine/inspect.h"

/* Sizes of the spots of a trial, golden pixels across, and the contrasts that are tried, grey levels. */
enum { REACH_SIZES = 4, REACH_CONTRASTS = 9 };
extern const double reach_sizes[REACH_SIZES];
extern const double reach_contrasts[REACH_CONTRASTS];

/* Of a zone, or of the ground outside all zones. What the zone has not enough ground for is NAN. */
struct reach {
  const char *zone; /* the spec's; NULL: outside all zones */
  int64_t pixels;   /* compared */
  /* Grey levels by which a pixel may be brighter or darker where the golden is even, medians, and what a twentieth of
   * all pixels exceeds. */
  double bright, dark, bright_most, dark_most;
  double displaced;   /* golden pixels by which an edge may lie off: median of tolerance over steepness at edges */
  double spot_colour; /* CIEDE2000 of a coloured spot at the limit, on the zone's mean colour; least of all hues */
  /* The least contrast from which on at least 95 % of spots of each size, light or dark, anywhere in the zone, are
   * found in the golden photo; NAN where it is above the highest that is tried, or was not tried. */
  double found[REACH_SIZES];
};

/* One for each zone that is compared, in the spec's order, then for what is outside; the caller frees them. Takes the
 * limits as they are: from the approved photos, the spec, its scale and its limit samples. */
enum status reach_of(const struct inspector *inspector, struct reach **reaches, size_t *count, struct fault *fault);

/* Fills in `found` by judging the golden photo with spots drawn into it, some fourteen times a zone. */
enum status reach_try(const struct inspector *inspector, struct reach *reaches, size_t count, struct fault *fault);

#endif
