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

#if defined __AVX2__
/* What is not seen is 0. */
static void mask_near(const uint8_t *restrict seen, int32_t count, uint8_t *restrict to) {
  for (int32_t i = 0; i < count; i++) to[i] &= seen[i];
}
#endif

/* Row j of a strip whose places lie near each other and whose light fits. Of the tint there are as many bytes as whole
 * vectors want. */
static void light_near(const struct lights_cells *light, const struct strip *strip, const uint16_t *value,
                       const uint8_t *tint, int32_t j, int32_t cells, int32_t count, uint8_t *to) {
#if defined __AVX2__
  struct lights lights;
  lights_row(light, 2, cells, j, &lights);
  for (int32_t at = 0; at < count; at += LIGHTS_PIXELS) {
    lanes_wide v = lights_on(lanes_at(value + at), &lights, 2, 0, at / KERNEL_CELL);
    if (tint) v = WIDE(adds_epi16)(v, lights_doubled(tint + at / 2));
    lights_store(v, 1, count - at, to + at);
  }
  if (!strip->whole) mask_near(strip->seen, count, to);
#else
  (void)light, (void)strip, (void)value, (void)tint, (void)j, (void)cells, (void)count, (void)to;
#endif
}

/* The tint of a strip's row, of which whole vectors may be read: behind a row comes the next one, the last is copied.
 */
static const uint8_t *strip_tint(const struct kernel_image *tint, int32_t row, int32_t first, uint8_t copy[STRIP / 2]) {
  const uint8_t *from = cpu_row8(tint, row) + first;
  int32_t left = tint->width - first;
  if (left >= STRIP / 2 || (row + 1 < tint->height && tint->stride >= STRIP / 2)) return from;
  return memcpy(copy, from, (size_t)left);
}

/* A strip of one row. */
static void light_strip(const struct kernel_warp *call, const struct lights_cells *light, const struct strip *strip,
                        const uint16_t *value, int32_t y, int32_t first, int32_t cells) {
  uint8_t copy[STRIP / 2] = {0};
  const uint8_t *tint = call->tint.buffer ? strip_tint(&call->tint, y / 2, first / 2, copy) : NULL;
  uint8_t *to = cpu_row8(&call->out, y) + first;
  int32_t corners[2 * (STRIP_CELLS + 1)], width = call->out.width;
  int32_t count = width - first < STRIP ? width - first : STRIP;
  if (strip->near && light->fit) {
    light_near(light, strip, value, tint, y % KERNEL_CELL, cells, count, to);
    return;
  }
  strip_corners(call->light, width, 2, y, first, cells, corners);
  for (int32_t i = 0; i < cells * KERNEL_CELL; i += KERNEL_CELL)
    light_cell(corners + 2 * (i / KERNEL_CELL), value + i, strip->seen + i, tint ? tint + i / 2 : NULL,
               width - first - i, to + i);
}

static void warp_block(const struct kernel_warp *call, int32_t top, int32_t first) {
  const struct kernel_image *out = &call->out;
  struct strip strip = {.near = false};
  struct strip_grid grid[BLOCK_STRIPS];
  struct lights_cells light[BLOCK_STRIPS];
  uint16_t value[STRIP] = {0};
  int32_t end = top + KERNEL_CELL < out->height ? top + KERNEL_CELL : out->height;
  int32_t right = first + BLOCK < out->width ? first + BLOCK : out->width;
  strip_block_grids(call->place, out->width, top / KERNEL_CELL, first, right, &call->photo, grid);
  lights_block(call->light, out->width, 2, top / KERNEL_CELL, first, right, 32767, call->tint.buffer ? 8 - 128 * 16 : 8,
               light);
  for (int32_t y = top; y < end; y++)
    for (int32_t at = first; at < right; at += STRIP) {
      int32_t cells = strip_cells(out->width, at), k = (at - first) / STRIP;
      strip_places(&grid[k], y - top, cells, &call->photo, &strip);
      strip_sample(&call->photo, &strip, cells, value);
      light_strip(call, &light[k], &strip, value, y, at, cells);
    }
}

enum kernel_status FAST(cpu_warp)(struct kernel_context *context, const struct kernel_warp *call) {
  if (!warp_fits(call)) return KERNEL_ARGUMENT;
  if (!strip_suits(&call->photo)) return cpu_warp(context, call);
  for (int32_t top = 0; top < call->out.height; top += KERNEL_CELL)
    for (int32_t first = 0; first < call->out.width; first += BLOCK) warp_block(call, top, first);
  return KERNEL_OK;
}
