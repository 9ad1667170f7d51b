/* Numbers for the kernels' fixed point, rounded half up. */
#ifndef ASSAY_ENGINE_FIXED_H
#define ASSAY_ENGINE_FIXED_H

#include <stdint.h>

/* floor(v) of what fits. Without floor(), which a processor without SSE4.1 has only as a function. */
static inline int32_t fixed_floor(double v) {
  int32_t whole = (int32_t)v;
  return whole - (v < (double)whole);
}

/* floor(v + 0.5) within -most..most, most under 2^30; -most for what is not a number. */
static inline int32_t fixed_round(double v, double most) {
  return fixed_floor((!(v > -most) ? -most : v > most ? most : v) + 0.5);
}

#endif
