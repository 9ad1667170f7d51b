#include "kernels/cpu/rows.h"
#include "kernels/limit.h"

enum kernel_status cpu_statistics(struct kernel_context *context, const struct kernel_statistics *call) {
  (void)context;
  const struct kernel_image *sum = &call->sum;
  if (!statistics_fit(call)) return KERNEL_ARGUMENT;
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
    const uint16_t *row = cpu_row16(mean, v), *count = call->count.buffer ? cpu_row16(&call->count, v) : NULL;
    for (int32_t u = cpu_edge(x - reach, mean->width); u <= cpu_edge(x + reach, mean->width); u++) {
      if (count && !count[u]) continue;
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

static void limits_at(const struct kernel_limits *call, const struct kernel_tolerance *tolerance, int32_t x, int32_t y,
                      uint16_t *rise, uint16_t *fall) {
  struct range near = range_around(call, x, y, 1), wide = range_around(call, x, y, 2);
  bool one = !call->count.buffer;
  uint64_t variance = one ? 0 : variance_around(&call->variance, x, y);
  struct limit_surroundings around = {near.low,  near.high, wide.low,
                                      wide.high, variance,  cpu_row8(&call->detail, y)[x]};
  limit_pixel(tolerance, &around, cpu_row16(&call->mean, y)[x], one ? 1 : cpu_row16(&call->count, y)[x], rise, fall);
}

/* Where there is no count, it is 1, and the variance 0. */
static void fill_limits(const struct kernel_limits *call) {
  const struct kernel_image *mean = &call->mean;
  for (int32_t y = 0; y < mean->height; y++) {
    const uint16_t *count = call->count.buffer ? cpu_row16(&call->count, y) : NULL;
    const struct rows zones = rows_at(&call->zones, y);
    uint16_t *rise = cpu_row16(&call->rise, y), *fall = cpu_row16(&call->fall, y);
    for (int32_t x = 0; x < mean->width; x++) {
      rise[x] = fall[x] = 0;
      if ((!count || count[x]) && zones.here[x] <= call->tolerance_count &&
          seen_all(&zones, x, x > 0, x + 1 < mean->width))
        limits_at(call, &call->tolerances[zones.here[x] - 1], x, y, &rise[x], &fall[x]);
    }
  }
}

enum kernel_status cpu_limits(struct kernel_context *context, const struct kernel_limits *call) {
  (void)context;
  if (!limits_fit(call)) return KERNEL_ARGUMENT;
  fill_limits(call);
  return KERNEL_OK;
}

enum kernel_status cpu_limits_of_one(struct kernel_context *context, const struct kernel_limits_of_one *call) {
  (void)context;
  const struct kernel_image *photo = &call->photo;
  if (!limits_of_one_fits(call)) return KERNEL_ARGUMENT;
  for (int32_t y = 0; y < photo->height; y++) {
    const uint8_t *above = cpu_row8(photo, cpu_edge(y - 1, photo->height)), *here = cpu_row8(photo, y);
    const uint8_t *below = cpu_row8(photo, cpu_edge(y + 1, photo->height));
    uint16_t *mean = cpu_row16(&call->mean, y);
    for (int32_t x = 0; x < photo->width; x++)
      mean[x] = (uint16_t)pixel_binomial(above + x, here + x, below + x, x > 0, x + 1 < photo->width);
  }
  fill_limits(&(struct kernel_limits){.mean = call->mean,
                                      .zones = call->zones,
                                      .detail = call->detail,
                                      .tolerances = call->tolerances,
                                      .tolerance_count = call->tolerance_count,
                                      .rise = call->rise,
                                      .fall = call->fall});
  return KERNEL_OK;
}
