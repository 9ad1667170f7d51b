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

/* Whether, along one axis, the places of the first and the last pixel of each part, and so all between them, suit
 * `near`; where the parts begin. `corners` are those of the cells, each twice: for both parts of the cell behind it.
 * Corners far apart could leave the range of the numbers between them. */
static inline bool strip_reach(const int32_t *restrict corners, int32_t parts, int32_t size, int32_t most, int32_t room,
                               int32_t *restrict begin) {
  enum { FAR = 1 << 26 };
  int32_t near = 1;
  for (int32_t k = 0; k < STRIP_PARTS; k++) {
    int32_t from = corners[k], to = corners[k + 2], i = k % 2 * STRIP_PART;
    int32_t first = pixel_place(pixel_between(from, to, i));
    int32_t last = pixel_place(pixel_between(from, to, i + STRIP_PART - 1));
    int32_t low = (first < last ? first : last) >> 8, high = (first < last ? last : first) >> 8;
    uint32_t apart = (uint32_t)to - (uint32_t)from + FAR;
    int32_t suits = (low >= 0) & (high < size - 1) & (high - low <= most) & (low + room <= size) & (apart < 2U * FAR);
    begin[k] = low;
    near &= suits | (k >= parts);
  }
  return near;
}

/* Fills left and top. */
static inline bool strip_is_near(const int32_t *restrict corners, int32_t cells, const struct kernel_image *photo,
                                 struct strip *restrict strip) {
  if (!LANES_NEAR) return false;
  int32_t x[STRIP_PARTS + 2], y[STRIP_PARTS + 2], parts = 2 * cells;
  for (int32_t i = 0; i < STRIP_PARTS + 2; i++) x[i] = corners[i / 2 * 2], y[i] = corners[i / 2 * 2 + 1];
  bool near = strip_reach(x, parts, photo->width, 14, 16, strip->left);
  near = strip_reach(y, parts, photo->height, 1, 3, strip->top) && near;
  /* Parts are sampled several at a time: what lies behind the last is looked at too. */
  for (int32_t k = parts; k < STRIP_PARTS; k++) strip->left[k] = strip->left[0], strip->top[k] = strip->top[0];
  return near;
}

/* Q8 of a row of a cell, from where its two parts begin. */
static inline void strip_from(int32_t a, int32_t b, const int32_t *begin, uint16_t *to) {
  for (int32_t at = 0; at < KERNEL_CELL; at += CELL_LANES) {
    cell_i32 second = cell_index(at) >= STRIP_PART;
    cell_i32 corner = (cell_all(begin[0]) & ~second) | (cell_all(begin[1]) & second);
    cell_i32 place = cell_add(cell_between(a, b, at), cell_all(128)) >> 8;
    cell_u16 rest = cell_halves(place - corner * 256);
    memcpy(to + at, &rest, sizeof rest);
  }
}

static inline void strip_near_places(const int32_t *restrict corners, int32_t cells, struct strip *restrict strip) {
  for (int32_t cell = 0; cell < cells; cell++) {
    const int32_t *c = corners + 2 * cell, *left = strip->left + 2 * cell, *top = strip->top + 2 * cell;
    strip_from(c[0], c[2], left, strip->fx + cell * KERNEL_CELL);
    strip_from(c[1], c[3], top, strip->fy + cell * KERNEL_CELL);
  }
  memset(strip->seen, 255, (size_t)cells * KERNEL_CELL);
  if (cells == STRIP_CELLS) return;
  memset(strip->fx + cells * KERNEL_CELL, 0, KERNEL_CELL * sizeof *strip->fx);
  memset(strip->fy + cells * KERNEL_CELL, 0, KERNEL_CELL * sizeof *strip->fy);
}

static inline void strip_any_places(const int32_t *restrict corners, int32_t cells, const struct kernel_image *photo,
                                    struct strip *restrict strip) {
  int32_t right = photo->width - 1, last = photo->height - 1;
  for (int32_t cell = 0; cell < cells; cell++) {
    const int32_t *corner = corners + 2 * cell;
    int32_t at = cell * KERNEL_CELL;
    for (int32_t i = 0; i < KERNEL_CELL; i++) {
      int32_t x = pixel_place(pixel_between(corner[0], corner[2], i));
      int32_t inside_x = pixel_clamp(x, 0, right * 256);
      int32_t column = inside_x >> 8 < right ? inside_x >> 8 : right - 1;
      strip->column[at + i] = (uint16_t)column;
      strip->fx[at + i] = (uint16_t)(inside_x - column * 256);
      int32_t v = pixel_place(pixel_between(corner[1], corner[3], i));
      int32_t inside_y = pixel_clamp(v, 0, last * 256);
      int32_t row = inside_y >> 8 < last ? inside_y >> 8 : last - 1;
      strip->row[at + i] = (uint16_t)row;
      strip->fy[at + i] = (uint16_t)(inside_y - row * 256);
      strip->seen[at + i] = (uint8_t) - ((x == inside_x) & (v == inside_y));
    }
  }
}

/* The places that the grid `place` gives, in a photo that strip_suits. */
static inline void strip_places(const struct kernel_buffer *place, int32_t width, int32_t y, int32_t first,
                                int32_t cells, const struct kernel_image *photo, struct strip *restrict strip) {
  int32_t corners[2 * (STRIP_CELLS + 1)] = {0};
  strip_corners(place, width, 2, y, first, cells, corners);
  strip->near = strip_is_near(corners, cells, photo, strip);
  if (strip->near)
    strip_near_places(corners, cells, strip);
  else
    strip_any_places(corners, cells, photo, strip);
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
