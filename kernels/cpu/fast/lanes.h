/* What the compiler cannot make vectors of by itself, for each level; plain C where a level has nothing for it. */
#ifndef ASSAY_KERNELS_CPU_FAST_LANES_H
#define ASSAY_KERNELS_CPU_FAST_LANES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#if defined __x86_64__
#include <immintrin.h>
#endif

/* At the end of what works on wide vectors: their upper halves are dropped, which slow down what is compiled for narrow
 * ones, and which the compiler (GCC 12) leaves where a call of a function of the same file stands between. */
static inline void lanes_leave(void) {
#if defined __AVX__
  _mm256_zeroupper();
#endif
}

/* Bit i says whether bytes[i] >= low, for 64 bytes; low in 1..255. */
static inline uint64_t lanes_at_least(const uint8_t *bytes, uint8_t low) {
#if defined __AVX512BW__
  return _mm512_cmpge_epu8_mask(_mm512_loadu_si512(bytes), _mm512_set1_epi8((char)low));
#elif defined __AVX2__
  __m256i least = _mm256_set1_epi8((char)low);
  __m256i a = _mm256_loadu_si256((const __m256i *)bytes), b = _mm256_loadu_si256((const __m256i *)(bytes + 32));
  uint32_t first = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_max_epu8(a, least), a));
  uint32_t second = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_max_epu8(b, least), b));
  return (uint64_t)second << 32 | first;
#elif defined __SSE2__
  __m128i least = _mm_set1_epi8((char)low);
  uint64_t mask = 0;
  for (int i = 3; i >= 0; i--) {
    __m128i a = _mm_loadu_si128((const __m128i *)(bytes + 16 * i));
    mask = mask << 16 | (uint16_t)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_max_epu8(a, least), a));
  }
  return mask;
#else
  uint64_t mask = 0;
  uint8_t most = 0;
  for (int i = 0; i < 64; i++) most = bytes[i] > most ? bytes[i] : most;
  if (most < low) return 0;
  for (int i = 63; i >= 0; i--) mask = mask << 1 | (bytes[i] >= low);
  return mask;
#endif
}

/* Adds the numbers of the values below LANES_COUNTED to `counts`, of those of 64 bytes whose bit of `which` is set; bit
 * i of the answer says that bytes[i] is among these and has another value. 0 where a level gains nothing by it. */
#if defined __AVX512BW__
enum { LANES_COUNTED = 8 };

static inline uint64_t lanes_count(const uint8_t *bytes, uint64_t which, uint32_t *counts) {
  __m512i v = _mm512_loadu_si512(bytes);
  for (int k = 0; k < LANES_COUNTED; k++)
    counts[k] += (uint32_t)__builtin_popcountll(_mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8((char)k)) & which);
  return _mm512_cmpge_epu8_mask(v, _mm512_set1_epi8(LANES_COUNTED)) & which;
}
#elif defined __AVX2__
enum { LANES_COUNTED = 8 };

static inline uint64_t lanes_count(const uint8_t *bytes, uint64_t which, uint32_t *counts) {
  __m256i a = _mm256_loadu_si256((const __m256i *)bytes), b = _mm256_loadu_si256((const __m256i *)(bytes + 32));
  for (int k = 0; k < LANES_COUNTED; k++) {
    __m256i value = _mm256_set1_epi8((char)k);
    uint32_t first = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, value));
    uint32_t second = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(b, value));
    counts[k] += (uint32_t)__builtin_popcountll(((uint64_t)second << 32 | first) & which);
  }
  return lanes_at_least(bytes, LANES_COUNTED) & which;
}
#else
enum { LANES_COUNTED = 0 };

static inline uint64_t lanes_count(const uint8_t *bytes, uint64_t which, uint32_t *counts) {
  (void)bytes, (void)counts;
  return which;
}
#endif

enum { AHEAD = 6 };

/* The eight pairs of bytes {p, p[1]} at pixels + row[i] stride + column[i], and those one row below, in memory order.
 * Where the eight places lie near each other they come from three contiguous loads, else from two loads a place.
 * Columns are at most width - 2, rows at most height - 2. */
