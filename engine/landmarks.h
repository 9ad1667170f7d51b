/* Places of the golden that a photo of the same product must show: the strongest edges, spread over what is compared.
 * They tell what is wrong with a photo that cannot be judged. On the host alone, so the same for every backend. */
#ifndef ASSAY_ENGINE_LANDMARKS_H
#define ASSAY_ENGINE_LANDMARKS_H

#include "engine/image.h"
#include "engine/light.h"
#include "engine/placement.h"
#include "engine/zones.h"

/* Rows of patches have room for whole vectors. */
enum { LANDMARKS_MOST = 576, LANDMARK_REACH = 6, LANDMARK_SIDE = 2 * LANDMARK_REACH + 1, LANDMARK_ROW = 16 };

struct landmark {
  int32_t x, y;                               /* golden pixels */
  bool upright;                               /* the edge runs up and down: it is looked at across */
  uint8_t patch[LANDMARK_SIDE][LANDMARK_ROW]; /* the golden's luma about it; behind each row 0 */
};

/* Made once, then read by any number of threads. */
struct landmarks {
  const struct plane *golden; /* its luma, which outlives it */
  struct landmark items[LANDMARKS_MOST];
  size_t count;
};

/* The strongest edge of each cell of a grid, where it and its surroundings are compared and it stands out. */
void landmarks_choose(const struct plane *golden, const struct zones *zones, struct landmarks *landmarks);

/* What a photo shows of the landmarks. Shares are 0..1, and 0 where there is nothing to have a share of. */
struct sighting {
  size_t seen;      /* landmarks within the photo */
  double confirmed; /* share of them whose surroundings look like the golden's, whatever the light */
  double strange;   /* share of the golden's parts (of a 4 x 4 grid) in which many are not confirmed */
  double sharpness; /* median steepness of the confirmed edges against the golden's, at the light's gain and at the
                       photo's own resolution where that is lower; 1 where none is confirmed */
  double smeared;   /* the same of all edges of that direction, up and down or across, of which few are confirmed while
                       those of the other are: what a camera that moved leaves of them; 1 where there is none such */
  size_t shaded;    /* landmarks seen at less than LANDMARK_SHADED of the golden's brightness */
  double shaded_confirmed; /* share of these */
};

#define LANDMARK_SHADED 0.4

/* Looks at a decoded photo's luma through a placement; `light` is the photo's against the golden's. */
void landmarks_look(const struct landmarks *landmarks, const struct plane *luma, const struct placement *placement,
                    const struct light *light, struct sighting *sighting);

#endif
