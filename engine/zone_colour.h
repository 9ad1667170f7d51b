/* The colour of one zone of an aligned photo under the golden's light, against the golden's. */
#ifndef ASSAY_ENGINE_ZONE_COLOUR_H
#define ASSAY_ENGINE_ZONE_COLOUR_H

#include "engine/colouring.h"

struct zone_colour {
  double shown;               /* share of the zone that the photo shows well */
  double delta_e;             /* CIEDE2000 of the means; 0 where nothing is shown */
  double golden[3], photo[3]; /* CIELAB of the means, the photo's under the golden's light */
  double uncertainty;         /* of it, 95.45 % */
  double noise; /* what the same material may differ by; less, for like ground elsewhere is rounded alike */
};

/* Of the photo that colouring_measure has taken into `work`. What lies at edges is taken to have changed as the calm
 * ground did, unless the steps of values are so coarse that the means of blocks with edges, each rounded by itself,
 * tell more: then calm ground moves towards them, too, within its own rounding. A cell that is not known in a channel
 * does not count. */
struct zone_colour zone_colour(const struct colouring *colouring, const struct colouring_work *work, int label,
                               const struct tone *tone);

#endif
