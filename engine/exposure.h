/* How a photo is exposed where it shows what is compared, against the golden. On the host alone, so the same for every
 * backend. */
#ifndef ASSAY_ENGINE_EXPOSURE_H
#define ASSAY_ENGINE_EXPOSURE_H

#include "engine/image.h"
#include "engine/placement.h"

/* Of the brightest of red, green and blue. All shares are 0 and ratios 1 where nothing that is compared is seen. */
struct exposure {
  double clipped; /* share that is white in the photo and not in the golden */
  double shaded;  /* share at less than EXPOSURE_SHADED of the golden's brightness */
  double lit;     /* the brightest twentieth, against the golden's */
  double middle;  /* the median, against the golden's */
};

#define EXPOSURE_SHADED 0.4

/* Looks at some ten thousand places spread over what is compared (labels not 0). */
void exposure_look(const struct image *golden, const struct plane *labels, const struct image *photo,
                   const struct placement *placement, struct exposure *exposure);

/* The same of a photo whose placement is not known: all of it against all that is compared; `shaded` is not told. */
void exposure_look_blindly(const struct image *golden, const struct plane *labels, const struct image *photo,
                           struct exposure *exposure);

#endif
