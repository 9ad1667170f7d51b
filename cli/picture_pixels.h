/* Parts of images and difference maps, scaled, as Cairo surfaces. */
#ifndef ASSAY_CLI_PICTURE_PIXELS_H
#define ASSAY_CLI_PICTURE_PIXELS_H

#include "engine/image.h"

#include <cairo.h>

/* Whole pixels; lies within the image. */
struct picture_area {
  int32_t x, y, width, height;
};

/* The area at out_width x out_height: the mean where it is made smaller, enlarged pixels where it is made larger.
 * NULL when out of memory. */
cairo_surface_t *picture_of_image(const struct image *image, struct picture_area area, int out_width, int out_height);

/* The map on the fixed scale; where it is made smaller the largest difference counts, so that nothing small is lost. */
cairo_surface_t *picture_of_map(const struct plane *map, struct picture_area area, int out_width, int out_height);

/* Colour (0xRRGGBB) of a difference in tolerances: dark below 1, then yellow, orange, red, magenta from
 * PICTURE_MAP_LAST on. */
uint32_t picture_map_colour(double tolerances);

enum { PICTURE_MAP_LAST = 4 };

#endif
