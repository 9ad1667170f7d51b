/* The light of a strip's row in 16 bits, which most photos' light fits: twice as many pixels a vector as in 32.
 *
 * Sums that do not fit are cut to the largest or smallest number there is; as bytes they are 255 and 0 either way. */
#ifndef ASSAY_KERNELS_CPU_FAST_LIGHTS_H
#define ASSAY_KERNELS_CPU_FAST_LIGHTS_H

#include "kernels/cpu/fast/strip.h"

#if defined __AVX2__

enum { LIGHTS_PIXELS = LANES_NEAR_PIXELS, LIGHTS_MOST = 8, LIGHTS_NUMBERS = LIGHTS_MOST * 12 };

/* The grid's values at the corners of a strip's cells, `values` a corner: even ones are scales, odd ones shifts. */
struct lights_cells {
  bool fit;
  /* At the upper ends, and twice by how much the lower ones are more. */
  int16_t top[LIGHTS_NUMBERS], down[LIGHTS_NUMBERS];
};

/* What the values of a row are at the left corner of each cell, and twice by how much they are more at the right one.
 * Vectors reach behind the last. */
struct lights {
  int16_t from[LIGHTS_NUMBERS], by[LIGHTS_NUMBERS];
};

/* With `more` added to shifts. They fit where no scale is under 0 or over `most`, no shift is too large, and of no step
 * from corner to corner fifteen sixteenths are more than a word. In between values are between those of the corners,
 * and steps at most one larger. */
static inline void lights_take(const struct kernel_buffer *grid, int32_t width, int32_t values, int32_t row,
                               int32_t first, int32_t cells, int32_t most, int32_t more, struct lights_cells *l) {
  enum { SHIFT = 8191, STEP = 2183 };
  size_t pitch = (size_t)KERNEL_NODES(width) * (size_t)values;
  const int32_t *top =
      (const int32_t *)grid->bytes + (size_t)row * pitch + (size_t)(first / KERNEL_CELL) * (size_t)values;
  const int32_t *bottom = top + pitch;
  int32_t count = (cells + 1) * values, fit = 1;
  for (int32_t i = 0; i < count; i++) {
    int32_t lowest = i % 2 ? -SHIFT : 0, range = i % 2 ? 2 * SHIFT : most;
    fit &= (uint32_t)top[i] - (uint32_t)lowest <= (uint32_t)range;
    fit &= (uint32_t)bottom[i] - (uint32_t)lowest <= (uint32_t)range;
    fit &= (uint32_t)bottom[i] - (uint32_t)top[i] + STEP <= 2 * STEP;
    l->top[i] = (int16_t)(top[i] + (i % 2 ? more : 0));
    l->down[i] = (int16_t)(2 * ((uint32_t)bottom[i] - (uint32_t)top[i]));
  }
  for (int32_t i = values; i < count; i++) {
    fit &= (uint32_t)top[i] - (uint32_t)top[i - values] + STEP <= 2 * STEP;
    fit &= (uint32_t)bottom[i] - (uint32_t)bottom[i - values] + STEP <= 2 * STEP;
  }
  l->fit = fit;
}

/* floor(by i / 16) of twice `by` and of i from 0 to 15. */
static inline lanes_wide lights_step(lanes_wide by, lanes_wide i) {
  return WIDE(mulhi_epi16)(by, WIDE(slli_epi16)(i, 11));
}

/* The values from `at` on of row j of the cells, as pixel_between. */
static inline lanes_wide lights_corners(const struct lights_cells *l, int32_t at, int32_t j) {
  return WIDE(add_epi16)(lanes_at(l->top + at), lights_step(lanes_at(l->down + at), WIDE(set1_epi16)((short)j)));
}

/* The right corners are worked out once more: to read what was just written elsewhere in a vector takes longer. */
static inline void lights_row(const struct lights_cells *l, int32_t values, int32_t cells, int32_t j,
                              struct lights *row) {
  enum { LANES = sizeof(lanes_wide) / sizeof(int16_t) };
  for (int32_t i = 0; i < cells * values; i += LANES) {
    lanes_wide left = lights_corners(l, i, j), by = WIDE(sub_epi16)(lights_corners(l, i + values, j), left);
    by = WIDE(add_epi16)(by, by);
    memcpy(row->from + i, &left, sizeof left);
    memcpy(row->by + i, &by, sizeof by);
  }
}

