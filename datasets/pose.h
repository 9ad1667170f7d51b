/* Where the product's plane lies in the photo: a pinhole camera and radial distortion.
 * Photo pixels have their centres at integers. */
#ifndef ASSAY_DATASETS_POSE_H
#define ASSAY_DATASETS_POSE_H

#include <stdbool.h>

struct pose {
  double rotate;    /* radians, clockwise on the screen */
  double tilt[2];   /* radians about the screen's x and y axis */
  double scale;     /* px a mm at the product's centre */
  double centre[2]; /* photo position of the product's centre */
  bool mirrored;    /* seen from behind, through the product */
  double bend;      /* mm: amplitude of a wave by which the product's points lie off the flat product's */
  double waves;     /* how many of it across the product's diagonal */
  double bend_phase, bend_along, bend_towards; /* radians: where the wave begins, how it runs, where it pushes */
  double distortion; /* share by which a photo's corner lies further out than the pinhole camera's */
};

/* The pinhole camera's homography and its inverse (mm of the product, from its upper left corner, to photo pixels
 * without distortion), and the distortion about the middle of the photo:
 * ideal = middle + (photo - middle) (1 - distortion |photo - middle|^2 / half_diagonal^2). */
struct mapping {
  double forward[9], inverse[9], middle[2], curvature;
  double push[2], wave[2], phase; /* of the bend: mm; radians a mm of x and y; radians */
};

void mapping_make(struct mapping *mapping, const struct pose *pose, double product_width, double product_height,
                  int photo_width, int photo_height);
/* mm to photo pixel: the closed form above, inverted by fixed-point steps to 1e-9 px. */
void mapping_project(const struct mapping *mapping, double x, double y, double photo[2]);
/* photo pixel to mm. */
void mapping_unproject(const struct mapping *mapping, double x, double y, double product[2]);

/* Least squares homography over `count` correspondences (from[i] -> to[i]), the ninth number 1; returns the root mean
 * square of the distances that are left, or -1 when there is none. */
double homography_fit(const double (*from)[2], const double (*to)[2], int count, double homography[9]);
void homography_apply(const double homography[9], double x, double y, double result[2]);

#endif
