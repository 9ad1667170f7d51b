#include "kernels/cpu/cpu.h"
#include "kernels/pixel.h"

/* The two grid rows around a pixel row, with `values` int32 a corner. */
struct grid_row {
  const int32_t *top, *bottom;
  int32_t values, j;
};

static struct grid_row grid_row(const struct kernel_buffer *grid, int32_t width, int32_t values, int32_t y) {
  size_t pitch = (size_t)KERNEL_NODES(width) * (size_t)values;
  const int32_t *top = (const int32_t *)grid->bytes + (size_t)(y / KERNEL_CELL) * pitch;
  return (struct grid_row){.top = top, .bottom = top + pitch, .values = values, .j = y % KERNEL_CELL};
}

/* Value `k` at pixel x: between the two ends of the cell's row, each between two corners. */
static int32_t grid_value(const struct grid_row *row, int32_t x, int32_t k) {
  int32_t at = x / KERNEL_CELL * row->values + k;
  int32_t left = pixel_between(row->top[at], row->bottom[at], row->j);
  int32_t right = pixel_between(row->top[at + row->values], row->bottom[at + row->values], row->j);
  return pixel_between(left, right, x % KERNEL_CELL);
}

static bool place_at(const struct grid_row *place, const struct kernel_image *photo, int32_t x, int32_t *px,
                     int32_t *py) {
  *px = pixel_place(grid_value(place, x, 0));
  *py = pixel_place(grid_value(place, x, 1));
  return pixel_within(*px, photo->width) && pixel_within(*py, photo->height);
}

static int32_t sample(const struct kernel_image *photo, int32_t px, int32_t py) {
  return pixel_sample(cpu_row8(photo, 0), photo->width, photo->height, photo->stride, px, py);
}

enum kernel_status cpu_warp(struct kernel_context *context, const struct kernel_warp *call) {
  (void)context;
  const struct kernel_image *out = &call->out, *tint = &call->tint;
  if (!warp_fits(call)) return KERNEL_ARGUMENT;
  for (int32_t y = 0; y < out->height; y++) {
    struct grid_row place = grid_row(call->place, out->width, 2, y), light = grid_row(call->light, out->width, 2, y);
    const uint8_t *tint_row = tint->buffer ? cpu_row8(tint, y / 2) : NULL;
    uint8_t *to = cpu_row8(out, y);
    for (int32_t x = 0; x < out->width; x++) {
      int32_t px, py;
      to[x] = 0;
      if (!place_at(&place, &call->photo, x, &px, &py)) continue;
      int32_t value = pixel_light(sample(&call->photo, px, py), grid_value(&light, x, 0), grid_value(&light, x, 1));
      if (tint_row) value = pixel_add(value, 16 * (tint_row[x / 2] - 128));
      to[x] = pixel_shown(value);
    }
  }
  return KERNEL_OK;
}

static void chroma_pixel(const struct kernel_warp_chroma *call, const struct grid_row *light, int32_t x, int32_t px,
                         int32_t py, uint8_t *cb, uint8_t *cr, uint8_t *tint) {
  int32_t luma = sample(&call->luma, px, py);
  struct pixel_rgb c = pixel_to_rgb(luma, sample(&call->cb, px, py), sample(&call->cr, px, py));
  c.red = pixel_light(c.red, grid_value(light, x, 0), grid_value(light, x, 1));
  c.green = pixel_light(c.green, grid_value(light, x, 2), grid_value(light, x, 3));
  c.blue = pixel_light(c.blue, grid_value(light, x, 4), grid_value(light, x, 5));
  int32_t alone = pixel_light(luma, grid_value(light, x, 6), grid_value(light, x, 7));
  int32_t corrected = pixel_luma(c);
  *cb = pixel_byte(pixel_cb(c, corrected));
  *cr = pixel_byte(pixel_cr(c, corrected));
  *tint = pixel_byte(pixel_add(128 * 16, pixel_subtract(corrected, alone)));
}

enum kernel_status cpu_warp_chroma(struct kernel_context *context, const struct kernel_warp_chroma *call) {
  (void)context;
  const struct kernel_image *out = &call->out_cb, *photo = &call->luma;
  if (!warp_chroma_fits(call)) return KERNEL_ARGUMENT;
  for (int32_t y = 0; y < out->height; y++) {
    struct grid_row place = grid_row(call->place, out->width, 2, y), light = grid_row(call->light, out->width, 8, y);
    uint8_t *cb = cpu_row8(&call->out_cb, y), *cr = cpu_row8(&call->out_cr, y), *tint = cpu_row8(&call->tint, y);
    uint8_t *seen = cpu_row8(&call->seen, y);
    for (int32_t x = 0; x < out->width; x++) {
      int32_t px, py;
      cb[x] = cr[x] = tint[x] = 128, seen[x] = 0;
      if (!place_at(&place, photo, x, &px, &py)) continue;
      chroma_pixel(call, &light, x, px, py, &cb[x], &cr[x], &tint[x]);
      seen[x] = 255;
    }
  }
  return KERNEL_OK;
}
