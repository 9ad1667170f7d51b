#include "kernels/cpu/fast/fast.h"
#include "kernels/cpu/fast/lights.h"

enum { LIGHTS = 8 };

/* A row of a cell. */
struct chroma {
  cell_i32 luma, cb, cr;
};

struct colour {
  cell_i32 red, green, blue;
};

/* As pixel_to_rgb, on Q4. */
static struct colour to_rgb(struct chroma v) {
  cell_i32 cb = v.cb - 128 * 16, cr = v.cr - 128 * 16;
  return (struct colour){v.luma + ((22970 * cr + 8192) >> 14), v.luma - ((5638 * cb + 11700 * cr + 8192) >> 14),
                         v.luma + ((29032 * cb + 8192) >> 14)};
}

static cell_i32 weighted(int32_t weight, cell_i32 v) {
  return cell_multiply(cell_all(weight), v);
}

/* As pixel_luma, pixel_cb and pixel_cr. */
static struct chroma from_rgb(struct colour c) {
  struct chroma out;
  out.luma = cell_add(cell_add(weighted(4899, c.red), weighted(9617, c.green)),
                      cell_add(weighted(1868, c.blue), cell_all(8192))) >>
             14;
  out.cb = 128 * 16 + (cell_add(weighted(9246, cell_subtract(c.blue, out.luma)), cell_all(8192)) >> 14);
  out.cr = 128 * 16 + (cell_add(weighted(11686, cell_subtract(c.red, out.luma)), cell_all(8192)) >> 14);
  return out;
}

/* One of the four lights along the row, applied. */
static cell_i32 light_row(cell_i32 v, const int32_t *corners, int which, int32_t at) {
  const int32_t *left = corners + 2 * which, *right = left + LIGHTS;
  return cell_light(v, cell_between(left[0], right[0], at), cell_between(left[1], right[1], at));
}

/* What lies outside is 128. */
static void store_chroma(cell_i32 q4, cell_u8 seen, int32_t count, uint8_t *to) {
  cell_store((cell_bytes(q4) & seen) | (128 & ~seen), count, to);
}

struct chroma_out {
  uint8_t *cb, *cr, *tint, *seen;
};

/* The pixels of a row of a cell from `at` on; `count` of them are there. */
static void light_part(struct chroma v, const int32_t *corners, int32_t at, const uint8_t *visible, int32_t count,
                       struct chroma_out out) {
  struct colour c = to_rgb(v);
  c.red = light_row(c.red, corners, 0, at), c.green = light_row(c.green, corners, 1, at);
  c.blue = light_row(c.blue, corners, 2, at);
  struct chroma corrected = from_rgb(c);
  cell_i32 alone = light_row(v.luma, corners, 3, at);
  cell_u8 seen;
  memcpy(&seen, visible, sizeof seen);
  store_chroma(corrected.cb, seen, count, out.cb);
  store_chroma(corrected.cr, seen, count, out.cr);
  store_chroma(cell_add(cell_all(128 * 16), cell_subtract(corrected.luma, alone)), seen, count, out.tint);
  cell_store(seen, count, out.seen);
}

/* What is sampled along a strip. */
struct samples {
  uint16_t luma[STRIP], cb[STRIP], cr[STRIP];
};

#if defined __AVX2__
/* What is not seen is 128. */
static void mask_near(const uint8_t *restrict seen, int32_t count, uint8_t *restrict to) {
  for (int32_t i = 0; i < count; i++) to[i] = (uint8_t)((to[i] & seen[i]) | (128 & ~seen[i]));
}

/* The pixels of a vector, 8 added. */
static inline struct lights_chroma light_vector(struct lights_chroma v, const struct lights *lights, int32_t cell) {
  struct lights_colour c = lights_to_rgb(v);
  c.red = lights_on_signed(c.red, lights, LIGHTS, 0, cell),
  c.green = lights_on_signed(c.green, lights, LIGHTS, 1, cell);
  c.blue = lights_on_signed(c.blue, lights, LIGHTS, 2, cell);
  lanes_wide alone = lights_on_signed(v.luma, lights, LIGHTS, 3, cell), middle = WIDE(set1_epi16)(128 * 16 + 8);
  v = lights_from_rgb(c);
  v.luma = WIDE(adds_epi16)(WIDE(subs_epi16)(v.luma, alone), middle);
  return v;
}
#endif

