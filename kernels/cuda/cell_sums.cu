#include "kernels/cuda/grid.h"

namespace assay_cuda {

struct cells_planes {
  plane<const uint16_t> cells;
  plane<const uint8_t> photo[3];
  corner_grid place;
  int32_t cell_count;
  unsigned long long *sums;
};

/* A thread a pixel. The sums of a photo's few thousand cells stay in the cache, where they are added to. */
__global__ void __launch_bounds__(256) cell_sums_kernel(cells_planes p) {
  int32_t x = pixel_x(), y = pixel_y(), px, py;
  if (x >= p.cells.width || y >= p.cells.height) return;
  int32_t cell = p.cells.row(y)[x];
  if (!cell || cell > p.cell_count) return;
  if (!place_at(p.place, x, y, p.photo[0].width, p.photo[0].height, &px, &py)) return;
  unsigned long long *sums = p.sums + static_cast<int64_t>(cell - 1) * KERNEL_CELL_SUMS;
  atomicAdd(sums + CELL_SEEN, 1ull);
  for (int32_t k = 0; k < 3; k++)
    atomicAdd(sums + CELL_LUMA + k, static_cast<unsigned long long>(sample(p.photo[k], px, py)));
}

enum kernel_status cell_sums(struct kernel_context *context, const struct kernel_cell_sums *call) {
  const struct kernel_image *cells = &call->cells;
  if (!cell_sums_fit(call)) return KERNEL_ARGUMENT;
  size_t bytes = static_cast<size_t>(call->cell_count) * KERNEL_CELL_SUMS * sizeof(int64_t);
  enum kernel_status status = status_of(cudaMemsetAsync(call->sums->bytes, 0, bytes, context->stream));
  if (status) return status;
  cells_planes planes = {
      plane_of<const uint16_t>(*cells),
      {plane_of<const uint8_t>(call->luma), plane_of<const uint8_t>(call->cb), plane_of<const uint8_t>(call->cr)},
      grid_over(call->place, cells->width, 2),
      call->cell_count,
      elements<unsigned long long>(call->sums)};
  LAUNCH(cell_sums_kernel, grid_of_pixels(cells->width, cells->height), block_of_pixels(), 0, context->stream, planes);
  return launched();
}

} // namespace assay_cuda
