#include "engine/noise.h"

enum { LARGEST = 16 * 255, PART = 512, TABLES = 4 };

/* Of a larger picture rows spread evenly over it, which have so many pixels at least: the median of these is known to a
 * few thousandths. */
enum { ENOUGH = 1 << 18 };

static int32_t step_of(const struct plane *plane) {
  int64_t pixels = (int64_t)plane->width * plane->height;
  return pixels > ENOUGH ? (int32_t)(pixels / ENOUGH) : 1;
}

/* What white noise leaves of second differences both ways, over a part of a row. */
static void differences(const uint8_t *restrict above, const uint8_t *restrict here, const uint8_t *restrict below,
                        int32_t count, uint16_t *restrict out) {
  for (int32_t i = 0; i < count; i++) {
    int outer = above[i - 1] + above[i + 1] + below[i - 1] + below[i + 1] + 4 * here[i];
    int inner = 2 * (above[i] + here[i - 1] + here[i + 1] + below[i]);
    out[i] = (uint16_t)(outer > inner ? outer - inner : inner - outer);
  }
}

double noise_of(const struct plane *plane) {
  /* Several tables, so that equal values behind each other do not wait for each other. */
  uint32_t tables[TABLES][LARGEST + 1] = {{0}};
  size_t histogram[LARGEST + 1] = {0}, count = 0;
  uint16_t values[PART];
  int32_t step = step_of(plane);
  for (int32_t y = 1; y + 1 < plane->height; y += step)
    for (int32_t first = 1; first + 1 < plane->width; first += PART) {
      const uint8_t *here = plane->pixels + (size_t)y * plane->stride + first;
      int32_t n = plane->width - 1 - first < PART ? plane->width - 1 - first : PART;
      differences(here - plane->stride, here, here + plane->stride, n, values);
      for (int32_t i = 0; i < n; i++) tables[i % TABLES][values[i]]++;
      count += (size_t)n;
    }
  for (int v = 0; v <= LARGEST; v++)
    for (int k = 0; k < TABLES; k++) histogram[v] += tables[k][v];
  if (!count) return 0;
  size_t below = 0, value = 0;
  while (below + histogram[value] <= count / 2) below += histogram[value++];
  /* Within the median's bin the values are spread evenly, so that coarse grey levels do not make steps. */
  double median = (double)value - 0.5 + ((double)(count / 2) - (double)below + 0.5) / (double)histogram[value];
  return median > 0 ? 1.4826 * median / 6 : 0;
}
