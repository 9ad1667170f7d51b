#include "kernels/cpu/fast/binomial.h"
#include "kernels/cpu/fast/fast.h"
#include "kernels/pixel.h"

#include <string.h>

enum { PART = 256, REACH = 2, WINDOW = PART + 2 * REACH };

/* Least and largest over the rows around one: REACH rows either way, and one for the near ones. A picture repeats its
 * edges, which changes neither. */
struct columns {
  uint16_t low[WINDOW], high[WINDOW], near_low[WINDOW], near_high[WINDOW];
  uint8_t zoned[WINDOW]; /* 0: a pixel is in no zone */
};

/* The same over the neighbourhood of each pixel of a part. */
struct around {
  uint16_t range[PART], near_low[PART], near_high[PART];
  uint8_t zoned[PART];
};

/* What is the same for all pixels of a zone. */
struct terms {
  int32_t spread, absolute, detail, edge, sharp;
};

/* A limit from which the reciprocal is 0. */
enum { LARGEST = (KERNEL_MAP_UNIT << 16) + 1 };

/* Means are under 2^12: with factors under these nothing leaves 32 bits. */
static bool is_usual(const struct kernel_tolerance *t) {
  const int32_t most = 1 << 16;
  return t->prior_edge == 0 && t->edge < most && t->sharp < most && t->detail < most && t->absolute < 1 << 28;
}

static struct terms terms_of(const struct kernel_tolerance *t) {
  int64_t spread = ((int64_t)t->relative * pixel_root((uint32_t)t->prior_variance)) >> 8;
  return (struct terms){(int32_t)(spread < LARGEST ? spread : LARGEST), t->absolute, t->detail, t->edge, t->sharp};
}

static void range_row(const uint16_t *restrict mean, int32_t n, uint16_t *restrict low, uint16_t *restrict high) {
  for (int32_t i = 0; i < n; i++) {
    low[i] = mean[i] < low[i] ? mean[i] : low[i];
    high[i] = mean[i] > high[i] ? mean[i] : high[i];
  }
}

/* Columns that the picture does not have repeat its outermost. */
static void repeat_edges(struct columns *c, int32_t before, int32_t n) {
  for (int32_t i = 0; i < WINDOW; i++) {
    int32_t from = i < before ? before : before + n - 1;
    if (i >= before && i < before + n) continue;
    c->low[i] = c->low[from], c->high[i] = c->high[from];
    c->near_low[i] = c->near_low[from], c->near_high[i] = c->near_high[from];
    c->zoned[i] = c->zoned[from];
  }
}

/* Rows around y, columns from `first` - REACH on. */
static void take_columns(const struct kernel_limits_of_one *call, int32_t y, int32_t first, struct columns *c) {
  const struct kernel_image *mean = &call->mean;
  int32_t begin = first < REACH ? 0 : first - REACH, end = first + PART + REACH, before = begin - (first - REACH);
  if (end > mean->width) end = mean->width;
  int32_t n = end - begin;
  memcpy(c->near_low + before, cpu_row16(mean, y) + begin, (size_t)n * sizeof *c->near_low);
  memcpy(c->near_high + before, c->near_low + before, (size_t)n * sizeof *c->near_low);
  memcpy(c->zoned + before, cpu_row8(&call->zones, y) + begin, (size_t)n);
  for (int32_t step = -1; step <= 1; step += 2) {
    int32_t v = cpu_edge(y + step, mean->height);
    const uint8_t *zones = cpu_row8(&call->zones, v) + begin;
    uint8_t *zoned = c->zoned + before;
    range_row(cpu_row16(mean, v) + begin, n, c->near_low + before, c->near_high + before);
    for (int32_t i = 0; i < n; i++) zoned[i] = zones[i] < zoned[i] ? zones[i] : zoned[i];
  }
  memcpy(c->low, c->near_low, sizeof c->low);
  memcpy(c->high, c->near_high, sizeof c->high);
  for (int32_t step = -REACH; step <= REACH; step += 2 * REACH)
    range_row(cpu_row16(mean, cpu_edge(y + step, mean->height)) + begin, n, c->low + before, c->high + before);
  if (n < WINDOW) repeat_edges(c, before, n);
}

static inline uint16_t least(uint16_t a, uint16_t b) {
  return a < b ? a : b;
}

static inline uint16_t most(uint16_t a, uint16_t b) {
  return a > b ? a : b;
}

