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

__global__ void __launch_bounds__(256)
    accumulate_kernel(plane<const uint8_t> photo, plane<const uint8_t> seen, plane<uint32_t> sum,
                      plane<uint32_t> square, plane<uint16_t> count) {
  int32_t x = pixel_x(), y = pixel_y();
  if (x >= photo.width || y >= photo.height || !seen_all(window_at(seen, x, y))) return;
  uint32_t value = static_cast<uint32_t>(smooth(photo, x, y));
  sum.row(y)[x] += value;
  square.row(y)[x] += value * value;
  count.row(y)[x]++;
}

enum kernel_status accumulate(struct kernel_context *context, const struct kernel_accumulate *call) {
  const struct kernel_image *photo = &call->photo;
  if (!accumulate_fits(call)) return KERNEL_ARGUMENT;
  LAUNCH(accumulate_kernel, grid_of_pixels(photo->width, photo->height), block_of_pixels(), 0, context->stream,
         plane_of<const uint8_t>(call->photo), plane_of<const uint8_t>(call->seen), plane_of<uint32_t>(call->sum),
         plane_of<uint32_t>(call->square), plane_of<uint16_t>(call->count));
  return launched();
}

/* A block takes so many rows of pixels per row of threads, so that its histogram is worth adding up. */
enum { ROWS_A_THREAD = 8, BINS = 256 };

struct compare_planes {
  plane<const uint8_t> photo, seen;
  plane<const uint16_t> mean, rise, fall;
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
      use = pixel_use(smooth(p.photo, x, y) - p.mean.row(y)[x], rise, p.fall.row(y)[x]);
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
  compare_planes planes = {plane_of<const uint8_t>(call->photo), plane_of<const uint8_t>(call->seen),
                           plane_of<const uint16_t>(call->mean), plane_of<const uint16_t>(call->rise),
                           plane_of<const uint16_t>(call->fall), plane_of<uint8_t>(call->map),
                           elements<int32_t>(call->histogram)};
  cudaError_t error = cudaMemsetAsync(planes.histogram, 0, BINS * sizeof(int32_t), context->stream);
  if (error) return status_of(error);
  dim3 grid = grid_of_pixels(photo->width, (photo->height + ROWS_A_THREAD - 1) / ROWS_A_THREAD);
  LAUNCH(compare_kernel, grid, block_of_pixels(), 0, context->stream, planes);
  return launched();
}

} // namespace assay_cuda
