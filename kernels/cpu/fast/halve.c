#include "kernels/cpu/fast/fast.h"
#include "kernels/cpu/fast/lanes.h"

/* As many pairs as vectors hold; how many these are. The compiler would widen each byte by itself. */
static int32_t halve_vectors(const uint8_t *top, const uint8_t *bottom, int32_t pairs, uint8_t *out) {
  int32_t x = 0;
#if defined __AVX512BW__
  const __m512i ones = _mm512_set1_epi8(1), half = _mm512_set1_epi16(2);
  for (; x + 32 <= pairs; x += 32) {
    __m512i a = _mm512_maddubs_epi16(_mm512_loadu_si512(top + 2 * x), ones);
    __m512i b = _mm512_maddubs_epi16(_mm512_loadu_si512(bottom + 2 * x), ones);
    __m512i mean = _mm512_srli_epi16(_mm512_add_epi16(_mm512_add_epi16(a, b), half), 2);
    _mm256_storeu_si256((__m256i *)(out + x), _mm512_cvtepi16_epi8(mean));
  }
#elif defined __AVX2__
  const __m256i ones = _mm256_set1_epi8(1), half = _mm256_set1_epi16(2);
  for (; x + 16 <= pairs; x += 16) {
    __m256i a = _mm256_maddubs_epi16(_mm256_loadu_si256((const __m256i *)(top + 2 * x)), ones);
    __m256i b = _mm256_maddubs_epi16(_mm256_loadu_si256((const __m256i *)(bottom + 2 * x)), ones);
    __m256i mean = _mm256_srli_epi16(_mm256_add_epi16(_mm256_add_epi16(a, b), half), 2);
    __m256i bytes = _mm256_permute4x64_epi64(_mm256_packus_epi16(mean, mean), 0x08);
    _mm_storeu_si128((__m128i *)(out + x), _mm256_castsi256_si128(bytes));
  }
#else
  (void)top, (void)bottom, (void)pairs, (void)out;
#endif
  return x;
}

static void halve_row(const uint8_t *restrict top, const uint8_t *restrict bottom, int32_t pairs,
                      uint8_t *restrict out) {
  for (int32_t x = halve_vectors(top, bottom, pairs, out); x < pairs; x++)
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
  for (int32_t x = 0; x < pairs; x++) {
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
  return KERNEL_OK;
}
