/* How deep inside its level a pixel of artwork lies. */
#ifndef ASSAY_ENGINE_ARTWORK_DEPTH_H
#define ASSAY_ENGINE_ARTWORK_DEPTH_H

#include "models/status.h"

#include <stdint.h>

/* Squared distance (exact, pixels) from each pixel to the nearest one of the other level; where that is over `reach`
 * (1..200), or there is none, (reach + 1) squared. `material` and `squared` are width x height, rows without padding;
 * material is 0 or 1. */
enum status artwork_depth(const uint8_t *material, int32_t width, int32_t height, int32_t reach, uint16_t *squared,
                          struct fault *fault);

#endif
