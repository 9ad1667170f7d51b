#include "kernels/cuda/context.h"

namespace assay_cuda {

__global__ void __launch_bounds__(256) halve_kernel(plane<const uint8_t> from, plane<uint8_t> to) {
  int32_t x = pixel_x(), y = pixel_y();
  if (x >= to.width || y >= to.height) return;
  const uint8_t *top = from.row(2 * y), *bottom = from.row(edge(2 * y + 1, from.height));
  int32_t left = 2 * x, right = edge(2 * x + 1, from.width);
  to.row(y)[x] = static_cast<uint8_t>((top[left] + top[right] + bottom[left] + bottom[right] + 2) >> 2);
}

__global__ void __launch_bounds__(256) halve_mask_kernel(plane<const uint8_t> from, plane<uint8_t> to) {
  int32_t x = pixel_x(), y = pixel_y();
  if (x >= to.width || y >= to.height) return;
  const uint8_t *top = from.row(2 * y), *bottom = from.row(edge(2 * y + 1, from.height));
  int32_t left = 2 * x, right = edge(2 * x + 1, from.width);
  to.row(y)[x] = top[left] && top[right] && bottom[left] && bottom[right] ? 255 : 0;
}

enum kernel_status halve(struct kernel_context *context, const struct kernel_halve *call) {
  if (!halve_fits(&call->from, &call->to)) return KERNEL_ARGUMENT;
  LAUNCH(halve_kernel, grid_of_pixels(call->to.width, call->to.height), block_of_pixels(), 0, context->stream,
         plane_of<const uint8_t>(call->from), plane_of<uint8_t>(call->to));
  return launched();
}

enum kernel_status halve_mask(struct kernel_context *context, const struct kernel_halve_mask *call) {
  if (!halve_fits(&call->from, &call->to)) return KERNEL_ARGUMENT;
  LAUNCH(halve_mask_kernel, grid_of_pixels(call->to.width, call->to.height), block_of_pixels(), 0, context->stream,
         plane_of<const uint8_t>(call->from), plane_of<uint8_t>(call->to));
  return launched();
}

} // namespace assay_cuda
