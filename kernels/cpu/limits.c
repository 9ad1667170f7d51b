#include "kernels/cpu/cpu.h"
#include "kernels/pixel.h"

bool cpu_statistics_fit(const struct kernel_statistics *call) {
  const struct kernel_image *sum = &call->sum;
  return cpu_fits(sum, 4) && cpu_fits_like(&call->square, 4, sum) && cpu_fits_like(&call->count, 2, sum) &&
         cpu_fits_like(&call->mean, 2, sum) && cpu_fits_like(&call->variance, 4, sum);
}

enum kernel_status cpu_statistics(struct kernel_context *context, const struct kernel_statistics *call) {
  (void)context;
  const struct kernel_image *sum = &call->sum;
  if (!cpu_statistics_fit(call)) return KERNEL_ARGUMENT;
  for (int32_t y = 0; y < sum->height; y++) {
    const uint32_t *s = cpu_row32(sum, y), *q = cpu_row32(&call->square, y);
    const uint16_t *count = cpu_row16(&call->count, y);
    uint16_t *mean = cpu_row16(&call->mean, y);
    uint32_t *variance = cpu_row32(&call->variance, y);
    for (int32_t x = 0; x < sum->width; x++) {
      uint64_t n = count[x];
      mean[x] = n ? (uint16_t)((s[x] + n / 2) / n) : 0;
      variance[x] = n > 1 ? (uint32_t)((q[x] * n - (uint64_t)s[x] * s[x]) / (n * (n - 1))) : 0;
    }
  }
  return KERNEL_OK;
}

struct range {
  int32_t low, high;
};

/* Least and largest mean within `reach` pixels, where something was seen. */
static struct range range_around(const struct kernel_limits *call, int32_t x, int32_t y, int32_t reach) {
  const struct kernel_image *mean = &call->mean;
  int32_t middle = cpu_row16(mean, y)[x];
  struct range r = {middle, middle};
  for (int32_t v = cpu_edge(y - reach, mean->height); v <= cpu_edge(y + reach, mean->height); v++) {
    const uint16_t *row = cpu_row16(mean, v), *count = cpu_row16(&call->count, v);
    for (int32_t u = cpu_edge(x - reach, mean->width); u <= cpu_edge(x + reach, mean->width); u++) {
      if (!count[u]) continue;
      if (row[u] < r.low) r.low = row[u];
      if (row[u] > r.high) r.high = row[u];
    }
  }
  return r;
}

static uint64_t variance_around(const struct kernel_image *variance, int32_t x, int32_t y) {
  uint64_t total = 0, n = 0;
  for (int32_t v = cpu_edge(y - 2, variance->height); v <= cpu_edge(y + 2, variance->height); v++) {
    const uint32_t *row = cpu_row32(variance, v);
    for (int32_t u = cpu_edge(x - 2, variance->width); u <= cpu_edge(x + 2, variance->width); u++) total += row[u], n++;
  }
  return total / n; // NOLINT(clang-analyzer-core.DivideZero): the middle one is always there
}

static uint16_t reciprocal(int64_t limit) {
  int64_t r = ((int64_t)KERNEL_MAP_UNIT << 16) / limit;
  return (uint16_t)(r > 65535 ? 65535 : r);
}

static void limit_pixel(const struct kernel_limits *call, const struct kernel_tolerance *tolerance, int32_t x,
                        int32_t y, uint16_t *rise, uint16_t *fall) {
  struct range near = range_around(call, x, y, 1), wide = range_around(call, x, y, 2);
  int64_t r = wide.high - wide.low, mean = cpu_row16(&call->mean, y)[x];
  uint64_t n = cpu_row16(&call->count, y)[x], prior = (uint64_t)tolerance->prior;
  uint64_t expected = (uint64_t)tolerance->prior_variance + (uint64_t)(((int64_t)tolerance->prior_edge * r * r) >> 16);
  uint64_t variance = (prior * expected + (n - 1) * variance_around(&call->variance, x, y)) / (prior + n - 1);
  uint32_t deviation = pixel_root((uint32_t)(variance > UINT32_MAX ? UINT32_MAX : variance));
  int64_t spread = ((int64_t)tolerance->relative * deviation) >> 8;
  if (spread < tolerance->absolute) spread = tolerance->absolute;
  *rise = reciprocal(spread + ((tolerance->edge * (near.high - mean) + tolerance->sharp * r) >> 8));
  *fall = reciprocal(spread + ((tolerance->edge * (mean - near.low) + tolerance->sharp * r) >> 8));
}

static bool zoned_around(const struct kernel_image *zones, int32_t x, int32_t y) {
  for (int32_t v = cpu_edge(y - 1, zones->height); v <= cpu_edge(y + 1, zones->height); v++)
    for (int32_t u = cpu_edge(x - 1, zones->width); u <= cpu_edge(x + 1, zones->width); u++)
      if (!cpu_row8(zones, v)[u]) return false;
  return true;
}

static bool tolerances_fit(const struct kernel_limits *call) {
  if (!call->tolerances || call->tolerance_count < 1 || call->tolerance_count > 255) return false;
  for (int32_t i = 0; i < call->tolerance_count; i++) {
    const struct kernel_tolerance *t = &call->tolerances[i];
    if (t->absolute < 1 || t->relative < 0 || t->edge < 0 || t->sharp < 0 || t->prior < 1 || t->prior > 1024 ||
        t->prior_variance < 0 || t->prior_edge < 0 || t->prior_edge > 1 << 20)
      return false;
  }
  return true;
}

bool cpu_limits_fit(const struct kernel_limits *call) {
  const struct kernel_image *mean = &call->mean;
  return cpu_fits(mean, 2) && cpu_fits_like(&call->variance, 4, mean) && cpu_fits_like(&call->count, 2, mean) &&
         cpu_fits_like(&call->zones, 1, mean) && cpu_fits_like(&call->rise, 2, mean) &&
         cpu_fits_like(&call->fall, 2, mean) && tolerances_fit(call);
}

enum kernel_status cpu_limits(struct kernel_context *context, const struct kernel_limits *call) {
  (void)context;
  const struct kernel_image *mean = &call->mean;
  if (!cpu_limits_fit(call)) return KERNEL_ARGUMENT;
  for (int32_t y = 0; y < mean->height; y++) {
    const uint16_t *count = cpu_row16(&call->count, y);
    const uint8_t *zones = cpu_row8(&call->zones, y);
    uint16_t *rise = cpu_row16(&call->rise, y), *fall = cpu_row16(&call->fall, y);
    for (int32_t x = 0; x < mean->width; x++) {
      rise[x] = fall[x] = 0;
      if (count[x] && zones[x] <= call->tolerance_count && zoned_around(&call->zones, x, y))
        limit_pixel(call, &call->tolerances[zones[x] - 1], x, y, &rise[x], &fall[x]);
    }
  }
  return KERNEL_OK;
}