/* From columns to neighbourhoods: pixel i's begins REACH columns before it. */
static void take_around(const struct columns *restrict c, struct around *restrict a) {
  for (int32_t i = 0; i < PART; i++) {
    uint16_t low = least(least(least(c->low[i], c->low[i + 1]), least(c->low[i + 2], c->low[i + 3])), c->low[i + 4]);
    uint16_t high = most(most(most(c->high[i], c->high[i + 1]), most(c->high[i + 2], c->high[i + 3])), c->high[i + 4]);
    a->range[i] = (uint16_t)(high - low);
    a->near_low[i] = least(least(c->near_low[i + 1], c->near_low[i + 2]), c->near_low[i + 3]);
    a->near_high[i] = most(most(c->near_high[i + 1], c->near_high[i + 2]), c->near_high[i + 3]);
  }
  for (int32_t i = 0; i < PART; i++) {
    uint8_t two = c->zoned[i + 1] < c->zoned[i + 2] ? c->zoned[i + 1] : c->zoned[i + 2];
    a->zoned[i] = two < c->zoned[i + 3] ? two : c->zoned[i + 3];
  }
}

/* Exact: whole numbers under 2^24 divided in float (see exact.h). */
static inline uint16_t reciprocal(int32_t limit) {
  int32_t r = (int32_t)((float)(KERNEL_MAP_UNIT << 16) / (float)(limit < LARGEST ? limit : LARGEST));
  return (uint16_t)(r < UINT16_MAX ? r : UINT16_MAX);
}

/* Pixels begin..end - 1 of a part, all of one zone. */
static void limit_run(const struct terms *t, const struct around *restrict a, const uint16_t *restrict mean,
                      const uint8_t *restrict detail, int32_t begin, int32_t end, uint16_t *restrict rise,
                      uint16_t *restrict fall) {
  for (int32_t i = begin; i < end; i++) {
    int32_t lowest = t->absolute + ((t->detail * detail[i]) >> 4), spread = t->spread > lowest ? t->spread : lowest;
    int32_t sharp = t->sharp * a->range[i];
    uint16_t compared = (uint16_t) - (a->zoned[i] != 0);
    rise[i] = reciprocal(spread + ((t->edge * (a->near_high[i] - mean[i]) + sharp) >> 8)) & compared;
    fall[i] = reciprocal(spread + ((t->edge * (mean[i] - a->near_low[i]) + sharp) >> 8)) & compared;
  }
}

static void limit_part(const struct kernel_limits_of_one *call, const struct terms *terms, const struct around *a,
                       int32_t y, int32_t first, int32_t n) {
  const uint8_t *zones = cpu_row8(&call->zones, y) + first, *detail = cpu_row8(&call->detail, y) + first;
  const uint16_t *mean = cpu_row16(&call->mean, y) + first;
  uint16_t *rise = cpu_row16(&call->rise, y) + first, *fall = cpu_row16(&call->fall, y) + first;
  bool even = memcmp(zones, zones + 1, (size_t)n - 1) == 0;
  for (int32_t begin = 0, end = even ? n : 0; begin < n; begin = end) {
    while (end < n && zones[end] == zones[begin]) end++;
    if (zones[begin] && zones[begin] <= call->tolerance_count)
      limit_run(&terms[zones[begin] - 1], a, mean, detail, begin, end, rise, fall);
    else
      for (int32_t i = begin; i < end; i++) rise[i] = fall[i] = 0;
  }
}

static void mean_row(const struct kernel_limits_of_one *call, int32_t y) {
  const struct kernel_image *photo = &call->photo;
  for (int32_t first = 0; first < photo->width; first += BINOMIAL_PART) {
    int32_t count = photo->width - first < BINOMIAL_PART ? photo->width - first : BINOMIAL_PART;
    binomial_sums(photo, y, first, count, cpu_row16(&call->mean, y) + first);
  }
}

enum kernel_status FAST(cpu_limits_of_one)(struct kernel_context *context, const struct kernel_limits_of_one *call) {
  const struct kernel_image *photo = &call->photo;
  struct terms terms[KERNEL_MOST_TOLERANCES];
  if (!limits_of_one_fits(call)) return KERNEL_ARGUMENT;
  for (int32_t i = 0; i < call->tolerance_count; i++) {
    if (!is_usual(&call->tolerances[i])) return cpu_limits_of_one(context, call);
    terms[i] = terms_of(&call->tolerances[i]);
  }
  struct columns columns;
  struct around around;
  memset(&columns, 0, sizeof columns);
  for (int32_t y = 0, made = 0; y < photo->height; y++) {
    for (; made < photo->height && made <= y + REACH; made++) mean_row(call, made);
    for (int32_t first = 0; first < photo->width; first += PART) {
      int32_t n = photo->width - first < PART ? photo->width - first : PART;
      take_columns(call, y, first, &columns);
      take_around(&columns, &around);
      limit_part(call, terms, &around, y, first, n);
    }
  }
  return KERNEL_OK;
}
