/* A part of one row that is worked on stage by stage, so that each stage is one loop over arrays in the first cache. It
 * begins at a cell and holds whole cells; behind the picture's last column the grid still has corners. */
#ifndef ASSAY_KERNELS_CPU_FAST_STRIP_H
#define ASSAY_KERNELS_CPU_FAST_STRIP_H

#include "kernels/cpu/cpu.h"
#include "kernels/cpu/fast/cell.h"
#include "kernels/cpu/fast/lanes.h"
#include "kernels/pixel.h"

enum { STRIP_CELLS = 8, STRIP = STRIP_CELLS * KERNEL_CELL };

/* Eight pixels at a time have their places looked at together. */
enum { STRIP_PART = 8, STRIP_PARTS = STRIP / STRIP_PART };

/* Places in a photo: the upper left of four pixels, and how far from it, 0..256. Where a place is not seen it is the
 * nearest that is.
 *
 * `near`: every place is seen and away from the photo's right and lower ends, and those of a part lie within 15 x 2
 * pixels. Then fx and fy hold Q8 from the part's own corner, in place of column, row, fx and fy. */
struct strip {
  bool near;
  uint16_t column[STRIP], row[STRIP];
  uint16_t fx[STRIP], fy[STRIP];
  uint8_t seen[STRIP]; /* 255 or 0 */
  int32_t left[STRIP_PARTS], top[STRIP_PARTS];
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

/* Whether photos of this shape can be sampled by strips: two pixels either way. */
static inline bool strip_suits(const struct kernel_image *photo) {
  return photo->width >= 2 && photo->height >= 2;
}

/* One coordinate of a grid of places at a strip and the cells of one row of cells: what is left and right of each part,
 * at the upper [0] and the lower end [1]. Behind the last cell stands the first once more. */
struct strip_axis {
  int32_t left[2][STRIP_PARTS], right[2][STRIP_PARTS];
};

struct strip_grid {
  bool near; /* the places of all rows, as in struct strip */
  struct strip_axis x, y;
};

/* A place (Q16) left and right of each part on row j of the cells. */
static inline int32_t strip_end(const int32_t ends[2][STRIP_PARTS], int32_t part, int32_t j) {
  return pixel_between(ends[0][part], ends[1][part], j);
}

/* Whether, along one axis, the places of all parts suit `near`: they lie from pixel 0 to before pixel `end`, and the
 * ends of a cell's row at most `most` (Q16) apart, so that those of a part span few pixels. Between corners that are
 * not far apart places only rise or only fall, so that the outermost tell; each is rounded down twice by less than
 * 1/256. */
static inline bool strip_axis_near(const struct strip_axis *restrict a, int32_t end, int32_t most) {
  enum { FAR = 1 << 26 };
  int32_t near = end > 0;
  for (int32_t k = 0; k < STRIP_PARTS; k++) {
    near &= (uint32_t)a->left[1][k] - (uint32_t)a->left[0][k] + FAR < 2U * FAR;
    near &= (uint32_t)a->right[1][k] - (uint32_t)a->right[0][k] + FAR < 2U * FAR;
    for (int32_t j = 0; j < KERNEL_CELL; j += KERNEL_CELL - 1) {
      int32_t from = strip_end(a->left, k, j), to = strip_end(a->right, k, j), i = k % 2 * STRIP_PART;
      int32_t first = pixel_place(pixel_between(from, to, i));
      int32_t last = pixel_place(pixel_between(from, to, i + STRIP_PART - 1));
      near &= (uint32_t)to - (uint32_t)from + (uint32_t)most < 2U * (uint32_t)most;
      near &= (first > 1) & (last > 1) & ((first + 1) >> 8 < end) & ((last + 1) >> 8 < end);
    }
  }
  return near;
}

/* `row`: the cells', `first` / KERNEL_CELL the strip's first cell. */
static inline void strip_grid(const struct kernel_buffer *place, int32_t width, int32_t row, int32_t first,
                              int32_t cells, const struct kernel_image *photo, struct strip_grid *grid) {
  size_t pitch = 2 * (size_t)KERNEL_NODES(width);
  for (int32_t end = 0; end < 2; end++) {
    const int32_t *corners =
        (const int32_t *)place->bytes + (size_t)(row + end) * pitch + 2 * (size_t)(first / KERNEL_CELL);
    for (int32_t k = 0; k < STRIP_PARTS; k++) {
      const int32_t *c = corners + (k / 2 < cells ? k / 2 * 2 : 0);
      grid->x.left[end][k] = c[0], grid->y.left[end][k] = c[1];
      grid->x.right[end][k] = c[2], grid->y.right[end][k] = c[3];
    }
  }
  /* A part spans 7 of its cell's 16 steps: under 14 pixels across, and under 1 down. */
  grid->near = LANES_NEAR && strip_axis_near(&grid->x, photo->width - 15, 31 << 16) &&
               strip_axis_near(&grid->y, photo->height - 2, 2 << 16);
}

/* Several strips of one row of cells: wide enough that a row of them is written as the memory likes it. */
enum { BLOCK_STRIPS = 8, BLOCK = BLOCK_STRIPS * STRIP };

/* The grids of a block's strips. */
static inline void strip_block_grids(const struct kernel_buffer *place, int32_t width, int32_t row, int32_t first,
                                     int32_t right, const struct kernel_image *photo, struct strip_grid *grid) {
  for (int32_t at = first; at < right; at += STRIP)
    strip_grid(place, width, row, at, strip_cells(width, at), photo, grid++);
}

/* Where the parts of one row begin, and from there the place of the cell's first pixel and the step from pixel to
 * pixel, both Q20: floor(floor(p + d i / 16) / 256) is floor((16 p + d i) / 4096). */
static inline void strip_begins(const struct strip_axis *restrict a, int32_t j, int32_t *restrict begin,
                                int32_t *restrict from, int32_t *restrict step) {
  for (int32_t k = 0; k < STRIP_PARTS; k++) {
    int32_t left = pixel_add(strip_end(a->left, k, j), 128), i = k % 2 * STRIP_PART;
    int32_t d = pixel_subtract(strip_end(a->right, k, j), strip_end(a->left, k, j));
    int32_t first = left + (d * i >> 4), last = left + (d * (i + STRIP_PART - 1) >> 4);
    int32_t low = (first < last ? first : last) >> 16;
    begin[k] = low, from[k] = (left - low * 65536) * 16, step[k] = d;
  }
}

/* Q8 of a row, from where its parts begin. */
static inline void strip_from(const int32_t *from, const int32_t *step, int32_t cells, uint16_t *to) {
  for (int32_t k = 0; k < 2 * cells; k += 2)
    for (int32_t at = 0; at < KERNEL_CELL; at += CELL_LANES) {
      cell_i32 i = cell_index(at), second = i >= STRIP_PART;
      cell_i32 begin = (cell_all(from[k]) & ~second) | (cell_all(from[k + 1]) & second);
      cell_u16 place = cell_halves((begin + cell_all(step[k]) * i) >> 12);
      memcpy(to + k * STRIP_PART + at, &place, sizeof place);
    }
}

static inline void strip_near_places(const struct strip_grid *grid, int32_t j, int32_t cells,
                                     struct strip *restrict strip) {
  int32_t from[STRIP_PARTS], step[STRIP_PARTS];
  strip_begins(&grid->x, j, strip->left, from, step);
  strip_from(from, step, cells, strip->fx);
  strip_begins(&grid->y, j, strip->top, from, step);
  strip_from(from, step, cells, strip->fy);
  memset(strip->seen, 255, sizeof strip->seen);
  if (cells == STRIP_CELLS) return;
  /* Parts are sampled several at a time: what lies behind the last is looked at too. */
  memset(strip->fx + cells * KERNEL_CELL, 0, KERNEL_CELL * sizeof *strip->fx);
  memset(strip->fy + cells * KERNEL_CELL, 0, KERNEL_CELL * sizeof *strip->fy);
}

static inline void strip_any_places(const struct strip_grid *grid, int32_t j, int32_t cells,
                                    const struct kernel_image *photo, struct strip *restrict strip) {
  int32_t right = photo->width - 1, last = photo->height - 1;
  for (int32_t cell = 0; cell < cells; cell++) {
    int32_t at = cell * KERNEL_CELL, k = 2 * cell;
    int32_t left_x = strip_end(grid->x.left, k, j), right_x = strip_end(grid->x.right, k, j);
    int32_t left_y = strip_end(grid->y.left, k, j), right_y = strip_end(grid->y.right, k, j);
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
  strip->near = grid->near;
  if (grid->near)
    strip_near_places(grid, j, cells, strip);
  else
    strip_any_places(grid, j, cells, photo, strip);
}

/* The photo at the strip's places, as pixel_sample. */
static inline void strip_sample(const struct kernel_image *photo, const struct strip *restrict strip, int32_t cells,
                                uint16_t *restrict value) {
  uint16_t top[STRIP], bottom[STRIP];
  const uint8_t *pixels = cpu_row8(photo, 0);
  int32_t count = cells * KERNEL_CELL;
  if (strip->near) {
    for (int32_t i = 0; i < count; i += LANES_NEAR_PIXELS)
      lanes_near(pixels, photo->height, photo->stride, strip->left + i / STRIP_PART, strip->top + i / STRIP_PART,
                 strip->fx + i, strip->fy + i, value + i);
    return;
  }
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
