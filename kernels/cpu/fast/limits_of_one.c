#include "kernels/cpu/fast/binomial.h"
#include "kernels/cpu/fast/fast.h"
#include "kernels/pixel.h"

#include <string.h>

/* TAKEN: columns that are looked at, where the picture has them: whole vectors hold a WINDOW. */
enum { PART = 256, REACH = 2, WINDOW = PART + 2 * REACH, TAKEN = PART + 32 };

/* Least and largest over the rows around one: REACH rows either way, and one for the near ones. A picture repeats its
 * edges, which changes neither. */
struct columns {
  uint16_t low[TAKEN], high[TAKEN], near_low[TAKEN], near_high[TAKEN];
  uint8_t zoned[TAKEN]; /* 0: a pixel is in no zone */
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

static inline uint16_t least(uint16_t a, uint16_t b) {
  return a < b ? a : b;
}

static inline uint16_t most(uint16_t a, uint16_t b) {
  return a > b ? a : b;
}

/* Of `n` columns of five rows. */
static void range_columns(const uint16_t *const rows[2 * REACH + 1], int32_t n, uint16_t *restrict near_low,
                          uint16_t *restrict near_high, uint16_t *restrict low, uint16_t *restrict high) {
  const uint16_t *first = rows[0], *above = rows[1], *here = rows[2], *below = rows[3], *last = rows[4];
  for (int32_t i = 0; i < n; i++) {
    uint16_t down = least(least(above[i], here[i]), below[i]), up = most(most(above[i], here[i]), below[i]);
    near_low[i] = down, near_high[i] = up;
    low[i] = least(least(first[i], last[i]), down), high[i] = most(most(first[i], last[i]), up);
  }
}

static void zone_columns(const uint8_t *above, const uint8_t *here, const uint8_t *below, int32_t n,
                         uint8_t *restrict zoned) {
  for (int32_t i = 0; i < n; i++) {
    uint8_t two = above[i] < here[i] ? above[i] : here[i];
    zoned[i] = two < below[i] ? two : below[i];
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
  const struct kernel_image *mean = &call->mean, *zones = &call->zones;
  int32_t begin = first < REACH ? 0 : first - REACH, before = begin - (first - REACH), room = TAKEN - before;
  int32_t n = mean->width - begin < room ? mean->width - begin : room;
  const uint16_t *rows[2 * REACH + 1];
  for (int32_t k = 0; k <= 2 * REACH; k++) rows[k] = cpu_row16(mean, cpu_edge(y + k - REACH, mean->height)) + begin;
  range_columns(rows, n, c->near_low + before, c->near_high + before, c->low + before, c->high + before);
  zone_columns(cpu_row8(zones, cpu_edge(y - 1, mean->height)) + begin, cpu_row8(zones, y) + begin,
               cpu_row8(zones, cpu_edge(y + 1, mean->height)) + begin, n, c->zoned + before);
  if (before || n < WINDOW) repeat_edges(c, before, n);
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
