/* Where the pixels of a strip's cells lie on one row, along one axis: from where each part of a cell begins. */
#ifndef ASSAY_KERNELS_CPU_FAST_STRIP_BEGIN_H
#define ASSAY_KERNELS_CPU_FAST_STRIP_BEGIN_H

#include "kernels/cpu/fast/lanes.h"
#include "kernels/pixel.h"

enum { STRIP_CELLS = 8, STRIP = STRIP_CELLS * KERNEL_CELL };

/* Eight pixels at a time, half a cell, have their places looked at together. */
enum { STRIP_PART = KERNEL_CELL / 2 };

/* One coordinate of a grid of places at a strip and the cells of one row of cells: what is left and right of each cell,
 * at the upper [0] and the lower end [1]. Behind the last cell stands the first once more. */
struct strip_axis {
  int32_t left[2][STRIP_CELLS], right[2][STRIP_CELLS];
};

/* A place (Q16) left or right of a cell on row j of the cells. */
static inline int32_t strip_end(const int32_t ends[2][STRIP_CELLS], int32_t cell, int32_t j) {
  return pixel_between(ends[0][cell], ends[1][cell], j);
}

#if defined __AVX2__
/* Of each cell of one row, in words: the place of its first pixel, from where its first and its second part begin, and
 * the step from pixel to pixel, Q20, in two halves each, of which the lower has 12 bits. */
struct strip_begin {
  __m256i high; /* first parts, then second ones */
  __m128i low, large, small;
};

/* As strip_end, of all cells, and rounded. */
static inline __m256i strip_ends(const int32_t ends[2][STRIP_CELLS], int32_t j) {
  __m256i top = _mm256_loadu_si256((const __m256i *)ends[0]), bottom = _mm256_loadu_si256((const __m256i *)ends[1]);
  __m256i down = _mm256_mullo_epi32(_mm256_sub_epi32(bottom, top), _mm256_set1_epi32(j));
  return _mm256_add_epi32(_mm256_add_epi32(top, _mm256_srai_epi32(down, 4)), _mm256_set1_epi32(128));
}

static inline __m128i strip_words(__m256i v) {
#if defined __AVX512BW__
  return _mm256_cvtepi32_epi16(v);
#else
  return _mm_packs_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
#endif
}

/* The pixel that the leftmost or topmost of two places lies in. */
static inline __m256i strip_lower(__m256i a, __m256i b) {
  return _mm256_srai_epi32(_mm256_min_epi32(a, b), 16);
}

/* floor(floor(p + d i / 16) / 256) is floor((16 p + d i) / 4096). */
static inline struct strip_begin strip_begins(const struct strip_axis *restrict a, int32_t j,
                                              int32_t begin[2][STRIP_CELLS]) {
  __m256i left = strip_ends(a->left, j), d = _mm256_sub_epi32(strip_ends(a->right, j), left);
  __m256i seven = _mm256_srai_epi32(_mm256_sub_epi32(_mm256_slli_epi32(d, 3), d), 4);
  __m256i fifteen = _mm256_srai_epi32(_mm256_sub_epi32(_mm256_slli_epi32(d, 4), d), 4);
  __m256i first = strip_lower(left, _mm256_add_epi32(left, seven));
  __m256i second = strip_lower(_mm256_add_epi32(left, _mm256_srai_epi32(d, 1)), _mm256_add_epi32(left, fifteen));
  __m256i place = _mm256_srai_epi32(left, 8), low = _mm256_and_si256(left, _mm256_set1_epi32(255));
  _mm256_storeu_si256((__m256i *)begin[0], first);
  _mm256_storeu_si256((__m256i *)begin[1], second);
  first = _mm256_sub_epi32(place, _mm256_slli_epi32(first, 8));
  second = _mm256_sub_epi32(place, _mm256_slli_epi32(second, 8));
  return (struct strip_begin){_mm256_setr_m128i(strip_words(first), strip_words(second)),
                              strip_words(_mm256_slli_epi32(low, 4)), strip_words(_mm256_srai_epi32(d, 12)),
                              strip_words(_mm256_and_si256(d, _mm256_set1_epi32(4095)))};
}

/* A number of the cells from `cell` on, and one of their parts, for each of their pixels. */
#if defined __AVX512BW__
static inline lanes_wide strip_spread(__m128i numbers, int32_t cell) {
  __m512i pick = _mm512_inserti64x4(_mm512_setzero_si512(), _mm256_set1_epi16(1), 1);
  return _mm512_permutexvar_epi16(_mm512_add_epi16(pick, _mm512_set1_epi16((short)cell)),
                                  _mm512_castsi128_si512(numbers));
}

static inline lanes_wide strip_spread_parts(__m256i numbers, int32_t cell) {
  const int64_t part = STRIP_CELLS * 0x0001000100010001, next = 0x0001000100010001;
  __m512i pick = _mm512_set_epi64(part + next, part + next, next, next, part, part, 0, 0);
  return _mm512_permutexvar_epi16(_mm512_add_epi16(pick, _mm512_set1_epi16((short)cell)),
                                  _mm512_castsi256_si512(numbers));
}
#else
static inline lanes_wide strip_spread_parts(__m256i numbers, int32_t cell) {
  return _mm256_shuffle_epi8(numbers, _mm256_set1_epi16((short)(cell * 0x0202 + 0x0100)));
}

static inline lanes_wide strip_spread(__m128i numbers, int32_t cell) {
  return strip_spread_parts(_mm256_broadcastsi128_si256(numbers), cell);
}
#endif

/* Q8 of a row, from where its parts begin: the halves' products with i stay words. */
static inline void strip_from(const struct strip_begin *b, int32_t cells, uint16_t *to) {
  lanes_wide i = lanes_index();
  for (int32_t k = 0; k < cells; k += LANES_NEAR_PIXELS / KERNEL_CELL) {
    lanes_wide small = WIDE(mullo_epi16)(strip_spread(b->small, k), i);
    lanes_wide large = WIDE(mullo_epi16)(strip_spread(b->large, k), i);
    small = WIDE(srli_epi16)(WIDE(add_epi16)(small, strip_spread(b->low, k)), 12);
    lanes_wide place = WIDE(add_epi16)(WIDE(add_epi16)(strip_spread_parts(b->high, k), large), small);
    memcpy(to + k * KERNEL_CELL, &place, sizeof place);
  }
}
#endif

#endif
