/* Photos of flat scenes with known truth, for `assay bench measure` and tests: a pinhole camera with radial distortion
 * looks at planes, and each pixel is the mean of what its square covers. Shares nothing with assay's own warp, lens and
 * pose, so that a mistake in those shows. */
#ifndef ASSAY_CLI_BENCH_PLANE_H
#define ASSAY_CLI_BENCH_PLANE_H

#include "models/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* World: x right, y down (seen from the camera), millimetres; z grows towards the camera. */
struct plane_camera {
  int width, height;    /* px */
  double focal, cx, cy; /* px */
  double k1, k2;        /* radial distortion (Brown), of the distance from (cx, cy) in focal lengths */
  double turn[9];       /* world -> camera, whose z grows into the scene */
  double shift[3];      /* mm */
};

/* Looks at (x, y, 0) from `distance` mm, tilted by `tilt` degrees about an axis in the plane that stands at `axis`
 * degrees, and rolled by `roll` degrees. No distortion, the centre in the middle. */
struct plane_camera plane_camera(int width, int height, double focal, double x, double y, double distance, double tilt,
                                 double axis, double roll);

/* Where the photo shows a point of the world. */
void plane_project(const struct plane_camera *camera, double x, double y, double z, double *u, double *v);

/* A rectangle or disc of one plane; of a rectangle with cells each cell has its own value, row by row. */
struct plane_shape {
  bool disc;
  double left, top, width, height; /* mm; of a disc its bounding square */
  double z;                        /* mm above the plane of z = 0 */
  double value;                    /* grey level */
  const uint8_t *cells;            /* or NULL */
  int columns, rows;
};

/* A chessboard of columns x rows inner corners, the first at (0, 0), and the rim of one square about it, which is as
 * bright as its bright squares. `cells`: (columns + 1) (rows + 1), to which the shapes point. */
void plane_board(int columns, int rows, double square, uint8_t dark, uint8_t bright, uint8_t *cells,
                 struct plane_shape shapes[2]);

/* Draws shapes, later ones over earlier ones, on `ground`; `values` has room for width * height grey levels. */
enum status plane_draw(const struct plane_camera *camera, const struct plane_shape *shapes, size_t count, double ground,
                       float *values, struct fault *fault);

/* In place: Gaussian blur; STATUS_MEMORY. */
enum status plane_blur(const struct plane_camera *camera, float *values, double sigma, struct fault *fault);
/* Adds normal noise and rounds to grey levels. */
void plane_expose(const struct plane_camera *camera, const float *values, double noise, uint64_t seed, uint8_t *pixels);

#endif
