/* A part of one row that is worked on stage by stage, so that each stage is one loop over arrays in the first cache. It
 * begins at a cell and holds whole cells; behind the picture's last column the grid still has corners. */
#ifndef ASSAY_KERNELS_CPU_FAST_STRIP_H
#define ASSAY_KERNELS_CPU_FAST_STRIP_H

#include "kernels/cpu/cpu.h"
#include "kernels/cpu/fast/cell.h"
#include "kernels/cpu/fast/strip_begin.h"
#include "kernels/pixel.h"

/* Places in a photo: the upper left of four pixels, and how far from it, 0..256. Where a place is not seen it is the
 * nearest that is.
 *
 * `near`: the places of a part lie within 15 x 2 pixels. Then fx and fy hold Q8 from the part's own corner, in place of
 * column, row, fx and fy. `whole`: every place is seen and away from the photo's right and lower ends; where it is not,
 * a part's corner is brought into the photo, and what is sampled at a place that is not seen may be anything. */
struct strip {
  bool near, whole;
  uint16_t column[STRIP], row[STRIP];
  uint16_t fx[STRIP], fy[STRIP];
  uint8_t seen[STRIP];                               /* 255 or 0 */
  int32_t left[2][STRIP_CELLS], top[2][STRIP_CELLS]; /* of each cell's first part [0] and second part [1] */
};

/* Cells from pixel `first` on, at most a strip of them. */
static inline int32_t strip_cells(int32_t width, int32_t first) {
  int32_t cells = KERNEL_TILES(width - first);
  return cells < STRIP_CELLS ? cells : STRIP_CELLS;
}

/* The grid's values on row y at the corners of the strip's cells, `values` a corner. */
static inline void strip_corners(const struct kernel_buffer *grid, int32_t width, int32_t values, int32_t y,
                                 int32_t first, int32_t cells, int32_t *restrict corners) {
  size_t pitch = (size_t)KERNEL_NODES(width) * (size_t)values;
  const int32_t *top =
      (const int32_t *)grid->bytes + (size_t)(y / KERNEL_CELL) * pitch + (size_t)(first / KERNEL_CELL) * (size_t)values;
  const int32_t *bottom = top + pitch;
  int32_t count = (cells + 1) * values, j = y % KERNEL_CELL;
  for (int32_t k = 0; k < count; k++) corners[k] = pixel_between(top[k], bottom[k], j);
}

/* Value `k` of `values` at each pixel of the strip. */
static inline void strip_values(const int32_t *restrict corners, int32_t values, int32_t k, int32_t cells,
                                int32_t *restrict out) {
  for (int32_t cell = 0; cell < cells; cell++) {
    int32_t left = corners[cell * values + k], right = corners[(cell + 1) * values + k];
    for (int32_t i = 0; i < KERNEL_CELL; i++) out[cell * KERNEL_CELL + i] = pixel_between(left, right, i);
  }
}

/* Rows so far apart leave how far a pixel lies from the first in 32 bits. */
enum { STRIDE_NEAR = 1 << 16 };

/* Whether photos of this shape can be sampled by strips: two pixels either way. */
static inline bool strip_suits(const struct kernel_image *photo) {
  return photo->width >= 2 && photo->height >= 2;
}

struct strip_grid {
  bool near, whole; /* the places of all rows, as in struct strip */
  struct strip_axis x, y;
};

/* Whether, along one axis, the places of all parts suit `near`: the ends of a cell's row lie at most `most` (Q16)
 * apart, so that those of a part span few pixels. And in *whole whether they also lie from pixel 0 to before pixel
 * `end`. Between corners that are not far apart places only rise or only fall, so that the outermost tell; each is
 * rounded down twice by less than 1/256. */
