#include "datasets/camera.h"

#include <math.h>
#include <pthread.h>

/* Normal quantiles at the middles of 4096 equal slices; two of them added make one random number. */
enum { SLICES = 4096 };
static float quantiles[SLICES];
static pthread_once_t quantiles_made = PTHREAD_ONCE_INIT;

static void make_quantiles(void) {
  double squares = 0;
  for (int i = 0; i < SLICES; i++) {
    double q = number_normal_quantile((i + 0.5) / SLICES);
    quantiles[i] = (float)q, squares += q * q;
  }
  float scale = (float)(1 / sqrt(2 * squares / SLICES));
  for (int i = 0; i < SLICES; i++) quantiles[i] *= scale;
}

/* RGGB: red at even x and y, blue at odd x and y. The noise of a pixel comes from its place alone. */
void sensor_mosaic(const struct shot *shot, bool noisy, struct frame frame, float *const rgb[3], float *raw) {
  pthread_once(&quantiles_made, make_quantiles);
  const float full = (float)shot->electrons, read = (float)(shot->read * shot->read), per_electron = 1 / full;
  for (int row = 0; row < frame.height; row++) {
    int y = frame.y0 + row;
    uint64_t row_seed = number_mix(shot->seed ^ ((uint64_t)(uint32_t)y << 32));
    for (int column = 0; column < frame.width; column++) {
      int x = frame.x0 + column;
      size_t place = (size_t)row * (size_t)frame.width + (size_t)column;
      float value = rgb[(x & 1) + (y & 1)][place];
      if (noisy) {
        uint64_t bits = number_mix(row_seed + (uint32_t)x);
        float normal = quantiles[bits & (SLICES - 1)] + quantiles[bits >> 12 & (SLICES - 1)];
        value += normal * sqrtf(fmaxf(value, 0) * full + read) * per_electron;
      }
      /* 12 bits, black level at 0 */
      value = rintf(fminf(fmaxf(value, 0), 1) * 4095);
      raw[place] = value * (1.0f / 4095);
    }
  }
}

/* Malvar, He and Cutler, "High-quality linear interpolation for demosaicing of Bayer-patterned color images", 2004. */
void sensor_demosaic(struct frame frame, const float *raw, float *const rgb[3]) {
  int w = frame.width;
  for (int row = 2; row < frame.height - 2; row++) {
    for (int column = 2; column < w - 2; column++) {
      size_t place = (size_t)row * (size_t)w + (size_t)column;
      const float *p = raw + place;
      float centre = p[0], cross = p[-1] + p[1] + p[-w] + p[w];
      float far_x = p[-2] + p[2], far_y = p[-2 * w] + p[2 * w];
      float corners = p[-w - 1] + p[-w + 1] + p[w - 1] + p[w + 1];
      int odd_x = (frame.x0 + column) & 1, odd_y = (frame.y0 + row) & 1;
      if (odd_x == odd_y) { /* red or blue */
        int own = odd_x ? 2 : 0;
        rgb[own][place] = centre;
        rgb[1][place] = (4 * centre + 2 * cross - far_x - far_y) / 8;
        rgb[2 - own][place] = (6 * centre + 2 * corners - 1.5f * (far_x + far_y)) / 8;
      } else {
        int along_x = odd_y ? 2 : 0; /* the colour of the neighbours to the left and right */
        rgb[1][place] = centre;
        rgb[along_x][place] = (5 * centre + 4 * (p[-1] + p[1]) - corners - far_x + 0.5f * far_y) / 8;
        rgb[2 - along_x][place] = (5 * centre + 4 * (p[-w] + p[w]) - corners - far_y + 0.5f * far_x) / 8;
      }
    }
  }
}
