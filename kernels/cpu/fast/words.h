/* Vectors of 16-bit words: pixels of a row in twice the number of a cell_i32, which holds half of them. */
#ifndef ASSAY_KERNELS_CPU_FAST_WORDS_H
#define ASSAY_KERNELS_CPU_FAST_WORDS_H

#include "kernels/cpu/fast/cell.h"

#if defined __x86_64__
#include <immintrin.h>
#endif

enum { WORDS = 2 * CELL_LANES };

typedef int16_t words_i16 __attribute__((vector_size(2 * WORDS)));
typedef int16_t words_half __attribute__((vector_size(WORDS)));
typedef int8_t words_i8 __attribute__((vector_size(WORDS)));
typedef uint8_t words_u8 __attribute__((vector_size(WORDS)));

/* Both halves, of numbers that fit 16 bits. */
static inline words_i16 words_join(cell_i32 low, cell_i32 high) {
#if defined __AVX512BW__
  __m512i first = _mm512_castsi256_si512(_mm512_cvtepi32_epi16((__m512i)low));
  return (words_i16)_mm512_inserti64x4(first, _mm512_cvtepi32_epi16((__m512i)high), 1);
#elif defined __AVX2__
  return (words_i16)_mm256_permute4x64_epi64(_mm256_packs_epi32((__m256i)low, (__m256i)high), 0xD8);
#elif defined __SSE2__
  return (words_i16)_mm_packs_epi32((__m128i)low, (__m128i)high);
#else
  words_half halves[2] = {__builtin_convertvector(low, words_half), __builtin_convertvector(high, words_half)};
  words_i16 out;
  memcpy(&out, halves, sizeof out);
  return out;
#endif
}

/* Bytes, and signed bytes, as words. */
static inline words_i16 words_of_bytes(const uint8_t *bytes) {
#if defined __AVX512BW__
  return (words_i16)_mm512_cvtepu8_epi16(_mm256_loadu_si256((const __m256i *)bytes));
#elif defined __AVX2__
  return (words_i16)_mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)bytes));
#else
  words_u8 v;
  memcpy(&v, bytes, sizeof v);
  return __builtin_convertvector(v, words_i16);
#endif
}

static inline words_i16 words_of_signs(const int8_t *bytes) {
#if defined __AVX512BW__
  return (words_i16)_mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i *)bytes));
#elif defined __AVX2__
  return (words_i16)_mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)bytes));
#else
  words_i8 v;
  memcpy(&v, bytes, sizeof v);
  return __builtin_convertvector(v, words_i16);
#endif
}

/* Products of two words each, in pairs added up; which words make a pair is not said, but those of one half of the
 * vector stay in that half. */
static inline cell_i32 words_dot(words_i16 a, words_i16 b) {
#if defined __AVX512BW__
  return (cell_i32)_mm512_madd_epi16((__m512i)a, (__m512i)b);
#elif defined __AVX2__
  return (cell_i32)_mm256_madd_epi16((__m256i)a, (__m256i)b);
#elif defined __SSE2__
  return (cell_i32)_mm_madd_epi16((__m128i)a, (__m128i)b);
#else
  cell_i32 out;
  for (int i = 0; i < CELL_LANES; i++) out[i] = a[2 * i] * b[2 * i] + a[2 * i + 1] * b[2 * i + 1];
  return out;
#endif
}

#endif
