/* One edge in one strip across it, on the host: for marks whose few edges are not worth a call of the kernels. */
#ifndef ASSAY_ENGINE_MEASURE_EDGE_STRIP_H
#define ASSAY_ENGINE_MEASURE_EDGE_STRIP_H

#include "engine/image.h"
#include "engine/measure/edge.h"

#include <stdbool.h>

struct edge_strip {
  double x, y, nx, ny; /* photo pixels; unit vector across */
  double half;         /* half the strip's length along the edge, px */
  double reach;        /* how far to either side, 2 to 32 px */
};

/* The strongest edge of the polarity (1 rising, -1 falling, 0 either), fitted: fit->place is
 * its distance along (nx, ny). False where there is none of some 15 grey levels, or the strip leaves the photo. */
bool edge_strip_fit(const struct plane *luma, const struct edge_strip *strip, int polarity, struct edge_fit *fit);

#endif
