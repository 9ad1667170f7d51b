/* Which part of a golden is shown enlarged for a finding. */
#ifndef ASSAY_CLI_PICTURE_AREA_H
#define ASSAY_CLI_PICTURE_AREA_H

#include "cli/picture_pixels.h"

/* The square round a finding's box, with a quarter of its longer side about it, cut where the map (golden pixels, one a
 * difference) ends. Where that would be shown smaller than in the whole golden's picture, at `scale` picture pixels a
 * golden pixel, it is the square round the finding's largest difference that is shown at twice that scale. A square is
 * shown `side` picture pixels wide. */
struct picture_area picture_area_of(const int32_t box[4], const struct plane *map, int side, double scale);

/* Picture pixels a golden pixel at which an area is shown. */
double picture_area_scale(struct picture_area area, int side);

#endif
