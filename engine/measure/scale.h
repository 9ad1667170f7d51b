/* From a point of the photo to a place in the product's plane, and how sure that map is.
 *
 * The map has two steps: the lens's distortion is taken out of the photo pixel (where a calibration is known), then a
 * plane-to-plane map (3 x 3, as in engine/pose.h) takes the straightened pixel to the plane. What it is uncertain by is
 * a list of modes: independent directions, each with the change of the map that one standard deviation along it makes.
 * A value's standard uncertainty from a mode is how much the value changes when it is worked out again under the varied
 * map (JCGM 100:2008, 5.1.3 with its note 2), so any value gets its share of the scale's uncertainty in one way.
 *
 * Sources: fixture (a constant), marker (a homography from corners whose place is known), reference (a factor from a
 * known length), none (the photo's own pixels, or golden pixels by the inverse of the pose). Each fills this struct;
 * those who measure only call scale_point and scale_vary. */
#ifndef ASSAY_ENGINE_MEASURE_SCALE_H
#define ASSAY_ENGINE_MEASURE_SCALE_H

#include "engine/pose.h"

#include <stdbool.h>
#include <stddef.h>

/* The lens model of OpenCV's calibration (Brown 1966): with x = (u - cx) / fx, y = (v - cy) / fy of the ideal pixel
 * (u, v) and r2 = x x + y y, the photo shows it at
 *   x' = x (1 + k1 r2 + k2 r2^2 + k3 r2^3) + 2 p1 x y + p2 (r2 + 2 x x)
 *   y' = y (1 + k1 r2 + k2 r2^2 + k3 r2^3) + p1 (r2 + 2 y y) + 2 p2 x y
 * taken back to pixels by the same fx, fy, cx, cy. Full-size photo pixels. */
enum lens_value { LENS_FX, LENS_FY, LENS_CX, LENS_CY, LENS_K1, LENS_K2, LENS_P1, LENS_P2, LENS_K3, LENS_VALUES };

struct lens {
  double value[LENS_VALUES];
};

/* Where the photo shows an ideal pixel, and back (by fixed-point iteration to under 1e-9 px; false where it does not
 * settle: outside what the model can invert). */
struct pose_point lens_distort(const struct lens *lens, double x, double y);
bool lens_straighten(const struct lens *lens, double x, double y, struct pose_point *ideal);

enum { SCALE_MAX_MODES = 24 };

struct scale_mode {
  const char *name;         /* static: the budget's line that it adds to: "scale", "marker", "calibration", "height" */
  double freedom;           /* degrees of freedom behind its standard deviation; INFINITY where it is known */
  double plane[9];          /* change of `plane` by one standard deviation */
  double lens[LENS_VALUES]; /* and of the lens */
};

struct scale {
  char unit[8]; /* of the plane: "mm", or "px" */
  bool has_lens;
  struct lens lens;
  struct pose plane; /* straightened photo pixel -> plane; the ninth element need not be 1 */
  int mode_count;
  struct scale_mode mode[SCALE_MAX_MODES];
};

/* The photo's own pixels: exact. */
struct scale scale_pixels(void);
/* mm_per_px everywhere, with a relative standard uncertainty (0: taken as exact, no mode). */
struct scale scale_fixture(double mm_per_px, double relative);
/* Golden pixels under a pose (golden -> full-size photo pixel). False where it cannot be inverted. */
bool scale_of_pose(const struct pose *pose, struct scale *scale);

/* Adds a mode; false (and nothing is added) where there are SCALE_MAX_MODES. */
bool scale_add_mode(struct scale *scale, const struct scale_mode *mode);

/* The place of a full-size photo pixel in the plane. False where the lens or the plane does not reach. */
bool scale_point(const struct scale *scale, double x, double y, struct pose_point *place);
/* The map after `deviations` standard deviations along a mode. */
void scale_vary(const struct scale *scale, int mode, double deviations, struct scale *varied);
/* Length in the plane of a photo pixel's step along the unit vector (dx, dy) at (x, y); 0 where there is no place. */
double scale_step(const struct scale *scale, double x, double y, double dx, double dy);

#endif
