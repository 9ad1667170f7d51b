/* Pictures with known truth for the benchmark of measuring: polygons drawn by exact area coverage, blurred, with noise.
 * Nothing is shared with what is being measured. */
#ifndef ASSAY_CLI_DRAWING_H
#define ASSAY_CLI_DRAWING_H

#include "engine/pose.h"
#include "models/status.h"

#include <stddef.h>
#include <stdint.h>

/* Coverage, 0..1; pixel centres at integers. Drawn and blurred `fine` times finer than its pixels, which are means:
 * light is blurred before pixels gather it. All zero is empty. */
struct drawing {
  int32_t width, height, fine, columns, rows;
  double *coverage, *scratch;
  uint8_t *pixels;
  size_t capacity;
};

/* An empty picture of this size; memory is kept. */
enum status drawing_begin(struct drawing *drawing, int32_t width, int32_t height, int32_t fine, struct fault *fault);
void drawing_free(struct drawing *drawing);

/* Adds `share` times the area of a polygon that does not cross itself, its corners taken through `pose` (NULL: as they
 * are). */
void drawing_polygon(struct drawing *drawing, const struct pose_point *corners, size_t count, const struct pose *pose,
                     double share);
/* A disc or ellipse as a polygon of so many corners that it falls short by less than 1e-5 px. */
void drawing_ellipse(struct drawing *drawing, double x, double y, double a, double b, double angle,
                     const struct pose *pose, double share);
/* A turned rectangle. */
void drawing_rectangle(struct drawing *drawing, double x, double y, double width, double height, double angle,
                       const struct pose *pose, double share);

/* What several shapes cover is covered once, and what is taken away from nothing stays nothing. */
void drawing_clip(struct drawing *drawing);

/* Blurs by a Gaussian, the picture's edges repeated. */
void drawing_blur(struct drawing *drawing, double sigma);

/* Draws from a fixed sequence. */
struct draws {
  uint64_t state;
};
double draw_even(struct draws *draws, double low, double high);
double draw_normal(struct draws *draws);

/* level + contrast coverage + noise, rounded to pixels. */
void drawing_finish(struct drawing *drawing, double level, double contrast, double noise, struct draws *draws);
/* The same within so many pixels of a circle; the rest of the picture stays what it was. */
struct drawing_ring {
  double x, y, radius, half;
};
void drawing_finish_ring(struct drawing *drawing, const struct drawing_ring *ring, double level, double contrast,
                         double noise, struct draws *draws);

#endif