static inline bool strip_axis_near(const struct strip_axis *restrict a, int32_t end, int32_t most, bool *whole) {
  enum { FAR = 1 << 26 };
  int32_t near = 1, inside = end > 0;
  for (int32_t k = 0; k < STRIP_CELLS; k++) {
    near &= (uint32_t)a->left[1][k] - (uint32_t)a->left[0][k] + FAR < 2U * FAR;
    near &= (uint32_t)a->right[1][k] - (uint32_t)a->right[0][k] + FAR < 2U * FAR;
    for (int32_t j = 0; j < KERNEL_CELL; j += KERNEL_CELL - 1) {
      int32_t from = strip_end(a->left, k, j), to = strip_end(a->right, k, j);
      int32_t first = pixel_place(from), last = pixel_place(pixel_between(from, to, KERNEL_CELL - 1));
      near &= (uint32_t)to - (uint32_t)from + (uint32_t)most < 2U * (uint32_t)most;
      inside &= (first > 1) & (last > 1) & ((first + 1) >> 8 < end) & ((last + 1) >> 8 < end);
    }
  }
  *whole = near && inside;
  return near;
}

/* `row`: the cells', `first` / KERNEL_CELL the strip's first cell. */
static inline void strip_grid(const struct kernel_buffer *place, int32_t width, int32_t row, int32_t first,
                              int32_t cells, const struct kernel_image *photo, struct strip_grid *grid) {
  size_t pitch = 2 * (size_t)KERNEL_NODES(width);
  for (int32_t end = 0; end < 2; end++) {
    const int32_t *corners =
        (const int32_t *)place->bytes + (size_t)(row + end) * pitch + 2 * (size_t)(first / KERNEL_CELL);
    for (int32_t k = 0; k < STRIP_CELLS; k++) {
      const int32_t *c = corners + (k < cells ? 2 * k : 0);
      grid->x.left[end][k] = c[0], grid->y.left[end][k] = c[1];
      grid->x.right[end][k] = c[2], grid->y.right[end][k] = c[3];
    }
  }
  /* A part spans 7 of its cell's 16 steps: under 14 pixels across, and under 1 down. */
  bool across, down;
  grid->near = LANES_NEAR && photo->width >= LANES_NEAR_READ && photo->height >= LANES_NEAR_ROWS;
  grid->near &= photo->stride <= STRIDE_NEAR;
  grid->near &= strip_axis_near(&grid->x, photo->width - LANES_NEAR_READ + 1, 31 << 16, &across);
  grid->near &= strip_axis_near(&grid->y, photo->height - 2, 2 << 16, &down);
  grid->whole = grid->near && across && down;
}

/* Several strips of one row of cells: wide enough that a row of them is written as the memory likes it. */
enum { BLOCK_STRIPS = 8, BLOCK = BLOCK_STRIPS * STRIP };

/* The grids of a block's strips. */
static inline void strip_block_grids(const struct kernel_buffer *place, int32_t width, int32_t row, int32_t first,
                                     int32_t right, const struct kernel_image *photo, struct strip_grid *grid) {
  for (int32_t at = first; at < right; at += STRIP)
    strip_grid(place, width, row, at, strip_cells(width, at), photo, grid++);
}

/* Parts are sampled several at a time: what lies behind the last is looked at too. */
static inline void strip_clear_rest(int32_t cells, struct strip *restrict strip) {
  if (cells == STRIP_CELLS) return;
  memset(strip->fx + cells * KERNEL_CELL, 0, KERNEL_CELL * sizeof *strip->fx);
  memset(strip->fy + cells * KERNEL_CELL, 0, KERNEL_CELL * sizeof *strip->fy);
}

static inline void strip_whole_places(const struct strip_grid *grid, int32_t j, int32_t cells,
                                      struct strip *restrict strip) {
#if defined __AVX2__
  struct strip_begin across = strip_begins(&grid->x, j, strip->left), down = strip_begins(&grid->y, j, strip->top);
  for (int32_t k = 0; k < cells; k += STRIP_VECTOR) {
    lanes_wide x = strip_from(&across, k), y = strip_from(&down, k);
    memcpy(strip->fx + k * KERNEL_CELL, &x, sizeof x);
    memcpy(strip->fy + k * KERNEL_CELL, &y, sizeof y);
  }
#else
  (void)grid, (void)j;
#endif
  memset(strip->seen, 255, sizeof strip->seen);
  strip_clear_rest(cells, strip);
}

