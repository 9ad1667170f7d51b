#include "kernels/cuda/window.h"

namespace assay_cuda {

__global__ void __launch_bounds__(256)
    accumulate_kernel(plane<const uint8_t> photo, plane<const uint8_t> seen, plane<const int16_t> bend, int32_t focus,
                      plane<uint32_t> sum, plane<uint32_t> square, plane<uint16_t> count) {
  int32_t x = pixel_x(), y = pixel_y();
  if (x >= photo.width || y >= photo.height || !seen_all(window_at(seen, x, y))) return;
  int32_t smoothed = smooth(photo, x, y);
  if (bend.pixels) smoothed = pixel_clamp(smoothed - pixel_defocus(bend.row(y)[x], focus), 0, 4080);
  uint32_t value = static_cast<uint32_t>(smoothed);
  sum.row(y)[x] += value;
  square.row(y)[x] += value * value;
  count.row(y)[x]++;
}

enum kernel_status accumulate(struct kernel_context *context, const struct kernel_accumulate *call) {
  const struct kernel_image *photo = &call->photo;
  if (!accumulate_fits(call)) return KERNEL_ARGUMENT;
  LAUNCH(accumulate_kernel, grid_of_pixels(photo->width, photo->height), block_of_pixels(), 0, context->stream,
         plane_of<const uint8_t>(call->photo), plane_of<const uint8_t>(call->seen), plane_of<const int16_t>(call->bend),
         call->focus, plane_of<uint32_t>(call->sum), plane_of<uint32_t>(call->square), plane_of<uint16_t>(call->count));
  return launched();
}

/* A block takes so many rows of pixels per row of threads, so that its histogram is worth adding up. */
enum { ROWS_A_THREAD = 8, BINS = 256 };

struct compare_planes {
  plane<const uint8_t> photo, seen;
  plane<const uint16_t> mean, rise, fall;
  plane<const int16_t> bend;
  int32_t focus;
  plane<uint8_t> map;
  int32_t *histogram;
};

__global__ void __launch_bounds__(BINS) compare_kernel(compare_planes p) {
  SHARED(int32_t, bins, [BINS]);
  int32_t thread = static_cast<int32_t>(threadIdx.y * blockDim.x + threadIdx.x), x = pixel_x();
  int32_t first = static_cast<int32_t>(blockIdx.y * blockDim.y * ROWS_A_THREAD + threadIdx.y);
  bins[thread] = 0;
  __syncthreads();
  for (int32_t i = 0; i < ROWS_A_THREAD; i++) {
    int32_t y = first + i * BLOCK_HEIGHT;
    if (x >= p.photo.width || y >= p.photo.height) break;
    uint16_t rise = p.rise.row(y)[x];
    uint8_t use = 0;
    if (rise && seen_all(window_at(p.seen, x, y))) {
      int32_t golden = p.mean.row(y)[x];
      if (p.bend.pixels) golden = pixel_clamp(golden + pixel_defocus(p.bend.row(y)[x], p.focus), 0, 65535);
      use = pixel_use(smooth(p.photo, x, y) - golden, rise, p.fall.row(y)[x]);
      atomicAdd(&bins[use], 1);
    }
    p.map.row(y)[x] = use;
  }
  __syncthreads();
  if (bins[thread]) atomicAdd(&p.histogram[thread], bins[thread]);
}

enum kernel_status compare(struct kernel_context *context, const struct kernel_compare *call) {
  const struct kernel_image *photo = &call->photo;
  if (!compare_fits(call)) return KERNEL_ARGUMENT;
  compare_planes planes = {plane_of<const uint8_t>(call->photo),
                           plane_of<const uint8_t>(call->seen),
                           plane_of<const uint16_t>(call->mean),
                           plane_of<const uint16_t>(call->rise),
                           plane_of<const uint16_t>(call->fall),
                           plane_of<const int16_t>(call->bend),
                           call->focus,
                           plane_of<uint8_t>(call->map),
                           elements<int32_t>(call->histogram)};
  cudaError_t error = cudaMemsetAsync(planes.histogram, 0, BINS * sizeof(int32_t), context->stream);
  if (error) return status_of(error);
  dim3 grid = grid_of_pixels(photo->width, (photo->height + ROWS_A_THREAD - 1) / ROWS_A_THREAD);
  LAUNCH(compare_kernel, grid, block_of_pixels(), 0, context->stream, planes);
  return launched();
}

} // namespace assay_cuda
