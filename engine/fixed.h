/* Numbers for the kernels' fixed point, rounded half up. */
#ifndef ASSAY_ENGINE_FIXED_H
#define ASSAY_ENGINE_FIXED_H

#include <stdint.h>

/* floor(v) of what fits. Without floor(), which a processor without SSE4.1 has only as a function, and with
 * numbers of one size alone, so that vectors of them do it. */
static inline int32_t fixed_floor(double v) {
  double whole = (double)(int32_t)v;
  return (int32_t)(whole - (v < whole ? 1.0 : 0.0));
}

/* floor(v + 0.5) within -most..most, most under 2^30; -most for what is not a number. */
static inline int32_t fixed_round(double v, double most) {
  v = v > -most ? v : -most;
  v = v < most ? v : most;
  return fixed_floor(v + 0.5);
}

#endif
