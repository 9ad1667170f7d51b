#include "engine/noise.h"

#include <stdlib.h>

enum { LARGEST = 16 * 255 };

double noise_of(const struct plane *plane) {
  size_t histogram[LARGEST + 1] = {0}, count = 0;
  for (int32_t y = 1; y + 1 < plane->height; y++) {
    const uint8_t *here = plane->pixels + (size_t)y * plane->stride;
    const uint8_t *above = here - plane->stride, *below = here + plane->stride;
    for (int32_t x = 1; x + 1 < plane->width; x++) {
      int v = above[x - 1] - 2 * above[x] + above[x + 1] - 2 * here[x - 1] + 4 * here[x] - 2 * here[x + 1] +
              below[x - 1] - 2 * below[x] + below[x + 1];
      histogram[v < 0 ? -v : v]++;
      count++;
    }
  }
  if (!count) return 0;
  size_t below = 0, value = 0;
  while (below + histogram[value] <= count / 2) below += histogram[value++];
  /* Within the median's bin the values are spread evenly, so that coarse grey levels do not make steps. */
  double median = (double)value - 0.5 + ((double)(count / 2) - (double)below + 0.5) / (double)histogram[value];
  return median > 0 ? 1.4826 * median / 6 : 0;
}
