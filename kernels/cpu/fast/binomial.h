/* The 3 x 3 binomial sum of a part of a row, and where all nine pixels are seen. */
#ifndef ASSAY_KERNELS_CPU_FAST_BINOMIAL_H
#define ASSAY_KERNELS_CPU_FAST_BINOMIAL_H

#include "kernels/cpu/cpu.h"

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
  const uint8_t *above = cpu_row8(photo, cpu_edge(y - 1, photo->height)), *here = cpu_row8(photo, y);
  const uint8_t *below = cpu_row8(photo, cpu_edge(y + 1, photo->height));
  int32_t begin = first ? first - 1 : 0, end = first + count < photo->width ? first + count + 1 : photo->width;
  uint16_t *columns = column + (begin - first + 1);
  for (int32_t i = 0; i < end - begin; i++)
    columns[i] = (uint16_t)(above[begin + i] + 2 * here[begin + i] + below[begin + i]);
  if (begin == first) column[0] = column[1];
  if (end == first + count) column[count + 1] = column[count];
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

/* The same, and what is seen. */
static inline void binomial_part(const struct kernel_image *photo, const struct kernel_image *mask, int32_t y,
                                 int32_t first, int32_t count, struct binomial *restrict out) {
  binomial_sums(photo, y, first, count, out->sum);
  seen_part(mask, y, first, count, out->seen);
}

#endif
