#include "kernels/cpu/fast/binomial.h"
#include "kernels/cpu/fast/fast.h"
#include "kernels/cpu/fast/of_one.h"

#include <string.h>

/* Columns that the picture does not have repeat its outermost. */
static void repeat_edges(struct columns *c, int32_t before, int32_t n) {
  for (int32_t i = 0; i < WINDOW; i++) {
    int32_t from = i < before ? before : before + n - 1;
    if (i >= before && i < before + n) continue;
    c->low[i] = c->low[from], c->high[i] = c->high[from];
    c->near_low[i] = c->near_low[from], c->near_high[i] = c->near_high[from];
  }
}

/* Rows around y, columns from `first` - REACH on. */
static void take_columns(const struct kernel_limits_of_one *call, int32_t y, int32_t first, struct columns *c) {
  const struct kernel_image *mean = &call->mean;
  int32_t begin = first < REACH ? 0 : first - REACH, before = begin - (first - REACH), room = TAKEN - before;
  int32_t n = mean->width - begin < room ? mean->width - begin : room;
  const uint16_t *rows[2 * REACH + 1];
  for (int32_t k = 0; k <= 2 * REACH; k++) rows[k] = cpu_row16(mean, cpu_edge(y + k - REACH, mean->height)) + begin;
  range_columns(rows, n, c->near_low + before, c->near_high + before, c->low + before, c->high + before);
  if (before || n < WINDOW) repeat_edges(c, before, n);
}

/* Pixels begin..end - 1 of a part, all of one zone. */
static void limit_run(const struct terms *t, const struct around *restrict a, const uint8_t *restrict zoned,
                      const uint16_t *restrict mean, const uint8_t *restrict detail, int32_t begin, int32_t end,
                      uint16_t *restrict rise, uint16_t *restrict fall) {
  for (int32_t i = begin; i < end; i++) {
    int32_t lowest = t->absolute + ((t->detail * detail[i]) >> 4), spread = t->spread > lowest ? t->spread : lowest;
    int32_t sharp = t->sharp * a->range[i];
    uint16_t compared = (uint16_t)-zoned[i];
    rise[i] = (uint16_t)reciprocal(spread + ((t->edge * (a->near_high[i] - mean[i]) + sharp) >> 8)) & compared;
    fall[i] = (uint16_t)reciprocal(spread + ((t->edge * (mean[i] - a->near_low[i]) + sharp) >> 8)) & compared;
  }
}

static void limit_part(const struct kernel_limits_of_one *call, const struct terms *terms, const struct around *a,
                       int32_t y, int32_t first, int32_t n) {
  const uint8_t *zones = cpu_row8(&call->zones, y) + first, *detail = cpu_row8(&call->detail, y) + first;
  const uint16_t *mean = cpu_row16(&call->mean, y) + first;
  uint16_t *rise = cpu_row16(&call->rise, y) + first, *fall = cpu_row16(&call->fall, y) + first;
  uint8_t zoned[PART];
  seen_part(&call->zones, y, first, n, zoned);
  for (int32_t begin = 0, end = 0; begin < n; begin = end) {
    end = run_end(zones, begin, n);
    if (zones[begin] && zones[begin] <= call->tolerance_count)
      limit_run(&terms[zones[begin] - 1], a, zoned, mean, detail, begin, end, rise, fall);
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
