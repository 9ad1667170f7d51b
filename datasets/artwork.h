/* The product drawn at three times the photo's sampling, and patches over it for what a unit has of its own. */
#ifndef ASSAY_DATASETS_ARTWORK_H
#define ASSAY_DATASETS_ARTWORK_H

#include "datasets/scene.h"

/* A rectangle of pixels: premultiplied ARGB of sRGB values, as Cairo keeps them. Pixel (0, 0) of the raster is pixel
 * (x, y) of the whole artwork. */
struct raster {
  cairo_surface_t *surface;
  const uint32_t *pixels;
  int x, y, width, height, stride; /* stride in pixels */
};

/* Pixel i of the whole artwork has its centre at (i + 0.5) / scale - ARTWORK_MARGIN mm. */
#define ARTWORK_MARGIN 1.0

struct artwork {
  const struct scene *scene;
  double scale; /* artwork pixels a mm */
  struct raster whole;
};

enum { VIEW_PATCHES = 32 };

/* The artwork with patches; a later patch lies over an earlier one. */
struct view {
  const struct artwork *artwork;
  struct raster patches[VIEW_PATCHES];
  int count;
};

/* STATUS_LIMIT when the artwork is larger than Cairo draws. */
enum status artwork_make(struct artwork *artwork, const struct scene *scene, double scale, struct fault *fault);
void artwork_free(struct artwork *artwork);

/* By how many mm more the diameter of a plain disc on the product's ground is in light than it was drawn: a texel that
 * it covers in part has the mean of two sRGB values, which is darker than the mean of their light. */
double artwork_growth(const struct artwork *artwork, const struct item *disc);

/* Draws the scene with `change` inside the box (mm, cut to the artwork) and lays it over the view. */
enum status view_patch(struct view *view, const struct change *change, const double box[4], struct fault *fault);
/* Takes the last patches off until `count` are left. */
void view_truncate(struct view *view, int count);

/* One pixel of the view, 0 (clear) outside. */
uint32_t view_pixel(const struct view *view, int x, int y);

#endif
