#include "kernels/cuda/window.h"
#include "kernels/limit.h"

namespace assay_cuda {

/* A block goes down so many times its height, so that its histogram is worth adding up. */
enum { STEPS = 8, BINS = 256, RIM = 2, MEANS_WIDTH = BLOCK_WIDTH + 2 * RIM, MEANS_HEIGHT = BLOCK_HEIGHT + 2 * RIM };

struct one_planes {
  plane<const uint8_t> golden, zones, detail, photo, seen;
  const struct kernel_tolerance *tolerances;
  int32_t tolerance_count, first, rows;
  plane<uint8_t> map;
  int32_t *histogram;
};

/* The means around a block's pixels; beyond the picture its edge's. */
static __device__ inline void fill_means(const plane<const uint8_t> &golden, int32_t left, int32_t top, int32_t thread,
                                         uint16_t means[MEANS_HEIGHT][MEANS_WIDTH]) {
  for (int32_t i = thread; i < MEANS_HEIGHT * MEANS_WIDTH; i += BLOCK_WIDTH * BLOCK_HEIGHT) {
    int32_t v = i / MEANS_WIDTH, u = i % MEANS_WIDTH;
    means[v][u] =
        static_cast<uint16_t>(smooth(golden, edge(left + u - RIM, golden.width), edge(top + v - RIM, golden.height)));
  }
}

static __device__ inline limit_surroundings look_around(const uint16_t means[MEANS_HEIGHT][MEANS_WIDTH], int32_t u,
                                                        int32_t v, int32_t detail) {
  int32_t middle = means[v][u];
  limit_surroundings s = {middle, middle, middle, middle, 0, detail};
  for (int32_t j = -RIM; j <= RIM; j++)
    for (int32_t i = -RIM; i <= RIM; i++) limit_see(&s, means[v + j][u + i], j >= -1 && j <= 1 && i >= -1 && i <= 1);
  return s;
}

__global__ void __launch_bounds__(BINS, 4) compare_of_one_kernel(one_planes p) {
  SHARED(int32_t, bins, [BINS]);
  SHARED(uint16_t, means, [MEANS_HEIGHT][MEANS_WIDTH]);
  int32_t thread = static_cast<int32_t>(threadIdx.y * blockDim.x + threadIdx.x), x = pixel_x();
  int32_t left = static_cast<int32_t>(blockIdx.x * blockDim.x), end = p.first + p.rows;
  int32_t top = p.first + static_cast<int32_t>(blockIdx.y) * BLOCK_HEIGHT * STEPS;
  int32_t u = static_cast<int32_t>(threadIdx.x) + RIM, v = static_cast<int32_t>(threadIdx.y) + RIM;
  bins[thread] = 0;
  for (int32_t step = 0; step < STEPS && top < end; step++, top += BLOCK_HEIGHT) {
    __syncthreads();
    fill_means(p.golden, left, top, thread, means);
    __syncthreads();
    int32_t y = top + static_cast<int32_t>(threadIdx.y);
    if (x >= p.photo.width || y >= end) continue;
    int32_t zone = p.zones.row(y)[x];
    uint16_t rise = 0, fall = 0;
    if (zone <= p.tolerance_count && seen_all(window_at(p.zones, x, y)) && seen_all(window_at(p.seen, x, y))) {
      limit_surroundings around = look_around(means, u, v, p.detail.row(y)[x]);
      limit_pixel(&p.tolerances[zone - 1], &around, means[v][u], 1, &rise, &fall);
    }
    uint8_t use = rise ? pixel_use(smooth(p.photo, x, y) - means[v][u], rise, fall) : static_cast<uint8_t>(0);
    if (rise) atomicAdd(&bins[use], 1);
    p.map.row(y)[x] = use;
  }
  __syncthreads();
  if (bins[thread]) atomicAdd(&p.histogram[thread], bins[thread]);
}

enum kernel_status compare_of_one(struct kernel_context *context, const struct kernel_compare_of_one *call) {
  if (!compare_of_one_fits(call)) return KERNEL_ARGUMENT;
  enum kernel_status status = upload_bytes(context, context->tolerances, call->tolerances,
                                           static_cast<size_t>(call->tolerance_count) * sizeof *call->tolerances);
  if (status) return status;
  one_planes planes = {plane_of<const uint8_t>(call->golden),
                       plane_of<const uint8_t>(call->zones),
                       plane_of<const uint8_t>(call->detail),
                       plane_of<const uint8_t>(call->photo),
                       plane_of<const uint8_t>(call->seen),
                       context->tolerances,
                       call->tolerance_count,
                       call->first,
                       call->rows,
                       plane_of<uint8_t>(call->map),
                       elements<int32_t>(call->histogram)};
  cudaError_t error = cudaMemsetAsync(planes.histogram, 0, BINS * sizeof(int32_t), context->stream);
  if (error) return status_of(error);
  LAUNCH(compare_of_one_kernel, grid_of_pixels(call->photo.width, (call->rows + STEPS - 1) / STEPS), block_of_pixels(),
         0, context->stream, planes);
  return launched();
}

} // namespace assay_cuda
