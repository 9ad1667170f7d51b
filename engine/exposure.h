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

/* Places spread over what is compared: golden pixels, and the brightest of red, green and blue there. At most
 * EXPOSURE_SIDE along the golden's longer side. */
enum { EXPOSURE_SIDE = 72 };

struct exposure_spot {
  int32_t x, y;
  double value;
};

/* Made once, then read by any number of threads. */
struct exposure_golden {
  struct exposure_spot spots[EXPOSURE_SIDE * EXPOSURE_SIDE];
  int count;
};

/* Of what is compared (labels not 0). */
void exposure_choose(const struct image *golden, const struct plane *labels, struct exposure_golden *exposure);

/* Looks at the golden's places in a photo. */
void exposure_look(const struct exposure_golden *golden, const struct image *photo, const struct placement *placement,
                   struct exposure *exposure);

/* The same of a photo whose placement is not known: all of it against all that is compared; `shaded` is not told. */
void exposure_look_blindly(const struct exposure_golden *golden, const struct image *photo, struct exposure *exposure);

#endif
