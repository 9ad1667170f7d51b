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

/* The panel's mean CIELAB under even light, as approved. */
void panels_colour(const struct artwork *artwork, int panel, double lab[3]);
/* How far (Lab units) along `way`, of length 1, a panel's mean differs from the approved one by `delta_e`
 * (CIEDE2000). */
double panels_distance(const struct artwork *artwork, int panel, const double way[3], double delta_e);
/* By how much (CIEDE2000 of the mean CIELAB of its pixels, before they are compressed) a panel whose light is
 * multiplied by `tint` differs in an approved shot, whose mapping is made: under its lamp, and as its lens mixes fine
 * detail. */
enum status panels_shown(const struct studio *studio, int panel, const double tint[3], const struct shot *approved,
                         struct darkroom *darkroom, double *delta_e, struct fault *fault);
/* In this shot the panel, of the approved colour `lab`, is off by `off` (Lab); all panels reflect by `tint`. */
void panels_paint(const struct scene *scene, int panel, const double lab[3], const double off[3], struct shot *shot);
void panels_tint(const struct scene *scene, const double tint[3], struct shot *shot);

/* Makes one panel of a shot of a material that is off by `delta_e` (CIEDE2000, mean CIELAB of the panel under even
 * light) in a random direction. Returns which. */
int panels_swap(const struct artwork *artwork, double delta_e, struct random *random, struct shot *shot);

#endif
