/* The zones of a product with a colour reference, and the materials that they may be of. */
#ifndef ASSAY_DATASETS_PANELS_H
#define ASSAY_DATASETS_PANELS_H

#include "datasets/artwork.h"
#include "datasets/camera.h"

enum { PANELS = 8 };

/* Adds the grey strip along the product's lower edge. */
void panels_add_card(struct scene *scene);

/* mm: x0, y0, x1, y1. Panel PANELS is the strip. */
void panels_box(const struct scene *scene, int panel, double box[4]);
const char *panels_name(int panel);

/* Makes one panel of a shot of a material that is off by `delta_e` (CIEDE2000, mean CIELAB of the panel under even
 * light) in a random direction. Returns which. */
int panels_swap(const struct artwork *artwork, double delta_e, struct random *random, struct shot *shot);

#endif
