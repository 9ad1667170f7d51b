#include "kernels/cuda/grid.h"

namespace assay_cuda {

struct warp_planes {
  plane<const uint8_t> photo, tint;
  corner_grid place, light;
  plane<uint8_t> out;
};

__global__ void __launch_bounds__(256) warp_kernel(warp_planes p) {
  int32_t x = pixel_x(), y = pixel_y(), px, py;
  if (x >= p.out.width || y >= p.out.height) return;
  uint8_t byte = 0;
  if (place_at(p.place, x, y, p.photo.width, p.photo.height, &px, &py)) {
    int32_t value = pixel_light(sample(p.photo, px, py), grid_value(p.light, x, y, 0), grid_value(p.light, x, y, 1));
    if (p.tint.pixels) value = pixel_add(value, 16 * (p.tint.row(y / 2)[x / 2] - 128));
    byte = pixel_shown(value);
  }
  p.out.row(y)[x] = byte;
}

enum kernel_status warp(struct kernel_context *context, const struct kernel_warp *call) {
  const struct kernel_image *out = &call->out;
  if (!warp_fits(call)) return KERNEL_ARGUMENT;
  warp_planes planes = {plane_of<const uint8_t>(call->photo), plane_of<const uint8_t>(call->tint),
                        grid_over(call->place, out->width, 2), grid_over(call->light, out->width, 2),
                        plane_of<uint8_t>(call->out)};
  LAUNCH(warp_kernel, grid_of_pixels(out->width, out->height), block_of_pixels(), 0, context->stream, planes);
  return launched();
}

struct chroma_planes {
  plane<const uint8_t> luma, cb, cr;
  corner_grid place, light;
  plane<uint8_t> out_cb, out_cr, tint, seen;
};

static __device__ inline int32_t lit(const corner_grid &light, int32_t x, int32_t y, int32_t channel, int32_t value) {
  return pixel_light(value, grid_value(light, x, y, 2 * channel), grid_value(light, x, y, 2 * channel + 1));
}

__global__ void __launch_bounds__(256) warp_chroma_kernel(chroma_planes p) {
  int32_t x = pixel_x(), y = pixel_y(), px, py;
  if (x >= p.out_cb.width || y >= p.out_cb.height) return;
  uint8_t cb = 128, cr = 128, tint = 128, seen = 0;
  if (place_at(p.place, x, y, p.luma.width, p.luma.height, &px, &py)) {
    int32_t luma = sample(p.luma, px, py);
    struct pixel_rgb c = pixel_to_rgb(luma, sample(p.cb, px, py), sample(p.cr, px, py));
    c.red = lit(p.light, x, y, 0, c.red);
    c.green = lit(p.light, x, y, 1, c.green);
    c.blue = lit(p.light, x, y, 2, c.blue);
    int32_t alone = lit(p.light, x, y, 3, luma), corrected = pixel_luma(c);
    cb = pixel_byte(pixel_cb(c, corrected));
    cr = pixel_byte(pixel_cr(c, corrected));
    tint = pixel_byte(pixel_add(128 * 16, pixel_subtract(corrected, alone)));
    seen = 255;
  }
  p.out_cb.row(y)[x] = cb;
  p.out_cr.row(y)[x] = cr;
  p.tint.row(y)[x] = tint;
  p.seen.row(y)[x] = seen;
}

enum kernel_status warp_chroma(struct kernel_context *context, const struct kernel_warp_chroma *call) {
  const struct kernel_image *out = &call->out_cb;
  if (!warp_chroma_fits(call)) return KERNEL_ARGUMENT;
  chroma_planes planes = {
      plane_of<const uint8_t>(call->luma),   plane_of<const uint8_t>(call->cb),     plane_of<const uint8_t>(call->cr),
      grid_over(call->place, out->width, 2), grid_over(call->light, out->width, 8), plane_of<uint8_t>(call->out_cb),
      plane_of<uint8_t>(call->out_cr),       plane_of<uint8_t>(call->tint),         plane_of<uint8_t>(call->seen)};
  LAUNCH(warp_chroma_kernel, grid_of_pixels(out->width, out->height), block_of_pixels(), 0, context->stream, planes);
  return launched();
}

} // namespace assay_cuda
