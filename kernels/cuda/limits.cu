#include "kernels/cuda/window.h"
#include "kernels/limit.h"

namespace assay_cuda {

__global__ void __launch_bounds__(256)
    statistics_kernel(plane<const uint32_t> sum, plane<const uint32_t> square, plane<const uint16_t> count,
                      plane<uint16_t> mean, plane<uint32_t> variance) {
  int32_t x = pixel_x(), y = pixel_y();
  if (x >= sum.width || y >= sum.height) return;
  uint64_t n = count.row(y)[x], s = sum.row(y)[x], q = square.row(y)[x];
  mean.row(y)[x] = n ? static_cast<uint16_t>((s + n / 2) / n) : static_cast<uint16_t>(0);
  variance.row(y)[x] = n > 1 ? static_cast<uint32_t>((q * n - s * s) / (n * (n - 1))) : 0;
}

enum kernel_status statistics(struct kernel_context *context, const struct kernel_statistics *call) {
  const struct kernel_image *sum = &call->sum;
  if (!statistics_fit(call)) return KERNEL_ARGUMENT;
  LAUNCH(statistics_kernel, grid_of_pixels(sum->width, sum->height), block_of_pixels(), 0, context->stream,
         plane_of<const uint32_t>(call->sum), plane_of<const uint32_t>(call->square),
         plane_of<const uint16_t>(call->count), plane_of<uint16_t>(call->mean), plane_of<uint32_t>(call->variance));
  return launched();
}

/* Where there is no count, it is 1, and the variance 0. */
struct limit_planes {
  plane<const uint16_t> mean, count;
  plane<const uint32_t> variance;
  plane<const uint8_t> zones, detail;
  const struct kernel_tolerance *tolerances;
  int32_t tolerance_count;
  plane<uint16_t> rise, fall;
};

static __device__ inline limit_surroundings look_around(const limit_planes &p, int32_t x, int32_t y) {
  int32_t middle = p.mean.row(y)[x];
  limit_surroundings s = {middle, middle, middle, middle, 0, p.detail.row(y)[x]};
  uint32_t n = 0;
  for (int32_t v = edge(y - 2, p.mean.height); v <= edge(y + 2, p.mean.height); v++)
    for (int32_t u = edge(x - 2, p.mean.width); u <= edge(x + 2, p.mean.width); u++) {
      if (p.count.pixels) {
        s.variance += p.variance.row(v)[u], n++;
        if (!p.count.row(v)[u]) continue;
      }
      limit_see(&s, p.mean.row(v)[u], v >= y - 1 && v <= y + 1 && u >= x - 1 && u <= x + 1);
    }
  if (n) s.variance = limit_divide(s.variance, n);
  return s;
}

__global__ void __launch_bounds__(256, 4) limits_kernel(limit_planes p) {
  int32_t x = pixel_x(), y = pixel_y();
  if (x >= p.mean.width || y >= p.mean.height) return;
  int32_t zone = p.zones.row(y)[x];
  uint16_t rise = 0, fall = 0;
  uint32_t count = p.count.pixels ? p.count.row(y)[x] : 1;
  if (count && zone <= p.tolerance_count && seen_all(window_at(p.zones, x, y))) {
    limit_surroundings around = look_around(p, x, y);
    limit_pixel(&p.tolerances[zone - 1], &around, p.mean.row(y)[x], count, &rise, &fall);
  }
  p.rise.row(y)[x] = rise;
  p.fall.row(y)[x] = fall;
}

static enum kernel_status fill_limits(struct kernel_context *context, const struct kernel_limits *call) {
  const struct kernel_image *mean = &call->mean;
  enum kernel_status status = upload_bytes(context, context->tolerances, call->tolerances,
                                           static_cast<size_t>(call->tolerance_count) * sizeof *call->tolerances);
  if (status) return status;
  limit_planes planes = {plane_of<const uint16_t>(call->mean),
                         plane_of<const uint16_t>(call->count),
                         plane_of<const uint32_t>(call->variance),
                         plane_of<const uint8_t>(call->zones),
                         plane_of<const uint8_t>(call->detail),
                         context->tolerances,
                         call->tolerance_count,
                         plane_of<uint16_t>(call->rise),
                         plane_of<uint16_t>(call->fall)};
  LAUNCH(limits_kernel, grid_of_pixels(mean->width, mean->height), block_of_pixels(), 0, context->stream, planes);
  return launched();
}

enum kernel_status limits(struct kernel_context *context, const struct kernel_limits *call) {
  return limits_fit(call) ? fill_limits(context, call) : KERNEL_ARGUMENT;
}

__global__ void __launch_bounds__(256) smooth_kernel(plane<const uint8_t> photo, plane<uint16_t> mean) {
  int32_t x = pixel_x(), y = pixel_y();
  if (x >= photo.width || y >= photo.height) return;
  mean.row(y)[x] = static_cast<uint16_t>(smooth(photo, x, y));
}

enum kernel_status limits_of_one(struct kernel_context *context, const struct kernel_limits_of_one *call) {
  const struct kernel_image *photo = &call->photo;
  if (!limits_of_one_fits(call)) return KERNEL_ARGUMENT;
  LAUNCH(smooth_kernel, grid_of_pixels(photo->width, photo->height), block_of_pixels(), 0, context->stream,
         plane_of<const uint8_t>(*photo), plane_of<uint16_t>(call->mean));
  enum kernel_status status = launched();
  if (status) return status;
  struct kernel_limits limits = {};
  limits.mean = call->mean, limits.zones = call->zones, limits.detail = call->detail;
  limits.tolerances = call->tolerances, limits.tolerance_count = call->tolerance_count;
  limits.rise = call->rise, limits.fall = call->fall;
  return fill_limits(context, &limits);
}

} // namespace assay_cuda