/* Number k of each cell for the cell's pixels. Those of an AVX-512 vector are two. They are read as halves of the
 * vectors that were written: what lies across two halves would have to wait until both are in memory. */
static inline lanes_wide lights_spread(const int16_t *numbers, int32_t values, int k, int32_t cell) {
#if defined __AVX512BW__
  enum { HALF = sizeof(__m256i) / sizeof(int16_t) };
  int32_t at = cell * values, from = at / HALF * HALF;
  const __m256i first = _mm256_set1_epi16((short)k), second = _mm256_set1_epi16((short)(values + k));
  const __m512i pick = _mm512_inserti64x4(_mm512_castsi256_si512(first), second, 1);
  __m256i numbers_of_both = _mm256_loadu_si256((const __m256i *)(numbers + from));
  return _mm512_permutexvar_epi16(_mm512_add_epi16(pick, _mm512_set1_epi16((short)(at - from))),
                                  _mm512_castsi256_si512(numbers_of_both));
#else
  return _mm256_set1_epi16(numbers[cell * values + k]);
#endif
}

/* Value k, as pixel_between. */
static inline lanes_wide lights_value(const struct lights *l, int32_t values, int k, int32_t cell) {
  return WIDE(add_epi16)(lights_spread(l->from, values, k, cell),
                         lights_step(lights_spread(l->by, values, k, cell), lanes_index()));
}

/* As pixel_light with scale 2 n and shift 2 n + 1. Of Q4 from 0 to 4080 and scales up to 32767, and of signed numbers
 * under 8192 and scales up to 8191. */
static inline lanes_wide lights_on(lanes_wide q4, const struct lights *l, int32_t values, int n, int32_t cell) {
  lanes_wide scaled = WIDE(mulhi_epu16)(WIDE(slli_epi16)(q4, 4), lights_value(l, values, 2 * n, cell));
  return WIDE(adds_epi16)(scaled, lights_value(l, values, 2 * n + 1, cell));
}

static inline lanes_wide lights_on_signed(lanes_wide q4, const struct lights *l, int32_t values, int n, int32_t cell) {
  lanes_wide scale = WIDE(slli_epi16)(lights_value(l, values, 2 * n, cell), 2);
  return WIDE(adds_epi16)(WIDE(mulhi_epi16)(WIDE(slli_epi16)(q4, 2), scale), lights_value(l, values, 2 * n + 1, cell));
}

/* As pixel_byte, of Q4 to which 8 was added, and at least `least`. Of a vector's pixels `count` are there, which may be
 * more than it has. */
static inline void lights_store(lanes_wide q4, uint8_t least, int32_t count, uint8_t *to) {
  lanes_wide v = WIDE(max_epi16)(WIDE(srai_epi16)(q4, 4), WIDE(set1_epi16)(least));
  lanes_half bytes = lanes_bytes(v);
  if (count >= LIGHTS_PIXELS) {
    memcpy(to, &bytes, sizeof bytes);
    return;
  }
#if defined __AVX512BW__
  _mm256_mask_storeu_epi8(to, (__mmask32)((1U << count) - 1), bytes);
#else
  memcpy(to, &bytes, (size_t)count);
#endif
}

/* Half as many bytes, each for two pixels, in Q4. */
static inline lanes_wide lights_doubled(const uint8_t *bytes) {
  /* A byte into the upper half of both its words; what is picked by 128 is 0. */
#if defined __AVX512BW__
  const __m512i byte = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  lanes_wide all = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)bytes));
#else
  const __m256i byte = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  lanes_wide all = _mm256_broadcastq_epi64(_mm_loadl_epi64((const __m128i *)bytes));