static inline void lanes_pairs(const uint8_t *pixels, int32_t width, int32_t height, int32_t stride,
                               const uint16_t *column, const uint16_t *row, uint16_t *top, uint16_t *bottom) {
#if defined __AVX2__
  __m128i c = _mm_loadu_si128((const __m128i *)column), r = _mm_loadu_si128((const __m128i *)row);
  /* Its upper words are 0 behind the place of the least. */
  __m128i least_c = _mm_minpos_epu16(c), least_r = _mm_minpos_epu16(r);
  c = _mm_sub_epi16(c, _mm_broadcastw_epi16(least_c)), r = _mm_sub_epi16(r, _mm_broadcastw_epi16(least_r));
  int32_t left = _mm_extract_epi16(least_c, 0), first = _mm_extract_epi16(least_r, 0);
  __m128i far = _mm_or_si128(_mm_subs_epu16(c, _mm_set1_epi16(14)), _mm_subs_epu16(r, _mm_set1_epi16(1)));
  if (_mm_testz_si128(far, far) && left + 16 <= width) {
    const uint8_t *at = pixels + (int64_t)first * stride + left;
    const uint8_t *last = first + 2 < height ? at + 2 * (int64_t)stride : at + stride;
    /* A turned photo is read at an angle: what is needed some rows on is fetched before. */
    if (first + AHEAD < height) _mm_prefetch(at + AHEAD * (int64_t)stride, _MM_HINT_T0);
    __m128i pick = _mm_add_epi16(_mm_mullo_epi16(c, _mm_set1_epi16(0x0101)), _mm_set1_epi16(0x0100));
    __m128i a = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)at), pick);
    __m128i b = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(at + stride)), pick);
    __m128i d = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)last), pick);
    __m128i lower = _mm_cmpgt_epi16(r, _mm_setzero_si128());
    _mm_storeu_si128((__m128i *)top, _mm_blendv_epi8(a, b, lower));
    _mm_storeu_si128((__m128i *)bottom, _mm_blendv_epi8(b, d, lower));
    return;
  }
#else
  (void)width, (void)height;
#endif
  for (int i = 0; i < 8; i++) {
    const uint8_t *at = pixels + (int64_t)row[i] * stride + column[i];
    memcpy(&top[i], at, 2);
    memcpy(&bottom[i], at + stride, 2);
  }
}

/* LANES_NEAR_PIXELS pixels are sampled in parts of eight, which lie within 15 x 2 pixels each. */
enum { LANES_NEAR_READ = 16, LANES_NEAR_ROWS = 3 };

#if defined __AVX512BW__
enum { LANES_NEAR = 1, LANES_NEAR_PIXELS = 32 };
typedef __m512i lanes_wide;
#define WIDE(operation) _mm512_##operation
#define WIDE_BITS(operation) _mm512_##operation##_si512

static inline lanes_wide lanes_rows(const uint8_t *const *at, int64_t offset) {
  __m256i low = _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)(at[0] + offset))),
                                        _mm_loadu_si128((const __m128i *)(at[1] + offset)), 1);
  __m256i high = _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)(at[2] + offset))),
                                         _mm_loadu_si128((const __m128i *)(at[3] + offset)), 1);
  return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
}

/* Words: b where `which` is more than `most`, else a. */
static inline lanes_wide lanes_either(lanes_wide a, lanes_wide b, lanes_wide which, int16_t most) {
  return _mm512_mask_blend_epi16(_mm512_cmpgt_epi16_mask(which, _mm512_set1_epi16(most)), a, b);
}
#elif defined __AVX2__
enum { LANES_NEAR = 1, LANES_NEAR_PIXELS = 16 };
typedef __m256i lanes_wide;
#define WIDE(operation) _mm256_##operation
#define WIDE_BITS(operation) _mm256_##operation##_si256

static inline lanes_wide lanes_rows(const uint8_t *const *at, int64_t offset) {
  return _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)(at[0] + offset))),
                                 _mm_loadu_si128((const __m128i *)(at[1] + offset)), 1);
}

static inline lanes_wide lanes_either(lanes_wide a, lanes_wide b, lanes_wide which, int16_t most) {
  return _mm256_blendv_epi8(a, b, _mm256_cmpgt_epi16(which, _mm256_set1_epi16(most)));
}
#else
enum { LANES_NEAR = 0, LANES_NEAR_PIXELS = 16 };
#endif

#if defined __AVX2__
static inline lanes_wide lanes_at(const void *words) {
  lanes_wide v;
  memcpy(&v, words, sizeof v);
  return v;
}

/* Bytes as words. */
static inline lanes_wide lanes_words(const uint8_t *bytes) {
#if defined __AVX512BW__
  return _mm512_cvtepu8_epi16(_mm256_loadu_si256((const __m256i *)bytes));
#else
  return _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)bytes));
#endif
}

/* Words of 0..32767 as bytes, not more than 255. */
#if defined __AVX512BW__
typedef __m256i lanes_half;

