/* The bridge to OpenCV for codes: what a dictionary's codes look like, and roughly where they are in a photo. C only.
 */
#ifndef ASSAY_ENGINE_MEASURE_MARKER_H
#define ASSAY_ENGINE_MEASURE_MARKER_H

#include "engine/image.h"
#include "engine/pose.h"
#include "models/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MARKER_MAX_BITS = 9 }; /* a code's side with its black border */

/* The cells of a code (white: 1), border included, `side` of them a row. The dictionary is called as in the spec's
 * schema. STATUS_INVALID where it has no such code. */
enum status marker_cells(const char *dictionary, int id, uint8_t cells[MARKER_MAX_BITS * MARKER_MAX_BITS], int *side,
                         struct fault *fault);

struct marker_seen {
  int id;
  struct pose_point corners[4]; /* outer corners: upper left, upper right, lower right, lower left of the code; whole
                                   pixels, right to a few */
};

/* Codes of a dictionary in a photo (Garrido-Jurado et al., Pattern Recognition 47, 2014), in the order of their
 * numbers; *seen is the caller's to free, NULL where *count is 0. Sought in ever larger pictures, reduced to some 800,
 * 1600 and 3200 px a side, until one shows the code `wanted`, or any where that is below 0. */
enum status marker_find(const struct plane *luma, const char *dictionary, int wanted, struct marker_seen **seen,
                        size_t *count, struct fault *fault);

#endif
