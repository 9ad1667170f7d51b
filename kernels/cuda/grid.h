/* Values of a grid between its corners. */
#ifndef ASSAY_KERNELS_CUDA_GRID_H
#define ASSAY_KERNELS_CUDA_GRID_H

#include "kernels/cuda/context.h"
#include "kernels/pixel.h"

namespace assay_cuda {

/* A grid with `values` int32 a corner, as it lies over a picture. */
struct corner_grid {
  const int32_t *corners;
  int32_t pitch, values;
};

static inline corner_grid grid_over(const struct kernel_buffer *buffer, int32_t width, int32_t values) {
  return {elements<const int32_t>(buffer), KERNEL_NODES(width) * values, values};
}

/* Value `k` at a pixel: between the two ends of the cell's row, each between two corners. */
static __device__ inline int32_t grid_value(const corner_grid &grid, int32_t x, int32_t y, int32_t k) {
  const int32_t *top =
      grid.corners + static_cast<int64_t>(y / KERNEL_CELL) * grid.pitch + x / KERNEL_CELL * grid.values + k;
  const int32_t *bottom = top + grid.pitch;
  int32_t left = pixel_between(top[0], bottom[0], y % KERNEL_CELL);
  int32_t right = pixel_between(top[grid.values], bottom[grid.values], y % KERNEL_CELL);
  return pixel_between(left, right, x % KERNEL_CELL);
}

/* Where a pixel lies in the photo (Q8), and whether that is within it. */
static __device__ inline bool place_at(const corner_grid &place, int32_t x, int32_t y, int32_t width, int32_t height,
                                       int32_t *px, int32_t *py) {
  *px = pixel_place(grid_value(place, x, y, 0));
  *py = pixel_place(grid_value(place, x, y, 1));
  return pixel_within(*px, width) && pixel_within(*py, height);
}

static __device__ inline int32_t sample(const plane<const uint8_t> &photo, int32_t px, int32_t py) {
  return pixel_sample(photo.pixels, photo.width, photo.height, photo.stride, px, py);
}

} // namespace assay_cuda

#endif
