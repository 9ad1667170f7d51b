/* Poses: plane-to-plane maps golden pixel -> photo pixel, and the motion models that restrict them. */
#ifndef ASSAY_ENGINE_POSE_H
#define ASSAY_ENGINE_POSE_H

#include "models/spec.h"

#include <stdbool.h>
#include <stddef.h>

/* Row by row; the ninth element is 1. */
struct pose {
  double h[9];
};

struct pose_point {
  double x, y;
};

struct pose pose_identity(void);
/* A turn about (x, y) by the angle with this cosine and sine. */
static inline struct pose pose_turn(double c, double s, double x, double y) {
  struct pose pose = {{c, -s, x - c * x + s * y, s, c, y - s * x - c * y, 0, 0, 1}};
  return pose;
}
/* The image of (x, y). False, and (0, 0), where it lies at or behind the horizon. */
static inline bool pose_apply(const struct pose *pose, double x, double y, struct pose_point *image) {
  const double *h = pose->h;
  double w = h[6] * x + h[7] * y + h[8];
  image->x = image->y = 0;
  if (!(w > 1e-6)) return false;
  image->x = (h[0] * x + h[1] * y + h[2]) / w;
  image->y = (h[3] * x + h[4] * y + h[5]) / w;
  return true;
}
/* First `inner`, then `outer`. False where the result cannot be scaled to a ninth element of 1. */
bool pose_compose(const struct pose *outer, const struct pose *inner, struct pose *pose);
bool pose_invert(const struct pose *pose, struct pose *inverse);

/* The pose between level `golden_level` of the golden's pyramid and level `photo_level` of the photo's, from the pose
 * between full sizes; level n is 1/2^n of the size, x_n = (x + 0.5) / 2^n - 0.5. pose_from_levels goes back. */
struct pose pose_to_levels(const struct pose *pose, int golden_level, int photo_level);
struct pose pose_from_levels(const struct pose *pose, int golden_level, int photo_level);

/* Side of a square of equal area that a golden pixel at (x, y) has in the photo: sqrt of the Jacobian's determinant;
 * 0 where the map is mirrored or behind the horizon. */
double pose_scale_at(const struct pose *pose, double x, double y);

/* Least-squares fit to `count` weighted correspondences within a motion model. At least pose_minimum points. False
 * where they do not determine it. */
bool pose_fit(enum motion motion, const struct pose_point *from, const struct pose_point *to, const double *weight,
              size_t count, struct pose *pose);
size_t pose_minimum(enum motion motion);

/* Whether the map of a golden of this size is one a camera can make of a product's front: not mirrored, no horizon
 * inside, scale within 1/8..8 everywhere and varying by at most a factor of 16 in area. */
bool pose_plausible(const struct pose *pose, int width, int height);

/* Number of parameters of a motion model, and for one golden position (u, v), in coordinates normalised about the
 * golden's middle, the displacement (2 x count, row by row) that each parameter makes. */
size_t pose_parameters(enum motion motion);
void pose_basis(enum motion motion, double u, double v, double *basis);
/* `pose` after a small motion of the golden with these parameters; (cx, cy, unit) define the normalised coordinates
 * u = (x - cx) / unit. Displacements are in units of `unit`. False where it leaves the model's range. */
bool pose_move(enum motion motion, const double *parameters, double cx, double cy, double unit, struct pose *pose);

/* Mean distance of where two poses take the four corners of a golden; INFINITY where one of them is behind the horizon.
 */
double pose_corner_error(const struct pose *a, const struct pose *b, int width, int height);

#endif