#endif
  lanes_wide pick = WIDE(add_epi32)(WIDE(mullo_epi32)(byte, WIDE(set1_epi32)(0x01000100)), WIDE(set1_epi32)(0x800080));
  return WIDE(srli_epi16)(WIDE(shuffle_epi8)(all, pick), 4);
}

/* ---- colour: BT.601 as pixel.h has it ---- */

struct lights_chroma {
  lanes_wide luma, cb, cr;
};

struct lights_colour {
  lanes_wide red, green, blue;
};

/* (v weight + 8192) >> 14 of v under 16384. */
static inline lanes_wide lights_share(lanes_wide v, int16_t weight) {
  return WIDE(mulhrs_epi16)(WIDE(adds_epi16)(v, v), WIDE(set1_epi16)(weight));
}

static inline lanes_wide lights_pair(int16_t low, int16_t high) {
  return WIDE(set1_epi32)((int32_t)((uint32_t)(uint16_t)high << 16 | (uint16_t)low));
}

/* (a wa + b wb + c wc + 8192) >> 14. */
static inline lanes_wide lights_sum(lanes_wide a, lanes_wide b, lanes_wide c, int16_t wa, int16_t wb, int16_t wc) {
  lanes_wide two = lights_pair(wa, wb), third = lights_pair(wc, 8192), one = WIDE(set1_epi16)(1);
  lanes_wide low = WIDE(add_epi32)(WIDE(madd_epi16)(WIDE(unpacklo_epi16)(a, b), two),
                                   WIDE(madd_epi16)(WIDE(unpacklo_epi16)(c, one), third));
  lanes_wide high = WIDE(add_epi32)(WIDE(madd_epi16)(WIDE(unpackhi_epi16)(a, b), two),
                                    WIDE(madd_epi16)(WIDE(unpackhi_epi16)(c, one), third));
  return WIDE(packs_epi32)(WIDE(srai_epi32)(low, 14), WIDE(srai_epi32)(high, 14));
}

static inline struct lights_colour lights_to_rgb(struct lights_chroma v) {
  lanes_wide middle = WIDE(set1_epi16)(128 * 16), zero = WIDE(set1_epi16)(0);
  lanes_wide cb = WIDE(sub_epi16)(v.cb, middle), cr = WIDE(sub_epi16)(v.cr, middle);
  struct lights_colour out;
  out.red = WIDE(add_epi16)(v.luma, lights_share(cr, 22970));
  out.green = WIDE(sub_epi16)(v.luma, lights_sum(cb, cr, zero, 5638, 11700, 0));
  out.blue = WIDE(add_epi16)(v.luma, lights_share(cb, 29032));
  return out;
}

/* Of colours that were lit; the chroma is 8 more, for lights_store. */
static inline struct lights_chroma lights_from_rgb(struct lights_colour c) {
  lanes_wide middle = WIDE(set1_epi16)(128 * 16 + 8);
  struct lights_chroma out;
  out.luma = lights_sum(c.red, c.green, c.blue, 4899, 9617, 1868);
  out.cb = WIDE(adds_epi16)(lights_share(WIDE(subs_epi16)(c.blue, out.luma), 9246), middle);
  out.cr = WIDE(adds_epi16)(lights_share(WIDE(subs_epi16)(c.red, out.luma), 11686), middle);
  return out;
}

#else
struct lights_cells {
  bool fit;
};

static inline void lights_take(const struct kernel_buffer *grid, int32_t width, int32_t values, int32_t row,
                               int32_t first, int32_t cells, int32_t most, int32_t more, struct lights_cells *l) {
  (void)grid, (void)width, (void)values, (void)row, (void)first, (void)cells, (void)most, (void)more;
  l->fit = false;
}
#endif

/* Those of a block's strips. */
static inline void lights_block(const struct kernel_buffer *grid, int32_t width, int32_t values, int32_t row,
                                int32_t first, int32_t right, int32_t most, int32_t more, struct lights_cells *lights) {
  for (int32_t at = first; at < right; at += STRIP)
    lights_take(grid, width, values, row, at, strip_cells(width, at), most, more, lights++);
}

#endif
