/* Limits of a golden of one photo, from its mean: what the operations that make them share. */
#ifndef ASSAY_KERNELS_CPU_FAST_OF_ONE_H
#define ASSAY_KERNELS_CPU_FAST_OF_ONE_H

#include "kernels/cpu/cpu.h"
#include "kernels/pixel.h"

/* TAKEN: columns that are looked at, where there are so many: whole vectors hold a WINDOW. */
enum { PART = 256, REACH = 2, WINDOW = PART + 2 * REACH, TAKEN = PART + 32 };

/* Least and largest over the rows around one: REACH rows either way, and one for the near ones. A picture repeats its
 * edges, which changes neither. */
struct columns {
  uint16_t low[TAKEN], high[TAKEN], near_low[TAKEN], near_high[TAKEN];
};

/* The same over the neighbourhood of each pixel of a part. */
struct around {
  uint16_t range[PART], near_low[PART], near_high[PART];
};

/* What is the same for all pixels of a zone. */
struct terms {
  int32_t spread, absolute, detail, edge, sharp;
};

/* A limit from which the reciprocal is 0. */
enum { LARGEST = (KERNEL_MAP_UNIT << 16) + 1 };

/* Means are under 2^12: with factors under these nothing leaves 32 bits. */
static inline bool is_usual(const struct kernel_tolerance *t) {
  const int32_t most = 1 << 16;
  return t->prior_edge == 0 && t->edge < most && t->sharp < most && t->detail < most && t->absolute < 1 << 28;
}

static inline struct terms terms_of(const struct kernel_tolerance *t) {
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
static inline void range_columns(const uint16_t *const rows[2 * REACH + 1], int32_t n, uint16_t *restrict near_low,
                                 uint16_t *restrict near_high, uint16_t *restrict low, uint16_t *restrict high) {
  const uint16_t *first = rows[0], *above = rows[1], *here = rows[2], *below = rows[3], *last = rows[4];
  for (int32_t i = 0; i < n; i++) {
    uint16_t down = least(least(above[i], here[i]), below[i]), up = most(most(above[i], here[i]), below[i]);
    near_low[i] = down, near_high[i] = up;
    low[i] = least(least(first[i], last[i]), down), high[i] = most(most(first[i], last[i]), up);
  }
}

/* From columns to neighbourhoods: pixel i's begins REACH columns before it. */
static inline void take_around(const struct columns *restrict c, struct around *restrict a) {
  for (int32_t i = 0; i < PART; i++) {
    uint16_t low = least(least(least(c->low[i], c->low[i + 1]), least(c->low[i + 2], c->low[i + 3])), c->low[i + 4]);
    uint16_t high = most(most(most(c->high[i], c->high[i + 1]), most(c->high[i + 2], c->high[i + 3])), c->high[i + 4]);
    a->range[i] = (uint16_t)(high - low);
    a->near_low[i] = least(least(c->near_low[i + 1], c->near_low[i + 2]), c->near_low[i + 3]);
    a->near_high[i] = most(most(c->near_high[i + 1], c->near_high[i + 2]), c->near_high[i + 3]);
  }
}

/* Exact: whole numbers under 2^24 divided in float (see exact.h). */
static inline int32_t reciprocal(int32_t limit) {
  int32_t r = (int32_t)((float)(KERNEL_MAP_UNIT << 16) / (float)(limit < LARGEST ? limit : LARGEST));
  return r < UINT16_MAX ? r : UINT16_MAX;
}

/* Where the run of one zone that begins at `begin` ends. Most parts are of one zone: that is asked at once. */
static inline int32_t run_end(const uint8_t *zones, int32_t begin, int32_t n) {
  uint8_t other = 0;
  int32_t end = begin;
  for (int32_t i = begin; i < n; i++) other |= zones[i] ^ zones[begin];
  if (!other) return n;
  while (end < n && zones[end] == zones[begin]) end++;
  return end;
}

#endif