static inline void strip_kept_places(const struct strip_grid *grid, int32_t j, int32_t cells,
                                     const struct kernel_image *photo, struct strip *restrict strip) {
#if defined __AVX2__
  struct strip_begin across = strip_begins(&grid->x, j, strip->left), down = strip_begins(&grid->y, j, strip->top);
  struct strip_kept kept_x = strip_keep(photo->width - 1, photo->width - LANES_NEAR_READ, strip->left);
  struct strip_kept kept_y = strip_keep(photo->height - 1, photo->height - LANES_NEAR_ROWS, strip->top);
  for (int32_t k = 0; k < cells; k += STRIP_VECTOR) {
    lanes_wide x = strip_from(&across, k), y = strip_from(&down, k);
    strip_seen(&kept_x, &kept_y, x, y, k, strip->seen + k * KERNEL_CELL);
    x = WIDE(add_epi16)(x, strip_spread_parts(kept_x.moved, k));
    y = WIDE(add_epi16)(y, strip_spread_parts(kept_y.moved, k));
    memcpy(strip->fx + k * KERNEL_CELL, &x, sizeof x);
    memcpy(strip->fy + k * KERNEL_CELL, &y, sizeof y);
  }
#else
  (void)grid, (void)j, (void)photo;
#endif
  strip_clear_rest(cells, strip);
}

static inline void strip_any_places(const struct strip_grid *grid, int32_t j, int32_t cells,
                                    const struct kernel_image *photo, struct strip *restrict strip) {
  int32_t right = photo->width - 1, last = photo->height - 1;
  for (int32_t cell = 0; cell < cells; cell++) {
    int32_t at = cell * KERNEL_CELL;
    int32_t left_x = strip_end(grid->x.left, cell, j), right_x = strip_end(grid->x.right, cell, j);
    int32_t left_y = strip_end(grid->y.left, cell, j), right_y = strip_end(grid->y.right, cell, j);
    for (int32_t i = 0; i < KERNEL_CELL; i++) {
      int32_t x = pixel_place(pixel_between(left_x, right_x, i));
      int32_t inside_x = pixel_clamp(x, 0, right * 256);
      int32_t column = inside_x >> 8 < right ? inside_x >> 8 : right - 1;
      strip->column[at + i] = (uint16_t)column;
      strip->fx[at + i] = (uint16_t)(inside_x - column * 256);
      int32_t v = pixel_place(pixel_between(left_y, right_y, i));
      int32_t inside_y = pixel_clamp(v, 0, last * 256);
      int32_t row = inside_y >> 8 < last ? inside_y >> 8 : last - 1;
      strip->row[at + i] = (uint16_t)row;
      strip->fy[at + i] = (uint16_t)(inside_y - row * 256);
      strip->seen[at + i] = (uint8_t) - ((x == inside_x) & (v == inside_y));
    }
  }
}

/* The places of row `j` of the cells, in a photo that strip_suits. */
static inline void strip_places(const struct strip_grid *grid, int32_t j, int32_t cells,
                                const struct kernel_image *photo, struct strip *restrict strip) {
  strip->near = grid->near, strip->whole = grid->whole;
  if (grid->whole)
    strip_whole_places(grid, j, cells, strip);
  else if (grid->near)
    strip_kept_places(grid, j, cells, photo, strip);
  else
    strip_any_places(grid, j, cells, photo, strip);
}

#if defined __AVX2__
/* How far from the photo's first pixel the parts of a row's cells begin, and what is fetched ahead for each cell. */
struct strip_parts {
  int32_t at[2][STRIP_CELLS], ahead[STRIP_CELLS];
};

