#include "datasets/texture.h"

#include "datasets/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIZE = TEXTURE_SIZE, MASK = TEXTURE_SIZE - 1 };

static void white_noise(float *values, uint64_t seed) {
  for (int i = 0; i < SIZE * SIZE; i++) {
    uint64_t bits = number_mix(seed + (uint64_t)i);
    values[i] = (float)((double)((bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF)) / 65536.0 - 1.5);
  }
}

/* A running mean of 2 radius + 1 texels along one axis, wrapping round, `times` over. */
static void blur(float *values, float *line, int radius, int vertical, int times) {
  int step = vertical ? SIZE : 1, across = vertical ? 1 : SIZE;
  for (int k = 0; k < SIZE; k++) {
    float *start = values + k * across;
    for (int t = 0; t < times; t++) {
      double sum = 0;
      for (int i = -radius; i <= radius; i++) sum += start[(i & MASK) * step];
      for (int i = 0; i < SIZE; i++) {
        line[i] = (float)(sum / (2 * radius + 1));
        sum += start[((i + radius + 1) & MASK) * step] - start[((i - radius) & MASK) * step];
      }
      for (int i = 0; i < SIZE; i++) start[i * step] = line[i];
    }
  }
}

static void normalise(float *values) {
  double sum = 0, squares = 0;
  for (int i = 0; i < SIZE * SIZE; i++) sum += values[i], squares += (double)values[i] * values[i];
  double mean = sum / (SIZE * SIZE), deviation = sqrt(squares / (SIZE * SIZE) - mean * mean);
  for (int i = 0; i < SIZE * SIZE; i++) {
    double v = (values[i] - mean) / deviation;
    values[i] = (float)fmin(fmax(v, -3.5), 3.5);
  }
}

static void add(float *values, const float *more, double amount) {
  for (int i = 0; i < SIZE * SIZE; i++) values[i] += (float)amount * more[i];
}

/* Threads of a plain weave, 8 texels apart, each a little uneven. */
static void weave(float *values) {
  static const float across[8] = {-1.2f, -0.2f, 0.6f, 1.0f, 1.0f, 0.6f, -0.2f, -1.2f};
  for (int y = 0; y < SIZE; y++)
    for (int x = 0; x < SIZE; x++) {
      int over = ((x >> 3) + (y >> 3)) & 1;
      float thread = over ? across[y & 7] : across[x & 7], along = over ? across[x & 7] : across[y & 7];
      values[y * SIZE + x] += 0.9f * thread + 0.45f * along;
    }
}

static void paint(float *values, float *other, float *line, enum texture_kind kind, uint64_t seed) {
  white_noise(values, number_mix(seed));
  white_noise(other, number_mix(seed + 1));
  switch (kind) {
  case TEXTURE_FIBRE:
    blur(values, line, 1, 0, 1), blur(values, line, 1, 1, 1), normalise(values);
    blur(other, line, 6, 0, 2), blur(other, line, 1, 1, 2), normalise(other), add(values, other, 0.5);
    break;
  case TEXTURE_BRUSH:
    blur(values, line, 60, 0, 2), normalise(values);
    blur(other, line, 220, 0, 2), blur(other, line, 2, 1, 1), normalise(other), add(values, other, 0.7);
    break;
  case TEXTURE_CLOTH:
    normalise(values);
    blur(other, line, 5, 0, 2), blur(other, line, 5, 1, 2), normalise(other);
    for (int i = 0; i < SIZE * SIZE; i++) values[i] *= 0.45f;
    add(values, other, 0.35), weave(values);
    break;
  case TEXTURE_BELT:
    blur(values, line, 1, 0, 1), normalise(values);
    blur(other, line, 30, 0, 2), blur(other, line, 30, 1, 2), normalise(other), add(values, other, 1.1);
    break;
  case TEXTURE_WOOD:
    blur(values, line, 40, 0, 2), normalise(values);
    blur(other, line, 200, 0, 2), blur(other, line, 7, 1, 2), normalise(other), add(values, other, 1.6);
    break;
  }
  normalise(values);
}

enum status texture_make(struct texture *texture, enum texture_kind kind, uint64_t seed, struct fault *fault) {
  texture->values = malloc(sizeof(float) * SIZE * SIZE);
  float *other = malloc(sizeof(float) * SIZE * SIZE), *line = malloc(sizeof(float) * SIZE);
  enum status status = STATUS_OK;
  if (texture->values && other && line)
    paint(texture->values, other, line, kind, seed);
  else
    status = fault_set(fault, STATUS_MEMORY, "out of memory while making a texture");
  free(line);
  free(other);
  return status;
}

void texture_free(struct texture *texture) {
  free(texture->values);
  texture->values = NULL;
}
