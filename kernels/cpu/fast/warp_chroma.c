#include "kernels/cpu/fast/fast.h"
#include "kernels/cpu/fast/strip.h"

enum { LIGHTS = 8 };

/* Light of one strip: LIGHTS arrays. */
struct chroma_light {
  int32_t value[LIGHTS][STRIP];
};

/* What lies outside is 128. */
static uint8_t chroma_byte(int32_t q4, uint8_t seen) {
  return (uint8_t)((pixel_byte(q4) & seen) | (128 & ~seen));
}

static void strip_light(const struct kernel_buffer *grid, int32_t width, int32_t y, int32_t first, int32_t cells,
                        struct chroma_light *light) {
  int32_t corners[LIGHTS * (STRIP_CELLS + 1)];
  strip_corners(grid, width, LIGHTS, y, first, cells, corners);
  for (int32_t k = 0; k < LIGHTS; k++) strip_values(corners, LIGHTS, k, cells, light->value[k]);
}

enum kernel_status FAST(cpu_warp_chroma)(struct kernel_context *context, const struct kernel_warp_chroma *call) {
  const struct kernel_image *out = &call->out_cb;
  if (!warp_chroma_fits(call)) return KERNEL_ARGUMENT;
  if (!strip_suits(&call->luma)) return cpu_warp_chroma(context, call);
  struct strip strip;
  struct chroma_light light;
  uint16_t luma[STRIP], blue[STRIP], red[STRIP];
  for (int32_t y = 0; y < out->height; y++)
    for (int32_t first = 0; first < out->width; first += STRIP) {
      int32_t cells = strip_cells(out->width, first), count = out->width - first;
      if (count > STRIP) count = STRIP;
      strip_places(call->place, out->width, y, first, cells, &call->luma, &strip);
      strip_sample(&call->luma, &strip, cells, luma);
      strip_sample(&call->cb, &strip, cells, blue);
      strip_sample(&call->cr, &strip, cells, red);
      strip_light(call->light, out->width, y, first, cells, &light);
      uint8_t *restrict cb = cpu_row8(&call->out_cb, y) + first, *restrict cr = cpu_row8(&call->out_cr, y) + first;
      uint8_t *restrict tint = cpu_row8(&call->tint, y) + first, *restrict seen = cpu_row8(&call->seen, y) + first;
      for (int32_t i = 0; i < count; i++) {
        struct pixel_rgb c = pixel_to_rgb(luma[i], blue[i], red[i]);
        c.red = pixel_light(c.red, light.value[0][i], light.value[1][i]);
        c.green = pixel_light(c.green, light.value[2][i], light.value[3][i]);
        c.blue = pixel_light(c.blue, light.value[4][i], light.value[5][i]);
        int32_t alone = pixel_light(luma[i], light.value[6][i], light.value[7][i]), corrected = pixel_luma(c);
        uint8_t visible = strip.seen[i];
        cb[i] = chroma_byte(pixel_cb(c, corrected), visible);
        cr[i] = chroma_byte(pixel_cr(c, corrected), visible);
        tint[i] = chroma_byte(pixel_add(128 * 16, pixel_subtract(corrected, alone)), visible);
        seen[i] = visible;
      }
    }
  return KERNEL_OK;
}
