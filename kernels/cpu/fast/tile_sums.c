#include "kernels/cpu/fast/fast.h"
#include "kernels/cpu/fast/lanes.h"
#include "kernels/cpu/fast/strip.h"
#include "kernels/cpu/fast/words.h"

#include <string.h>

typedef float cell_f32 __attribute__((vector_size(4 * CELL_LANES)));

/* WORDS pixels of a row are worked on at a time: two cells, one or half of one. */
enum { HALVES = 2, ACROSS = WORDS > KERNEL_CELL ? WORDS : KERNEL_CELL };

/* The golden's rows are read a pixel to either side. */
enum { COPY = 1 + STRIP + ACROSS, ROWS = KERNEL_CELL + 2 };

/* A strip of one row of cells: where it lies, what was sampled, and the golden's rows. */
struct part {
  int32_t first, cells, top, end; /* the rows that count */
  uint16_t value[KERNEL_CELL][STRIP + ACROSS];
  int8_t used[KERNEL_CELL][STRIP + ACROSS]; /* -1: the pixel counts; else 0 */
  const uint8_t *golden[ROWS];              /* from the row above the first */
  uint8_t copy[ROWS][COPY];
};

/* Sums over up to KERNEL_CELL rows of WORDS pixels. Where a sum is of pairs, at most 32 pixels add up in a lane: w |e|
 * is largest, under 52,000, at |e| = cut / sqrt 3, and times g stays under 2^24. Of w e e, at most 64 cut^2 / 4 +
 * cut^2, sixteen fit. */
struct sums {
  cell_i32 w, g, gg, e, ge, x, y, xx, xy, yy, xe, ye, xg, yg;
  cell_i32 ee[HALVES];
  words_i16 seen;
};

/* ---- the golden's rows ---- */

/* The lot, 16 bytes at a time. */
static void copy_row(const uint8_t *from, int32_t count, uint8_t *to) {
  int32_t i = 0;
  for (; i + 16 <= count; i += 16) memcpy(to + i, from + i, 16);
  for (; i < count; i++) to[i] = from[i];
}

/* Rows that end within reach of the strip are copied, so that nothing is read behind a picture. */
static void take_golden(const struct kernel_image *golden, struct part *p) {
  int32_t reach = golden->width - p->first, rows = p->end - p->top + 2;
  bool whole = reach > STRIP + ACROSS;
  for (int32_t k = 0; k < rows; k++) {
    const uint8_t *row = cpu_row8(golden, p->top - 1 + k) + p->first;
    p->golden[k] = row;
    if (whole) continue;
    int32_t before = p->first > 0 ? 1 : 0, count = reach < COPY - 1 ? reach : COPY - 1;
    copy_row(row - before, count + before, p->copy[k] + 1 - before);
    p->golden[k] = p->copy[k] + 1;
  }
}

/* ---- what counts ---- */

/* Pixels on the border of the golden do not count. */
static void take_used(const struct kernel_tile_sums *call, const struct part *p, int32_t y,
                      const uint8_t *restrict seen, int8_t *restrict used) {
  int32_t width = call->golden.width, count = width - p->first < STRIP ? width - p->first : STRIP;
  const uint8_t *restrict mask = call->mask.buffer ? cpu_row8(&call->mask, y) + p->first : NULL;
  if (mask)
    for (int32_t i = 0; i < count; i++) used[i] = (int8_t)(mask[i] ? seen[i] : 0);
  else
    memcpy(used, seen, (size_t)count);
  if (p->first == 0) used[0] = 0;
  if (p->first + count == width) used[count - 1] = 0;
  for (int32_t i = count; i < p->cells * KERNEL_CELL; i++) used[i] = 0;
}

static void sample_part(const struct kernel_tile_sums *call, struct part *p) {
  struct strip strip;
  struct strip_grid grid;
  strip_grid(call->place, call->golden.width, p->top / KERNEL_CELL, p->first, p->cells, &call->photo, &grid);
  for (int32_t y = p->top; y < p->end; y++) {
    int32_t row = y - p->top;
    strip_places(&grid, y % KERNEL_CELL, p->cells, &call->photo, &strip);
    strip_sample(&call->photo, &strip, p->cells, p->value[row]);
    take_used(call, p, y, strip.seen, p->used[row]);
    /* The sums read the golden downwards, a strip wide: nothing would fetch it before. */
    __builtin_prefetch(p->golden[row + 2]);
    __builtin_prefetch(p->golden[row + 2] + STRIP / 2);
    if (!call->mask.buffer || y + AHEAD >= call->mask.height) continue;
    __builtin_prefetch(cpu_row8(&call->mask, y + AHEAD) + p->first);
    __builtin_prefetch(cpu_row8(&call->mask, y + AHEAD) + p->first + STRIP / 2);
  }
}

