#include "kernels/cpu/fast/fast.h"
#include "kernels/cpu/fast/strip.h"

#include <string.h>

enum { TILE = KERNEL_CELL * KERNEL_CELL };

/* What the sums of one tile are made of, row by row; where w is 0 the rest does not matter. All of it fits 16 bits:
 * weights are at most 64, residuals under 2032 where the weight is not 0. `used` is 1 for a pixel that counts. */
struct tile {
  int16_t w[TILE], g[TILE], e[TILE], x[TILE], y[TILE], used[TILE];
};

/* The same of one row of a strip. */
struct strip_row {
  int16_t w[STRIP], g[STRIP], e[STRIP], x[STRIP], y[STRIP], used[STRIP];
};

/* Three rows of the golden and one of the mask at a strip: the picture's own, or a copy where the strip lies at the
 * left or right end, since it is read a pixel to either side and to its end. */
struct golden_rows {
  const uint8_t *above, *here, *below, *mask;
  uint8_t copy[4][1 + STRIP + 1];
};

/* What does not change from row to row of a strip. */
struct strip_frame {
  int32_t first, cells;
  int32_t gain[STRIP], offset[STRIP];
  uint8_t inner[STRIP]; /* 0 on the border of the golden and outside, else 1 */
  uint8_t all[STRIP];   /* stands for a mask where there is none */
};

static void make_frame(int32_t width, int32_t first, const int32_t *light, struct strip_frame *frame) {
  frame->first = first, frame->cells = strip_cells(width, first);
  for (int32_t i = 0; i < frame->cells * KERNEL_CELL; i++) {
    frame->gain[i] = light[2 * (i / KERNEL_CELL)];
    frame->offset[i] = light[2 * (i / KERNEL_CELL) + 1];
    frame->inner[i] = first + i > 0 && first + i < width - 1;
    frame->all[i] = 1;
  }
}

static const uint8_t *take_copy(const uint8_t *row, int32_t width, int32_t first, uint8_t *copy) {
  int32_t begin = first > 0 ? first - 1 : 0, end = first + STRIP < width ? first + STRIP + 1 : width;
  memcpy(copy + 1 - (first - begin), row + begin, (size_t)(end - begin));
  return copy + 1;
}

static void take_golden(const struct kernel_tile_sums *call, const struct strip_frame *frame, int32_t y,
                        struct golden_rows *rows) {
  const struct kernel_image *golden = &call->golden;
  int32_t width = golden->width, first = frame->first;
  const uint8_t *above = cpu_row8(golden, y - 1), *here = cpu_row8(golden, y), *below = cpu_row8(golden, y + 1);
  const uint8_t *mask = call->mask.buffer ? cpu_row8(&call->mask, y) : NULL;
  bool whole = first > 0 && first + STRIP < width;
  rows->above = whole ? above + first : take_copy(above, width, first, rows->copy[0]);
  rows->here = whole ? here + first : take_copy(here, width, first, rows->copy[1]);
  rows->below = whole ? below + first : take_copy(below, width, first, rows->copy[2]);
  rows->mask = !mask ? frame->all : whole ? mask + first : take_copy(mask, width, first, rows->copy[3]);
}

/* As pixel_weight. The quotient is estimated in float; over all cuts and residuals that count the estimate is right or
 * 1 too small, and then set right. */
static int32_t weight(int32_t residual, int32_t square, float inverse) {
  int32_t share = 64 * residual * residual, quotient = (int32_t)((float)share * inverse);
  int32_t rest = share - quotient * square;
  return 64 - quotient - (rest >= square);
}

static void take_row(const struct golden_rows *golden, const struct strip_frame *restrict frame,
                     const uint16_t *restrict value, const uint8_t *restrict seen, int32_t cut,
                     struct strip_row *restrict row) {
  const uint8_t *restrict above = golden->above, *restrict here = golden->here, *restrict below = golden->below;
  const uint8_t *restrict mask = golden->mask;
  int32_t square = cut * cut, count = frame->cells * KERNEL_CELL;
  float inverse = 1.0F / (float)square;
  for (int32_t i = 0; i < count; i++) {
    int32_t used = (mask[i] != 0) & frame->inner[i] & seen[i];
    int32_t model = pixel_add(pixel_multiply(here[i], frame->gain[i]) >> 8, frame->offset[i]);
    int32_t residual = pixel_subtract(value[i], model);
    int32_t within = -((residual < cut) & (residual > -cut));
    residual &= within;
    row->w[i] = (int16_t)(weight(residual, square, inverse) & within & -used);
    row->e[i] = (int16_t)residual;
    row->used[i] = (int16_t)used;
  }
  for (int32_t i = 0; i < count; i++) {
    row->g[i] = here[i];
    row->x[i] = (int16_t)(here[i + 1] - here[i - 1]);
    row->y[i] = (int16_t)(below[i] - above[i]);
  }
}

static void spread_row(const struct strip_row *row, int32_t cells, int32_t j, struct tile *tiles) {
  enum { ROW = KERNEL_CELL * sizeof(int16_t) };
  for (int32_t cell = 0; cell < cells; cell++) {
    int32_t from = cell * KERNEL_CELL, to = j * KERNEL_CELL;
    memcpy(tiles[cell].w + to, row->w + from, ROW);
    memcpy(tiles[cell].g + to, row->g + from, ROW);
    memcpy(tiles[cell].e + to, row->e + from, ROW);
    memcpy(tiles[cell].x + to, row->x + from, ROW);
    memcpy(tiles[cell].y + to, row->y + from, ROW);
    memcpy(tiles[cell].used + to, row->used + from, ROW);
  }
}

/* Sums over half a tile at most, so that they fit 32 bits: w |e| is largest, under 52,000, at |e| = cut / sqrt 3. */
static void add_half(const struct tile *t, int32_t from, int32_t count, int64_t *sums) {
  const int16_t *restrict w = t->w + from, *restrict g = t->g + from, *restrict e = t->e + from;
  const int16_t *restrict x = t->x + from, *restrict y = t->y + from, *restrict used = t->used + from;
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
    s[SUM_SEEN] += used[i];
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
}

/* The tiles of a strip, from row `top` of the golden to before row `end`. */
static void sum_strip(const struct kernel_tile_sums *call, int32_t first, int32_t top, int32_t end,
                      const int32_t *light, int64_t *sums) {
  struct tile tiles[STRIP_CELLS];
  struct strip_frame frame;
  struct golden_rows golden = {.copy = {{0}}};
  struct strip_row row;
  struct strip strip = {.near = false};
  uint16_t value[STRIP] = {0};
  make_frame(call->golden.width, first, light, &frame);
  for (int32_t y = top; y < end; y++) {
    take_golden(call, &frame, y, &golden);
    strip_places(call->place, call->golden.width, y, first, frame.cells, &call->photo, &strip);
    strip_sample(&call->photo, &strip, frame.cells, value);
    take_row(&golden, &frame, value, strip.seen, call->cut, &row);
    spread_row(&row, frame.cells, y - top, tiles);
  }
  for (int32_t cell = 0; cell < frame.cells; cell++)
    finish_tile(&tiles[cell], end > top ? end - top : 0, sums + (size_t)cell * KERNEL_SUMS);
}

enum kernel_status FAST(cpu_tile_sums)(struct kernel_context *context, const struct kernel_tile_sums *call) {
  const struct kernel_image *golden = &call->golden;
  if (!tile_sums_fits(call)) return KERNEL_ARGUMENT;
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
