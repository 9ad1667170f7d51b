#include "kernels/cpu/fast/fast.h"
#include "kernels/cpu/fast/strip.h"

/* The tint's share of the shift at each pixel of the strip: two pixels have one value. */
static void add_tint(const uint8_t *restrict tint, int32_t count, int32_t *restrict shift) {
  for (int32_t i = 0; i < count / 2; i++) {
    int32_t more = 16 * (tint[i] - 128);
    shift[2 * i] = pixel_add(shift[2 * i], more);
    shift[2 * i + 1] = pixel_add(shift[2 * i + 1], more);
  }
  if (count % 2) shift[count - 1] = pixel_add(shift[count - 1], 16 * (tint[count / 2] - 128));
}

enum kernel_status FAST(cpu_warp)(struct kernel_context *context, const struct kernel_warp *call) {
  const struct kernel_image *out = &call->out;
  if (!warp_fits(call)) return KERNEL_ARGUMENT;
  if (!strip_suits(&call->photo)) return cpu_warp(context, call);
  struct strip strip;
  uint16_t value[STRIP];
  int32_t corners[2 * (STRIP_CELLS + 1)], scale[STRIP], shift[STRIP];
  for (int32_t y = 0; y < out->height; y++)
    for (int32_t first = 0; first < out->width; first += STRIP) {
      int32_t cells = strip_cells(out->width, first), count = out->width - first;
      if (count > STRIP) count = STRIP;
      strip_places(call->place, out->width, y, first, cells, &call->photo, &strip);
      strip_sample(&call->photo, &strip, cells, value);
      strip_corners(call->light, out->width, 2, y, first, cells, corners);
      strip_values(corners, 2, 0, cells, scale);
      strip_values(corners, 2, 1, cells, shift);
      if (call->tint.buffer) add_tint(cpu_row8(&call->tint, y / 2) + first / 2, count, shift);
      uint8_t *restrict to = cpu_row8(out, y) + first, *restrict seen = cpu_row8(&call->seen, y) + first;
      for (int32_t i = 0; i < count; i++) {
        to[i] = pixel_byte(pixel_light(value[i], scale[i], shift[i])) & strip.seen[i];
        seen[i] = strip.seen[i];
      }
    }
  return KERNEL_OK;
}