static inline void strip_parts(const struct kernel_image *photo, const struct strip *restrict strip,
                               struct strip_parts *restrict parts) {
  __m256i stride = _mm256_set1_epi32(photo->stride), last = _mm256_set1_epi32(photo->height - 1);
  for (int32_t part = 0; part < 2; part++) {
    __m256i left = _mm256_loadu_si256((const __m256i *)strip->left[part]);
    __m256i top = _mm256_loadu_si256((const __m256i *)strip->top[part]);
    __m256i at = _mm256_add_epi32(_mm256_mullo_epi32(top, stride), left);
    _mm256_storeu_si256((__m256i *)parts->at[part], at);
    if (part) continue;
    __m256i later = _mm256_min_epi32(_mm256_add_epi32(top, _mm256_set1_epi32(AHEAD)), last);
    at = _mm256_add_epi32(_mm256_mullo_epi32(later, stride), left);
    _mm256_storeu_si256((__m256i *)parts->ahead, at);
  }
}

enum { STRIP_PLANES = 3 };

/* Planes of one shape, whose rows are equally far apart, where the places of all parts lie near each other. */
static inline void strip_sample_near(const struct kernel_image *const *planes, int32_t count,
                                     const struct strip *restrict strip, int32_t cells, uint16_t *const *values) {
  const int64_t stride = planes[0]->stride;
  const uint8_t *first[STRIP_PLANES];
  uint16_t *to[STRIP_PLANES];
  struct strip_parts parts;
  strip_parts(planes[0], strip, &parts);
  for (int32_t plane = 0; plane < count; plane++) first[plane] = cpu_row8(planes[plane], 0), to[plane] = values[plane];
  for (int32_t cell = 0; cell < cells; cell += STRIP_VECTOR) {
    int32_t i = cell * KERNEL_CELL;
    struct lanes_places places = lanes_places(lanes_at(strip->fx + i), lanes_at(strip->fy + i));
    for (int32_t plane = 0; plane < count; plane++) {
      const uint8_t *from[2 * STRIP_VECTOR];
      for (int32_t k = 0; k < 2 * STRIP_VECTOR; k++) from[k] = first[plane] + parts.at[k % 2][cell + k / 2];
      /* A turned photo is read at an angle: what is needed some rows on is fetched before. */
      __builtin_prefetch(first[plane] + parts.ahead[cell]);
      lanes_wide out = lanes_near(&places, from, stride);
      memcpy(to[plane] + i, &out, sizeof out);
    }
  }
}
#endif

/* The photo at the strip's places, as pixel_sample. */
static inline void strip_sample(const struct kernel_image *photo, const struct strip *restrict strip, int32_t cells,
                                uint16_t *value) {
  uint16_t top[STRIP], bottom[STRIP];
  const uint8_t *pixels = cpu_row8(photo, 0);
  int32_t count = cells * KERNEL_CELL;
#if defined __AVX2__
  if (strip->near) {
    strip_sample_near(&photo, 1, strip, cells, &value);
    return;
  }
#endif
  for (int32_t i = 0; i < count; i += 8)
    lanes_pairs(pixels, photo->width, photo->height, photo->stride, strip->column + i, strip->row + i, top + i,
                bottom + i);
  for (int32_t i = 0; i < count; i++) {
    /* 256 left + (right - left) fx, which fits 16 bits though its parts do not. */
    uint16_t a = (uint16_t)((top[i] << 8) + ((top[i] >> 8) - (top[i] & 255)) * strip->fx[i]);
    uint16_t b = (uint16_t)((bottom[i] << 8) + ((bottom[i] >> 8) - (bottom[i] & 255)) * strip->fx[i]);
    uint16_t fy = strip->fy[i], rest = (uint16_t)(256 - fy);
    value[i] = (uint16_t)(((uint32_t)a * rest + (uint32_t)b * fy + 2048) >> 12);
  }
}

#endif
