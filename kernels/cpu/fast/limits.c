#include "kernels/cpu/fast/exact.h"
#include "kernels/cpu/fast/fast.h"

#include <math.h>

enum { PART = 256, REACH = 2, WINDOW = PART + 2 * REACH };

/* Over the rows around one: REACH rows either way for the wide ones, one for the near ones; a column more than REACH
 * from the picture counts for nothing. */
struct columns {
  uint16_t low[WINDOW], high[WINDOW], near_low[WINDOW], near_high[WINDOW];
  double variance[WINDOW];
  uint8_t zoned[WINDOW], inside[WINDOW]; /* 0: not; `inside` counts rows */
};

/* Over the neighbourhood of each pixel of a part. */
struct around {
  uint16_t low[PART], high[PART], near_low[PART], near_high[PART];
  double variance[PART];
  uint8_t zoned[PART], pixels[PART];
};

static void range_row(const uint16_t *restrict mean, const uint16_t *restrict count, int32_t n, uint16_t *restrict low,
                      uint16_t *restrict high) {
  for (int32_t i = 0; i < n; i++) {
    uint16_t m = mean[i], c = count[i];
    uint16_t least = c ? m : UINT16_MAX, most = c ? m : 0;
    low[i] = least < low[i] ? least : low[i];
    high[i] = most > high[i] ? most : high[i];
  }
}

static void zone_row(const uint8_t *restrict zones, int32_t n, uint8_t *restrict zoned) {
  for (int32_t i = 0; i < n; i++) zoned[i] = zones[i] < zoned[i] ? zones[i] : zoned[i];
}

static void variance_row(const uint32_t *restrict variance, int32_t n, double *restrict sum) {
  for (int32_t i = 0; i < n; i++) sum[i] += variance[i];
}

/* Rows around y, columns from `first` - REACH on. */
static void take_columns(const struct kernel_limits *call, int32_t y, int32_t first, struct columns *c) {
  const struct kernel_image *mean = &call->mean;
  int32_t begin = first < REACH ? 0 : first - REACH, end = first + PART + REACH, skip = begin - (first - REACH);
  if (end > mean->width) end = mean->width;
  int32_t top = cpu_edge(y - REACH, mean->height), bottom = cpu_edge(y + REACH, mean->height), n = end - begin;
  for (int32_t i = 0; i < WINDOW; i++) {
    c->low[i] = c->near_low[i] = UINT16_MAX, c->high[i] = c->near_high[i] = 0;
    c->variance[i] = 0;
    c->zoned[i] = UINT8_MAX;
    c->inside[i] = i >= skip && i < skip + n ? (uint8_t)(bottom - top + 1) : 0;
  }
  for (int32_t v = top; v <= bottom; v++) {
    const uint16_t *means = cpu_row16(mean, v) + begin, *counts = cpu_row16(&call->count, v) + begin;
    range_row(means, counts, n, c->low + skip, c->high + skip);
    variance_row(cpu_row32(&call->variance, v) + begin, n, c->variance + skip);
    if (v < y - 1 || v > y + 1) continue;
    range_row(means, counts, n, c->near_low + skip, c->near_high + skip);
    zone_row(cpu_row8(&call->zones, v) + begin, n, c->zoned + skip);
  }
}

static uint16_t least(uint16_t a, uint16_t b) {
  return a < b ? a : b;
}

static uint16_t most(uint16_t a, uint16_t b) {
  return a > b ? a : b;
}

/* From columns to neighbourhoods: pixel i's begins REACH columns before it. */
static void take_around(const struct columns *restrict c, int32_t n, struct around *restrict a) {
  for (int32_t i = 0; i < n; i++) {
    a->low[i] = least(least(least(c->low[i], c->low[i + 1]), least(c->low[i + 2], c->low[i + 3])), c->low[i + 4]);
    a->high[i] = most(most(most(c->high[i], c->high[i + 1]), most(c->high[i + 2], c->high[i + 3])), c->high[i + 4]);
    a->near_low[i] = least(least(c->near_low[i + 1], c->near_low[i + 2]), c->near_low[i + 3]);
    a->near_high[i] = most(most(c->near_high[i + 1], c->near_high[i + 2]), c->near_high[i + 3]);
  }
  for (int32_t i = 0; i < n; i++)
    a->variance[i] = c->variance[i] + c->variance[i + 1] + c->variance[i + 2] + c->variance[i + 3] + c->variance[i + 4];
  for (int32_t i = 0; i < n; i++) {
    uint8_t two = c->zoned[i + 1] < c->zoned[i + 2] ? c->zoned[i + 1] : c->zoned[i + 2];
    a->zoned[i] = two < c->zoned[i + 3] ? two : c->zoned[i + 3];
    a->pixels[i] = (uint8_t)(c->inside[i] + c->inside[i + 1] + c->inside[i + 2] + c->inside[i + 3] + c->inside[i + 4]);
  }
}

