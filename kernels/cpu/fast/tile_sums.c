#include "kernels/cpu/fast/fast.h"
#include "kernels/cpu/fast/strip.h"

#include <string.h>

enum { TILE = KERNEL_CELL * KERNEL_CELL };

/* What the sums of one tile are made of, row by row; where w is 0 the rest does not matter. All of it fits 16 bits:
 * weights are at most 64, residuals under 2032 where the weight is not 0. */
struct tile {
  int16_t w[TILE], g[TILE], e[TILE], x[TILE], y[TILE];
  int32_t seen;
};

/* A part of three rows of the golden, and which of its pixels count (1 or 0). */
struct golden_part {
  uint8_t above[STRIP], here[STRIP + 2], below[STRIP], used[STRIP];
};

static void take_golden(const struct kernel_tile_sums *call, int32_t y, int32_t first, struct golden_part *part) {
  const struct kernel_image *golden = &call->golden;
  int32_t count = golden->width - first < STRIP ? golden->width - first : STRIP, left = first > 0;
  int32_t right = first + count < golden->width;
  const uint8_t *mask = call->mask.buffer ? cpu_row8(&call->mask, y) + first : NULL;
  memset(part, 0, sizeof *part);
  memcpy(part->above, cpu_row8(golden, y - 1) + first, (size_t)count);
  memcpy(part->here + 1 - left, cpu_row8(golden, y) + first - left, (size_t)(left + count + right));
  memcpy(part->below, cpu_row8(golden, y + 1) + first, (size_t)count);
  for (int32_t i = 0; i < count; i++) part->used[i] = mask ? mask[i] != 0 : 1;
  if (!left) part->used[0] = 0;
  if (!right) part->used[count - 1] = 0;
}

/* As pixel_weight. The quotient, at most 64, is estimated in float to less than 1 and then set right. */
static int32_t weight(int32_t residual, int32_t square, float inverse) {
  int32_t share = 64 * residual * residual, quotient = (int32_t)((float)share * inverse);
  int32_t rest = share - quotient * square;
  return 64 - quotient - (rest >= square) + (rest < 0);
}

/* One row of one tile: row `j` of what is kept. */
static void take_row(const struct golden_part *restrict part, const uint16_t *restrict value,
                     const uint8_t *restrict seen, const int32_t *light, int32_t cut, int32_t at, int32_t j,
                     struct tile *restrict tile) {
  int32_t gain = light[0], offset = light[1], square = cut * cut, count = 0;
  float inverse = 1.0F / (float)square;
  int16_t *restrict w = tile->w + j * KERNEL_CELL, *restrict g = tile->g + j * KERNEL_CELL;
  int16_t *restrict e = tile->e + j * KERNEL_CELL, *restrict x = tile->x + j * KERNEL_CELL;
  int16_t *restrict y = tile->y + j * KERNEL_CELL;
  for (int32_t i = 0; i < KERNEL_CELL; i++) {
    int32_t golden = part->here[at + i + 1], used = part->used[at + i] & seen[at + i];
    int32_t residual = pixel_subtract(value[at + i], pixel_add(pixel_multiply(golden, gain) >> 8, offset));
    int32_t within = (residual < cut) & (residual > -cut);
    residual &= -within;
    w[i] = (int16_t)(weight(residual, square, inverse) & -(within & used));
    g[i] = (int16_t)golden;
    e[i] = (int16_t)residual;
    x[i] = (int16_t)(part->here[at + i + 2] - part->here[at + i]);
    y[i] = (int16_t)(part->below[at + i] - part->above[at + i]);
    count += used;
  }
  tile->seen += count;
}

