#include "kernels/cuda/window.h"

namespace assay_cuda {

__global__ void __launch_bounds__(256) bend_kernel(plane<const uint16_t> mean, plane<int16_t> bend) {
  int32_t x = pixel_x(), y = pixel_y();
  if (x >= mean.width || y >= mean.height) return;
  bend.row(y)[x] = pixel_bend(mean.row(edge(y - 1, mean.height)) + x, mean.row(y) + x,
                              mean.row(edge(y + 1, mean.height)) + x, x > 0, x + 1 < mean.width);
}

enum kernel_status bend(struct kernel_context *context, const struct kernel_bend *call) {
  if (!bend_fits(call)) return KERNEL_ARGUMENT;
  LAUNCH(bend_kernel, grid_of_pixels(call->mean.width, call->mean.height), block_of_pixels(), 0, context->stream,
         plane_of<const uint16_t>(call->mean), plane_of<int16_t>(call->bend));
  return launched();
}

struct focus_planes {
  plane<const uint8_t> photo, seen;
  plane<const uint16_t> mean, compared;
  plane<const int16_t> bend;
  int32_t cut;
  unsigned long long *sums;
};

enum { FOCUS_SUMS = 2, FOCUS_THREADS = BLOCK_WIDTH * BLOCK_HEIGHT };

/* A thread a pixel of every KERNEL_FOCUS_ROWSth row; then a thread for each sum of the block. Negative numbers wrap, as
 * their sum does. */
__global__ void __launch_bounds__(FOCUS_THREADS) focus_sums_kernel(focus_planes p) {
  SHARED(int32_t, parts, [FOCUS_SUMS][FOCUS_THREADS]);
  int32_t thread = static_cast<int32_t>(threadIdx.y * blockDim.x + threadIdx.x);
  int32_t x = pixel_x(), y = pixel_y() * KERNEL_FOCUS_ROWS;
  int32_t squared = 0, product = 0;
  if (x < p.photo.width && y < p.photo.height && p.compared.row(y)[x] && seen_all(window_at(p.seen, x, y))) {
    int32_t difference = smooth(p.photo, x, y) - p.mean.row(y)[x];
    int16_t bend = p.bend.row(y)[x];
    if (pixel_tells_focus(bend, difference, p.cut)) {
      int32_t b = bend >> 3;
      squared = b * b, product = b * difference;
    }
  }
  parts[0][thread] = squared, parts[1][thread] = product;
  __syncthreads();
  if (thread >= FOCUS_SUMS) return;
  long long sum = 0;
  for (int32_t i = 0; i < FOCUS_THREADS; i++) sum += parts[thread][i];
  if (sum) atomicAdd(&p.sums[thread], static_cast<unsigned long long>(sum));
}

enum kernel_status focus_sums(struct kernel_context *context, const struct kernel_focus_sums *call) {
  const struct kernel_image *photo = &call->photo;
  if (!focus_sums_fit(call)) return KERNEL_ARGUMENT;
  cudaError_t error = cudaMemsetAsync(call->sums->bytes, 0, FOCUS_SUMS * sizeof(int64_t), context->stream);
  if (error) return status_of(error);
  focus_planes planes = {plane_of<const uint8_t>(call->photo),    plane_of<const uint8_t>(call->seen),
                         plane_of<const uint16_t>(call->mean),    plane_of<const uint16_t>(call->compared),
                         plane_of<const int16_t>(call->bend),     call->cut,
                         elements<unsigned long long>(call->sums)};
  dim3 grid = grid_of_pixels(photo->width, (photo->height + KERNEL_FOCUS_ROWS - 1) / KERNEL_FOCUS_ROWS);
  LAUNCH(focus_sums_kernel, grid, block_of_pixels(), 0, context->stream, planes);
  return launched();
}

} // namespace assay_cuda
