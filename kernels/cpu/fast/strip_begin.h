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

/* Cells a vector. */
enum { STRIP_VECTOR = LANES_NEAR_PIXELS / KERNEL_CELL };

/* Q8 of the pixels of the cells from `cell` on, from where their parts begin: the halves' products with i stay words.
 */
static inline lanes_wide strip_from(const struct strip_begin *b, int32_t cell) {
  lanes_wide i = lanes_index();
  lanes_wide small = WIDE(mullo_epi16)(strip_spread(b->small, cell), i);
  lanes_wide large = WIDE(mullo_epi16)(strip_spread(b->large, cell), i);
  small = WIDE(srli_epi16)(WIDE(add_epi16)(small, strip_spread(b->low, cell)), 12);
  return WIDE(add_epi16)(WIDE(add_epi16)(strip_spread_parts(b->high, cell), large), small);
}

/* Which places lie in the photo: Q8 from where their parts begin, of first parts, then of second ones. And by how much
 * the parts begin elsewhere than was said, so that all they are sampled from is in the photo. */
struct strip_kept {
  __m256i least, most, moved;
};

/* Of parts that begin at `begin`, along an axis of which pixels 0..end are there and parts begin at 0..last. */
static inline struct strip_kept strip_keep(int32_t end, int32_t last, int32_t begin[2][STRIP_CELLS]) {
  const __m256i none = _mm256_setzero_si256(), far = _mm256_set1_epi32(INT16_MAX);
  __m128i least[2], most[2], moved[2];
  for (int part = 0; part < 2; part++) {
    __m256i from = _mm256_loadu_si256((const __m256i *)begin[part]);
    __m256i kept = _mm256_min_epi32(_mm256_max_epi32(from, none), _mm256_set1_epi32(last));
    __m256i before = _mm256_slli_epi32(_mm256_sub_epi32(none, from), 8);
    __m256i after = _mm256_slli_epi32(_mm256_sub_epi32(_mm256_set1_epi32(end), from), 8);
    least[part] = strip_words(_mm256_min_epi32(_mm256_max_epi32(before, none), far));
    most[part] = strip_words(_mm256_min_epi32(_mm256_max_epi32(after, _mm256_set1_epi32(-1)), far));
    moved[part] = strip_words(_mm256_slli_epi32(_mm256_sub_epi32(from, kept), 8));
    _mm256_storeu_si256((__m256i *)begin[part], kept);
  }
  return (struct strip_kept){_mm256_setr_m128i(least[0], least[1]), _mm256_setr_m128i(most[0], most[1]),
                             _mm256_setr_m128i(moved[0], moved[1])};
}

/* Words of -1 where the places of a vector of pixels lie in the photo along both axes, else 0; as bytes. */
static inline void strip_seen(const struct strip_kept *x, const struct strip_kept *y, lanes_wide across,
                              lanes_wide down, int32_t cell, uint8_t *seen) {
#if defined __AVX512BW__
  __mmask32 in = _mm512_cmpge_epi16_mask(across, strip_spread_parts(x->least, cell)) &
                 _mm512_cmple_epi16_mask(across, strip_spread_parts(x->most, cell)) &
                 _mm512_cmpge_epi16_mask(down, strip_spread_parts(y->least, cell)) &
                 _mm512_cmple_epi16_mask(down, strip_spread_parts(y->most, cell));
  _mm256_storeu_si256((__m256i *)seen, _mm256_movm_epi8(in));
#else
  __m256i out = _mm256_or_si256(_mm256_or_si256(_mm256_cmpgt_epi16(strip_spread_parts(x->least, cell), across),
                                                _mm256_cmpgt_epi16(across, strip_spread_parts(x->most, cell))),
                                _mm256_or_si256(_mm256_cmpgt_epi16(strip_spread_parts(y->least, cell), down),
                                                _mm256_cmpgt_epi16(down, strip_spread_parts(y->most, cell))));
  __m128i bytes = _mm_packs_epi16(_mm256_castsi256_si128(out), _mm256_extracti128_si256(out, 1));
  _mm_storeu_si128((__m128i *)seen, _mm_xor_si128(bytes, _mm_set1_epi8(-1)));
#endif
}
#endif

#endif