/* Sums over half a tile at most, so that they fit 32 bits: w |e| is largest, under 52,000, at |e| = cut / sqrt 3. */
static void add_half(const struct tile *t, int32_t from, int32_t count, int64_t *sums) {
  const int16_t *restrict w = t->w + from, *restrict g = t->g + from, *restrict e = t->e + from;
  const int16_t *restrict x = t->x + from, *restrict y = t->y + from;
  int16_t wg[TILE / 2], wx[TILE / 2], wy[TILE / 2];
  for (int32_t i = 0; i < count; i++) {
    wg[i] = (int16_t)(w[i] * g[i]);
    wx[i] = (int16_t)(w[i] * x[i]);
    wy[i] = (int16_t)(w[i] * y[i]);
  }
  int32_t s[KERNEL_SUMS] = {0};
  for (int32_t i = 0; i < count; i++) {
    s[SUM_W] += w[i];
    s[SUM_G] += wg[i];
    s[SUM_X] += wx[i];
    s[SUM_Y] += wy[i];
    s[SUM_E] += w[i] * e[i];
  }
  for (int32_t i = 0; i < count; i++) {
    s[SUM_GG] += wg[i] * g[i];
    s[SUM_GE] += wg[i] * e[i];
    s[SUM_XX] += wx[i] * x[i];
    s[SUM_XY] += wx[i] * y[i];
    s[SUM_XE] += wx[i] * e[i];
    s[SUM_XG] += wx[i] * g[i];
    s[SUM_YY] += wy[i] * y[i];
    s[SUM_YE] += wy[i] * e[i];
    s[SUM_YG] += wy[i] * g[i];
  }
  for (int k = 0; k < KERNEL_SUMS; k++) sums[k] += s[k];
}

/* w e e is at most 64 cut^2 / 4 + cut^2: sixteen of them fit 32 bits, and so a sum for each column of the tile. */
static int64_t squares_of(const struct tile *t, int32_t rows) {
  int32_t column[KERNEL_CELL] = {0};
  int64_t total = 0;
  for (int32_t j = 0; j < rows; j++)
    for (int32_t i = 0; i < KERNEL_CELL; i++) {
      int32_t at = j * KERNEL_CELL + i;
      column[i] += t->w[at] * t->e[at] * t->e[at];
    }
  for (int32_t i = 0; i < KERNEL_CELL; i++) total += column[i];
  return total;
}

static void finish_tile(const struct tile *tile, int32_t rows, int64_t *sums) {
  int32_t count = rows * KERNEL_CELL, half = TILE / 2;
  memset(sums, 0, KERNEL_SUMS * sizeof *sums);
  add_half(tile, 0, count < half ? count : half, sums);
  if (count > half) add_half(tile, half, count - half, sums);
  sums[SUM_EE] = squares_of(tile, rows);
  sums[SUM_SEEN] = tile->seen;
}

/* The tiles of a strip, from row `top` of the golden to before row `end`. */
static void sum_strip(const struct kernel_tile_sums *call, int32_t first, int32_t top, int32_t end,
                      const int32_t *light, int64_t *sums) {
  struct tile tiles[STRIP_CELLS];
  struct golden_part part;
  struct strip strip;
  uint16_t value[STRIP];
  int32_t cells = strip_cells(call->golden.width, first);
  for (int32_t cell = 0; cell < cells; cell++) tiles[cell].seen = 0;
  for (int32_t y = top; y < end; y++) {
    take_golden(call, y, first, &part);
    strip_places(call->place, call->golden.width, y, first, cells, &call->photo, &strip);
    strip_sample(&call->photo, &strip, cells, value);
    for (int32_t cell = 0; cell < cells; cell++)
      take_row(&part, value, strip.seen, light + 2 * cell, call->cut, cell * KERNEL_CELL, y - top, &tiles[cell]);
  }
  for (int32_t cell = 0; cell < cells; cell++)
    finish_tile(&tiles[cell], end > top ? end - top : 0, sums + (size_t)cell * KERNEL_SUMS);
}

enum kernel_status FAST(cpu_tile_sums)(struct kernel_context *context, const struct kernel_tile_sums *call) {
  const struct kernel_image *golden = &call->golden;
  if (!cpu_tile_sums_fits(call)) return KERNEL_ARGUMENT;
  if (!strip_suits(&call->photo)) return cpu_tile_sums(context, call);
  size_t columns = (size_t)KERNEL_TILES(golden->width);
  const int32_t *light = call->light->bytes;
  int64_t *sums = call->sums->bytes;
  for (int32_t row = 0; row < KERNEL_TILES(golden->height); row++) {
    int32_t top = row * KERNEL_CELL, end = top + KERNEL_CELL;
    if (!top) top = 1;
    if (end > golden->height - 1) end = golden->height - 1;
    for (int32_t first = 0; first < golden->width; first += STRIP) {
      size_t tile = (size_t)row * columns + (size_t)(first / KERNEL_CELL);
      sum_strip(call, first, top, end, light + 2 * tile, sums + KERNEL_SUMS * tile);
    }
  }
  return KERNEL_OK;
}
