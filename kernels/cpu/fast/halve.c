#include "kernels/cpu/fast/fast.h"
#include "kernels/cpu/fast/lanes.h"

/* PAIRS pairs of pixels of two rows are worked on together. The compiler would widen each byte by itself. */
#if defined __AVX512BW__
enum { PAIRS = 32 };

static inline void halve_some(const uint8_t *top, const uint8_t *bottom, uint8_t *out) {
  const __m512i ones = _mm512_set1_epi8(1), half = _mm512_set1_epi16(2);
  __m512i a = _mm512_maddubs_epi16(_mm512_loadu_si512(top), ones);
  __m512i b = _mm512_maddubs_epi16(_mm512_loadu_si512(bottom), ones);
  __m512i mean = _mm512_srli_epi16(_mm512_add_epi16(_mm512_add_epi16(a, b), half), 2);
  _mm256_storeu_si256((__m256i *)out, _mm512_cvtepi16_epi8(mean));
}

static inline void halve_some_mask(const uint8_t *top, const uint8_t *bottom, uint8_t *out) {
  __m512i a = _mm512_loadu_si512(top), b = _mm512_loadu_si512(bottom);
  __m512i set = _mm512_movm_epi8(_mm512_test_epi8_mask(a, a) & _mm512_test_epi8_mask(b, b));
  _mm256_storeu_si256((__m256i *)out, _mm256_movm_epi8(_mm512_cmpeq_epi16_mask(set, _mm512_set1_epi16(-1))));
}
#elif defined __AVX2__
enum { PAIRS = 16 };

/* The low bytes of words that are at most 255. */
static inline void store_bytes(__m256i words, uint8_t *out) {
  __m256i bytes = _mm256_permute4x64_epi64(_mm256_packus_epi16(words, words), 0x08);
  _mm_storeu_si128((__m128i *)out, _mm256_castsi256_si128(bytes));
}

static inline void halve_some(const uint8_t *top, const uint8_t *bottom, uint8_t *out) {
  const __m256i ones = _mm256_set1_epi8(1), half = _mm256_set1_epi16(2);
  __m256i a = _mm256_maddubs_epi16(_mm256_loadu_si256((const __m256i *)top), ones);
  __m256i b = _mm256_maddubs_epi16(_mm256_loadu_si256((const __m256i *)bottom), ones);
  store_bytes(_mm256_srli_epi16(_mm256_add_epi16(_mm256_add_epi16(a, b), half), 2), out);
}

static inline void halve_some_mask(const uint8_t *top, const uint8_t *bottom, uint8_t *out) {
  const __m256i zero = _mm256_setzero_si256();
  __m256i a = _mm256_loadu_si256((const __m256i *)top), b = _mm256_loadu_si256((const __m256i *)bottom);
  __m256i unset = _mm256_cmpeq_epi8(_mm256_min_epu8(a, b), zero);
  store_bytes(_mm256_srli_epi16(_mm256_cmpeq_epi16(unset, zero), 8), out);
}
#else
enum { PAIRS = KERNEL_MAX_SIDE };

static inline void halve_some(const uint8_t *top, const uint8_t *bottom, uint8_t *out) {
  (void)top, (void)bottom, (void)out;
}

static inline void halve_some_mask(const uint8_t *top, const uint8_t *bottom, uint8_t *out) {
  (void)top, (void)bottom, (void)out;
}
#endif

typedef void halve_vector(const uint8_t *top, const uint8_t *bottom, uint8_t *out);

/* How many pairs are done: none, where a row has not as many as a vector, or all. The last ones begin in those before,
 * which stay what they are. */
static inline int32_t halve_vectors(halve_vector *some, const uint8_t *top, const uint8_t *bottom, int32_t pairs,
                                    uint8_t *out) {
  int32_t x = 0;
  for (; x + PAIRS <= pairs; x += PAIRS) some(top + 2 * x, bottom + 2 * x, out + x);
  if (!x || x == pairs) return x;
  x = pairs - PAIRS;
  some(top + 2 * x, bottom + 2 * x, out + x);
  return pairs;
}

static void halve_row(const uint8_t *restrict top, const uint8_t *restrict bottom, int32_t pairs,
                      uint8_t *restrict out) {
  for (int32_t x = halve_vectors(halve_some, top, bottom, pairs, out); x < pairs; x++)
    out[x] = (uint8_t)((top[2 * x] + top[2 * x + 1] + bottom[2 * x] + bottom[2 * x + 1] + 2) >> 2);
}

enum kernel_status FAST(cpu_halve)(struct kernel_context *context, const struct kernel_halve *call) {
  (void)context;
  const struct kernel_image *from = &call->from, *to = &call->to;
  if (!halve_fits(from, to)) return KERNEL_ARGUMENT;
  int32_t pairs = from->width / 2;
  for (int32_t y = 0; y < to->height; y++) {
    const uint8_t *top = cpu_row8(from, 2 * y), *bottom = cpu_row8(from, cpu_edge(2 * y + 1, from->height));
    uint8_t *out = cpu_row8(to, y);
    halve_row(top, bottom, pairs, out);
    if (pairs < to->width) out[pairs] = (uint8_t)((2 * top[2 * pairs] + 2 * bottom[2 * pairs] + 2) >> 2);
  }
  lanes_leave();
  return KERNEL_OK;
}

static void halve_mask_row(const uint8_t *restrict top, const uint8_t *restrict bottom, int32_t pairs,
                           uint8_t *restrict out) {
  for (int32_t x = halve_vectors(halve_some_mask, top, bottom, pairs, out); x < pairs; x++) {
    int left = (top[2 * x] != 0) & (bottom[2 * x] != 0), right = (top[2 * x + 1] != 0) & (bottom[2 * x + 1] != 0);
    out[x] = (uint8_t) - (left & right);
  }
}

enum kernel_status FAST(cpu_halve_mask)(struct kernel_context *context, const struct kernel_halve_mask *call) {
  (void)context;
  const struct kernel_image *from = &call->from, *to = &call->to;
  if (!halve_fits(from, to)) return KERNEL_ARGUMENT;
  int32_t pairs = from->width / 2;
  for (int32_t y = 0; y < to->height; y++) {
    const uint8_t *top = cpu_row8(from, 2 * y), *bottom = cpu_row8(from, cpu_edge(2 * y + 1, from->height));
    uint8_t *out = cpu_row8(to, y);
    halve_mask_row(top, bottom, pairs, out);
    if (pairs < to->width) out[pairs] = top[2 * pairs] && bottom[2 * pairs] ? 255 : 0;
  }
  lanes_leave();
  return KERNEL_OK;
}
