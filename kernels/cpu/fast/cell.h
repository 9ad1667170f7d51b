/* A few pixels of a row of a cell, as many as the level's registers hold, as one vector. */
#ifndef ASSAY_KERNELS_CPU_FAST_CELL_H
#define ASSAY_KERNELS_CPU_FAST_CELL_H

#include "kernels/kernels.h"

#include <string.h>

#if defined __AVX512BW__
enum { CELL_LANES = 16 };
#elif defined __AVX2__
enum { CELL_LANES = 8 };
#else
enum { CELL_LANES = 4 };
#endif
#if defined __AVX2__
#include <immintrin.h>
#endif

typedef int32_t cell_i32 __attribute__((vector_size(4 * CELL_LANES)));
typedef uint32_t cell_u32 __attribute__((vector_size(4 * CELL_LANES)));
typedef uint16_t cell_u16 __attribute__((vector_size(2 * CELL_LANES)));
typedef uint8_t cell_u8 __attribute__((vector_size(CELL_LANES)));

static inline cell_i32 cell_add(cell_i32 a, cell_i32 b) {
  return (cell_i32)((cell_u32)a + (cell_u32)b);
}

static inline cell_i32 cell_subtract(cell_i32 a, cell_i32 b) {
  return (cell_i32)((cell_u32)a - (cell_u32)b);
}

static inline cell_i32 cell_multiply(cell_i32 a, cell_i32 b) {
  return (cell_i32)((cell_u32)a * (cell_u32)b);
}

static inline cell_i32 cell_all(int32_t value) {
  return value - (cell_i32){0};
}

/* `at`, `at` + 1, ... */
static inline cell_i32 cell_index(int32_t at) {
#if defined __AVX512BW__
  const cell_i32 i = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
#elif defined __AVX2__
  const cell_i32 i = {0, 1, 2, 3, 4, 5, 6, 7};
#else
  const cell_i32 i = {0, 1, 2, 3};
#endif
  return i + at;
}

/* As pixel_between, from i = `at` on. */
static inline cell_i32 cell_between(int32_t a, int32_t b, int32_t at) {
  return cell_add(cell_all(a), cell_multiply(cell_subtract(cell_all(b), cell_all(a)), cell_index(at)) >> 4);
}

static inline cell_i32 cell_wide(const uint16_t *values) {
#if defined __AVX512BW__
  return (cell_i32)_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)values));
#elif defined __AVX2__
  return (cell_i32)_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)values));
#else
  cell_u16 v;
  memcpy(&v, values, sizeof v);
  return __builtin_convertvector(v, cell_i32);
#endif
}

/* Bytes, and signed bytes. */
static inline cell_i32 cell_of_bytes(const uint8_t *bytes) {
#if defined __AVX512BW__
  return (cell_i32)_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)bytes));
#elif defined __AVX2__
  return (cell_i32)_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)bytes));
#else
  return (cell_i32){bytes[0], bytes[1], bytes[2], bytes[3]};
#endif
}

static inline cell_i32 cell_of_signs(const int8_t *bytes) {
#if defined __AVX512BW__
  return (cell_i32)_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)bytes));
#elif defined __AVX2__
  return (cell_i32)_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)bytes));
#else
  return (cell_i32){bytes[0], bytes[1], bytes[2], bytes[3]};
#endif
}

/* As pixel_light. */
static inline cell_i32 cell_light(cell_i32 value, cell_i32 scale, cell_i32 shift) {
  return cell_add(cell_multiply(value, scale) >> 12, shift);
}

/* The low halves. Where the compiler would take numbers one by one, here and below, it is told how. */
static inline cell_u16 cell_halves(cell_i32 v) {
#if defined __AVX2__ && !defined __AVX512BW__
  __m256i low = (__m256i)(v & 0xFFFF);
  return (cell_u16)_mm256_castsi256_si128(_mm256_permute4x64_epi64(_mm256_packus_epi32(low, low), 0xD8));
#else
  return __builtin_convertvector(v, cell_u16);
#endif
}

/* As pixel_byte. */
static inline cell_u8 cell_bytes(cell_i32 q4) {
  cell_i32 v = cell_add(q4, cell_all(8)) >> 4;
  v &= v > 0;
  cell_i32 over = v > 255;
  v = (v & ~over) | (over & 255);
#if defined __AVX2__ && !defined __AVX512BW__
  __m128i halves = (__m128i)cell_halves(v);
  return (cell_u8)_mm_cvtsi128_si64(_mm_packus_epi16(halves, halves));
#else
  return __builtin_convertvector(v, cell_u8);
#endif
}

/* Half as many bytes, each for two pixels. */
static inline cell_i32 cell_doubled(const uint8_t *bytes) {
#if defined __AVX2__
  uint64_t eight = 0;
  memcpy(&eight, bytes, CELL_LANES / 2);
  __m128i v = _mm_cvtsi64_si128((long long)eight);
  v = _mm_unpacklo_epi8(v, v);
#if defined __AVX512BW__
  return (cell_i32)_mm512_cvtepu8_epi32(v);
#else
  return (cell_i32)_mm256_cvtepu8_epi32(v);
#endif
#else
  return (cell_i32){bytes[0], bytes[0], bytes[1], bytes[1]};
#endif
}

/* Stores at most `count`, which may be none. */
static inline void cell_store(cell_u8 v, int32_t count, uint8_t *to) {
  if (count >= CELL_LANES)
    memcpy(to, &v, sizeof v);
  else if (count > 0)
    memcpy(to, &v, (size_t)count);
}

#endif
