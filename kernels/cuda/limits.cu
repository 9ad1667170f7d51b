#include "kernels/cuda/context.h"
#include "kernels/pixel.h"

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
  if (!fits(sum, 4) || !fits_like(&call->square, 4, sum) || !fits_like(&call->count, 2, sum) ||
      !fits_like(&call->mean, 2, sum) || !fits_like(&call->variance, 4, sum))
    return KERNEL_ARGUMENT;
  LAUNCH(statistics_kernel, grid_of_pixels(sum->width, sum->height), block_of_pixels(), 0, context->stream,
         plane_of<const uint32_t>(call->sum), plane_of<const uint32_t>(call->square),
         plane_of<const uint16_t>(call->count), plane_of<uint16_t>(call->mean), plane_of<uint32_t>(call->variance));
  return launched();
}

struct limit_planes {
  plane<const uint16_t> mean, count;
  plane<const uint32_t> variance;
  plane<const uint8_t> zones;
  const struct kernel_tolerance *tolerances;
  int32_t tolerance_count;
  plane<uint16_t> rise, fall;
};

/* What the 5 x 5 around a pixel say. */
struct surroundings {
  int32_t near_low, near_high, low,
      high;          /* least and largest mean, of the 3 x 3 and of all, where something was seen */
  uint64_t variance; /* mean */
};

/* value / divisor for a value below 2^60 and a divisor below 2^17: digits of 15 bits, in divisions of 32 bits. That of
 * 64 bits is a call, around which registers are spilled. */
static __device__ inline uint64_t divide(uint64_t value, uint32_t divisor) {
  uint64_t quotient = 0;
  uint32_t rest = 0;
  for (int32_t shift = 45; shift >= 0; shift -= 15) {
    rest = rest << 15 | static_cast<uint32_t>(value >> shift & 0x7FFF);
    quotient = quotient << 15 | rest / divisor;
    rest %= divisor;
  }
  return quotient;
}

static __device__ inline surroundings look_around(const limit_planes &p, int32_t x, int32_t y) {
  int32_t middle = p.mean.row(y)[x];
  surroundings s = {middle, middle, middle, middle, 0};
  uint32_t n = 0;
  for (int32_t v = edge(y - 2, p.mean.height); v <= edge(y + 2, p.mean.height); v++)
    for (int32_t u = edge(x - 2, p.mean.width); u <= edge(x + 2, p.mean.width); u++) {
      s.variance += p.variance.row(v)[u], n++;
      if (!p.count.row(v)[u]) continue;
      int32_t mean = p.mean.row(v)[u];
      if (mean < s.low) s.low = mean;
      if (mean > s.high) s.high = mean;
      if (v < y - 1 || v > y + 1 || u < x - 1 || u > x + 1) continue;
      if (mean < s.near_low) s.near_low = mean;
      if (mean > s.near_high) s.near_high = mean;
    }
  s.variance = divide(s.variance, n);
  return s;
}

static __device__ inline uint16_t reciprocal(int64_t limit) {
  int64_t r = (static_cast<int64_t>(KERNEL_MAP_UNIT) << 16) / limit;
  return static_cast<uint16_t>(r > 65535 ? 65535 : r);
}

static __device__ inline void limit_pixel(const limit_planes &p, const struct kernel_tolerance &t, int32_t x, int32_t y,
                                          uint16_t *rise, uint16_t *fall) {
  surroundings s = look_around(p, x, y);
  int64_t r = s.high - s.low, mean = p.mean.row(y)[x];
  uint64_t n = p.count.row(y)[x], prior = static_cast<uint64_t>(t.prior);
  uint64_t expected = static_cast<uint64_t>(t.prior_variance) +
                      static_cast<uint64_t>((static_cast<int64_t>(t.prior_edge) * r * r) >> 16);
  uint64_t variance = divide(prior * expected + (n - 1) * s.variance, static_cast<uint32_t>(prior + n - 1));
  uint32_t deviation = pixel_root(static_cast<uint32_t>(variance > UINT32_MAX ? UINT32_MAX : variance));
  int64_t spread = (static_cast<int64_t>(t.relative) * deviation) >> 8;
  if (spread < t.absolute) spread = t.absolute;
  *rise = reciprocal(spread + ((t.edge * (s.near_high - mean) + t.sharp * r) >> 8));
  *fall = reciprocal(spread + ((t.edge * (mean - s.near_low) + t.sharp * r) >> 8));
}

static __device__ inline bool zoned_around(const plane<const uint8_t> &zones, int32_t x, int32_t y) {
  for (int32_t v = edge(y - 1, zones.height); v <= edge(y + 1, zones.height); v++)
    for (int32_t u = edge(x - 1, zones.width); u <= edge(x + 1, zones.width); u++)
      if (!zones.row(v)[u]) return false;
  return true;
}

__global__ void __launch_bounds__(256, 4) limits_kernel(limit_planes p) {
  int32_t x = pixel_x(), y = pixel_y();
  if (x >= p.mean.width || y >= p.mean.height) return;
  int32_t zone = p.zones.row(y)[x];
  uint16_t rise = 0, fall = 0;
  if (p.count.row(y)[x] && zone <= p.tolerance_count && zoned_around(p.zones, x, y))
    limit_pixel(p, p.tolerances[zone - 1], x, y, &rise, &fall);
  p.rise.row(y)[x] = rise;
  p.fall.row(y)[x] = fall;
}

static bool tolerances_fit(const struct kernel_limits *call) {
  if (!call->tolerances || call->tolerance_count < 1 || call->tolerance_count > MOST_TOLERANCES) return false;
  for (int32_t i = 0; i < call->tolerance_count; i++) {
    const struct kernel_tolerance *t = &call->tolerances[i];
    if (t->absolute < 1 || t->relative < 0 || t->edge < 0 || t->sharp < 0 || t->prior < 1 || t->prior > 1024 ||
        t->prior_variance < 0 || t->prior_edge < 0 || t->prior_edge > 1 << 20)
      return false;
  }
  return true;
}

enum kernel_status limits(struct kernel_context *context, const struct kernel_limits *call) {
  const struct kernel_image *mean = &call->mean;
  if (!fits(mean, 2) || !fits_like(&call->variance, 4, mean) || !fits_like(&call->count, 2, mean) ||
      !fits_like(&call->zones, 1, mean) || !fits_like(&call->rise, 2, mean) || !fits_like(&call->fall, 2, mean) ||
      !tolerances_fit(call))
    return KERNEL_ARGUMENT;
  enum kernel_status status = upload_bytes(context, context->tolerances, call->tolerances,
                                           static_cast<size_t>(call->tolerance_count) * sizeof *call->tolerances);
  if (status) return status;
  limit_planes planes = {plane_of<const uint16_t>(call->mean),
                         plane_of<const uint16_t>(call->count),
                         plane_of<const uint32_t>(call->variance),
                         plane_of<const uint8_t>(call->zones),
                         context->tolerances,
                         call->tolerance_count,
                         plane_of<uint16_t>(call->rise),
                         plane_of<uint16_t>(call->fall)};
  LAUNCH(limits_kernel, grid_of_pixels(mean->width, mean->height), block_of_pixels(), 0, context->stream, planes);
  return launched();
}

} // namespace assay_cuda
