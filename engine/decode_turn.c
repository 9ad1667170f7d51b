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
  for (int32_t x = 0; x < width; x++) out[width - 1 - x] = row[x];
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

/* Rows become columns: column by column of the source, so that each row written is touched once, in one run. */
static void stand_rows(struct turn turn, uint8_t *const *rows, int32_t width, int32_t height, int32_t y, int32_t count,
                       struct plane *plane) {
  const int32_t first = turn.mirror_y ? height - (y + count) : y;
  for (int32_t x = 0; x < width; x++) {
    const int32_t to = turn.mirror_x ? width - 1 - x : x;
    uint8_t *out = plane->pixels + (size_t)to * plane->stride + first;
    if (turn.mirror_y)
      for (int32_t i = 0; i < count; i++) out[i] = rows[count - 1 - i][x];
    else
      for (int32_t i = 0; i < count; i++) out[i] = rows[i][x];
  }
}

void turn_rows(struct turn turn, uint8_t *const *rows, int32_t width, int32_t height, int32_t y, int32_t count,
               struct plane *plane) {
  (turn.exchange ? stand_rows : lay_rows)(turn, rows, width, height, y, count, plane);
}
