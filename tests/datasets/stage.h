/* A product with little on it and a shot of it, for tests of what a photo shows. */
#ifndef ASSAY_TESTS_DATASETS_STAGE_H
#define ASSAY_TESTS_DATASETS_STAGE_H

#include "datasets/plan.h"

struct stage {
  struct options options;
  struct scene scene;
  struct artwork artwork;
  struct studio studio;
  struct darkroom darkroom;
  struct shot shot;
  struct view view; /* of the artwork alone */
};

/* A bare label, by the options of a command line; what stands on it is added to the scene before stage_light. False:
 * it could not be made. `stage` is zeroed beforehand. */
bool stage_begin(struct stage *stage, int count, char **words);
/* Plans the shot, and makes the artwork with so many texels a photo pixel, and the studio. */
bool stage_light(struct stage *stage, double texels);
void stage_strike(struct stage *stage);

#endif
