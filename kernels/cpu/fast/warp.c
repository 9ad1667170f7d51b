#include "kernels/cpu/fast/fast.h"
#include "kernels/cpu/fast/lights.h"

/* The light of a row of a cell; `count` of its pixels are there. */
static void light_cell(const int32_t *corners, const uint16_t *value, const uint8_t *visible, const uint8_t *tint,
                       int32_t count, uint8_t *to) {
  uint8_t rest[KERNEL_CELL / 2] = {0};
  if (tint && count < KERNEL_CELL) tint = memcpy(rest, tint, (size_t)(count + 1) / 2);
  for (int32_t at = 0; at < KERNEL_CELL; at += CELL_LANES) {
    cell_i32 scale = cell_between(corners[0], corners[2], at), shift = cell_between(corners[1], corners[3], at);
    cell_u8 mask, byte;
    if (tint) shift = cell_add(shift, (cell_doubled(tint + at / 2) - 128) * 16);
    memcpy(&mask, visible + at, sizeof mask);
    byte = cell_bytes(cell_light(cell_wide(value + at), scale, shift));
    cell_store((byte | ((cell_u8)(byte == 0) & 1)) & mask, count - at, to + at);
  }
}

/* The pixels of a strip that is all seen, as many as make whole vectors, where the light fits; how many they are. */
static int32_t light_near(const int32_t *corners, const uint16_t *value, const uint8_t *tint, int32_t cells,
                          int32_t count, uint8_t *to) {
  int32_t at = 0;
#if defined __AVX2__
  struct lights lights;
  lanes_wide half = WIDE(set1_epi16)(8), tinted = WIDE(set1_epi16)(8 - 128 * 16);
  if (!lights_take(corners, 2, cells, 32767, &lights)) return 0;
  for (; at + LIGHTS_PIXELS <= count; at += LIGHTS_PIXELS) {
    lanes_wide v, more = half;
    memcpy(&v, value + at, sizeof v);
    if (tint) more = WIDE(add_epi16)(WIDE(slli_epi16)(lights_doubled(tint + at / 2), 4), tinted);
    lights_store(WIDE(adds_epi16)(lights_on(v, &lights, 2, 0, at / KERNEL_CELL), more), 1, to + at);
  }
#else
  (void)corners, (void)value, (void)tint, (void)cells, (void)count, (void)to;
#endif
  return at;
}

/* A strip of one row. */
static void light_strip(const struct kernel_warp *call, const struct strip *strip, const uint16_t *value, int32_t y,
                        int32_t first, int32_t cells) {
  const uint8_t *tint = call->tint.buffer ? cpu_row8(&call->tint, y / 2) + first / 2 : NULL;
  uint8_t *to = cpu_row8(&call->out, y) + first;
  int32_t corners[2 * (STRIP_CELLS + 1)], width = call->out.width;
  strip_corners(call->light, width, 2, y, first, cells, corners);
  int32_t count = width - first < STRIP ? width - first : STRIP;
  int32_t i = strip->near ? light_near(corners, value, tint, cells, count, to) : 0;
  for (i -= i % KERNEL_CELL; i < cells * KERNEL_CELL; i += KERNEL_CELL)
    light_cell(corners + 2 * (i / KERNEL_CELL), value + i, strip->seen + i, tint ? tint + i / 2 : NULL,
               width - first - i, to + i);
}

static void warp_block(const struct kernel_warp *call, int32_t top, int32_t first) {
  const struct kernel_image *out = &call->out;
  struct strip strip = {.near = false};
  struct strip_grid grid[BLOCK_STRIPS];
  uint16_t value[STRIP] = {0};
  int32_t end = top + KERNEL_CELL < out->height ? top + KERNEL_CELL : out->height;
  int32_t right = first + BLOCK < out->width ? first + BLOCK : out->width;
  strip_block_grids(call->place, out->width, top / KERNEL_CELL, first, right, &call->photo, grid);
  for (int32_t y = top; y < end; y++)
    for (int32_t at = first; at < right; at += STRIP) {
      int32_t cells = strip_cells(out->width, at);
      strip_places(&grid[(at - first) / STRIP], y - top, cells, &call->photo, &strip);
      strip_sample(&call->photo, &strip, cells, value);
      light_strip(call, &strip, value, y, at, cells);
    }
}

enum kernel_status FAST(cpu_warp)(struct kernel_context *context, const struct kernel_warp *call) {
  if (!warp_fits(call)) return KERNEL_ARGUMENT;
  if (!strip_suits(&call->photo)) return cpu_warp(context, call);
  for (int32_t top = 0; top < call->out.height; top += KERNEL_CELL)
    for (int32_t first = 0; first < call->out.width; first += BLOCK) warp_block(call, top, first);
  return KERNEL_OK;
}
