/* A finding and what lies around it, on the host: for a second look. */
#ifndef ASSAY_ENGINE_SURROUNDINGS_H
#define ASSAY_ENGINE_SURROUNDINGS_H

#include "engine/compare.h"

/* Rows of `width` pixels. All zero is empty. */
struct surroundings {
  int32_t left, top, width, height; /* golden pixels */
  uint8_t *map;                     /* luma's, as in kernel_compare */
  float *golden, *smooth;           /* grey levels, both through the 3 x 3 binomial mean, as they are compared: 16ths */
  float *difference;                /* smooth - golden, through that mean once more: 256ths; once it is derived */
  void *memory;
};

/* The finding's box and `margin` golden pixels around it. False in *small for a finding too large to be looked at so:
 * nothing is fetched. */
enum status surroundings_fetch(struct device *device, const struct reference *reference, const struct aligned *photo,
                               const struct comparison *comparison, const struct finding *finding, int32_t margin,
                               struct surroundings *surroundings, bool *small, struct fault *fault);

/* Makes the difference, which few need. */
void surroundings_derive(struct surroundings *surroundings);
void surroundings_free(struct surroundings *surroundings);

/* Of the derived difference: its height over its steepness, pixels: how far it takes to rise, where the golden is flat;
 * 0 where it is not flat under most of the finding. */
double surroundings_softness(const struct surroundings *surroundings, const struct finding *finding);

/* Of a pixel of the golden that lies inside. */
static inline size_t surroundings_at(const struct surroundings *s, int32_t x, int32_t y) {
  return (size_t)(y - s->top) * (size_t)s->width + (size_t)(x - s->left);
}

#endif