/* ---- sums ---- */

/* As pixel_weight of residuals under the cut, from their squares. The quotient is estimated in float; over all cuts and
 * residuals that count the estimate is right or 1 too small, and then set right. */
static inline cell_i32 weights(cell_i32 squared, cell_i32 square, cell_f32 inverse) {
  cell_i32 share = squared * 64;
  cell_i32 quotient = __builtin_convertvector(__builtin_convertvector(share, cell_f32) * inverse, cell_i32);
  cell_i32 rest = share - quotient * square;
  return 64 - quotient + (rest >= square);
}

/* Of the residuals and their weights one half of the pixels. */
struct model {
  cell_i32 gain, offset, cut, square;
  cell_f32 inverse;
};

static inline void weigh(const struct model *m, const uint8_t *golden, const uint16_t *value, const int8_t *used,
                         cell_i32 *w, cell_i32 *e, cell_i32 *squares) {
  cell_i32 expected = cell_add(cell_multiply(cell_of_bytes(golden), m->gain) >> 8, m->offset);
  cell_i32 residual = cell_subtract(cell_wide(value), expected);
  cell_i32 counts = (residual < m->cut) & (residual > -m->cut) & cell_of_signs(used);
  residual &= counts;
  cell_i32 squared = residual * residual;
  *e = residual;
  *w = weights(squared, m->square, m->inverse) & counts;
  *squares += *w * squared;
}

/* What tells the light alone. */
static inline void add_light_row(const struct model m[HALVES], const uint8_t *here, const uint16_t *value,
                                 const int8_t *used, struct sums *s) {
  cell_i32 wide_w[HALVES], wide_e[HALVES], squares = {0};
  for (int h = 0; h < HALVES; h++) {
    int32_t from = h * CELL_LANES;
    weigh(&m[h], here + from, value + from, used + from, &wide_w[h], &wide_e[h], &squares);
  }
  words_i16 w = words_join(wide_w[0], wide_w[1]), e = words_join(wide_e[0], wide_e[1]), ones = (words_i16){0} + 1;
  s->w += words_dot(w, ones);
  s->g += words_dot(w, words_of_bytes(here));
  s->e += words_dot(w, e);
}

static inline void add_row(const struct model m[HALVES], const uint8_t *const *golden, const uint16_t *value,
                           const int8_t *used, int32_t at, struct sums *s) {
  const uint8_t *here = golden[1] + at;
  cell_i32 wide_w[HALVES], wide_e[HALVES];
  for (int h = 0; h < HALVES; h++) {
    int32_t from = h * CELL_LANES;
    weigh(&m[h], here + from, value + at + from, used + at + from, &wide_w[h], &wide_e[h], &s->ee[h]);
  }
  words_i16 w = words_join(wide_w[0], wide_w[1]), e = words_join(wide_e[0], wide_e[1]), ones = (words_i16){0} + 1;
  words_i16 g = words_of_bytes(here), x = words_of_bytes(here + 1) - words_of_bytes(here - 1);
  words_i16 y = words_of_bytes(golden[2] + at) - words_of_bytes(golden[0] + at);
  words_i16 wg = w * g, wx = w * x, wy = w * y;
  s->seen -= words_of_signs(used + at);
  s->w += words_dot(w, ones);
  s->g += words_dot(w, g);
  s->gg += words_dot(wg, g);
  s->e += words_dot(w, e);
  s->ge += words_dot(wg, e);
  s->x += words_dot(w, x);
  s->y += words_dot(w, y);
  s->xx += words_dot(wx, x);
  s->xy += words_dot(wx, y);
  s->yy += words_dot(wy, y);
  s->xe += words_dot(wx, e);
  s->ye += words_dot(wy, e);
  s->xg += words_dot(wx, g);
  s->yg += words_dot(wy, g);
}

/* The sums are a function's own, so that they stay in registers from row to row. */
static inline struct sums light_rows(const struct model m[HALVES], const struct part *p, int32_t at) {
  struct sums s = {.w = {0}};
  for (int32_t row = 0, rows = p->end - p->top; row < rows; row++)
    add_light_row(m, p->golden[row + 1] + at, p->value[row] + at, p->used[row] + at, &s);
  return s;
}

static inline struct sums all_rows(const struct model m[HALVES], const struct part *p, int32_t at) {
  struct sums s = {.w = {0}};
  for (int32_t row = 0, rows = p->end - p->top; row < rows; row++)
    add_row(m, p->golden + row, p->value[row], p->used[row], at, &s);
  return s;
}

