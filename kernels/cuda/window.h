/* The 3 x 3 around a pixel. */
#ifndef ASSAY_KERNELS_CUDA_WINDOW_H
#define ASSAY_KERNELS_CUDA_WINDOW_H

#include "kernels/cuda/context.h"
#include "kernels/pixel.h"

namespace assay_cuda {

/* The 3 x 3 around a pixel of a picture that repeats its edges. */
struct window {
  const uint8_t *above, *here, *below;
  int32_t left, right;
};

static __device__ inline window window_at(const plane<const uint8_t> &p, int32_t x, int32_t y) {
  return {p.row(edge(y - 1, p.height)) + x, p.row(y) + x, p.row(edge(y + 1, p.height)) + x, x > 0, x + 1 < p.width};
}

static __device__ inline bool seen_all(const window &w) {
  return w.above[-w.left] && w.above[0] && w.above[w.right] && w.here[-w.left] && w.here[0] && w.here[w.right] &&
         w.below[-w.left] && w.below[0] && w.below[w.right];
}

static __device__ inline int32_t smooth(const plane<const uint8_t> &photo, int32_t x, int32_t y) {
  window w = window_at(photo, x, y);
  return pixel_binomial(w.above, w.here, w.below, w.left, w.right);
}

} // namespace assay_cuda

#endif
