/* Gauss-Newton on tile sums: from a rough pose to a fine one, and from there to a smooth field of small displacements.
 */
#ifndef ASSAY_ENGINE_REFINE_H
#define ASSAY_ENGINE_REFINE_H

#include "engine/tiles.h"

/* One photo's refinement. The caller sets everything up to `light`; the rest is its state. */
struct refine {
  struct device *device;
  struct tiles *tiles;
  const struct pyramid *golden, *mask, *photo;
  enum motion motion;
  struct placement *placement; /* in: the rough pose; out: the fine one */
  struct light light;          /* in: light_none or better */
  double cut;                  /* grey levels beyond which a pixel does not count; 127 to begin with */
  double trim;                 /* the cut in spreads of the residuals; 0: the usual */
  double sigma;                /* spread of the residuals, grey levels */
  double correlation;          /* of golden and photo within tiles, -1..1, of the last measurement */
  double variance[2];          /* of golden and photo within tiles, grey levels squared, of the same */
  int photo_level;             /* of the photo's pyramid that was looked at */
  double seen;                 /* golden pixels of the last measurement that the photo shows */
  struct pose measured;        /* the pose of the last measurement */
  bool still;                  /* it has moved since, but too little to measure anew */
};

/* Up to `rounds` Gauss-Newton steps at one level of the golden's pyramid, until the corners move by less than `still`
 * pixels of that level. STATUS_OK also when it does not converge: the caller looks at `correlation`. */
enum status refine_pose(struct refine *refine, int level, int rounds, double still, struct fault *fault);

/* Whether the last measurement of refine_pose tells the pose's perspective (motion: homography) from none at all; the
 * likelihood ratio test at 0.1 %. One that it does not tell only carries noise to the golden's corners. */
bool refine_perspective_told(const struct refine *refine);

/* Up to `rounds` steps of the local displacement at one level, at most `bound` golden pixels anywhere, from the last
 * measurement, which is to be of that level and of no field, by a pose that is the present one or near it; measures
 * once more after each. Where the photo does not tell, the field follows its surroundings; it never bends so sharply
 * that a part which moved by itself would be followed (strain at most FIELD_STRAIN). A field that is large against the
 * level's pixels is looked for on coarser ones first. Gives the weighted root mean square of the field, golden pixels.
 */
enum status refine_field(struct refine *refine, int level, int rounds, double bound, double *rms, struct fault *fault);

/* Measures once at a level without changing anything but sigma, correlation and seen. */
enum status refine_measure(struct refine *refine, int level, struct fault *fault);

/* Fits the light anew at a level, as finely as its tiles tell it, and measures once more. */
enum status refine_light(struct refine *refine, int level, struct fault *fault);

/* Sets the cut by the spread of the last measurement. */
void refine_next_cut(struct refine *refine);

#define FIELD_STRAIN 0.05

/* What one tile says about a displacement (pixels of its level) once its own gain and offset are taken out:
 * cost = d' A d + 2 b' d, in grey levels squared. */
struct tile_equation {
  double xx, xy, yy, bx, by;
};
struct tile_equation tile_equation(const int64_t *sums, const int32_t *light, double sigma);

#endif
