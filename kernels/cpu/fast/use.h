/* How much of its tolerance each pixel of a part uses. */
#ifndef ASSAY_KERNELS_CPU_FAST_USE_H
#define ASSAY_KERNELS_CPU_FAST_USE_H

#include "kernels/cpu/fast/lanes.h"
#include "kernels/pixel.h"

/* What a part is compared by. `seen` is 1 or 0, NULL where all is; `bend` is NULL where the photo's focus is the
 * golden's. */
struct use {
  const uint16_t *sum, *mean, *rise, *fall;
  const uint8_t *seen;
  const int16_t *bend;
  int32_t focus; /* fits 16 bits */
};

#if defined __AVX2__
/* The mean as a photo of this focus shows it, as by pixel_defocus; of both differences one is 0. */
static inline lanes_wide use_words(const struct use *u, int32_t at) {
  lanes_wide sum = lanes_at(u->sum + at), mean = lanes_at(u->mean + at);
  if (u->bend) {
    lanes_wide zero = WIDE(set1_epi16)(0);
    lanes_wide bend = WIDE(mulhi_epi16)(lanes_at(u->bend + at), WIDE(set1_epi16)((short)u->focus));
    mean = WIDE(adds_epu16)(mean, WIDE(max_epi16)(bend, zero));
    mean = WIDE(subs_epu16)(mean, WIDE(max_epi16)(WIDE(sub_epi16)(zero, bend), zero));
  }
  lanes_wide over = WIDE(mulhi_epu16)(WIDE(subs_epu16)(sum, mean), lanes_at(u->rise + at));
  lanes_wide under = WIDE(mulhi_epu16)(WIDE(subs_epu16)(mean, sum), lanes_at(u->fall + at));
  return WIDE_BITS(or)(over, under);
}
#endif

#if defined __AVX512BW__
enum { USE_VECTOR = 64 };

/* USE_VECTOR pixels. Bit i of the answer: pixel i is compared. */
static inline uint64_t use_vector(const struct use *u, int32_t at, uint8_t *map) {
  __mmask32 low = _mm512_test_epi16_mask(_mm512_loadu_si512(u->rise + at), _mm512_set1_epi16(-1));
  __mmask32 high = _mm512_test_epi16_mask(_mm512_loadu_si512(u->rise + at + 32), _mm512_set1_epi16(-1));
  __mmask64 compared = _mm512_kunpackd(high, low);
  if (u->seen) compared &= _mm512_test_epi8_mask(_mm512_loadu_si512(u->seen + at), _mm512_set1_epi8(-1));
  __m256i first = _mm512_cvtusepi16_epi8(use_words(u, at)), second = _mm512_cvtusepi16_epi8(use_words(u, at + 32));
  __m512i both = _mm512_inserti64x4(_mm512_castsi256_si512(first), second, 1);
  _mm512_storeu_si512(map, _mm512_maskz_mov_epi8(compared, both));
  return compared;
}
#elif defined __AVX2__
enum { USE_VECTOR = 32 };

/* Not more than a byte, in the order of packed words. */
static inline __m256i use_packed(__m256i low, __m256i high) {
  return _mm256_permute4x64_epi64(_mm256_packus_epi16(low, high), 0xD8);
}

static inline uint64_t use_vector(const struct use *u, int32_t at, uint8_t *map) {
  const __m256i most = _mm256_set1_epi16(255), zero = _mm256_setzero_si256();
  __m256i low = _mm256_cmpeq_epi16(_mm256_loadu_si256((const __m256i *)(u->rise + at)), zero);
  __m256i high = _mm256_cmpeq_epi16(_mm256_loadu_si256((const __m256i *)(u->rise + at + 16)), zero);
  __m256i skipped = _mm256_permute4x64_epi64(_mm256_packs_epi16(low, high), 0xD8);
  if (u->seen)
    skipped = _mm256_or_si256(skipped, _mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)(u->seen + at)), zero));
  __m256i use = use_packed(_mm256_min_epu16(use_words(u, at), most), _mm256_min_epu16(use_words(u, at + 16), most));
  _mm256_storeu_si256((__m256i *)map, _mm256_andnot_si256(skipped, use));
  return ~(uint32_t)_mm256_movemask_epi8(skipped);
}
#else
/* Left to the compiler. */
enum { USE_VECTOR = KERNEL_MAX_SIDE };

static inline uint64_t use_vector(const struct use *u, int32_t at, uint8_t *map) {
  (void)u, (void)at, (void)map;
  return 0;
}
#endif

/* As pixel_use, in 16 bits: 0 where nothing is compared. Returns how many pixels are. */
static inline int32_t use_part(const struct use *u, int32_t count, uint8_t *restrict map) {
  const uint16_t *restrict sum = u->sum, *restrict mean = u->mean, *restrict rise = u->rise, *restrict fall = u->fall;
  const uint8_t *restrict seen = u->seen;
  uint16_t rest = 0;
  int32_t all = 0, i = 0;
  for (; i + USE_VECTOR <= count; i += USE_VECTOR) all += __builtin_popcountll(use_vector(u, i, map + i));
  if (i && i < count) {
    /* The last vector begins in the one before, of which nothing more comes. */
    int32_t from = count - USE_VECTOR;
    all += __builtin_popcountll(use_vector(u, from, map + from) >> (i - from));
    i = count;
  }
  for (; i < count; i++) {
    /* All are loaded in any case: a load under a condition is no vector. */
    uint16_t s = sum[i],
             m = u->bend ? (uint16_t)pixel_clamp(mean[i] + pixel_defocus(u->bend[i], u->focus), 0, 65535) : mean[i];
    uint16_t up = rise[i], down = fall[i], shown = seen ? seen[i] : 1;
    uint16_t difference = s > m ? (uint16_t)(s - m) : (uint16_t)(m - s);
    uint16_t reciprocal = s >= m ? up : down;
    uint16_t use = (uint16_t)(((uint32_t)difference * reciprocal) >> 16);
    uint16_t compared = up ? shown : 0;
    use = use < 255 ? use : 255;
    map[i] = (uint8_t)(use & (uint16_t)-compared);
    rest = (uint16_t)(rest + compared);
  }
  return all + rest;
}

#endif