/* Adds the lanes of cell `cell` of those that the sums are of, which are two at most. */
static int64_t total(cell_i32 v, int32_t cell) {
  enum { LANES = WORDS > KERNEL_CELL ? CELL_LANES / 2 : CELL_LANES };
  int32_t lanes[CELL_LANES];
  int64_t sum = 0;
  memcpy(lanes, &v, sizeof lanes);
  for (int32_t i = 0; i < LANES; i++) sum += lanes[cell * LANES + i];
  return sum;
}

static void add_light(const struct sums *s, int32_t cell, int64_t *sums) {
  sums[SUM_W] += total(s->w, cell), sums[SUM_G] += total(s->g, cell), sums[SUM_E] += total(s->e, cell);
}

static void add_sums(const struct sums *s, int32_t cell, int64_t *sums) {
  const bool both = WORDS > KERNEL_CELL;
  add_light(s, cell, sums);
  sums[SUM_GG] += total(s->gg, cell), sums[SUM_GE] += total(s->ge, cell);
  sums[SUM_X] += total(s->x, cell), sums[SUM_Y] += total(s->y, cell);
  sums[SUM_XX] += total(s->xx, cell), sums[SUM_XY] += total(s->xy, cell), sums[SUM_YY] += total(s->yy, cell);
  sums[SUM_XE] += total(s->xe, cell), sums[SUM_YE] += total(s->ye, cell);
  sums[SUM_XG] += total(s->xg, cell), sums[SUM_YG] += total(s->yg, cell);
  sums[SUM_SEEN] += total(words_dot(s->seen, (words_i16){0} + 1), cell);
  for (int h = 0; h < HALVES; h++) {
    int32_t lanes[CELL_LANES];
    memcpy(lanes, &s->ee[h], sizeof lanes);
    for (int32_t i = 0; i < CELL_LANES && (!both || h == cell); i++) sums[SUM_EE] += lanes[i];
  }
}

static void sum_across(const struct kernel_tile_sums *call, const struct part *p, const int32_t *light, int32_t at,
                       int64_t *sums) {
  const int32_t cut = call->cut;
  struct sums s;
  struct model m[HALVES];
  for (int h = 0; h < HALVES; h++) {
    int32_t cell = (at + h * CELL_LANES) / KERNEL_CELL;
    if (cell >= p->cells) cell = p->cells - 1;
    m[h].gain = cell_all(light[2 * cell]), m[h].offset = cell_all(light[2 * cell + 1]);
    m[h].cut = cell_all(cut), m[h].square = cell_all(cut * cut);
    m[h].inverse = 1.0F / (float)(cut * cut) - (cell_f32){0};
  }
  s = call->light_only ? light_rows(m, p, at) : all_rows(m, p, at);
  for (int32_t cell = 0; cell < (WORDS > KERNEL_CELL ? 2 : 1); cell++)
    if (at / KERNEL_CELL + cell < p->cells)
      (call->light_only ? add_light : add_sums)(&s, cell, sums + (size_t)(at / KERNEL_CELL + cell) * KERNEL_SUMS);
}

static void sum_part(const struct kernel_tile_sums *call, struct part *p, const int32_t *light, int64_t *sums) {
  p->cells = strip_cells(call->golden.width, p->first);
  memset(sums, 0, (size_t)p->cells * KERNEL_SUMS * sizeof *sums);
  if (p->end <= p->top) return;
  take_golden(&call->golden, p);
  sample_part(call, p);
  for (int32_t at = 0; at < p->cells * KERNEL_CELL; at += WORDS) sum_across(call, p, light, at, sums);
}

enum kernel_status FAST(cpu_tile_sums)(struct kernel_context *context, const struct kernel_tile_sums *call) {
  const struct kernel_image *golden = &call->golden;
  if (!tile_sums_fits(call)) return KERNEL_ARGUMENT;
  if (!strip_suits(&call->photo)) return cpu_tile_sums(context, call);
  size_t columns = (size_t)KERNEL_TILES(golden->width);
  const int32_t *light = call->light->bytes;
  int64_t *sums = call->sums->bytes;
  struct part part;
  memset(&part, 0, sizeof part);
  for (int32_t row = 0; row < KERNEL_TILES(golden->height); row++) {
    part.top = row ? row * KERNEL_CELL : 1, part.end = (row + 1) * KERNEL_CELL;
    if (part.end > golden->height - 1) part.end = golden->height - 1;
    for (part.first = 0; part.first < golden->width; part.first += STRIP) {
      size_t tile = (size_t)row * columns + (size_t)(part.first / KERNEL_CELL);
      sum_part(call, &part, light + 2 * tile, sums + KERNEL_SUMS * tile);
    }
  }
  lanes_leave();
  return KERNEL_OK;
}
