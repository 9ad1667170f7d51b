#include "kernels/cpu/fast/fast.h"
#include "kernels/cpu/fast/strip.h"

/* The light of a row of a cell; `count` of its pixels are there. */
static void light_cell(const int32_t *corners, const uint16_t *value, const uint8_t *visible, const uint8_t *tint,
                       int32_t count, uint8_t *to, uint8_t *seen) {
  uint8_t rest[KERNEL_CELL / 2] = {0};
  if (tint && count < KERNEL_CELL) tint = memcpy(rest, tint, (size_t)(count + 1) / 2);
  for (int32_t at = 0; at < KERNEL_CELL; at += CELL_LANES) {
    cell_i32 scale = cell_between(corners[0], corners[2], at), shift = cell_between(corners[1], corners[3], at);
    cell_u8 mask;
    if (tint) shift = cell_add(shift, (cell_doubled(tint + at / 2) - 128) * 16);
    memcpy(&mask, visible + at, sizeof mask);
    cell_store(cell_bytes(cell_light(cell_wide(value + at), scale, shift)) & mask, count - at, to + at);
    cell_store(mask, count - at, seen + at);
  }
}

enum kernel_status FAST(cpu_warp)(struct kernel_context *context, const struct kernel_warp *call) {
  const struct kernel_image *out = &call->out;
  if (!warp_fits(call)) return KERNEL_ARGUMENT;
  if (!strip_suits(&call->photo)) return cpu_warp(context, call);
  struct strip strip = {.near = false};
  uint16_t value[STRIP] = {0};
  int32_t corners[2 * (STRIP_CELLS + 1)] = {0};
  for (int32_t y = 0; y < out->height; y++) {
    const uint8_t *tint = call->tint.buffer ? cpu_row8(&call->tint, y / 2) : NULL;
    uint8_t *to = cpu_row8(out, y), *seen = cpu_row8(&call->seen, y);
    for (int32_t first = 0; first < out->width; first += STRIP) {
      int32_t cells = strip_cells(out->width, first);
      strip_places(call->place, out->width, y, first, cells, &call->photo, &strip);
      strip_sample(&call->photo, &strip, cells, value);
      strip_corners(call->light, out->width, 2, y, first, cells, corners);
      for (int32_t i = 0; i < cells * KERNEL_CELL; i += KERNEL_CELL)
        light_cell(corners + 2 * (i / KERNEL_CELL), value + i, strip.seen + i, tint ? tint + (first + i) / 2 : NULL,
                   out->width - first - i, to + first + i, seen + first + i);
    }
  }
  return KERNEL_OK;
}
