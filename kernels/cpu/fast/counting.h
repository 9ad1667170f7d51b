/* How often each value of a map is. */
#ifndef ASSAY_KERNELS_CPU_FAST_COUNTING_H
#define ASSAY_KERNELS_CPU_FAST_COUNTING_H

#include "kernels/cpu/fast/lanes.h"

/* Several tables, so that equal values behind each other do not wait for each other. */
enum { TABLES = 4 };

static inline void count_bytes(const uint8_t *map, int32_t count, uint32_t tables[TABLES][256]) {
  int32_t i = 0;
  for (; i + 8 <= count; i += 8) {
    uint64_t eight;
    memcpy(&eight, map + i, 8);
    for (int k = 0; k < 8; k++) tables[k % TABLES][(eight >> (8 * k)) & 255]++;
  }
  for (; i < count; i++) tables[0][map[i]]++;
}

/* Of COUNTED_AT_ONCE bytes those whose bit of `which` is set. */
enum { COUNTED_AT_ONCE = 64 };
static inline void count_some(const uint8_t *map, uint64_t which, uint32_t tables[TABLES][256]) {
  for (uint64_t others = lanes_count(map, which, tables[0]); others; others &= others - 1)
    tables[1][map[__builtin_ctzll(others)]]++;
}

/* Most of a map lies far below the tolerance: its values are counted many at a time, the others one by one. */
static inline void count_part(const uint8_t *map, int32_t count, uint32_t tables[TABLES][256]) {
  if (!LANES_COUNTED || count < COUNTED_AT_ONCE) {
    count_bytes(map, count, tables);
    return;
  }
  int32_t i = 0;
  for (; i + COUNTED_AT_ONCE <= count; i += COUNTED_AT_ONCE) count_some(map + i, UINT64_MAX, tables);
  int32_t from = count - COUNTED_AT_ONCE;
  if (i < count) count_some(map + from, UINT64_MAX << (i - from), tables);
}

/* `skipped` pixels among those of 0 do not count. */
static inline void count_finish(uint32_t tables[TABLES][256], int32_t skipped, int32_t *histogram) {
  for (int v = 0; v < 256; v++) {
    uint32_t total = 0;
    for (int k = 0; k < TABLES; k++) total += tables[k][v];
    histogram[v] = (int32_t)total;
  }
  histogram[0] -= skipped;
}

#endif
