#include "kernels/cuda/grid.h"

namespace assay_cuda {

enum { CELL_PIXELS = KERNEL_CELL * KERNEL_CELL, PITCH = KERNEL_CELL + 1 };

/* What a pixel has to give. */
enum { GOLDEN, RESIDUAL, ACROSS, DOWN, WEIGHT, SEEN, FACTORS };

struct sums_planes {
  plane<const uint8_t> golden, mask, photo;
  corner_grid place;
  const int32_t *light;
  int32_t cut, light_only;
  long long *sums;
};

/* A pixel's part in one sum; below 2^31 since weights are up to 64 and weighted residuals below the cut. */
static __device__ inline int32_t part_in(int32_t sum, int32_t w, int32_t g, int32_t e, int32_t x, int32_t y) {
  switch (sum) {
  case SUM_W:
    return w;
  case SUM_G:
    return w * g;
  case SUM_GG:
    return w * g * g;
  case SUM_E:
    return w * e;
  case SUM_EE:
    return w * e * e;
  case SUM_GE:
    return w * g * e;
  case SUM_X:
    return w * x;
  case SUM_Y:
    return w * y;
  case SUM_XX:
    return w * x * x;
  case SUM_XY:
    return w * x * y;
  case SUM_YY:
    return w * y * y;
  case SUM_XE:
    return w * x * e;
  case SUM_YE:
    return w * y * e;
  case SUM_XG:
    return w * x * g;
  default:
    return w * y * g;
  }
}

static __device__ inline bool tells_light(int32_t sum) {
  return sum == SUM_W || sum == SUM_G || sum == SUM_E;
}

/* What one pixel of the golden gives; all 0 where it gives nothing. */
static __device__ inline void pixel_factors(const sums_planes &p, int32_t x, int32_t y, int32_t *factors) {
  int32_t px, py;
  for (int32_t i = 0; i < FACTORS; i++) factors[i] = 0;
  if (x < 1 || y < 1 || x >= p.golden.width - 1 || y >= p.golden.height - 1) return;
  if (p.mask.pixels && !p.mask.row(y)[x]) return;
  if (!place_at(p.place, x, y, p.photo.width, p.photo.height, &px, &py)) return;
  const uint8_t *here = p.golden.row(y) + x;
  const int32_t *light = p.light + 2 * (static_cast<int64_t>(blockIdx.y) * gridDim.x + blockIdx.x);
  int32_t model = pixel_add(pixel_multiply(here[0], light[0]) >> 8, light[1]);
  int32_t residual = pixel_subtract(sample(p.photo, px, py), model), weight = pixel_weight(residual, p.cut);
  factors[SEEN] = 1;
  if (!weight) return;
  factors[WEIGHT] = weight, factors[GOLDEN] = here[0], factors[RESIDUAL] = residual;
  factors[ACROSS] = here[1] - here[-1];
  factors[DOWN] = here[p.golden.stride] - here[-static_cast<int64_t>(p.golden.stride)];
}

/* One block a tile. First a thread a pixel; then a thread for each sum over one row; then one for each sum. */
__global__ void __launch_bounds__(CELL_PIXELS) tile_sums_kernel(sums_planes p) {
  SHARED(int32_t, pixels, [FACTORS][KERNEL_CELL * PITCH]);
  SHARED(long long, rows, [KERNEL_SUMS][PITCH]);
  int32_t column = static_cast<int32_t>(threadIdx.x), row = static_cast<int32_t>(threadIdx.y), factors[FACTORS];
  pixel_factors(p, static_cast<int32_t>(blockIdx.x) * KERNEL_CELL + column,
                static_cast<int32_t>(blockIdx.y) * KERNEL_CELL + row, factors);
  for (int32_t i = 0; i < FACTORS; i++) pixels[i][row * PITCH + column] = factors[i];
  __syncthreads();
  long long sum = 0;
  for (int32_t i = 0, at = column * PITCH; i < KERNEL_CELL && (!p.light_only || tells_light(row)); i++, at++)
    sum += row == SUM_SEEN ? pixels[SEEN][at]
                           : part_in(row, pixels[WEIGHT][at], pixels[GOLDEN][at], pixels[RESIDUAL][at],
                                     pixels[ACROSS][at], pixels[DOWN][at]);
  rows[row][column] = sum;
  __syncthreads();
  if (row) return;
  sum = 0;
  for (int32_t i = 0; i < KERNEL_CELL; i++) sum += rows[column][i];
  p.sums[(static_cast<int64_t>(blockIdx.y) * gridDim.x + blockIdx.x) * KERNEL_SUMS + column] = sum;
}

enum kernel_status tile_sums(struct kernel_context *context, const struct kernel_tile_sums *call) {
  static_assert(KERNEL_SUMS == KERNEL_CELL, "a thread a sum, a row of them");
  const struct kernel_image *golden = &call->golden;
  if (!tile_sums_fits(call)) return KERNEL_ARGUMENT;
  dim3 tiles(static_cast<unsigned>(KERNEL_TILES(golden->width)), static_cast<unsigned>(KERNEL_TILES(golden->height)));
  sums_planes planes = {plane_of<const uint8_t>(call->golden),
                        plane_of<const uint8_t>(call->mask),
                        plane_of<const uint8_t>(call->photo),
                        grid_over(call->place, golden->width, 2),
                        elements<const int32_t>(call->light),
                        call->cut,
                        call->light_only,
                        elements<long long>(call->sums)};
  LAUNCH(tile_sums_kernel, tiles, dim3(KERNEL_CELL, KERNEL_CELL), 0, context->stream, planes);
  return launched();
}

} // namespace assay_cuda
