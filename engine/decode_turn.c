#include "engine/decode_formats.h"

#include <string.h>

struct turn turn_of(int orientation) {
  static const struct turn TURNS[9] = {
      [2] = {.mirror_x = true},
      [3] = {.mirror_x = true, .mirror_y = true},
      [4] = {.mirror_y = true},
      [5] = {.exchange = true},
      [6] = {.mirror_y = true, .exchange = true},
      [7] = {.mirror_x = true, .mirror_y = true, .exchange = true},
      [8] = {.mirror_x = true, .exchange = true},
  };
  return TURNS[orientation];
}

static void mirror(const uint8_t *row, int32_t width, uint8_t *out) {
  int32_t x = 0;
  for (; x + 8 <= width; x += 8) {
    uint64_t eight;
    memcpy(&eight, row + x, 8);
    eight = __builtin_bswap64(eight);
    memcpy(out + width - 8 - x, &eight, 8);
  }
  for (; x < width; x++) out[width - 1 - x] = row[x];
}

static void lay_rows(struct turn turn, uint8_t *const *rows, int32_t width, int32_t height, int32_t y, int32_t count,
                     struct plane *plane) {
  for (int32_t i = 0; i < count; i++) {
    const int32_t to = turn.mirror_y ? height - 1 - (y + i) : y + i;
    uint8_t *out = plane->pixels + (size_t)to * plane->stride;
    if (turn.mirror_x)
      mirror(rows[i], width, out);
    else
      memcpy(out, rows[i], (size_t)width);
  }
}

enum { BLOCK = 16 };
typedef uint8_t block_row __attribute__((vector_size(BLOCK)));

/* Interleaving the upper and the lower half of 16 x 16 bytes moves one bit of each byte's row number to the end of its
 * address; after four rounds row and column have changed places. */
static void transpose(block_row rows[BLOCK]) {
  block_row out[BLOCK];
  for (int round = 0; round < 4; round++) {
    for (int i = 0; i < BLOCK / 2; i++) {
      const block_row a = rows[i], b = rows[i + BLOCK / 2];
      out[2 * i] = __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      out[2 * i + 1] = __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    }
    memcpy(rows, out, sizeof out);
  }
}

/* Rows become columns: column x of the source, mirrored or not, becomes a row of the plane, from column `first` on. */
struct standing {
  struct plane *plane;
  bool mirror_x;
  int32_t width, first;
};

static uint8_t *standing_row(const struct standing *standing, int32_t x) {
  const int32_t to = standing->mirror_x ? standing->width - 1 - x : x;
  return standing->plane->pixels + (size_t)to * standing->plane->stride + standing->first;
}

/* `rows` in the order in which they stand, from left to right. */
static void stand_block(const struct standing *standing, const uint8_t *const rows[BLOCK]) {
  int32_t x = 0;
  for (; x + BLOCK <= standing->width; x += BLOCK) {
    block_row block[BLOCK];
    for (int i = 0; i < BLOCK; i++) memcpy(&block[i], rows[i] + x, BLOCK);
    transpose(block);
    for (int i = 0; i < BLOCK; i++) memcpy(standing_row(standing, x + i), &block[i], BLOCK);
  }
  for (; x < standing->width; x++)
    for (int i = 0; i < BLOCK; i++) standing_row(standing, x)[i] = rows[i][x];
}

static void stand_rows(struct turn turn, uint8_t *const *rows, int32_t width, int32_t height, int32_t y, int32_t count,
                       struct plane *plane) {
  struct standing standing = {plane, turn.mirror_x, width, turn.mirror_y ? height - (y + count) : y};
  int32_t done = 0;
  for (; done + BLOCK <= count; done += BLOCK, standing.first += BLOCK) {
    const uint8_t *block[BLOCK];
    for (int i = 0; i < BLOCK; i++) block[i] = rows[turn.mirror_y ? count - 1 - done - i : done + i];
    stand_block(&standing, block);
  }
  for (; done < count; done++, standing.first++) {
    const uint8_t *row = rows[turn.mirror_y ? count - 1 - done : done];
    for (int32_t x = 0; x < width; x++) *standing_row(&standing, x) = row[x];
  }
}

void turn_rows(struct turn turn, uint8_t *const *rows, int32_t width, int32_t height, int32_t y, int32_t count,
               struct plane *plane) {
  (turn.exchange ? stand_rows : lay_rows)(turn, rows, width, height, y, count, plane);
}
