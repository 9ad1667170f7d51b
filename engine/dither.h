/* Where between the steps of a coarse quantiser even ground lies. By their noise its blocks fall to the one step or to
 * the other, and how many fall to each tells what no single one does: the noise is a dither (Schuchman, "Dither signals
 * and their effect on quantization noise", 1964). */
#ifndef ASSAY_ENGINE_DITHER_H
#define ASSAY_ENGINE_DITHER_H

#include <stdint.h>

enum { DITHER_UNEVEN = INT16_MIN, DITHER_TRIED = 81 };

struct dither {
  int32_t width, height;
  const int16_t *level; /* of each block, in steps, rows without padding; DITHER_UNEVEN: it is not even */
  double below[DITHER_TRIED], here[DITHER_TRIED], above[DITHER_TRIED];
};

/* `step`: grey levels. */
void dither_open(int32_t width, int32_t height, const int16_t *level, double step, struct dither *dither);

/* By how many steps the ground of an even block is above its level, -1..1: the expected value, by the blocks about it.
 * 0 where these are all of one level, or where the levels lie apart as two grounds do. */
double dither_at(const struct dither *dither, int32_t x, int32_t y);

#endif