static inline lanes_half lanes_bytes(lanes_wide words) {
  return _mm512_cvtusepi16_epi8(words);
}
#else
typedef __m128i lanes_half;

static inline lanes_half lanes_bytes(lanes_wide words) {
  return _mm256_castsi256_si128(_mm256_permute4x64_epi64(_mm256_packus_epi16(words, words), 0x08));
}
#endif

/* 0 to 15, and so on. */
static inline lanes_wide lanes_index(void) {
  const __m256i i = _mm256_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
#if defined __AVX512BW__
  return _mm512_broadcast_i64x4(i);
#else
  return i;
#endif
}

/* 256 left + (right - left) fx - 32768 of pairs {left, right} and their weights {255 - fx, fx}: of bytes less 128,
 * which are signed, and left once more. */
static inline lanes_wide lanes_across(lanes_wide pairs, lanes_wide weights) {
  lanes_wide less = WIDE_BITS(xor)(pairs, WIDE(set1_epi16)((short)0x8080));
  lanes_wide left = WIDE(maddubs_epi16)(WIDE(set1_epi16)(1), less);
  return WIDE(add_epi16)(WIDE(maddubs_epi16)(weights, less), left);
}

/* (a (256 - fy) + b fy + 2048) >> 12, of both less 32768; `weights`: pairs {256 - fy, fy}. */
static inline lanes_wide lanes_along(lanes_wide a, lanes_wide b, const lanes_wide weights[2]) {
  lanes_wide more = WIDE(set1_epi32)(2048 + 32768 * 256);
  lanes_wide low = WIDE(madd_epi16)(WIDE(unpacklo_epi16)(a, b), weights[0]);
  lanes_wide high = WIDE(madd_epi16)(WIDE(unpackhi_epi16)(a, b), weights[1]);
  low = WIDE(srli_epi32)(WIDE(add_epi32)(low, more), 12), high = WIDE(srli_epi32)(WIDE(add_epi32)(high, more), 12);
  return WIDE(packus_epi32)(low, high);
}

/* Of each word the low [0] or the high byte [1], twice. */
static inline lanes_wide lanes_twice(lanes_wide words, int high) {
  const __m128i pick =
      _mm_add_epi8(_mm_setr_epi8(0, 0, 2, 2, 4, 4, 6, 6, 8, 8, 10, 10, 12, 12, 14, 14), _mm_set1_epi8((char)high));
#if defined __AVX512BW__
  return _mm512_shuffle_epi8(words, _mm512_broadcast_i32x4(pick));
#else
  return _mm256_shuffle_epi8(words, _mm256_broadcastsi128_si256(pick));
#endif
}

/* What picks and weighs a vector's pixels. */
struct lanes_places {
  lanes_wide y, pick, across, along[2];
};

/* Of places in Q8 from where their parts begin, 0..15 x 0..2 pixels from there. */
static inline struct lanes_places lanes_places(lanes_wide x, lanes_wide y) {
  lanes_wide byte = WIDE(set1_epi16)(255), row = WIDE(set1_epi16)(256);
  lanes_wide fy = WIDE(sub_epi16)(y, lanes_either(WIDE(set1_epi16)(0), row, y, 255)), rest = WIDE(sub_epi16)(row, fy);
  /* The column, and one more for the right. */
  lanes_wide pick = WIDE(add_epi8)(lanes_twice(x, 1), WIDE(set1_epi16)(256));
  return (struct lanes_places){y,
                               pick,
                               WIDE_BITS(xor)(lanes_twice(x, 0), byte),
                               {WIDE(unpacklo_epi16)(rest, fy), WIDE(unpackhi_epi16)(rest, fy)}};
}

/* Their bilinear values, Q4. Part k begins at at[k]; readable are LANES_NEAR_READ x 3 pixels from there. */
static inline lanes_wide lanes_near(const struct lanes_places *p, const uint8_t *const *at, int64_t stride) {
  lanes_wide first = WIDE(shuffle_epi8)(lanes_rows(at, 0), p->pick);
  lanes_wide second = WIDE(shuffle_epi8)(lanes_rows(at, stride), p->pick);
  lanes_wide third = WIDE(shuffle_epi8)(lanes_rows(at, 2 * stride), p->pick);
  lanes_wide a = lanes_across(lanes_either(first, second, p->y, 255), p->across);
  lanes_wide b = lanes_across(lanes_either(second, third, p->y, 255), p->across);
  return lanes_along(a, b, p->along);
}
#endif

#endif
