/* The 3 x 3 binomial sum of a part of a row, and where all nine pixels are seen. */
#ifndef ASSAY_KERNELS_CPU_FAST_BINOMIAL_H
#define ASSAY_KERNELS_CPU_FAST_BINOMIAL_H

#include "kernels/cpu/cpu.h"
#include "kernels/cpu/fast/lanes.h"

enum { BINOMIAL_PART = 256 };

struct binomial {
  uint16_t sum[BINOMIAL_PART];
  uint8_t seen[BINOMIAL_PART]; /* 1: all nine are; else 0 */
};

/* Pixels first..first + count - 1 of row y; count is at most BINOMIAL_PART. */
static inline void binomial_sums(const struct kernel_image *photo, int32_t y, int32_t first, int32_t count,
                                 uint16_t *restrict sum) {
  /* Sums of three rows, with a neighbour on either side. */
  uint16_t column[BINOMIAL_PART + 2];
  const uint8_t *above = cpu_row8(photo, cpu_edge(y - 1, photo->height)) + first, *here = cpu_row8(photo, y) + first;
  const uint8_t *below = cpu_row8(photo, cpu_edge(y + 1, photo->height)) + first;
  for (int32_t i = 0; i < count; i++) column[i + 1] = (uint16_t)(above[i] + 2 * here[i] + below[i]);
  column[0] = first ? (uint16_t)(above[-1] + 2 * here[-1] + below[-1]) : column[1];
  column[count + 1] =
      first + count < photo->width ? (uint16_t)(above[count] + 2 * here[count] + below[count]) : column[count];
  for (int32_t i = 0; i < count; i++) sum[i] = (uint16_t)(column[i] + 2 * column[i + 1] + column[i + 2]);
}

/* 1 where all nine pixels of a mask about one are set, else 0. */
static inline void seen_part(const struct kernel_image *mask, int32_t y, int32_t first, int32_t count,
                             uint8_t *restrict seen) {
  /* Least values of three rows, with a neighbour on either side. */
  uint8_t low[BINOMIAL_PART + 2] = {0};
  int32_t above = cpu_edge(y - 1, mask->height), below = cpu_edge(y + 1, mask->height);
  const uint8_t *m[3] = {cpu_row8(mask, above), cpu_row8(mask, y), cpu_row8(mask, below)};
  int32_t begin = first ? first - 1 : 0, end = first + count < mask->width ? first + count + 1 : mask->width;
  uint8_t *lows = low + (begin - first + 1);
  for (int32_t i = 0; i < end - begin; i++) {
    const int32_t x = begin + i;
    uint8_t two = m[0][x] < m[1][x] ? m[0][x] : m[1][x];
    lows[i] = two < m[2][x] ? two : m[2][x];
  }
  if (begin == first) low[0] = low[1];
  if (end == first + count) low[count + 1] = low[count];
  for (int32_t i = 0; i < count; i++) {
    uint8_t two = low[i] < low[i + 1] ? low[i] : low[i + 1];
    seen[i] = (two < low[i + 2] ? two : low[i + 2]) != 0;
  }
}

/* Which parts of the last rows of a mask are set throughout, with a neighbour on either side: nearly all are. A row is
 * asked once, not for each of the three rows that it is about. */
struct seen_rows {
  int32_t known; /* so many rows were asked */
  bool set[4][(KERNEL_MAX_SIDE + BINOMIAL_PART - 1) / BINOMIAL_PART];
};

static inline bool seen_all_set(const uint8_t *restrict mask, int32_t count) {
  enum { AT_ONCE = 64 };
  uint64_t all = UINT64_MAX;
  uint8_t least = 255;
  for (int32_t i = 0; i + AT_ONCE <= count; i += AT_ONCE) all &= lanes_at_least(mask + i, 1);
  if (count >= AT_ONCE) return (all & lanes_at_least(mask + count - AT_ONCE, 1)) == UINT64_MAX;
  for (int32_t i = 0; i < count; i++) least = mask[i] < least ? mask[i] : least;
  return least != 0;
}

/* Asks the rows up to the one below row y; rows come one after the other. */
static inline void seen_rows_reach(const struct kernel_image *mask, int32_t y, struct seen_rows *rows) {
  for (; rows->known <= cpu_edge(y + 1, mask->height); rows->known++) {
    const uint8_t *row = cpu_row8(mask, rows->known);
    for (int32_t first = 0; first < mask->width; first += BINOMIAL_PART) {
      int32_t begin = first ? first - 1 : 0;
      int32_t end = first + BINOMIAL_PART < mask->width ? first + BINOMIAL_PART + 1 : mask->width;
      rows->set[rows->known % 4][first / BINOMIAL_PART] = seen_all_set(row + begin, end - begin);
    }
  }
}

/* Whether all nine pixels are set about each of a part of row y, which was reached. */
static inline bool seen_rows_whole(const struct seen_rows *rows, int32_t y, int32_t first, int32_t height) {
  int32_t part = first / BINOMIAL_PART;
  return rows->set[cpu_edge(y - 1, height) % 4][part] && rows->set[y % 4][part] &&
         rows->set[cpu_edge(y + 1, height) % 4][part];
}

/* The sums, and what is seen. */
static inline void binomial_part(const struct kernel_image *photo, const struct kernel_image *mask, int32_t y,
                                 int32_t first, int32_t count, struct binomial *restrict out) {
  binomial_sums(photo, y, first, count, out->sum);
  seen_part(mask, y, first, count, out->seen);
}

#endif
