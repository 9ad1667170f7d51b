/* The map from a photo to the plane of a target that it shows, from the target's edges.
 *
 * Each edge is measured in strips across it, in the photo's own pixels, by engine/measure/edge.h. What is fitted is the
 * homography from straightened photo pixels to the target's millimetres, by weighted least squares of the strips'
 * distances from the lines on which they must lie, together with how far black has spread into white in print and
 * exposure. */
#ifndef ASSAY_ENGINE_MEASURE_TARGET_FIT_H
#define ASSAY_ENGINE_MEASURE_TARGET_FIT_H

#include "engine/image.h"
#include "engine/measure/scale.h"
#include "engine/measure/target.h"
#include "models/status.h"

#include <stdbool.h>
#include <stddef.h>

enum { TARGET_PARAMETERS = 8 };

struct target_photo {
  const struct plane *luma;
  const struct lens *lens;       /* NULL: the photo does not distort */
  const double *lens_covariance; /* LENS_VALUES squared, row by row; NULL with the lens */
  double lens_freedom;
};

struct target_fit {
  struct pose plane; /* straightened photo pixel -> mm of the target */
  int mode_count;    /* how the map is uncertain: "marker" and "calibration" */
  struct scale_mode modes[TARGET_PARAMETERS + LENS_VALUES];
  size_t strips, outliers; /* measured, and of these left out */
  double residual_px;      /* root mean square distance of a strip's edge from its line */
  double spread_mm;        /* of black into white */
};

/* `start` is the map from mm to straightened photo pixels, right to a third of a cell. *found is false, and `why` says
 * so, where the target's edges are not there as they should be. */
enum status target_fit(const struct target *target, const struct target_photo *photo, const struct pose *start,
                       struct target_fit *fit, bool *found, char *why, size_t room, struct fault *fault);

/* Lower triangle l, row by row, with l l' = a for a symmetric n x n matrix that is positive semidefinite to within
 * rounding: a pivot that is 0 or less leaves its column 0. For modes of a covariance: each column is one. */
void target_factor(const double *a, int n, double *l);

#endif
