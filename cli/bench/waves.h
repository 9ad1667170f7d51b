/* A scene that is known everywhere, for alignment: a sum of plane waves, none finer than a given period. Two photos of
 * it are sampled independently, so that neither is an interpolation of the other. */
#ifndef ASSAY_CLI_BENCH_WAVES_H
#define ASSAY_CLI_BENCH_WAVES_H

#include "cli/drawing.h"

enum { WAVES = 64 };

/* Grey level at (x, y): middle + sum of height[k] cos(u[k] x + v[k] y + phase[k]). */
struct waves {
  double middle, height[WAVES], u[WAVES], v[WAVES], phase[WAVES];
};

/* Waves of random directions and phases, their periods from `finest` to a hundred pixels, evenly by octave;
 * `deviation`: root mean square about the middle, grey levels. */
void waves_draw(struct waves *waves, double finest, double deviation, struct draws *draws);

/* What a photo's pixels see: the mean of 4 x 4 samples each, its pixel positions taken to the scene by the affine map
 * {xx, xy, x0, yx, yy, y0}. The mean of evenly spaced samples of a wave is the wave in their middle, less high. */
struct waves waves_seen(const struct waves *scene, const double to_scene[6]);

/* Pixels 0 .. count - 1 of row y: grey levels and their gradient a pixel; each may be NULL. */
void waves_row(const struct waves *seen, double y, int count, double *level, double *gx, double *gy);

#endif
