/* Textures that no two units share: paper fibre, brushed metal, and what the product lies on. */
#ifndef ASSAY_DATASETS_TEXTURE_H
#define ASSAY_DATASETS_TEXTURE_H

#include "models/status.h"

#include <stdint.h>

enum texture_kind { TEXTURE_FIBRE, TEXTURE_BRUSH, TEXTURE_CLOTH, TEXTURE_BELT, TEXTURE_WOOD };
enum { TEXTURE_SIZE = 1024 };

/* A tile that repeats: TEXTURE_SIZE squared, mean 0, standard deviation 1, within +-3.5. */
struct texture {
  float *values;
};

enum status texture_make(struct texture *texture, enum texture_kind kind, uint64_t seed, struct fault *fault);
void texture_free(struct texture *texture);

/* Bilinear, in texels; coordinates within +-1e5 keep their fraction. */
static inline float texture_at(const struct texture *texture, float x, float y) {
  enum { MASK = TEXTURE_SIZE - 1 };
  int ix = (int)x - (x < 0), iy = (int)y - (y < 0);
  float fx = x - (float)ix, fy = y - (float)iy;
  const float *row = texture->values + (iy & MASK) * TEXTURE_SIZE;
  const float *next = texture->values + ((iy + 1) & MASK) * TEXTURE_SIZE;
  int left = ix & MASK, right = (ix + 1) & MASK;
  float above = row[left] + (row[right] - row[left]) * fx, below = next[left] + (next[right] - next[left]) * fx;
  return above + (below - above) * fy;
}

#endif