/* The reciprocal's divisor: above the unit all give 0. What no count stands behind may be anything and is cleared. */
static float bounded(double limit) {
  const double largest = ((int64_t)KERNEL_MAP_UNIT << 16) + 1;
  return (float)(limit < 1 ? 1 : limit > largest ? largest : limit);
}

static uint16_t reciprocal(float limit) {
  int32_t r = (int32_t)((float)((int64_t)KERNEL_MAP_UNIT << 16) / limit);
  return (uint16_t)(r < UINT16_MAX ? r : UINT16_MAX);
}

/* Pixels begin..end - 1 of a part, all of one zone. The numbers stay whole and under 2^51 throughout. */
static void limit_run(const struct kernel_tolerance *t, const struct around *restrict a, const uint16_t *restrict mean,
                      const uint16_t *restrict count, const uint8_t *restrict detail, int32_t begin, int32_t end,
                      uint16_t *restrict rise, uint16_t *restrict fall) {
  double prior = t->prior, prior_variance = t->prior_variance, prior_edge = t->prior_edge, relative = t->relative;
  double absolute = t->absolute, fine = t->detail, edge = t->edge, sharp = t->sharp;
  float up[PART], down[PART];
  for (int32_t i = begin; i < end; i++) {
    double more = count[i] ? count[i] - 1 : 0, r = a->high[i] - a->low[i], m = mean[i];
    double expected = prior_variance + exact_floor(prior_edge * (r * r) / 65536);
    double found = exact_floor(a->variance[i] / a->pixels[i]);
    double variance = exact_floor((prior * expected + more * found) / (prior + more));
    double deviation = exact_floor(sqrt(variance < UINT32_MAX ? variance : UINT32_MAX));
    double spread = exact_floor(relative * deviation / 256);
    double lowest = absolute + exact_floor(fine * detail[i] / 16);
    spread = spread > lowest ? spread : lowest;
    up[i] = bounded(spread + exact_floor((edge * (a->near_high[i] - m) + sharp * r) / 256));
    down[i] = bounded(spread + exact_floor((edge * (m - a->near_low[i]) + sharp * r) / 256));
  }
  for (int32_t i = begin; i < end; i++) {
    uint16_t compared = (uint16_t) - ((count[i] != 0) & (a->zoned[i] != 0));
    rise[i] = reciprocal(up[i]) & compared;
    fall[i] = reciprocal(down[i]) & compared;
  }
}

static void limit_part(const struct kernel_limits *call, const struct around *a, int32_t y, int32_t first, int32_t n) {
  const uint8_t *zones = cpu_row8(&call->zones, y) + first, *detail = cpu_row8(&call->detail, y) + first;
  const uint16_t *mean = cpu_row16(&call->mean, y) + first, *count = cpu_row16(&call->count, y) + first;
  uint16_t *rise = cpu_row16(&call->rise, y) + first, *fall = cpu_row16(&call->fall, y) + first;
  for (int32_t begin = 0, end = 0; begin < n; begin = end) {
    while (end < n && zones[end] == zones[begin]) end++;
    if (zones[begin] && zones[begin] <= call->tolerance_count)
      limit_run(&call->tolerances[zones[begin] - 1], a, mean, count, detail, begin, end, rise, fall);
    else
      for (int32_t i = begin; i < end; i++) rise[i] = fall[i] = 0;
  }
}

enum kernel_status FAST(cpu_limits)(struct kernel_context *context, const struct kernel_limits *call) {
  (void)context;
  if (!limits_fit(call)) return KERNEL_ARGUMENT;
  struct columns columns;
  struct around around;
  for (int32_t y = 0; y < call->mean.height; y++)
    for (int32_t first = 0; first < call->mean.width; first += PART) {
      int32_t n = call->mean.width - first < PART ? call->mean.width - first : PART;
      take_columns(call, y, first, &columns);
      take_around(&columns, n, &around);
      limit_part(call, &around, y, first, n);
    }
  return KERNEL_OK;
}
