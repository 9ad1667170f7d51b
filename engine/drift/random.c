#include "engine/drift/random.h"

#include <math.h>

uint64_t drift_random(uint64_t *state) {
  uint64_t z = *state += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

double drift_uniform(uint64_t *state) {
  return ((double)(drift_random(state) >> 12) + 0.5) * 0x1p-52;
}

/* Marsaglia's polar method, without keeping the second value: no state but the seed. */
double drift_normal(uint64_t *state) {
  for (;;) {
    double u = 2 * drift_uniform(state) - 1, v = 2 * drift_uniform(state) - 1, s = u * u + v * v;
    if (s < 1 && s > 0) return u * sqrt(-2 * log(s) / s);
  }
}

int64_t drift_poisson(uint64_t *state, double mean) {
  int64_t count = 0;
  for (double sum = -log(drift_uniform(state)); sum < mean; sum -= log(drift_uniform(state))) count++;
  return count;
}