/* Row j of a strip whose places lie near each other and whose light fits. */
static void light_near(const struct lights_cells *light, const struct strip *strip, const struct samples *samples,
                       int32_t j, int32_t cells, int32_t count, const struct chroma_out *out) {
#if defined __AVX2__
  struct lights lights;
  lights_row(light, LIGHTS, cells, j, &lights);
  for (int32_t at = 0; at < count; at += LIGHTS_PIXELS) {
    struct lights_chroma v = {lanes_at(samples->luma + at), lanes_at(samples->cb + at), lanes_at(samples->cr + at)};
    v = light_vector(v, &lights, at / KERNEL_CELL);
    lights_store(v.cb, 0, count - at, out->cb + at);
    lights_store(v.cr, 0, count - at, out->cr + at);
    lights_store(v.luma, 0, count - at, out->tint + at);
  }
  memcpy(out->seen, strip->seen, (size_t)count);
  if (strip->whole) return;
  mask_near(strip->seen, count, out->cb);
  mask_near(strip->seen, count, out->cr);
  mask_near(strip->seen, count, out->tint);
#else
  (void)light, (void)strip, (void)samples, (void)j, (void)cells, (void)count, (void)out;
#endif
}

/* A strip of one row. */
static void light_strip(const struct kernel_warp_chroma *call, const struct lights_cells *light,
                        const struct strip *strip, const struct samples *samples, int32_t y, int32_t first,
                        int32_t cells) {
  int32_t corners[LIGHTS * (STRIP_CELLS + 1)], width = call->out_cb.width;
  struct chroma_out out = {cpu_row8(&call->out_cb, y) + first, cpu_row8(&call->out_cr, y) + first,
                           cpu_row8(&call->tint, y) + first, cpu_row8(&call->seen, y) + first};
  int32_t count = width - first < STRIP ? width - first : STRIP;
  if (strip->near && light->fit) {
    light_near(light, strip, samples, y % KERNEL_CELL, cells, count, &out);
    return;
  }
  strip_corners(call->light, width, LIGHTS, y, first, cells, corners);
  for (int32_t i = 0; i < cells * KERNEL_CELL; i += CELL_LANES) {
    struct chroma v = {cell_wide(samples->luma + i), cell_wide(samples->cb + i), cell_wide(samples->cr + i)};
    light_part(v, corners + LIGHTS * (i / KERNEL_CELL), i % KERNEL_CELL, strip->seen + i, width - first - i,
               (struct chroma_out){out.cb + i, out.cr + i, out.tint + i, out.seen + i});
  }
}

static void sample_planes(const struct kernel_warp_chroma *call, const struct strip *strip, int32_t cells,
                          struct samples *samples) {
  const struct kernel_image *const planes[] = {&call->luma, &call->cb, &call->cr};
  uint16_t *const values[] = {samples->luma, samples->cb, samples->cr};
#if defined __AVX2__
  if (strip->near && call->cb.stride == call->luma.stride && call->cr.stride == call->luma.stride) {
    strip_sample_near(planes, 3, strip, cells, values);
    return;
  }
#endif
  for (int k = 0; k < 3; k++) strip_sample(planes[k], strip, cells, values[k]);
}

static void warp_block(const struct kernel_warp_chroma *call, int32_t top, int32_t first) {
  const struct kernel_image *out = &call->out_cb;
  struct strip strip = {.near = false};
  struct strip_grid grid[BLOCK_STRIPS];
  struct lights_cells light[BLOCK_STRIPS];
  struct samples samples = {.luma = {0}};
  int32_t end = top + KERNEL_CELL < out->height ? top + KERNEL_CELL : out->height;
  int32_t right = first + BLOCK < out->width ? first + BLOCK : out->width;
  strip_block_grids(call->place, out->width, top / KERNEL_CELL, first, right, &call->luma, grid);
  lights_block(call->light, out->width, LIGHTS, top / KERNEL_CELL, first, right, 8191, 0, light);
  for (int32_t y = top; y < end; y++)
    for (int32_t at = first; at < right; at += STRIP) {
      int32_t cells = strip_cells(out->width, at), k = (at - first) / STRIP;
      strip_places(&grid[k], y - top, cells, &call->luma, &strip);
      sample_planes(call, &strip, cells, &samples);
      light_strip(call, &light[k], &strip, &samples, y, at, cells);
    }
}

enum kernel_status FAST(cpu_warp_chroma)(struct kernel_context *context, const struct kernel_warp_chroma *call) {
  const struct kernel_image *to = &call->out_cb;
  if (!warp_chroma_fits(call)) return KERNEL_ARGUMENT;
  if (!strip_suits(&call->luma)) return cpu_warp_chroma(context, call);
  for (int32_t top = 0; top < to->height; top += KERNEL_CELL)
    for (int32_t first = 0; first < to->width; first += BLOCK) warp_block(call, top, first);
  return KERNEL_OK;
}
