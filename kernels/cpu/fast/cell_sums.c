#include "kernels/cpu/fast/fast.h"
#include "kernels/cpu/fast/strip.h"

#include <string.h>

enum { PLANES = 3 };

/* What a pixel adds to its cell's row, and such a row. */
typedef uint16_t pixel_words __attribute__((vector_size(2 * KERNEL_CELL_SUMS)));
typedef int64_t cell_row __attribute__((vector_size(8 * KERNEL_CELL_SUMS), aligned(8), may_alias));

static inline cell_row wide(const pixel_words *pixel) {
#if defined __AVX2__
  /* What the compiler would do one by one. */
  return (cell_row)_mm256_cvtepu16_epi64(_mm_loadl_epi64((const __m128i *)pixel));
#else
  return __builtin_convertvector(*pixel, cell_row);
#endif
}

static inline void add_pixel(const pixel_words *pixel, int32_t cell, int32_t cell_count, int64_t *sums,
                             int64_t *nowhere) {
  uint32_t row = (uint32_t)cell - 1;
  int64_t *to = row < (uint32_t)cell_count ? sums + (size_t)row * KERNEL_CELL_SUMS : nowhere;
  *(cell_row *)to += wide(pixel);
}

/* Neighbours are often of one cell, to which an addition has to wait for the one before: those of four places are taken
 * in turn. */
static void add_strip(const pixel_words pixels[STRIP], const uint16_t *cells, int32_t count, int32_t cell_count,
                      int64_t *sums) {
  int64_t nowhere[KERNEL_CELL_SUMS] = {0};
  int32_t part = count / 4;
  for (int32_t i = 0; i < part; i++)
    for (int32_t k = i; k < 4 * part; k += part) add_pixel(&pixels[k], cells[k], cell_count, sums, nowhere);
  for (int32_t i = 4 * part; i < count; i++) add_pixel(&pixels[i], cells[i], cell_count, sums, nowhere);
}

/* In the order of enum kernel_cell_sum. */
static void pack(const uint8_t *restrict seen, const uint16_t *restrict luma, const uint16_t *restrict cb,
                 const uint16_t *restrict cr, int32_t count, uint16_t *restrict to) {
  for (int32_t i = 0; i < count; i++) {
    uint16_t shown = seen[i] & 1, mask = (uint16_t)-shown;
    to[4 * i] = shown, to[4 * i + 1] = luma[i] & mask, to[4 * i + 2] = cb[i] & mask, to[4 * i + 3] = cr[i] & mask;
  }
}

/* A strip is read downwards, so that the processor does not see which memory comes next. */
static void ask_for(const struct kernel_image *cells, int32_t y, int32_t first, int32_t count) {
  enum { LINE = 64 / sizeof(uint16_t) };
  if (y >= cells->height) return;
  for (int32_t i = 0; i < count; i += LINE) __builtin_prefetch(cpu_row16(cells, y) + first + i);
}

static bool has_cells(const uint16_t *cells, int32_t count) {
  uint16_t any = 0;
  for (int32_t i = 0; i < count; i++) any |= cells[i];
  return any != 0;
}

/* A grey photo comes as its luma three times. */
static bool is_same(const struct kernel_image *a, const struct kernel_image *b) {
  return cpu_row8(a, 0) == cpu_row8(b, 0) && a->stride == b->stride;
}

static void add_part(const struct kernel_cell_sums *call, int32_t top, int32_t first) {
  const struct kernel_image *planes[PLANES] = {&call->luma, &call->cb, &call->cr};
  int32_t width = call->cells.width, cells = strip_cells(width, first);
  int32_t count = width - first < STRIP ? width - first : STRIP;
  int32_t end = top + KERNEL_CELL < call->cells.height ? top + KERNEL_CELL : call->cells.height;
  uint16_t value[PLANES][STRIP];
  const uint16_t *sampled[PLANES] = {value[0], value[1], value[2]};
  pixel_words pixels[STRIP];
  struct strip strip;
  struct strip_grid grid;
  strip_grid(call->place, width, top / KERNEL_CELL, first, cells, &call->luma, &grid);
  for (int32_t y = top; y < end; y++) {
    const uint16_t *numbers = cpu_row16(&call->cells, y) + first;
    ask_for(&call->cells, y + AHEAD, first, count);
    if (!has_cells(numbers, count)) continue;
    strip_places(&grid, y - top, cells, &call->luma, &strip);
    for (int k = 0; k < PLANES; k++)
      if (k && is_same(planes[k], planes[k - 1]))
        sampled[k] = sampled[k - 1];
      else
        strip_sample(planes[k], &strip, cells, value[k]);
    pack(strip.seen, sampled[0], sampled[1], sampled[2], count, (uint16_t *)pixels);
    add_strip(pixels, numbers, count, call->cell_count, call->sums->bytes);
  }
}

enum kernel_status FAST(cpu_cell_sums)(struct kernel_context *context, const struct kernel_cell_sums *call) {
  if (!cell_sums_fit(call)) return KERNEL_ARGUMENT;
  if (!strip_suits(&call->luma)) return cpu_cell_sums(context, call);
  memset(call->sums->bytes, 0, (size_t)call->cell_count * KERNEL_CELL_SUMS * sizeof(int64_t));
  for (int32_t top = 0; top < call->cells.height; top += KERNEL_CELL)
    for (int32_t first = 0; first < call->cells.width; first += STRIP) add_part(call, top, first);
  return KERNEL_OK;
}
